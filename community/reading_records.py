"""What an author learns of moderators who opened their posts by the recorded act."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from community.db import db
from community.models import Member, ModeratorReading, Organization, Post
from community.viewer import Viewer

_RECORDS = (
    select(
        ModeratorReading.post_id,
        Member.name,
        Organization.short_name,
        ModeratorReading.read_at,
    )
    .join(Post, Post.id == ModeratorReading.post_id)
    .join(Member, Member.id == ModeratorReading.moderator_id)
    .join(Organization, Organization.id == Member.organization_id)
    .where(
        Post.author_id == bindparam("viewer_id"),
        ModeratorReading.post_id.in_(bindparam("post_ids", expanding=True)),
    )
    .order_by(ModeratorReading.read_at.desc(), ModeratorReading.id)
)


class Record(NamedTuple):
    """A moderator opened a post on a day. Show the day only: the hour is nobody's business."""

    post_id: int
    name: str
    organization_name: str
    read_at: datetime


def openings(viewer: Viewer, post_ids: Collection[int]) -> dict[int, list[Record]]:
    """Who opened which of these posts as a moderator, newest first; only posts that the viewer wrote, else nothing."""
    found: dict[int, list[Record]] = {}
    for row in db.session.execute(_RECORDS, {"viewer_id": viewer.member_id, "post_ids": list(post_ids)}):
        found.setdefault(row.post_id, []).append(Record(*row))
    return found
