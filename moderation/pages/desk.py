"""Where moderators work: the queue, and the ways to their groups and to a single post."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from community import clock, ids, policy, rosters
from community.access import NotAllowed
from community.pages.hook import current_viewer
from community.pages.threads import page_number
from community.policy import Permission
from community.viewer import Viewer
from moderation.forms.opening import AddressForm
from moderation.offers import opens_posts
from moderation.queue import Filter, Which, queue

pages = Blueprint("moderation", __name__, url_prefix="/moderation")


@pages.route("", methods=["GET", "POST"])
def home() -> Response | tuple[str, int]:
    """What waits, most urgent first; the groups one moderates; for site moderators the way to a single post."""
    viewer = current_viewer()
    rooms = rosters.rooms_to_moderate(viewer)
    if not rooms and not opens_posts(viewer):
        raise NotAllowed
    form = AddressForm()
    if request.method == "POST" and opens_posts(viewer) and form.validate():
        return redirect(url_for("opening.open_post", post_id=form.post_id()), 303)
    wanted = _wanted()
    shown = queue(viewer, wanted, page_number())
    more = {"queue": shown, "wanted": wanted, "which": Which, "rooms": rooms, "form": form, "moment": clock.now()}
    answer = render_template("moderation/home.html", **more, **_beside(viewer, rooms))
    return answer, 400 if form.errors else 200


def _wanted() -> Filter:
    which = request.args.get("which", "")
    kind = Which(which) if which in set(Which) else Which.ALL
    return Filter(kind, _group(), "mine" in request.args, "overdue" in request.args)


def _group() -> int:
    try:
        return ids.decode(request.args.get("group", ""))
    except ValueError:
        return 0


def _beside(viewer: Viewer, rooms: list[Any]) -> dict[str, Any]:
    open_rooms = [room.id for room in rooms if room.archived_at is None]
    return {
        "invitations": rosters.invitations(viewer, open_rooms),
        "may_create": policy.can(viewer, Permission.COMMUNITY_CREATE_GROUP),
        "may_open": opens_posts(viewer),
    }
