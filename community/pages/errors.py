"""The error pages: one for everything that is not there for this viewer, one for each other kind of trouble.

Each gives back what was typed. None needs the database, which may be what is missing: their frame is bare, and where
the viewer was not known before the trouble, it is nobody, whose language is that of the browser.
"""

import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from community.access import NotFound
from community.pages import ceremony
from community.pages.entry import may_prove_without
from community.pages.hook import current_viewer, hold, typed_words
from community.pages.typed import own_words
from community.policy import NotAllowed, Unproved
from community.viewer import NOBODY

PAGES = (400, 403, 404, 413, 429, 500)
_log = structlog.get_logger()


def not_found(_error: Exception) -> tuple[str, int]:
    """Missing, hidden, malformed, wrong method: the same page."""
    return _page("404"), 404


def not_allowed(_error: Exception) -> tuple[str, int]:
    """The viewer sees the thing and may not do this with it."""
    return _page("403"), 403


def unproved(_error: Unproved) -> BaseResponse | tuple[str | Response, int]:
    """The passkey was shown too long ago: ask for it, and go on with what was typed."""
    if request.is_json:
        return ceremony.refused()
    here = request.full_path.rstrip("?")
    if request.method != "POST":
        return redirect(url_for("me.reconfirm", next=here), 303)
    without = may_prove_without(current_viewer())
    return render_template("errors/confirm.html", typed=typed_words(), path=here, without=without), 403


def forged(_error: CSRFError) -> tuple[str, int]:
    """The form is older than the session: show what was typed, to be sent again."""
    return hold(401 if current_viewer().is_guest else 400)


def http_error(error: HTTPException) -> Response | tuple[str, int]:
    """Everything that Flask or Werkzeug refuses."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    code = 404 if error.code in (404, 405, 410) else error.code
    page = code if code in PAGES else 500 if code >= 500 else 400
    return _page(str(page)), code


def unreachable(_error: Exception) -> tuple[str, int, dict[str, str]]:
    """The database does not answer."""
    _log.exception("database", rule=str(request.url_rule), exc_info=True)
    return _page("offline"), 503, {"Retry-After": "60"}


def broken(_error: Exception) -> tuple[str, int]:
    """A fault of ours: logged without content, shown without detail."""
    _log.exception("unhandled", rule=str(request.url_rule), exc_info=True)
    return _page("500"), 500


def _page(name: str) -> str:
    g.setdefault("viewer", NOBODY)
    return render_template(f"errors/{name}.html", own_words=own_words())


def init_app(app: Flask) -> None:
    """Register the error pages."""
    app.register_error_handler(NotFound, not_found)
    app.register_error_handler(NotAllowed, not_allowed)
    app.register_error_handler(Unproved, unproved)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, http_error)
    for lost in (OperationalError, InterfaceError, NoConnectionFree):
        app.register_error_handler(lost, unreachable)
    app.register_error_handler(Exception, broken)
