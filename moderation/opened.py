"""The one post that a site moderator has just opened. Never a list: one record, one post."""

from typing import Any

from sqlalchemy import bindparam, select

from community.db import db
from community.models import Member, ModeratorReading, Organization, Post, Thread
from community.viewer import Viewer

_OPENED = (
    select(
        Post.id,
        Post.thread_id,
        Thread.title,
        Post.tlp,
        Post.severity,
        Post.state,
        Post.html,
        Post.released_at,
        Post.attribution,
        Post.pseudonym,
        Member.name.label("author_name"),
        Organization.short_name.label("organization_name"),
        ModeratorReading.reason,
    )
    .join(ModeratorReading, ModeratorReading.post_id == Post.id)
    .join(Thread, Thread.id == Post.thread_id)
    .outerjoin(Member, Member.id == Post.author_id)
    .outerjoin(Organization, Organization.id == Post.organization_id)
    .where(ModeratorReading.id == bindparam("reading_id"), ModeratorReading.moderator_id == bindparam("viewer_id"))
)


def opened_post(viewer: Viewer, reading_id: int) -> Any:
    """The post of the viewer's own record ``reading_id``."""
    return db.session.execute(_OPENED, {"reading_id": reading_id, "viewer_id": viewer.member_id}).one()
