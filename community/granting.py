"""To whom an author opened one post, and to whom they could."""

from typing import Any

from sqlalchemy import bindparam, or_, select

from community import visibility
from community.access import PostRow
from community.db import db
from community.models import LISTED, Grant, Member, Organization, Visibility
from community.viewer import Viewer

MOST_FOUND = 20
_PERSON = (Member.id, Member.name, Organization.name.label("organization_name"))
_GIVEN = (
    select(*_PERSON, Grant.given_at)
    .join(Grant, Grant.member_id == Member.id)
    .join(Organization, Organization.id == Member.organization_id)
    .where(Grant.post_id == bindparam("post_id"))
    .order_by(Grant.given_at, Member.name, Member.id)
)
_READING = visibility.audience(Member.id, states=LISTED)
_ANYBODY = visibility.visible_members(*_PERSON)
_INSIDE = visibility.members_of_group(*_PERSON)


def given(post_id: int) -> list[Any]:
    """Whom the author opened a post to, and when: ``id name organization_name given_at``."""
    return list(db.session.execute(_GIVEN, {"post_id": post_id}).all())


def may_be_given(viewer: Viewer, post: PostRow, member_id: int) -> bool:
    """Could the author open the post to this member? In a secret group only to its members; never to who reads it."""
    statement = _reachable(post).where(Member.id == member_id)
    there = db.session.execute(statement, _given_values(viewer, post)).one_or_none()
    return there is not None and member_id not in _readers(post)


def find(viewer: Viewer, post: PostRow, words: str) -> list[Any]:
    """Members with ``words`` in their name or their organization's to whom the author could open the post."""
    matching = or_(Member.name.icontains(words, autoescape=True), Organization.name.icontains(words, autoescape=True))
    statement = _reachable(post).where(matching, Member.id.not_in(_readers(post))).order_by(Member.name, Member.id)
    return list(db.session.execute(statement.limit(MOST_FOUND), _given_values(viewer, post)).all())


def _reachable(post: PostRow) -> Any:
    return _INSIDE if post.group.visibility == Visibility.SECRET else _ANYBODY


def _given_values(viewer: Viewer, post: PostRow) -> dict[str, Any]:
    return viewer.binds | {"group_id": post.group.id}


def _readers(post: PostRow) -> frozenset[int]:
    now = db.session.scalars(_READING, {"post_id": post.id})
    return frozenset(now) | {row.id for row in given(post.id)}
