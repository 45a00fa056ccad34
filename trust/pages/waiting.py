"""For a member who does not see anything yet, or no more: why, and what happens next."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from community.models import MemberState
from community.pages.hook import current_viewer
from trust import vouching

pages = Blueprint("waiting", __name__)


@pages.get("/waiting")
def show() -> str | Response:
    """What is still missing; who may read again meanwhile goes home."""
    viewer = current_viewer()
    if viewer.sees:
        return redirect(url_for("home.home"), 303)
    pending = viewer.state == MemberState.PENDING
    progress = vouching.progress(viewer.member_id) if pending else None
    return render_template("trust/waiting.html", progress=progress)
