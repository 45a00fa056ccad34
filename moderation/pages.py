"""Where moderators begin: what waits in their groups; and opening one post on the record, for site moderators."""

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from community import policy, rosters
from community.access import NotAllowed, NotFound
from community.pages.hook import current_viewer
from community.policy import Permission
from community.viewer import Viewer
from moderation import actions, reading
from moderation.forms import AddressForm, OpenForm
from moderation.offers import opens_posts

pages = Blueprint("moderation", __name__, url_prefix="/moderation")


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("", methods=["GET", "POST"])
def home() -> Response | tuple[str, int]:
    """What waits in the groups one moderates; for site moderators a new group, and the way to a single post."""
    viewer = current_viewer()
    rooms = rosters.rooms_to_moderate(viewer)
    if not rooms and not opens_posts(viewer):
        raise NotAllowed
    form = AddressForm()
    if request.method == "POST" and opens_posts(viewer) and form.validate():
        return redirect(url_for(".open_post", post_id=form.post_id()), 303)
    answer = render_template("moderation/home.html", rooms=rooms, form=form, **_waiting(viewer, rooms))
    return answer, 400 if form.errors else 200


def _waiting(viewer: Viewer, rooms: list[Any]) -> dict[str, Any]:
    open_rooms = [room.id for room in rooms if room.archived_at is None]
    return {
        "requests": rosters.requests(viewer, open_rooms),
        "invitations": rosters.invitations(viewer, open_rooms),
        "may_create": policy.can(viewer, Permission.COMMUNITY_CREATE_GROUP),
        "may_open": opens_posts(viewer),
    }


@pages.route("/posts/<id:post_id>/open", methods=["GET", "POST"])
def open_post(post_id: int) -> str | tuple[str, int]:
    """Ask why, and say the same whether there is such a post or not; then record it, and only then show it."""
    viewer = current_viewer()
    if not opens_posts(viewer):
        raise NotAllowed
    form = OpenForm()
    if form.validate_on_submit():
        return _open(viewer, post_id, form.reason.data)
    return render_template("moderation/open.html", form=form, post_id=post_id), 400 if form.errors else 200


def _open(viewer: Viewer, post_id: int, reason: str) -> str:
    record = actions.open_as_moderator(viewer, post_id, reason)
    if record is None:
        raise NotFound
    return render_template("moderation/opened.html", post=reading.opened_post(viewer, record))
