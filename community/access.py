"""The doors: a page asks here for an object and gets a row it may use, or a refusal.

What is missing and what is hidden are refused in the same way, by the same statement.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, bindparam, exists, select

from community import ids, visibility
from community.db import is_one_of, read
from community.models import (
    SEEING,
    Follow,
    Group,
    GroupInvitation,
    Member,
    Membership,
    Organization,
    Post,
    ReadMark,
    Role,
    Thread,
    Visibility,
)
from community.policy import NotAllowed, Permission, ensure
from community.viewer import Viewer

__all__ = [
    "GroupRow",
    "InvitationRow",
    "NotAllowed",
    "NotFound",
    "PostRow",
    "ThreadRow",
    "access_group",
    "access_invitation",
    "access_member",
    "access_organization",
    "access_post",
    "access_thread",
    "named",
]


class NotFound(Exception):
    """There is nothing here for this viewer: missing, hidden and malformed are the same."""


def named(sent: str | None) -> int:
    """The id in a form or query, as somebody sent it. Raises NotFound: what is none names nothing."""
    try:
        return ids.decode(sent or "")
    except ValueError:
        raise NotFound from None


class GroupRow(NamedTuple):
    """A group as one viewer meets it; ``role`` is None for a non-member."""

    id: int
    name: str
    description: str
    visibility: Visibility
    hides_history: bool
    join_role: Role
    labels: list[str]
    anonymous: Any
    archived_at: Any
    role: Role | None
    since: Any

    @property
    def is_public(self) -> bool:
        """Is it a public group?"""
        return self.visibility == Visibility.PUBLIC


_MINE = and_(Membership.group_id == Group.id, Membership.member_id == bindparam("viewer_id"))
_GROUP = (
    Group.id.label("group_id"),
    Group.name.label("group_name"),
    Group.description,
    Group.visibility,
    Group.hides_history,
    Group.join_role,
    Group.labels,
    Group.anonymous,
    Group.archived_at,
    Membership.role,
    Membership.since,
)
_GROUP_WIDTH = len(_GROUP)


class ThreadRow(NamedTuple):
    """A thread as one viewer meets it, with its group and what its opening post says about it.

    ``read_to`` is the viewer's read mark, or None; ``follows`` tells whether they follow it.
    """

    group: GroupRow
    id: int
    title: str
    kind: Any
    event_type: str | None
    cause_types: list[str]
    locked_at: Any
    pinned_at: Any
    tlp: Any
    author_id: int | None
    state: Any
    read_to: Any
    follows: bool


class PostRow(NamedTuple):
    """One post with its thread and group. ``in_thread`` is False when the viewer reads it by a grant only.

    Then group and thread must not be shown: their members are there for the rules, not for pages.
    """

    thread: ThreadRow
    id: int
    author_id: int | None
    tlp: Any
    severity: Any
    state: Any
    body: str
    html: str
    version: int
    released_at: Any
    in_thread: bool

    @property
    def group(self) -> GroupRow:
        """The group it stands in."""
        return self.thread.group

    @property
    def is_opening(self) -> bool:
        """Does it open its thread?"""
        return self.id == self.thread.id


class InvitationRow(NamedTuple):
    """An invitation into a group, as the invited person meets it: all they may know of the group."""

    id: int
    group_id: int
    group_name: str
    description: str
    inviter_id: int
    inviter_name: str
    inviter_organization: str
    role: Role
    invited_at: Any


_THREAD = (
    Thread.id.label("thread_id"),
    Thread.title,
    Thread.kind,
    Thread.event_type,
    Thread.cause_types,
    Thread.locked_at,
    Thread.pinned_at,
)
_OWN = (
    select(ReadMark.read_to)
    .where(ReadMark.thread_id == Thread.id, ReadMark.member_id == bindparam("viewer_id"))
    .correlate(Thread)
    .scalar_subquery(),
    exists().where(Follow.thread_id == Thread.id, Follow.member_id == bindparam("viewer_id")).correlate(Thread),
)
_GROUP_BY_ID = visibility.visible_groups(*_GROUP).outerjoin(Membership, _MINE).where(Group.id == bindparam("group_id"))
_THREAD_BY_ID = (
    visibility.visible_openings(*_GROUP, *_THREAD, Post.tlp, Post.author_id, Post.state, *_OWN)
    .outerjoin(Membership, _MINE)
    .where(Thread.id == bindparam("thread_id"))
)
_POST_BY_ID = (
    visibility.visible_alone(
        *_GROUP,
        *_THREAD,
        visibility.Opening.tlp.label("thread_tlp"),
        visibility.Opening.author_id.label("thread_author_id"),
        visibility.Opening.state.label("thread_state"),
        *_OWN,
        Post.id.label("post_id"),
        Post.author_id,
        Post.tlp,
        Post.severity,
        Post.state,
        Post.body,
        Post.html,
        Post.version,
        Post.released_at,
        visibility.seen_in_thread().label("in_thread"),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .outerjoin(Membership, _MINE)
    .where(Post.id == bindparam("post_id"))
)
_MEMBER_BY_ID = visibility.visible_members(
    Member.id,
    Member.name,
    Member.profile,
    Member.engagement,
    Member.site_moderator,
    Member.analyst,
    Member.joined_on,
    Organization.id.label("organization_id"),
    Organization.name.label("organization_name"),
    Organization.short_name.label("organization_short_name"),
).where(Member.id == bindparam("member_id"))

_ORGANIZATION_BY_ID = (
    visibility.visible_members(
        Organization.id, Organization.name, Organization.short_name, Organization.kind, Organization.verified
    )
    .where(Organization.id == bindparam("organization_id"))
    .distinct()
)
_INVITATION_BY_ID: Select[*tuple[Any, ...]] = (
    select(
        GroupInvitation.id,
        Group.id.label("group_id"),
        Group.name.label("group_name"),
        Group.description,
        Member.id.label("inviter_id"),
        Member.name.label("inviter_name"),
        Organization.short_name.label("inviter_organization"),
        GroupInvitation.role,
        GroupInvitation.invited_at,
    )
    .join(Group, Group.id == GroupInvitation.group_id)
    .join(Member, Member.id == GroupInvitation.inviter_id)
    .join(Organization, Organization.id == Member.organization_id)
    .where(
        GroupInvitation.id == bindparam("invitation_id"),
        GroupInvitation.member_id == bindparam("viewer_id"),
        is_one_of(bindparam("viewer_state", type_=String), SEEING),
    )
)


def access_group(viewer: Viewer, group_id: int, may: Permission = Permission.GROUP_SEE) -> GroupRow:
    """The group, when the viewer may know of it and ``may`` do this there.

    Raises NotFound when they may not know of it (or may not read it and ``may`` is about reading), NotAllowed when
    they see it and may not do this.
    """
    group = GroupRow(*_one(_GROUP_BY_ID, viewer, group_id=group_id))
    ensure(viewer, may, group)
    return group


def access_thread(viewer: Viewer, thread_id: int, may: Permission = Permission.THREAD_READ) -> ThreadRow:
    """The thread, when the viewer sees its opening post and ``may`` do this.

    Raises NotFound or NotAllowed like ``access_group``.
    """
    thread = _thread_row(_one(_THREAD_BY_ID, viewer, thread_id=thread_id))
    ensure(viewer, may, thread)
    return thread


def access_post(viewer: Viewer, post_id: int, may: Permission = Permission.POST_READ) -> PostRow:
    """The post, when the viewer sees it in its thread or by the author's grant, and ``may`` do this.

    Raises NotFound or NotAllowed like ``access_group``.
    """
    row = _one(_POST_BY_ID, viewer, post_id=post_id)
    width = _GROUP_WIDTH + len(ThreadRow._fields) - 1
    post = PostRow(_thread_row(row[:width]), *row[width:])
    ensure(viewer, may, post)
    return post


def access_member(viewer: Viewer, member_id: int) -> Any:
    """A member as every member may know them. Raises NotFound."""
    return _one(_MEMBER_BY_ID, viewer, member_id=member_id)


def access_invitation(viewer: Viewer, invitation_id: int) -> InvitationRow:
    """An open invitation of the viewer into a group. Raises NotFound, also when it is somebody else's."""
    return InvitationRow(*_one(_INVITATION_BY_ID, viewer, invitation_id=invitation_id))


def access_organization(viewer: Viewer, organization_id: int) -> Any:
    """An organization that has members the viewer may know. Raises NotFound."""
    return _one(_ORGANIZATION_BY_ID, viewer, organization_id=organization_id)


def _thread_row(row: Any) -> ThreadRow:
    return ThreadRow(GroupRow(*row[:_GROUP_WIDTH]), *row[_GROUP_WIDTH:])


def _one(statement: Select[Any], viewer: Viewer, **given: int) -> Any:
    row = read(statement, viewer.binds | given).one_or_none()
    if row is None:
        raise NotFound
    return row
