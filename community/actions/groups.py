"""Site moderators create groups; group moderators keep their rules, make them stricter, archive them, lock and pin."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, exists, select, update

from community import audit, clock, directory, events
from community.access import GroupRow, access_group, access_member, access_thread
from community.db import action, db
from community.models import (
    Anonymous,
    Follow,
    Group,
    GroupSector,
    JoinRequest,
    Membership,
    ReadMark,
    Role,
    Thread,
    Visibility,
)
from community.offers import OVERTAKEN, ensure_offered
from community.policy import Permission, Refused, ensure, is_trusted
from community.tlp import PUBLIC_GROUP, STRICT_TO_WIDE, Tlp
from community.versions import ensure_unchanged
from community.viewer import Viewer, viewer_of_member

STRICTER = (Visibility.PUBLIC, Visibility.PRIVATE, Visibility.SECRET)
NOT_TRUSTED = _l("Moderators are staff of an organization, or contractors who signed a non-disclosure agreement.")
_WIDER = _l("A group can only become stricter. For a wider one, ask a site moderator to create a new group.")
_HISTORY = _l("What was written under a hidden history stays hidden: this cannot be taken back.")
_PUBLIC = _l("A public group takes TLP:GREEN and TLP:CLEAR, and hides no history.")


@dataclass(frozen=True)
class NewGroup:
    """A group to be created, and who moderates it first."""

    name: str
    description: str
    visibility: Visibility
    sectors: tuple[str, ...]
    moderator_id: int


@dataclass(frozen=True)
class GroupRules:
    """What the moderators of a group decide about it."""

    name: str
    description: str
    sectors: tuple[str, ...]
    labels: tuple[Tlp, ...]
    join_role: Role
    hides_history: bool
    anonymous: Anonymous = Anonymous.OFF


def hold_group(viewer: Viewer, group_id: int, act: str) -> GroupRow:
    """The group, locked until the action ends, when ``act`` is offered to the viewer there.

    Raises NotFound, NotAllowed or Refused. Who may not know of the group does not come as far as its lock.
    """
    access_group(viewer, group_id)
    audit.hold()  # as acts about trust do, before any group: two that wait for each other would both fail
    db.session.execute(select(Group.id).where(Group.id == group_id).with_for_update(key_share=True))
    group = access_group(viewer, group_id)
    ensure_offered(viewer, act, group)
    return group


@action
def create_group(viewer: Viewer, draft: NewGroup) -> int:
    """Create a group with its first moderator and return its id. Who comes in begins as the kind of group has it.

    Raises NotAllowed for all but site moderators, NotFound when there is no such member, Refused when the member may
    not moderate.
    """
    ensure(viewer, Permission.COMMUNITY_CREATE_GROUP)
    first = access_member(viewer, draft.moderator_id).id
    ensure_trusted(first)
    group = _add_group(draft)
    _set_sectors(group.id, draft.sectors)
    db.session.add(Membership(group_id=group.id, member_id=first, role=Role.MODERATOR))
    audit.record(viewer, "moderator:group:created", group_id=group.id, subject_id=first, visibility=draft.visibility)
    events.record(events.GroupChanged(group.id))
    events.record(events.MemberJoined(group.id, first, viewer.member_id))
    return group.id


def _add_group(draft: NewGroup) -> Group:
    public = draft.visibility == Visibility.PUBLIC
    group = Group(
        id=clock.random_id(),
        name=draft.name,
        description=draft.description,
        visibility=draft.visibility,
        join_role=Role.CONTRIBUTOR if public else Role.READER,
        labels=_in_order(PUBLIC_GROUP if public else STRICT_TO_WIDE),
    )
    db.session.add(group)
    db.session.flush()  # what refers to it comes after it
    return group


def ensure_trusted(member_id: int) -> None:
    """Raise Refused unless the member may moderate a group."""
    if not is_trusted(viewer_of_member(member_id)):
        raise Refused(NOT_TRUSTED)


@action
def change_rules(viewer: Viewer, group_id: int, rules: GroupRules, seen: str) -> None:
    """Write what a group is and how it works. ``seen`` is the version that the page showed.

    Raises Refused when somebody else changed it meanwhile, a hidden history would be opened, or a public group would
    take what it may not.
    """
    group = hold_group(viewer, group_id, "rules")
    ensure_unchanged(seen, directory.version_of_rules(group))
    if group.hides_history and not rules.hides_history:
        raise Refused(_HISTORY)
    if group.is_public and (rules.hides_history or not PUBLIC_GROUP.issuperset(rules.labels)):
        raise Refused(_PUBLIC)
    values = asdict(rules) | {"labels": _in_order(rules.labels)}
    sectors = values.pop("sectors")
    changed = [name for name, value in values.items() if getattr(group, name) != value]
    db.session.execute(update(Group).where(Group.id == group_id).values(values))
    _set_sectors(group_id, sectors)
    audit.record(viewer, "moderator:group:changed", group_id=group_id, changed=changed)
    events.record(events.GroupChanged(group_id))


def _in_order(labels: Collection[Tlp]) -> list[str]:
    return [str(label) for label in STRICT_TO_WIDE if label in labels]


def _set_sectors(group_id: int, codes: tuple[str, ...]) -> None:
    db.session.execute(delete(GroupSector).where(GroupSector.group_id == group_id))
    db.session.add_all(GroupSector(group_id=group_id, sector_code=code) for code in codes)


@action
def narrow_group(viewer: Viewer, group_id: int, to: Visibility) -> None:
    """Make a group private or secret. The labels it takes stay as they are.

    Raises Refused when ``to`` would not be stricter.
    """
    group = hold_group(viewer, group_id, "narrow")
    if STRICTER.index(to) <= STRICTER.index(group.visibility):
        raise Refused(_WIDER)
    db.session.execute(update(Group).where(Group.id == group_id).values(visibility=to))
    _forget_outsiders(group_id)
    if to == Visibility.SECRET:
        db.session.execute(delete(JoinRequest).where(JoinRequest.group_id == group_id))
    audit.record(viewer, "moderator:group:narrowed", group_id=group_id, before=group.visibility, after=to)
    events.record(events.GroupChanged(group_id))


def _forget_outsiders(group_id: int) -> None:
    """Who read along in a public group leaves no trace behind when it closes."""
    for kept in (Follow, ReadMark):
        inside = exists().where(Membership.group_id == group_id, Membership.member_id == kept.member_id)
        db.session.execute(delete(kept).where(kept.thread_id.in_(threads_of(group_id)), ~inside))


def threads_of(group_id: int) -> Select[Any]:
    """The ids of all threads of a group, as a select."""
    return select(Thread.id).where(Thread.group_id == group_id)


@action
def archive_group(viewer: Viewer, group_id: int) -> None:
    """Nobody writes in the group any more; everything stays readable to whom it was."""
    hold_group(viewer, group_id, "archive")
    _set_archived(viewer, group_id, "moderator:group:archived", clock.now())


@action
def unarchive_group(viewer: Viewer, group_id: int) -> None:
    """The group can be written in again."""
    hold_group(viewer, group_id, "unarchive")
    _set_archived(viewer, group_id, "moderator:group:unarchived", None)


def _set_archived(viewer: Viewer, group_id: int, tag: str, at: object) -> None:
    db.session.execute(update(Group).where(Group.id == group_id).values(archived_at=at))
    audit.record(viewer, tag, group_id=group_id)
    events.record(events.GroupChanged(group_id))


_MARKS = {
    "lock": ("locked_at", True),
    "unlock": ("locked_at", False),
    "pin": ("pinned_at", True),
    "unpin": ("pinned_at", False),
}


@action
def mark_thread(viewer: Viewer, thread_id: int, act: str) -> None:
    """Lock, unlock, pin or unpin a thread: ``act`` is the name of the offer.

    Raises NotFound, NotAllowed, or Refused when it is so already.
    """
    thread = access_thread(viewer, thread_id)
    ensure_offered(viewer, act, thread)
    column, on = _MARKS[act]
    mark = getattr(Thread, column)
    still = mark.is_(None) if on else mark.is_not(None)
    change = update(Thread).where(Thread.id == thread_id, still).values({column: clock.now() if on else None})
    changed: Any = db.session.execute(change)
    if not changed.rowcount:
        raise Refused(OVERTAKEN)
    audit.record(viewer, f"moderator:thread:{act}", group_id=thread.group.id, subject_id=thread_id)
    events.record(events.ThreadChanged(thread_id))
