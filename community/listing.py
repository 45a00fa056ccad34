"""The posts of a thread, as a reader meets them.

Everything is counted as the reader sees it.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select

from community import visibility
from community.access import ThreadRow
from community.db import COMMA, UTCDateTime, constant, is_one_of, read
from community.models import (
    LISTED,
    Grant,
    Member,
    ModeratorReading,
    Organization,
    OrganizationSector,
    Post,
    Recipient,
)
from community.tlp import Tlp
from community.viewer import Viewer

PAGE = 20
_VIEWER: ColumnElement[int] = bindparam("viewer_id")
_sectors = (
    select(func.aggregate_strings(OrganizationSector.sector_code, COMMA))
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
    Post.follow_up,
    Post.assessment,
    Post.attribution,
    Post.pseudonym,
    Member.name.label("author_name"),
    is_one_of(Member.state, LISTED).label("author_listed"),
    Organization.id.label("organization_id"),
    Organization.short_name.label("organization_name"),
    func.coalesce(Post.shown_sector, _sectors).label("sectors"),
    case((Post.tlp == constant(Tlp.RED), _named), else_=constant(0)).label("named"),
    _granted.label("granted"),
    case((Post.author_id == _VIEWER, _opened), else_=constant(0)).label("opened"),
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
    .limit(constant(PAGE + 1))
    .offset(bindparam("skip"))
)
_known = visibility.visible_posts(Post.released_at).where(Post.id == bindparam("post_id")).correlate(None)
_AFTER = (
    visibility.visible_posts(Post.id)
    .where(Post.thread_id == bindparam("thread_id"), Post.released_at > _known.scalar_subquery())
    .order_by(Post.released_at, Post.id)
    .limit(constant(PAGE))
)
_BETWEEN = visibility.visible_posts(Post.id).where(
    Post.thread_id == bindparam("thread_id"),
    Post.released_at > bindparam("since", type_=UTCDateTime),
    Post.released_at <= bindparam("until", type_=UTCDateTime),
)
_COUNT = visibility.visible_posts(func.count()).where(Post.thread_id == bindparam("thread_id"))
_COUNT_READ = _COUNT.where(Post.released_at <= bindparam("read_to", type_=UTCDateTime))


class Page(NamedTuple):
    """Part of a list: its rows, which page it is (from 1), and whether more follow."""

    rows: list[Any]
    number: int
    more: bool


def posts_of_thread(viewer: Viewer, thread: ThreadRow, number: int = 1) -> Page:
    """Posts of one thread in their order, as many as the viewer sees."""
    rows = read(_POSTS, viewer.binds | {"thread_id": thread.id, "skip": (number - 1) * PAGE}).all()
    return Page(list(rows[:PAGE]), number, len(rows) > PAGE)


def posts_after(viewer: Viewer, thread: ThreadRow, post_id: int) -> list[Any]:
    """The posts of one thread released after the given one of it, at most ``PAGE``; only their ``id``."""
    return list(read(_AFTER, viewer.binds | {"thread_id": thread.id, "post_id": post_id}).all())


def ids_between(viewer: Viewer, thread: ThreadRow, since: datetime, until: datetime) -> list[int]:
    """Numbers of the posts of one thread released after one moment and not after another."""
    return list(read(_BETWEEN, viewer.binds | {"thread_id": thread.id, "since": since, "until": until}).scalars())


def count_posts(viewer: Viewer, thread_id: int) -> int:
    """How many posts of the thread the viewer sees."""
    return int(read(_COUNT, viewer.binds | {"thread_id": thread_id}).scalar_one())


def page_of_first_unread(viewer: Viewer, thread_id: int, read_to: datetime) -> int:
    """The page of a thread on which the first post after ``read_to`` stands."""
    given = viewer.binds | {"thread_id": thread_id, "read_to": read_to}
    return int(read(_COUNT_READ, given).scalar_one()) // PAGE + 1
