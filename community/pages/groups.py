"""Groups: the list of those one may know, and one room with its threads."""

from datetime import datetime, timedelta

from flask import Blueprint, render_template, request

from community import directory, latest, policy
from community.access import access_group
from community.pages.frame import meant
from community.pages.hook import current_viewer
from community.pages.threads import page_number
from community.policy import Permission

pages = Blueprint("groups", __name__)


@pages.get("/groups")
def index() -> str:
    """All groups that the viewer may know of."""
    viewer = current_viewer()
    return render_template(
        "community/groups/index.html",
        groups=directory.groups(viewer),
        may_create=policy.can(viewer, Permission.COMMUNITY_CREATE_GROUP),
    )


@pages.get("/groups/<id:group_id>")
def show(group_id: int) -> str:
    """What this room is, who is in it, and its threads; for who may not read it, what it is and how to come in."""
    viewer = current_viewer()
    group = access_group(viewer, group_id)
    reads = policy.can(viewer, Permission.GROUP_READ, group)
    before, asked = _before()
    return render_template(
        "community/groups/show.html",
        group=group,
        about=directory.group_facts(viewer, group),
        page=latest.threads_of_group(viewer, group_id, before, page_number()) if reads else None,
        before=asked,
        reads=reads,
        can=lambda permission: policy.can(viewer, Permission(permission), group),
    )


def _before() -> tuple[datetime | None, str]:
    """The day to jump to (``?before=2026-01-31``, that day included), and as it was asked for;
    nonsense asks for all.
    """
    asked = request.args.get("before", "")
    try:
        return meant(datetime.strptime(asked, "%Y-%m-%d") + timedelta(days=1)), asked  # noqa: DTZ007 - meant() adds it
    except (ValueError, OverflowError):
        return None, ""
