"""Requests for analysis, as those concerned meet them (domain, section 2: analyst; section 7).

A request is read only by who reads its post. Of those who see the post in its thread, everybody meets one that was
asked openly; one that was asked in private meets its asker and the analysts. Whoever has the post by its author's grant
alone meets what the author asks, and no other member of the group. It opens nothing: an analyst who does not read the
post never hears of it. What an analyst answers in private is read by the asker and the analysts.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, ColumnElement, Select, and_, bindparam, case, literal, or_, select
from sqlalchemy.orm import aliased

from community import visibility
from community.access import PostRow
from community.db import constant, is_one_of, read
from community.models import (
    LISTED,
    AnalysisRequest,
    AnalysisState,
    Grant,
    Member,
    MemberState,
    Organization,
    Post,
    PostState,
    Thread,
)
from community.policy import Permission, can
from community.viewer import Viewer

MOST_LISTED = 100
_Asker = aliased(Member, name="asker")
_Analyst = aliased(Member, name="analyst")
_Home = aliased(Organization, name="asker_organization")
_me: ColumnElement[int] = bindparam("viewer_id", type_=BigInteger)
_analyzes: ColumnElement[bool] = bindparam("analyzes", type_=Boolean)
_mine = AnalysisRequest.asker_id == _me
_COLUMNS = (
    AnalysisRequest.id,
    AnalysisRequest.post_id,
    AnalysisRequest.asker_id,
    AnalysisRequest.openly,
    AnalysisRequest.question,
    AnalysisRequest.asked_at,
    AnalysisRequest.state,
    AnalysisRequest.analyst_id,
    case((or_(_mine, _analyzes), AnalysisRequest.answer), else_=literal("")).label("answer"),
    AnalysisRequest.answer_id,
    _Asker.name.label("asker_name"),
    _Home.short_name.label("asker_organization"),
    _Analyst.name.label("analyst_name"),
)
_of_the_author = and_(Post.author_id.is_not(None), AnalysisRequest.asker_id == Post.author_id)
_met = or_(
    _mine,
    and_(visibility.seen_in_thread(), or_(AnalysisRequest.openly, _analyzes)),
    and_(_analyzes, _of_the_author),
)


class Request(NamedTuple):
    """One request: the columns above. ``answer_id`` is an assessment that the viewer may read."""

    id: int
    post_id: int
    asker_id: int
    openly: bool
    question: str
    asked_at: datetime
    state: AnalysisState
    analyst_id: int | None
    answer: str
    answer_id: int | None
    asker_name: str
    asker_organization: str | None
    analyst_name: str | None


def _with_people(posts: Select[Any]) -> Select[Any]:
    return (
        posts.join(AnalysisRequest, AnalysisRequest.post_id == Post.id)
        .join(_Asker, _Asker.id == AnalysisRequest.asker_id)
        .outerjoin(_Home, _Home.id == _Asker.organization_id)
        .outerjoin(_Analyst, _Analyst.id == AnalysisRequest.analyst_id)
        .where(_met)
    )


_ABOUT = (
    _with_people(visibility.visible_alone(*_COLUMNS))
    .where(Post.id == bindparam("post_id"))
    .order_by(AnalysisRequest.state != constant(AnalysisState.OPEN), AnalysisRequest.asked_at.desc())
)
_READABLE = visibility.visible_alone(Post.id).where(Post.id.in_(bindparam("post_ids", expanding=True)))
_LISTED = (
    _with_people(
        visibility.visible_alone(
            *_COLUMNS,
            Post.tlp,
            Post.severity,
            Post.state.label("post_state"),
            Thread.title,
            visibility.seen_in_thread().label("in_thread"),
        )
    )
    .join(Thread, Thread.id == Post.thread_id)
    .limit(constant(MOST_LISTED))
)
_waiting = is_one_of(AnalysisRequest.state, [AnalysisState.OPEN])
_standing = is_one_of(Post.state, [PostState.PUBLISHED])
_WAITING = _LISTED.where(_waiting, _standing, AnalysisRequest.asker_id != _me).order_by(AnalysisRequest.asked_at)
_MINE = _LISTED.where(_mine).order_by(AnalysisRequest.asked_at.desc())
# Whoever is listed counts as an analyst who reads, whether or not they can act just now: that is nobody's business.
_PEOPLE = (Member.id, Member.name, Organization.short_name.label("organization_name"))
_READING = visibility.audience(*_PEOPLE, states=LISTED).where(Member.analyst).order_by(Member.name, Member.id)
_GRANTED = select(Grant.member_id).where(Grant.post_id == bindparam("post_id"))
_OPENED_TO = (
    select(Member.id)
    .join(Grant, Grant.member_id == Member.id)
    .where(Grant.post_id == bindparam("post_id"), is_one_of(Member.state, LISTED), Member.analyst)
)
_ALL = (
    visibility.visible_members(*_PEOPLE)
    .where(Member.analyst, Member.id != _me, Member.id.not_in(_GRANTED))
    .order_by(Member.name, Member.id)
)


def about(viewer: Viewer, post: PostRow) -> list[Request]:
    """The requests about a post that the viewer meets, open ones first.

    One whose analyst does not read the post any more, or is none any more, waits for the others again.
    """
    given = viewer.binds | {"post_id": post.id, "analyzes": can(viewer, Permission.POST_ANALYZE, post)}
    rows = [Request._make(row) for row in read(_ABOUT, given)]
    if not rows:
        return []
    asked = viewer.binds | {"post_ids": [row.answer_id or 0 for row in rows]}
    readable, able = set(read(_READABLE, asked).scalars()), _answering(post.id)
    return [_as_met(row, readable, able) for row in rows]


def _as_met(row: Request, readable: set[int], able: set[int]) -> Request:
    if row.answer_id not in readable:
        row = row._replace(answer_id=None)
    if row.state == AnalysisState.OPEN and row.analyst_id not in able:
        row = row._replace(analyst_id=None, analyst_name=None)
    return row


def _answering(post_id: int) -> set[int]:
    return {row.id for row in read(_READING, {"post_id": post_id})} | _opened_to(post_id)


def _opened_to(post_id: int) -> set[int]:
    return set(read(_OPENED_TO, {"post_id": post_id}).scalars())


def waiting(viewer: Viewer) -> list[Any]:
    """What waits for an answer of the viewer's, an analyst: the longest waiting first; nothing for all others."""
    if not viewer.analyst or viewer.state != MemberState.ACTIVE:
        return []
    return list(read(_WAITING, viewer.binds | {"analyzes": True}).all())


def mine(viewer: Viewer) -> list[Any]:
    """What the viewer asked about posts that they still read, the latest first."""
    return list(read(_MINE, viewer.binds | {"analyzes": False}).all()) if viewer.sees else []


def analysts_reading(viewer: Viewer, post_id: int) -> list[Any]:
    """Analysts other than the viewer who read the post in its thread: ``id name organization_name``."""
    return [row for row in read(_READING, {"post_id": post_id}) if row.id != viewer.member_id]


def analysts(viewer: Viewer, post: PostRow) -> set[int]:
    """Who can answer the viewer about a post: analysts who read it in its thread; for its named author also those to
    whom they opened it.
    """
    granted = _opened_to(post.id) if post.author_id == viewer.member_id else set()
    return {row.id for row in analysts_reading(viewer, post.id)} | granted - {viewer.member_id}


def analysts_to_open_to(viewer: Viewer, post: PostRow) -> list[Any]:
    """For its named author: analysts who do not read the post, and to whom they could open it."""
    if not can(viewer, Permission.POST_GRANT, post):
        return []
    reading = {row.id for row in analysts_reading(viewer, post.id)}
    rows = read(_ALL, viewer.binds | {"post_id": post.id})
    return [row for row in rows if row.id not in reading]
