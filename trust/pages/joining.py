"""An invited person comes in: who they are, the terms of use, a first passkey.

Used, withdrawn, expired, forwarded-and-used and guessed links answer alike. Looking uses nothing up.
"""

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from community import clock, passkeys
from community.access import NotFound
from community.actions import sign_ins
from community.models import Member
from community.pages import ceremony, limits
from community.pages.entry import begin_session, browser_words
from community.pages.hook import current_viewer
from community.terms import VERSION
from trust import inviting
from trust.actions import invitations
from trust.forms.invitations import ArrivalForm
from trust.inviting import Welcome

pages = Blueprint("joining", __name__, url_prefix="/join/<token>")
ceremony.serve(pages)
limits.recognize(lambda token: inviting.welcome(token) is not None)
HANDLE = "handle"
Page = str | BaseResponse | tuple[str, int]


@pages.route("", methods=["GET", "POST"])
@limits.attempts
def show(token: str) -> Page:
    """Who invites me, and what is to be said of myself."""
    welcome = inviting.welcome(token)
    if welcome is None:
        return _gone()
    if not current_viewer().is_guest:
        return render_template("trust/joining/elsewhere.html", welcome=welcome)
    form = ArrivalForm(welcome.organization, data={"name": welcome.name})
    if request.method == "POST" and form.validate():
        try:
            invitations.introduce(token, form.arrival(VERSION))
        except NotFound:
            return _gone()
        return redirect(url_for(".passkey", token=token), 303)
    page = render_template("trust/joining/show.html", welcome=welcome, form=form, token=token)
    return page, 400 if form.errors else 200


@pages.get("/passkey")
@limits.attempts
def passkey(token: str) -> Page:
    """Make the first passkey."""
    welcome = inviting.welcome(token)
    if welcome is None:
        return _gone()
    if not welcome.is_answered:
        return redirect(url_for(".show", token=token), 303)
    return render_template("trust/joining/passkey.html", welcome=welcome, token=token)


@pages.post("/begin")
@limits.attempts
def begin(token: str) -> Response:
    """Ask the browser for a passkey."""
    welcome = _answered(token)
    handle = clock.token()
    session[HANDLE] = handle.hex()
    person = Member(id=0, name=welcome.name, mail=welcome.mail, user_handle=handle)
    return ceremony.options(passkeys.creation_options(person, ceremony.begin(f"join {token}")))


@pages.post("/finish")
@limits.attempts
def finish(token: str) -> Response:
    """Keep the passkey, use the invitation up, sign in: to a page that says what happens next."""
    handle = bytes.fromhex(session.pop(HANDLE, ""))
    new = passkeys.check_creation(*ceremony.answer(f"join {token}"))
    if len(handle) != 32:
        raise passkeys.Refused
    member_id = invitations.redeem(token, new, browser_words(), handle, str(get_locale()))
    token = sign_ins.begin(member_id, browser_words())
    return ceremony.done(begin_session(token, url_for("waiting.show")))


def _answered(token: str) -> Welcome:
    welcome = inviting.welcome(token)
    if welcome is None or not welcome.is_answered:
        raise passkeys.Refused
    return welcome


def _gone() -> tuple[str, int]:
    return render_template("community/enrolment/gone.html"), 404
