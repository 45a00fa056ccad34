"""Threads by their last activity: those of one group, and those of all one's groups that hold something new.

Everything is counted as the reader sees it. A list is found by walking the visible posts from the newest on until it is
long enough: where a thread is met first is its last activity. So a page costs what it shows, however long the group is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, case, exists, func, select, union_all
from sqlalchemy.orm import aliased

from community import visibility
from community.db import UTCDateTime, constant, read
from community.listing import PAGE, Page
from community.models import Follow, Group, Member, Membership, Organization, Post, ReadMark, Severity, Thread
from community.reading import IS_UNREAD, MY_MARK, MY_PLACE, is_unread, recent
from community.viewer import Viewer

MOST_MARKED = 1000
_STEP = 20  # posts a thread, for the first walk; threads of many new posts make a second, longer one necessary
_FARTHER = 4
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
    Post.pseudonym,
    Group.id.label("group_id"),
    Group.name.label("group_name"),
    Opener.id.label("author_id"),
    Opener.name.label("author_name"),
    Organization.short_name.label("organization_name"),
)
_IS_WARNING = Post.severity == constant(Severity.WARNING)
_Said = aliased(Post, name="said_there")
_NEWS = is_unread(_Said)


def _of_thread(*columns: Any) -> Any:
    """A number about the posts of a thread that the viewer sees. Thread by thread: the planner never joins them all."""
    return visibility.visible_beside(_Said, *columns)


_CHOSEN = [bindparam(f"thread_{number}", type_=BigInteger) for number in range(PAGE)]
_THREADS = (
    visibility.visible_openings(
        *_ROW,
        _of_thread(func.count()).where(_Said.id != Post.id).scalar_subquery().label("replies"),
        _of_thread(func.max(_Said.released_at)).scalar_subquery().label("last_at"),
        _of_thread(func.count()).where(_NEWS).scalar_subquery().label("unread"),
        ReadMark.read_to.is_(None).label("never_read"),
        exists().where(Follow.thread_id == Post.id, Follow.member_id == bindparam("viewer_id")).label("follows"),
    )
    .outerjoin(ReadMark, MY_MARK)
    .outerjoin(Membership, MY_PLACE)
    .outerjoin(Opener, Opener.id == Post.author_id)
    .outerjoin(Organization, Organization.id == Post.organization_id)
    .where(Post.id.in_(_CHOSEN), Thread.id.in_(_CHOSEN))  # said twice: the planner does not conclude it
)
_WARNED = _of_thread(_Said.id).where(_NEWS, _Said.severity == constant(Severity.WARNING)).exists()
_ALARMS = _THREADS.add_columns(_WARNED.label("alarm"))

_last = func.max(Post.released_at)
_IN_GROUP = visibility.visible_posts(Post.thread_id).where(Post.group_id == bindparam("group_id"))
_pinned = (
    _IN_GROUP.add_columns(_last.label("at"))
    .join(Thread, Thread.id == Post.thread_id)
    .where(Thread.pinned_at.is_not(None))
    .group_by(Post.thread_id)
)
_walk = (
    _IN_GROUP.add_columns(Post.released_at.label("at"))
    .order_by(Post.released_at.desc(), Post.thread_id)
    .limit(bindparam("most"))
)


def _rested(posts: Select[Any]) -> Select[Any]:
    """Only threads in which the viewer sees nothing from ``before`` on."""
    before = bindparam("before", type_=UTCDateTime)
    return posts.where(Post.thread_id.not_in(_IN_GROUP.where(Post.released_at >= before).correlate(None)))


def _met(pinned: Select[Any], walk: Select[Any]) -> Select[Any]:
    """Pinned threads, then those met on the walk as they come; ``walked`` is how many posts of each that took."""
    parts = (select(one.subquery(), constant(number).label("part")) for number, one in enumerate((pinned, walk)))
    met = union_all(*parts).subquery("met")
    return (
        select(met.c.thread_id, func.sum(met.c.part).label("walked"))
        .group_by(met.c.thread_id)
        .order_by(func.min(met.c.part), func.max(met.c.at).desc(), met.c.thread_id)
    )


_MET, _MET_BEFORE = _met(_pinned, _walk), _met(_rested(_pinned), _rested(_walk))
_UNREAD = (
    visibility.visible_posts(Post.thread_id, _last.label("last_at"))
    .join(Membership, MY_PLACE)
    .outerjoin(ReadMark, MY_MARK)
    .where(IS_UNREAD)
    .group_by(Post.thread_id)
    .order_by(func.max(case((_IS_WARNING, constant(1)), else_=constant(0))).desc(), _last.desc(), Post.thread_id)
    .limit(bindparam("most"))
)
_UNTIL = _UNREAD.where(Post.released_at <= bindparam("until", type_=UTCDateTime))


def threads_of_group(viewer: Viewer, group_id: int, before: datetime | None = None, number: int = 1) -> Page:
    """Threads of one group, pinned first, then by their last activity that the viewer sees.

    ``before`` leaves out those with activity from that moment on.
    """
    skip = (number - 1) * PAGE
    ids = _ids_of_group(viewer, group_id, before, skip + PAGE + 1)[skip:]
    return Page(_rows(_THREADS, viewer, ids[:PAGE]), number, len(ids) > PAGE)


def new_threads(viewer: Viewer, most: int) -> list[Any]:
    """At most ``most`` threads of the viewer's groups that hold something unread: unread warnings, then the newest.

    ``alarm`` tells whether a row has an unread warning, ``follows`` whether the viewer follows the thread.
    """
    ids = read(_UNREAD, viewer.binds | recent() | {"most": min(most, PAGE)}).scalars().all()
    return _rows(_ALARMS, viewer, ids)


def unread_until(viewer: Viewer, until: datetime) -> dict[int, datetime]:
    """Threads of the viewer's groups with something unread from before ``until``: the moment of its last such post."""
    rows = read(_UNTIL, viewer.binds | recent() | {"until": until, "most": MOST_MARKED})
    return {row.thread_id: row.last_at for row in rows}


def _ids_of_group(viewer: Viewer, group_id: int, before: datetime | None, wanted: int) -> list[int]:
    given = viewer.binds | {"group_id": group_id} | ({"before": before} if before else {})
    most = wanted * _STEP
    while True:
        met = read(_MET_BEFORE if before else _MET, given | {"most": most}).all()
        if len(met) >= wanted or sum(row.walked for row in met) < most:
            return [row.thread_id for row in met]
        most *= _FARTHER


def _rows(asked: Select[Any], viewer: Viewer, thread_ids: Sequence[int]) -> list[Any]:
    """What lists show of these threads, in this order."""
    if not thread_ids:
        return []
    # As many numbers whatever the list holds: one statement, planned once.
    chosen = {one.key: thread_ids[min(number, len(thread_ids) - 1)] for number, one in enumerate(_CHOSEN)}
    found = {row.id: row for row in read(asked, viewer.binds | recent() | chosen)}
    return [found[one] for one in thread_ids if one in found]
