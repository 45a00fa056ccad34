"""What one reader changes for themselves: read marks and follows."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, delete, update

from community import clock
from community.access import ThreadRow
from community.db import action, db, insert_new, upsert
from community.models import Follow, Member, Membership, Notification, NotificationKind, ReadMark
from community.viewer import Viewer

# Of these the post itself is the news; what else is told of a post is about what somebody did with it.
OF_NEW_POSTS = (
    NotificationKind.REPLY,
    NotificationKind.QUOTE,
    NotificationKind.NAMED,
    NotificationKind.WARNING,
    NotificationKind.GRANT,
)


@action
def mark_shown(viewer: Viewer, thread: ThreadRow, to: datetime | None, post_ids: Collection[int]) -> None:
    """The viewer was shown these posts, and so has seen what they were told of them.

    They have read ``thread`` up to the moment ``to``; None where something before was not shown. No mark moves back.
    """
    if to:
        _mark(viewer, thread.id, to)
    told = and_(Notification.member_id == viewer.member_id, Notification.kind.in_(OF_NEW_POSTS))
    unseen = and_(told, Notification.seen_at.is_(None), Notification.post_id.in_(post_ids))
    db.session.execute(update(Notification).where(unseen).values(seen_at=clock.now()))


def _mark(viewer: Viewer, thread_id: int, to: datetime) -> None:
    statement = upsert(ReadMark).values(member_id=viewer.member_id, thread_id=thread_id, read_to=to)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[ReadMark.member_id, ReadMark.thread_id], set_={"read_to": to}, where=ReadMark.read_to < to
        )
    )


@action
def mark_all_read(viewer: Viewer, to: Mapping[int, datetime]) -> None:
    """The viewer has read each of these threads up to its moment."""
    for thread_id, moment in to.items():
        _mark(viewer, thread_id, moment)


@action
def mark_groups_read(viewer: Viewer, group_ids: Collection[int], to: datetime) -> None:
    """Nothing in these groups is unread up to ``to``: unread counts need not look further back."""
    mine = and_(Membership.member_id == viewer.member_id, Membership.group_id.in_(group_ids))
    db.session.execute(update(Membership).where(mine).values(read_to=to))


@action
def follow(viewer: Viewer, thread: ThreadRow) -> None:
    """Tell the viewer of replies from now on."""
    db.session.execute(insert_new(Follow).values(member_id=viewer.member_id, thread_id=thread.id))


@action
def unfollow(viewer: Viewer, thread: ThreadRow) -> None:
    """Tell the viewer no more."""
    db.session.execute(delete(Follow).where(Follow.member_id == viewer.member_id, Follow.thread_id == thread.id))


@action
def see_notifications(viewer: Viewer, to: datetime) -> None:
    """The viewer has seen their notifications up to the moment ``to``."""
    mine = Notification.member_id == viewer.member_id
    unseen = and_(mine, Notification.seen_at.is_(None), Notification.told_at <= to)
    db.session.execute(update(Notification).where(unseen).values(seen_at=to))


@action
def finish_guide(viewer: Viewer) -> None:
    """The viewer needs the first-visit guide no more."""
    db.session.execute(update(Member).where(Member.id == viewer.member_id).values(guided=True))
