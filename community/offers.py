"""The acts on a room and its threads: one list that draws the buttons and that the acts themselves ask.

An act is offered when the viewer has the permission and the thing is in a state in which the act makes sense.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community import ids
from community.access import GroupRow, ThreadRow
from community.models import Visibility
from community.policy import Permission, Refused, can, ensure
from community.viewer import Viewer

OVERTAKEN = _l("This was done already, perhaps by somebody else, or it is no longer possible. Nothing was changed now.")


class Offer(NamedTuple):
    """An act by its ``name``, which is also the last part of its address.

    ``stands`` tells whether the state of the thing leaves it open; ``posts`` whether a button does it at once or a link
    leads to a page about it; ``ask`` is a question before doing it, ``icon`` and ``words`` are what the button shows.
    """

    name: str
    permission: Permission
    words: LazyString
    stands: Callable[[Any], bool]
    icon: str = ""
    posts: bool = True
    ask: LazyString | str = ""


def _standing(group: GroupRow) -> bool:
    return group.archived_at is None


def _always(_group: GroupRow) -> bool:
    return True


_OF_A_GROUP = (
    Offer("join", Permission.GROUP_JOIN, _l("Join this group"), _standing),
    Offer("ask", Permission.GROUP_ASK, _l("Ask to join"), _standing, posts=False),
    Offer("people", Permission.GROUP_MANAGE, _l("People and requests"), _always, "people", posts=False),
    Offer("settings", Permission.GROUP_MANAGE, _l("Settings"), _always, "gear", posts=False),
    Offer("rules", Permission.GROUP_MANAGE, _l("Change the rules"), _standing),
    Offer("decide", Permission.GROUP_MODERATE, _l("Answer requests"), _standing),
    Offer(
        "invite",
        Permission.GROUP_MODERATE,
        _l("Invite people"),
        lambda group: not group.is_public and _standing(group),
    ),
    Offer(
        "narrow",
        Permission.GROUP_MANAGE,
        _l("Make the group stricter"),
        lambda group: group.visibility != Visibility.SECRET and _standing(group),
        posts=False,
    ),
    Offer(
        "archive",
        Permission.GROUP_MANAGE,
        _l("Archive this group"),
        _standing,
        "archive",
        ask=_l("Archive this group? Nobody can write in it until it is opened again."),
    ),
    Offer(
        "unarchive",
        Permission.GROUP_MANAGE,
        _l("Open the group again"),
        lambda group: group.archived_at is not None,
        "archive",
    ),
    Offer("leave", Permission.GROUP_LEAVE, _l("Leave this group"), _always, "exit", posts=False),
)
_OF_A_THREAD = (
    Offer("lock", Permission.THREAD_MODERATE, _l("Lock"), lambda thread: thread.locked_at is None, "lock"),
    Offer("unlock", Permission.THREAD_MODERATE, _l("Unlock"), lambda thread: thread.locked_at is not None, "lock"),
    Offer("pin", Permission.THREAD_MODERATE, _l("Pin"), lambda thread: thread.pinned_at is None, "pin"),
    Offer("unpin", Permission.THREAD_MODERATE, _l("Unpin"), lambda thread: thread.pinned_at is not None, "pin"),
)


def offers(item: GroupRow | ThreadRow, viewer: Viewer) -> list[Offer]:
    """What the viewer may do with a group or a thread that a door gave them, as it is now."""
    return [offer for offer in _list_for(item) if offer.stands(item) and can(viewer, offer.permission, item)]


def ensure_offered(viewer: Viewer, name: str, item: GroupRow | ThreadRow) -> None:
    """Let the act ``name`` pass.

    Raises NotAllowed when it is not the viewer's, Refused when the thing is no longer in a state for it.
    """
    offer = next(offer for offer in _list_for(item) if offer.name == name)
    ensure(viewer, offer.permission, item)
    if not offer.stands(item):
        raise Refused(OVERTAKEN)


def address(offer: Offer, item: GroupRow | ThreadRow) -> str:
    """Where the act is done."""
    kind = "threads" if isinstance(item, ThreadRow) else "groups"
    return f"/{kind}/{ids.encode(item.id)}/{offer.name}"


def _list_for(item: GroupRow | ThreadRow) -> tuple[Offer, ...]:
    return _OF_A_THREAD if isinstance(item, ThreadRow) else _OF_A_GROUP
