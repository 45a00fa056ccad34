"""A person follows an enrolment link and registers a first passkey. Used, expired and guessed links answer alike."""

from flask import Blueprint, Response, render_template, url_for

from community import passkeys
from community.actions import enrolments, sign_ins
from community.models import Member
from community.pages import ceremony, limits
from community.pages.entry import begin_session, browser_words

pages = Blueprint("enrolment", __name__, url_prefix="/enrol")
ceremony.serve(pages)


@pages.get("/<token>")
@limits.attempts
def show(token: str) -> str | tuple[str, int]:
    """What will happen; looking at it uses nothing up, so that a mail scanner may."""
    member = enrolments.enrolling(token)
    if member is None:
        return render_template("community/enrolment/gone.html"), 404
    return render_template("community/enrolment/show.html", member=member, token=token)


@pages.post("/<token>/begin")
@limits.attempts
def begin(token: str) -> Response:
    """Ask the browser for a passkey."""
    return ceremony.options(passkeys.creation_options(_whose(token), ceremony.begin(f"enrol {token}")))


@pages.post("/<token>/finish")
@limits.attempts
def finish(token: str) -> Response:
    """Keep the passkey, use the link up, sign in."""
    new = passkeys.check_creation(*ceremony.answer(f"enrol {token}"))
    member_id = enrolments.enrol(token, new, browser_words())
    token = sign_ins.begin(member_id, browser_words())
    return ceremony.done(begin_session(token, url_for("home.home")))


def _whose(token: str) -> Member:
    member = enrolments.enrolling(token)
    if member is None:
        raise passkeys.Refused
    return member
