"""The one hook before every request: who is looking, and may anybody at all come here?

Closed by default: a route answers a guest only when it is listed in ``OPEN``. A guest gets the same answer
everywhere else,
whether the address exists or not; a member who does not see yet (pending, dormant) gets one page of their own.
"""

from typing import cast

from flask import Flask, Response, abort, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response as BaseResponse

from community.settings import settings
from community.terms import VERSION
from community.viewer import NOBODY, Viewer, hash_token, viewer_of_session

OPEN = frozenset(
    {
        "static",
        "health.healthz",
        "home.home",
        "signin.sign_in",
        "signin.begin",
        "signin.finish",
        "signin.enter_as",
        "signin.suspended",
        "outside.show",
        "parting.goodbye",
        "enrolment.show",
        "enrolment.begin",
        "enrolment.finish",
        "preferences.choose",
        "about.terms",
        "mails.show",
        "joining.show",
        "joining.passkey",
        "joining.begin",
        "joining.finish",
        "recovery.ask",
        "recovery.asked",
        "recovery.link",
        "recovery.stop_by_link",
    }
)
WAITING = OPEN | {
    "waiting.show",
    "signin.sign_out",
    "parting.export",
    "parting.leave",
    "recovery.show",
    "recovery.stop",
    "me.reconfirm",
    "me.begin_reconfirm",
    "me.finish_reconfirm",
    "me.reconfirm_in_demo",
    "employment.change",
}

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
FOREIGN = frozenset({"cross-site", "same-site"})  # a page of a neighbouring name is not ours
csrf = CSRFProtect()


class SignedIn(UserMixin):
    """What flask-login keeps for a request: the session's token and the viewer behind it."""

    def __init__(self, token: str, viewer: Viewer) -> None:
        self.token = token
        self.viewer = viewer

    def get_id(self) -> str:
        """The token, kept in the signed cookie; the database has its hash only."""
        return self.token


def current_viewer() -> Viewer:
    """Who is looking at this page."""
    if "viewer" not in g:
        g.viewer = current_user.viewer if current_user.is_authenticated else NOBODY
    return cast(Viewer, g.viewer)


def _load(token: str) -> SignedIn | None:
    viewer = viewer_of_session(hash_token(token))
    return None if viewer.is_guest else SignedIn(token, viewer)


def guard() -> BaseResponse | str | tuple[str, int] | None:
    """Refuse, before any route runs, what is not open to whoever asks."""
    if request.headers.get("Sec-Fetch-Site") in FOREIGN and request.method not in ("GET", "HEAD", "OPTIONS"):
        abort(400)
    if isinstance(request.routing_exception, SecurityError):
        abort(400)  # a host that is not ours: there are no addresses to send anybody to
    if _is_garbled(request.query_string):
        abort(400)
    if request.endpoint in OPEN or current_viewer().sees:
        return None
    if current_viewer().is_guest:
        return _ask_to_sign_in()
    return None if request.endpoint in WAITING else _ask_to_wait()


def _is_garbled(query: bytes) -> bool:
    """Browsers write a query in ASCII; what is no text at all cannot be read by any page."""
    try:
        query.decode()
    except UnicodeDecodeError:
        return True
    return False


def _ask_to_sign_in() -> BaseResponse | tuple[str, int]:
    if request.method == "POST":
        return hold(401)
    return redirect(url_for("signin.sign_in", next=request.full_path.rstrip("?")), 303)


def _ask_to_wait() -> BaseResponse | tuple[str, int]:
    """Who does not see yet, or fell dormant while writing."""
    return hold(403) if request.method == "POST" else redirect(url_for("waiting.show"), 303)


def hold(status: int) -> tuple[str, int]:
    """Give back everything that was typed, with a fresh token, to be sent again. Nothing is stored."""
    page = render_template("errors/hold.html", typed=typed_words(), path=request.path, terms_version=VERSION)
    return page, status


def typed_words() -> list[tuple[str, str]]:
    """The fields of the form that was sent, with what was typed."""
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def choose_locale() -> str:
    """The member's language; a guest's choice; else what the browser asks for."""
    wanted = current_viewer().locale or session.get("locale")
    if wanted in ("en", "ja"):
        return str(wanted)
    return request.accept_languages.best_match(("en", "ja")) or settings().default_locale


def choose_time_zone() -> str:
    """The member's time zone, or the community's."""
    return current_viewer().time_zone or settings().default_time_zone


def harden(response: Response) -> Response:
    """Put the protecting headers on every answer, errors included."""
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_POLICY
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    if request.endpoint != "static" or response.status_code >= 400:
        headers["Cache-Control"] = "no-store, private"
    if settings().secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return response


def init_app(app: Flask) -> None:
    """Install the hook first, then the check against forged requests: a guest learns nothing from the latter."""
    manager = LoginManager()
    manager.session_protection = None  # it would hash the address and browser; our session is a row that can be ended
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)  # templates have ``viewer``
    app.before_request(guard)
    csrf.init_app(app)
    app.after_request(harden)
