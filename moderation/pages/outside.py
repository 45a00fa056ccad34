"""For who has shown their passkey and sees nothing of the community, suspended or waiting: that they became known."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from community.pages import entry
from community.viewer import Viewer
from moderation import hearing

pages = Blueprint("outside", __name__)
KNOWN = "known"


@entry.told_first
def _notice(viewer: Viewer, onward: str) -> str:
    if viewer.sees or not (known := hearing.unsealed(viewer)):
        return ""
    session[KNOWN] = [[f"{row.at:%Y-%m-%d}", row.asked_by, row.agreed_by] for row in known]
    return url_for("outside.show", next=onward)


@pages.get("/sign-in/told")
def show() -> str | Response:
    """What came with this browser's session from the sign-in; it goes when it is shown. Others are sent on."""
    known, onward = session.pop(KNOWN, []), entry.safe_next(request.args.get("next", ""))
    if not known:
        return redirect(onward, 303)
    return render_template("moderation/unnamed/outside.html", known=known, onward=onward)
