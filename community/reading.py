"""What is new for one reader: my groups with unread threads, unseen notifications.

Counts come from the visibility rule.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import aliased

from community import clock, concerned, visibility
from community.db import UTCDateTime, constant, read
from community.models import (
    EarlierName,
    Group,
    GroupInvitation,
    Member,
    Membership,
    Notification,
    NotificationKind,
    Post,
    PostState,
    ReadMark,
    Role,
    Thread,
)
from community.viewer import Viewer

RECENT = timedelta(days=30)

MY_PLACE = and_(Membership.group_id == Post.group_id, Membership.member_id == bindparam("viewer_id"))
MY_MARK = and_(ReadMark.thread_id == Post.thread_id, ReadMark.member_id == bindparam("viewer_id"))
# From both sides: of a moment that is only not too old the planner expects a third of all posts, and reads them all.
_RECENT, _SOON = bindparam("recent", type_=UTCDateTime), bindparam("soon", type_=UTCDateTime)


def is_unread(post: Any) -> ColumnElement[bool]:
    """Is ``post``, the table or an alias of it, news to the viewer? ``MY_PLACE`` and ``MY_MARK`` are joined."""
    return and_(
        post.released_at.between(_RECENT, _SOON),
        post.released_at > func.coalesce(Membership.read_to, Membership.since),
        or_(ReadMark.read_to.is_(None), post.released_at > ReadMark.read_to),
        or_(post.author_id.is_(None), post.author_id != bindparam("viewer_id")),
        post.state == constant(PostState.PUBLISHED),
    )


IS_UNREAD = is_unread(Post)
# Threads that somebody wrote in since: few, and found by an index. Then only one post of each must pass the rule.
_Moved = aliased(Post, name="moved")
_moved = (
    select(_Moved.thread_id, _Moved.group_id, func.max(_Moved.released_at).label("last_at"))
    .join(Membership, and_(Membership.group_id == _Moved.group_id, Membership.member_id == bindparam("viewer_id")))
    .where(
        _Moved.released_at.between(_RECENT, _SOON),
        _Moved.released_at > func.coalesce(Membership.read_to, Membership.since),
    )
    .group_by(_Moved.thread_id, _Moved.group_id)
    .subquery("moved_threads")
)
_something_unread = (
    visibility.visible_posts(Post.id)
    .join(Membership, MY_PLACE)
    .outerjoin(ReadMark, MY_MARK)
    .where(IS_UNREAD, Post.thread_id == _moved.c.thread_id)
    .correlate(_moved)
    .limit(constant(1))
    .offset(constant(0))  # asked thread by thread: without, the planner looks at all posts of all threads at once
    .exists()
)
_marked = and_(ReadMark.thread_id == _moved.c.thread_id, ReadMark.member_id == bindparam("viewer_id"))
_unread = (
    select(_moved.c.thread_id, _moved.c.group_id)
    .outerjoin(ReadMark, _marked)
    .where(or_(ReadMark.read_to.is_(None), _moved.c.last_at > ReadMark.read_to), _something_unread)
    .subquery()
)
_counts = select(_unread.c.group_id, func.count().label("unread")).group_by(_unread.c.group_id).subquery()
_my_groups = (
    select(
        Group.id,
        Group.name,
        Group.visibility,
        Membership.role,
        Group.archived_at,
        Membership.read_to,
        Membership.since,
        func.coalesce(_counts.c.unread, constant(0)).label("unread"),
    )
    .join(Membership, Membership.group_id == Group.id)
    .outerjoin(_counts, _counts.c.group_id == Group.id)
    .where(Membership.member_id == bindparam("viewer_id"))
    .subquery("my_groups")
)


def recent() -> dict[str, datetime]:
    """The parameters of ``IS_UNREAD``: what is older counts as read; and a moment that no post has reached."""
    now = clock.now()
    return {"recent": now - RECENT, "soon": now + timedelta(days=1)}


# A notification about a post counts while the post may be read; one about a group while the group may be known.
_readable = visibility.visible_alone(Post.id).where(Post.id == Notification.post_id).correlate(Notification).exists()
_known = visibility.visible_groups(Group.id).where(Group.id == Notification.group_id).correlate(Notification).exists()
# Who asks to join is the business of those who decide, and only while they do.
_decides = (
    select(Membership.group_id)
    .where(Membership.group_id == Notification.group_id, Membership.member_id == Notification.member_id)
    .where(Membership.role == constant(Role.MODERATOR))
    .correlate(Notification)
    .exists()
)
_asked_in = (
    select(GroupInvitation.id)
    .where(GroupInvitation.group_id == Notification.group_id, GroupInvitation.member_id == Notification.member_id)
    .correlate(Notification)
    .exists()
)


_in_thread = visibility.visible_posts(Post.id).where(Post.id == Notification.post_id).correlate(Notification).exists()


def still_seen() -> Any:
    """As a condition beside ``notifications``: may the viewer (still) see what it points at?

    An invitation into a group is seen while it is open, whether or not the group may be known otherwise; what is about
    neither post nor group is about the viewer's own account, or about somebody whom they may know of.
    """
    about_post = and_(Notification.post_id.is_not(None), _readable)
    known = and_(_known, or_(Notification.kind != constant(NotificationKind.JOIN_ASKED), _decides))
    about_group = and_(Notification.post_id.is_(None), or_(known, _asked_in))
    about_me = and_(Notification.post_id.is_(None), Notification.group_id.is_(None), concerned.still_known())
    return and_(Notification.member_id == bindparam("viewer_id"), or_(about_post, about_group, about_me))


class Frame(NamedTuple):
    """What stands around every page of one reader.

    ``groups``: theirs by name, archived ones last, each with how many threads have something unread. Unread: a post by
    somebody else, of the last 30 days and since they came into the group, after the read mark.
    ``unseen``: how many notifications they have not seen, of those they may still see.
    """

    groups: tuple[Any, ...]
    unseen: int


_unseen = (
    select(func.count().label("unseen"))
    .select_from(Notification)
    .where(still_seen(), Notification.seen_at.is_(None))
    .subquery("notified")
)
# One statement, since every page needs both; the count is there for those without a group, too.
_FRAME = (
    select(*_my_groups.c, _unseen.c.unseen)
    .select_from(_unseen.outerjoin(_my_groups, true()))
    .order_by(_my_groups.c.archived_at.is_not(None), _my_groups.c.name, _my_groups.c.id)
)


def frame(viewer: Viewer) -> Frame:
    """The viewer's groups and counts."""
    if not viewer.sees:
        return Frame((), 0)
    rows = read(_FRAME, viewer.binds | recent()).all()
    return Frame(tuple(row for row in rows if row.id is not None), rows[0].unseen)


_INVITATIONS = (
    select(GroupInvitation.id, Group.name.label("group_name"), Member.name.label("inviter_name"))
    .join(Group, Group.id == GroupInvitation.group_id)
    .join(Member, Member.id == GroupInvitation.inviter_id)
    .where(GroupInvitation.member_id == bindparam("viewer_id"))
    .order_by(GroupInvitation.invited_at, GroupInvitation.id)
)


def invitations(viewer: Viewer) -> list[Any]:
    """Invitations into groups that wait for the viewer's answer: ``id group_name inviter_name``."""
    return list(read(_INVITATIONS, viewer.binds).all()) if viewer.sees else []


_Author = aliased(Member, name="author")
_About = aliased(Member, name="about")
_LATEST = (
    select(
        Notification.id,
        Notification.kind,
        Notification.told_at,
        Notification.seen_at,
        Notification.post_id,
        Notification.group_id,
        Post.thread_id,
        Post.tlp,
        Post.state,
        _Author.name.label("author_name"),
        Post.pseudonym,
        Notification.about_id,
        _About.name.label("about_name"),
        EarlierName.name.label("earlier_name"),
        Thread.title,
        Group.name.label("group_name"),
        GroupInvitation.id.label("invitation_id"),
        _in_thread.label("in_thread"),
    )
    .outerjoin(Post, Post.id == Notification.post_id)
    .outerjoin(_Author, _Author.id == Post.author_id)
    .outerjoin(_About, _About.id == Notification.about_id)
    .outerjoin(EarlierName, EarlierName.id == Notification.earlier_name_id)
    .outerjoin(Thread, Thread.id == Post.thread_id)
    .outerjoin(Group, Group.id == func.coalesce(Notification.group_id, Post.group_id))
    .outerjoin(
        GroupInvitation,
        and_(
            GroupInvitation.group_id == Notification.group_id,
            GroupInvitation.member_id == Notification.member_id,
            Notification.kind == constant(NotificationKind.GROUP_INVITED),
        ),
    )
    .where(still_seen())
    .order_by(Notification.told_at.desc(), Notification.id)
    .limit(bindparam("most"))
)


def notifications(viewer: Viewer, most: int) -> list[Any]:
    """The viewer's latest notifications, of those they may still see.

    Where ``in_thread`` is false the post is read by a grant only: its group must not be shown, nor the title of its
    thread unless it opened it.
    """
    return list(read(_LATEST, viewer.binds | {"most": most}).all()) if viewer.sees else []
