"""Finds threads by words of their titles, among those the viewer sees."""

import unicodedata
from typing import Any

from sqlalchemy import func

from community import visibility
from community.db import db
from community.models import Group, Member, Organization, Post, Thread
from community.viewer import Viewer

LONGEST = 200
MOST = 50
MOST_WORDS = 8
_VISIBLE = (
    visibility.visible_openings(
        Thread.id,
        Thread.title,
        Thread.kind,
        Post.tlp,
        Post.severity,
        Post.released_at,
        Post.attribution,
        Post.pseudonym,
        Group.name.label("group_name"),
        Member.name.label("author_name"),
        Organization.short_name.label("organization_name"),
    )
    .outerjoin(Member, Member.id == Post.author_id)
    .outerjoin(Organization, Organization.id == Post.organization_id)
    .order_by(Post.released_at.desc(), Thread.id)
    .limit(MOST)
)


def titles(viewer: Viewer, asked: str, group_id: int | None = None) -> list[Any]:
    """At most ``MOST`` threads, newest first,
    whose titles hold every word of ``asked`` (case and width do not matter).
    """
    statement = _VISIBLE
    for word in words(asked):
        statement = statement.where(func.lower(Thread.title).contains(word, autoescape=True))
    if group_id is not None:
        statement = statement.where(Thread.group_id == group_id)
    return list(db.session.execute(statement, viewer.binds).all())


def words(asked: str) -> list[str]:
    """The words of a query: width and case folded, at most ``MOST_WORDS``."""
    plain = unicodedata.normalize("NFKC", asked).replace("\x00", " ")
    return plain.lower().split()[:MOST_WORDS]
