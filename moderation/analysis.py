"""Requests for analysis, as those concerned meet them (domain, section 2: analyst; section 7).

A request is read only by who reads its post. Of these, everybody meets one that was asked openly; one that was asked in
private meets its asker and the analysts. It opens nothing: an analyst who does not read the post never hears of it.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, or_, select
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
    AnalysisRequest.answer,
    AnalysisRequest.answer_id,
    AnalysisRequest.answered_at,
    _Asker.name.label("asker_name"),
    _Home.short_name.label("asker_organization"),
    _Analyst.name.label("analyst_name"),
)


def _with_people(posts: Select[Any]) -> Select[Any]:
    return (
        posts.join(AnalysisRequest, AnalysisRequest.post_id == Post.id)
        .join(_Asker, _Asker.id == AnalysisRequest.asker_id)
        .outerjoin(_Home, _Home.id == _Asker.organization_id)
        .outerjoin(_Analyst, _Analyst.id == AnalysisRequest.analyst_id)
    )


_ABOUT = (
    _with_people(visibility.visible_alone(*_COLUMNS))
    .where(Post.id == bindparam("post_id"))
    .order_by(AnalysisRequest.state != constant(AnalysisState.OPEN), AnalysisRequest.asked_at.desc())
)
_met = or_(AnalysisRequest.openly, _mine)
_FOR_READERS, _FOR_ANALYSTS = _ABOUT.where(_met), _ABOUT
_LISTED = (
    _with_people(
        visibility.visible_alone(
            *_COLUMNS, Post.tlp, Post.severity, Thread.title, visibility.seen_in_thread().label("in_thread")
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
_others = (Member.analyst, Member.id != _me)
_PEOPLE = (Member.id, Member.name, Organization.short_name.label("organization_name"))
_READING = visibility.audience(*_PEOPLE, states=LISTED).where(*_others).order_by(Member.name, Member.id)
_GRANTED = select(Grant.member_id).where(Grant.post_id == bindparam("post_id"))
_OPENED_TO = (
    select(Member.id)
    .join(Grant, Grant.member_id == Member.id)
    .where(Grant.post_id == bindparam("post_id"), is_one_of(Member.state, LISTED), *_others)
)
_ALL = visibility.visible_members(*_PEOPLE).where(*_others, Member.id.not_in(_GRANTED)).order_by(Member.name, Member.id)


def about(viewer: Viewer, post: PostRow) -> list[Any]:
    """The requests about a post that the viewer meets, open ones first."""
    asked = _FOR_ANALYSTS if can(viewer, Permission.POST_ANALYZE, post) else _FOR_READERS
    return list(read(asked, viewer.binds | {"post_id": post.id}).all())


def waiting(viewer: Viewer) -> list[Any]:
    """What waits for an answer of the viewer's, an analyst: the longest waiting first; nothing for all others."""
    if not viewer.analyst or viewer.state != MemberState.ACTIVE:
        return []
    return list(read(_WAITING, viewer.binds).all())


def mine(viewer: Viewer) -> list[Any]:
    """What the viewer asked about posts that they still read, the latest first."""
    return list(read(_MINE, viewer.binds).all()) if viewer.sees else []


def analysts_reading(viewer: Viewer, post_id: int) -> list[Any]:
    """Analysts other than the viewer who read the post in its thread: ``id name organization_name``."""
    return list(read(_READING, {"post_id": post_id, "viewer_id": viewer.member_id}).all())


def analysts(viewer: Viewer, post_id: int) -> set[int]:
    """Who can answer the viewer about a post: analysts who read it in its thread, or to whom its author opened it."""
    about = {"post_id": post_id, "viewer_id": viewer.member_id}
    return {row.id for row in analysts_reading(viewer, post_id)} | set(read(_OPENED_TO, about).scalars())


def analysts_to_open_to(viewer: Viewer, post: PostRow) -> list[Any]:
    """For its named author: analysts who do not read the post, and to whom they could open it."""
    if not can(viewer, Permission.POST_GRANT, post):
        return []
    reading = {row.id for row in analysts_reading(viewer, post.id)}
    rows = read(_ALL, viewer.binds | {"post_id": post.id})
    return [row for row in rows if row.id not in reading]
