"""Who may know more about a post: its readers, by the sectors of their organizations and by what they wrote here.

Only what they wrote under their names, and what the moderator reads, counts: nothing here tells of anonymous posts.
"""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, func, select

from community import lists, visibility
from community.access import PostRow
from community.db import COMMA, read
from community.models import (
    LISTED,
    ExpertHint,
    GroupSector,
    Member,
    Organization,
    OrganizationSector,
    Post,
    PostState,
)
from community.viewer import Viewer

MOST = 30
_sectors = (
    select(func.aggregate_strings(OrganizationSector.sector_code, COMMA))
    .where(OrganizationSector.organization_id == Member.organization_id)
    .correlate(Member)
    .scalar_subquery()
)
_READERS = visibility.audience(
    Member.id, Member.name, Organization.short_name.label("organization"), _sectors.label("sectors"), states=LISTED
)
_WRITTEN = (
    visibility.visible_posts(Post.author_id, func.count().label("posts"))
    .where(Post.group_id == bindparam("group_id"), Post.author_id.is_not(None), Post.state == PostState.PUBLISHED)
    .group_by(Post.author_id)
)
_HERE = select(GroupSector.sector_code).where(GroupSector.group_id == bindparam("group_id"))
_HINTED = (
    select(ExpertHint.member_id, ExpertHint.at, Member.name)
    .join(Member, Member.id == ExpertHint.member_id)
    .where(ExpertHint.post_id == bindparam("post_id", type_=BigInteger))
    .order_by(ExpertHint.at, ExpertHint.member_id)
)


class Candidate(NamedTuple):
    """A reader of the post: how many posts they wrote here under their name, and whether a sector of theirs fits."""

    id: int
    name: str
    organization: str
    sectors: str
    posts: int
    fits: bool


def candidates(viewer: Viewer, post: PostRow, words: str) -> list[Candidate]:
    """At most ``MOST`` readers other than viewer and named author whose name, organization or sector has all words."""
    about = viewer.binds | {"group_id": post.group.id, "post_id": post.id}
    written = {row.author_id: row.posts for row in read(_WRITTEN, about)}
    here = set(read(_HERE, about).scalars())
    rows = [row for row in read(_READERS, about) if row.id not in (viewer.member_id, post.author_id)]
    found = [_candidate(row, written.get(row.id, 0), here) for row in rows if _has(row, words)]
    return sorted(found, key=lambda one: (not one.fits, -one.posts, one.name, one.id))[:MOST]


def _candidate(row: Any, posts: int, here: set[str]) -> Candidate:
    sectors = row.sectors or ""
    return Candidate(row.id, row.name, row.organization or "", sectors, posts, bool(here & set(sectors.split(","))))


def _has(row: Any, words: str) -> bool:
    named = [lists.sectors()[code] for code in (row.sectors or "").split(",") if code in lists.sectors()]
    sectors = " ".join(f"{one.name('en')} {one.name('ja')}" for one in named)
    text = f"{row.name} {row.organization} {sectors}".casefold()
    return all(word in text for word in words.casefold().split())


def hinted(post_id: int) -> list[Any]:
    """Whom moderators have told already: ``member_id at name``."""
    return list(read(_HINTED, {"post_id": post_id}).all())


def reads(viewer: Viewer, post: PostRow, member_id: int) -> bool:
    """Could the viewer point this member out?"""
    return any(row.id == member_id for row in read(_READERS, {"post_id": post.id})) and member_id not in (
        viewer.member_id,
        post.author_id,
    )
