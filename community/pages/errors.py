"""The error pages: one for everything that is not there for this viewer, one for each other kind of trouble."""

import structlog
from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from community.access import NotFound
from community.pages.hook import hold
from community.policy import NotAllowed
from community.viewer import NOBODY

PAGES = (400, 403, 404, 413, 429, 500)
_log = structlog.get_logger()


def not_found(_error: Exception) -> tuple[str, int]:
    """Missing, hidden, malformed, wrong method: the same page."""
    return render_template("errors/404.html"), 404


def not_allowed(_error: Exception) -> tuple[str, int]:
    """The viewer sees the thing and may not do this with it."""
    return render_template("errors/403.html"), 403


def forged(_error: CSRFError) -> tuple[str, int]:
    """The form is older than the session: show what was typed, to be sent again."""
    return hold()


def http_error(error: HTTPException) -> Response | tuple[str, int]:
    """Everything that Flask or Werkzeug refuses."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    code = 404 if error.code in (404, 405, 410) else error.code
    page = code if code in PAGES else 500 if code >= 500 else 400
    return render_template(f"errors/{page}.html"), code


def unreachable(_error: OperationalError) -> tuple[str, int, dict[str, str]]:
    """The database does not answer: a page that needs nothing from it, not even who is looking."""
    _log.exception("database", rule=str(request.url_rule), exc_info=True)
    g.viewer = NOBODY
    return render_template("errors/offline.html"), 503, {"Retry-After": "60"}


def broken(_error: Exception) -> tuple[str, int]:
    """A fault of ours: logged without content, shown without detail."""
    _log.exception("unhandled", rule=str(request.url_rule), exc_info=True)
    return render_template("errors/500.html"), 500


def init_app(app: Flask) -> None:
    """Register the error pages."""
    app.register_error_handler(NotFound, not_found)
    app.register_error_handler(NotAllowed, not_allowed)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, unreachable)
    app.register_error_handler(Exception, broken)
