"""Notifications: what came in for me, newest first; and the small numbers that an open page keeps fresh."""

from flask import Blueprint, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response

from community import ids, reading
from community.actions import reading as reading_actions
from community.pages.frame import nav
from community.pages.hook import current_viewer
from community.pages.typed import drawn_at

pages = Blueprint("notifications", __name__)
MOST = 100


@pages.get("/notifications")
def show() -> str:
    """The latest notifications."""
    rows = reading.notifications(current_viewer(), MOST)
    until = rows[0].told_at.isoformat() if rows else ""
    return render_template("community/notifications/show.html", rows=rows, until=until)


@pages.post("/notifications/seen")
def seen() -> Response:
    """Mark as seen all that were there when the page was made; a warning that came in since stays new."""
    reading_actions.see_notifications(current_viewer(), drawn_at())
    return redirect(url_for(".show"), 303)


@pages.get("/unread")
def unread() -> Response:
    """The numbers of the frame: unseen notifications, and unread threads by group."""
    groups = {ids.encode(group.id): group.unread for group in nav().groups}
    return jsonify(notifications=nav().unread_notifications, groups=groups)
