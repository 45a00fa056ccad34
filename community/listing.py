"""Lists a reader meets: the threads of a group or of all their groups, the posts of a thread.

Everything is counted as the reader sees it.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import aliased

from community import visibility
from community.access import ThreadRow
from community.db import UTCDateTime, read
from community.models import (
    LISTED,
    Grant,
    Group,
    Member,
    Membership,
    ModeratorReading,
    Organization,
    OrganizationSector,
    Post,
    ReadMark,
    Recipient,
    Thread,
)
from community.reading import IS_UNREAD, MY_MARK, MY_PLACE, recent
from community.tlp import Tlp
from community.viewer import Viewer

PAGE = 20
_VIEWER: ColumnElement[int] = bindparam("viewer_id")
_activity = (
    visibility.visible_posts(
        Post.thread_id,
        func.count().label("posts"),
        func.max(Post.released_at).label("last_at"),
        func.sum(case((IS_UNREAD, 1), else_=0)).label("unread"),
        func.min(ReadMark.read_to).label("read_to"),
    )
    .outerjoin(ReadMark, MY_MARK)
    .outerjoin(Membership, MY_PLACE)
    .group_by(Post.thread_id)
)
Opener = aliased(Member, name="opener")
_ROW = (
    Thread.id,
    Thread.title,
    Thread.kind,
    Thread.pinned_at,
    Thread.locked_at,
    Post.tlp,
    Post.severity,
    Post.state,
    Post.attribution,
    Group.id.label("group_id"),
    Group.name.label("group_name"),
    Opener.id.label("author_id"),
    Opener.name.label("author_name"),
    Organization.short_name.label("organization_name"),
)


def _with_openings(activity: Any) -> Select[*tuple[Any, ...]]:
    unread = activity.c.unread
    is_new = and_(activity.c.read_to.is_(None), unread > 0).label("is_new")
    return (
        select(*_ROW, (activity.c.posts - 1).label("replies"), activity.c.last_at, unread, is_new)
        .join(activity, activity.c.thread_id == Thread.id)
        .join(Post, Post.id == Thread.id)
        .join(Group, Group.id == Thread.group_id)
        .outerjoin(Opener, Opener.id == Post.author_id)
        .outerjoin(Organization, Organization.id == Post.organization_id)
    )


_in_group = _activity.where(Post.group_id == bindparam("group_id")).subquery("activity")
_THREADS_OF_GROUP = (
    _with_openings(_in_group)
    .where(_in_group.c.last_at < bindparam("before", type_=UTCDateTime))
    .order_by(Thread.pinned_at.is_(None), _in_group.c.last_at.desc(), Thread.id)
    .limit(PAGE + 1)
    .offset(bindparam("skip"))
)
_UNREAD_THREADS = (
    visibility.visible_posts(Post.thread_id)
    .join(Membership, MY_PLACE)
    .outerjoin(ReadMark, MY_MARK)
    .where(IS_UNREAD)
    .group_by(Post.thread_id)
    .order_by(func.max(Post.released_at).desc(), Post.thread_id)
    .limit(bindparam("most"))
)
_among = _activity.where(Post.thread_id.in_(bindparam("thread_ids", expanding=True))).subquery("activity")
_AMONG = _with_openings(_among).order_by(_among.c.last_at.desc(), Thread.id)

_sectors = (
    select(func.aggregate_strings(OrganizationSector.sector_code, ","))
    .where(OrganizationSector.organization_id == Post.organization_id)
    .correlate(Post)
    .scalar_subquery()
)
_named = select(func.count()).where(Recipient.post_id == Post.id).correlate(Post).scalar_subquery()
_granted = select(func.count()).where(Grant.post_id == Post.id).correlate(Post).scalar_subquery()
_opened = select(func.count()).where(ModeratorReading.post_id == Post.id).correlate(Post).scalar_subquery()
POST_COLUMNS = (
    Post.id,
    Post.thread_id,
    Post.author_id,
    Post.tlp,
    Post.severity,
    Post.state,
    Post.html,
    Post.version,
    Post.released_at,
    Post.edited_at,
    Post.follow_up_to,
    Post.attribution,
    Member.name.label("author_name"),
    Member.state.in_(LISTED).label("author_listed"),
    Organization.id.label("organization_id"),
    Organization.short_name.label("organization_name"),
    _sectors.label("sectors"),
    case((Post.tlp == Tlp.RED, _named), else_=literal(0)).label("named"),
    _granted.label("granted"),
    case((Post.author_id == _VIEWER, _opened), else_=literal(0)).label("opened"),
)


def with_author(statement: Select[Any]) -> Select[Any]:
    """Join what ``POST_COLUMNS`` says of the author, to a select of visible posts."""
    return statement.outerjoin(Member, Member.id == Post.author_id).outerjoin(
        Organization, Organization.id == Post.organization_id
    )


_IN_THREAD = visibility.visible_posts(*POST_COLUMNS).where(Post.thread_id == bindparam("thread_id"))
_POSTS = (
    with_author(_IN_THREAD)
    .order_by(Post.id != Post.thread_id, Post.released_at, Post.id)
    .limit(PAGE + 1)
    .offset(bindparam("skip"))
)
_known = visibility.visible_posts(Post.released_at).where(Post.id == bindparam("post_id")).correlate(None)
_AFTER = (
    visibility.visible_posts(Post.id)
    .where(Post.thread_id == bindparam("thread_id"), Post.released_at > _known.scalar_subquery())
    .order_by(Post.released_at, Post.id)
    .limit(PAGE)
)
_COUNT = visibility.visible_posts(func.count()).where(Post.thread_id == bindparam("thread_id"))
_COUNT_READ = _COUNT.where(Post.released_at <= bindparam("read_to", type_=UTCDateTime))


class Page(NamedTuple):
    """Part of a list: its rows, which page it is (from 1), and whether more follow."""

    rows: list[Any]
    number: int
    more: bool


def _page(statement: Select[Any], viewer: Viewer, number: int, **given: Any) -> Page:
    rows = read(statement, viewer.binds | given | {"skip": (number - 1) * PAGE}).all()
    return Page(list(rows[:PAGE]), number, len(rows) > PAGE)


def threads_of_group(viewer: Viewer, group_id: int, before: datetime, number: int = 1) -> Page:
    """Threads of one group, pinned first, then by their last activity that the viewer sees, before a moment."""
    return _page(_THREADS_OF_GROUP, viewer, number, group_id=group_id, before=before, **recent())


def new_threads(viewer: Viewer, most: int) -> list[Any]:
    """At most ``most`` threads of the viewer's groups that hold something unread, last activity first."""
    given = viewer.binds | recent()
    ids = list(read(_UNREAD_THREADS, given | {"most": most}).scalars())
    return list(read(_AMONG, given | {"thread_ids": ids}).all()) if ids else []


def posts_of_thread(viewer: Viewer, thread: ThreadRow, number: int = 1) -> Page:
    """Posts of one thread in their order, as many as the viewer sees."""
    return _page(_POSTS, viewer, number, thread_id=thread.id)


def posts_after(viewer: Viewer, thread: ThreadRow, post_id: int) -> list[Any]:
    """The posts of one thread released after the given one of it, at most ``PAGE``; only their ``id``."""
    return list(read(_AFTER, viewer.binds | {"thread_id": thread.id, "post_id": post_id}).all())


def count_posts(viewer: Viewer, thread_id: int) -> int:
    """How many posts of the thread the viewer sees."""
    return int(read(_COUNT, viewer.binds | {"thread_id": thread_id}).scalar_one())


def page_of_first_unread(viewer: Viewer, thread_id: int, read_to: datetime) -> int:
    """The page of a thread on which the first post after ``read_to`` stands."""
    given = viewer.binds | {"thread_id": thread_id, "read_to": read_to}
    return int(read(_COUNT_READ, given).scalar_one()) // PAGE + 1
