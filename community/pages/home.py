"""Home: what matters to my organization now? For guests, what this place is."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from community import clock, latest, reading, vouched
from community.actions import reading as reading_actions
from community.pages.frame import nav
from community.pages.hook import current_viewer
from community.pages.typed import drawn_at
from community.viewer import EPOCH

pages = Blueprint("home", __name__)
MOST_NEW = 20


@pages.get("/")
def home() -> str | Response:
    """The landing page for guests; for members what is new in their groups."""
    viewer = current_viewer()
    if viewer.is_guest:
        return render_template("community/home/landing.html")
    if not viewer.sees:
        return redirect(url_for("waiting.show"), 303)
    answer = render_template(
        "community/home/home.html",
        new=latest.new_threads(viewer, MOST_NEW),
        invitations=reading.invitations(viewer),
        asked=vouched.asked(viewer),
        now=clock.now().isoformat(),
    )
    _mark_groups_read()
    return answer


@pages.post("/read")
def read_all() -> Response:
    """Nothing that came in before the page was drawn is new any more."""
    viewer = current_viewer()
    reading_actions.mark_all_read(viewer, latest.unread_until(viewer, drawn_at()))
    return redirect(url_for(".home"), 303)


@pages.post("/guide")
def finish_guide() -> Response:
    """The viewer has read the guide for the first visit."""
    reading_actions.finish_guide(current_viewer())
    return redirect(url_for(".home"), 303)


def _mark_groups_read() -> None:
    # To the day only: the row must not tell when somebody was here.
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    quiet = [group.id for group in nav().groups if not group.unread and (group.read_to or EPOCH) < today]
    if quiet:
        reading_actions.mark_groups_read(current_viewer(), quiet, today)
