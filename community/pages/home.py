"""Home: what matters to my organization now? For guests, what this place is."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from community import clock, latest, reading, vouched
from community.actions import reading as reading_actions
from community.pages.frame import nav
from community.pages.hook import current_viewer
from community.pages.typed import drawn_at

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
    # To the day only: the row must not tell when somebody was here. And a day back: a copy that is published today has
    # the time at which the day began where the community is, and is news all the same.
    day = clock.day() - clock.DAY
    quiet = [one.id for one in nav().groups if not one.unread and (one.read_to or one.since) < day]
    if quiet:
        reading_actions.mark_groups_read(current_viewer(), quiet, day)
