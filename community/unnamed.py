"""What one member finds on the page of their anonymous posts. Nothing else ever reads this."""

import math
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, or_, select

from community import anonymity, clock, markup, visibility
from community.access import NotFound
from community.db import read
from community.models import Group, Post, PostState, Redaction, Thread
from community.viewer import Viewer

_redacted = exists().where(Redaction.post_id == Post.id).correlate(Post)
_POSTS = (
    visibility.visible_posts(
        Post.id,
        Post.tlp,
        Post.state,
        Post.body,
        Post.pseudonym,
        Post.released_at,
        _redacted.label("redacted"),
        Post.thread_id,
        Thread.title,
        Group.id.label("group_id"),
        Group.name.label("group_name"),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.id.in_(bindparam("post_ids", expanding=True)))
    .order_by(Post.released_at.desc(), Post.id)
)
# What moderators removed is shown to its author with nothing around it: they see it in its thread as little as others.
_REMOVED = (
    select(Post.id, Post.body, Group.name.label("group_name"), _redacted.label("redacted"))
    .join(Group, Group.id == Post.group_id)
    .where(
        Post.id.in_(bindparam("post_ids", expanding=True)),
        Post.state == PostState.REMOVED,
        visibility.reads_group(),
    )
    .order_by(Post.released_at.desc(), Post.id)
)
_OWN = (
    select(
        Post.id,
        Post.thread_id,
        Post.state,
        Post.tlp,
        Post.severity,
        Post.pseudonym,
        Post.group_id,
        Group.name.label("group_name"),
    )
    .join(visibility.Opening, visibility.Opening.id == Post.thread_id)
    .join(Group, Group.id == Post.group_id)
    .where(Post.id == bindparam("post_id"))
    .where(or_(visibility.seen_in_thread(), and_(Post.state == PostState.REMOVED, visibility.reads_group())))
)
_EXCERPT = 120


class Waiting(NamedTuple):
    """Something sent and not released: its number, what it does, in how many minutes, and how its text begins."""

    id: int
    act: str
    minutes: int
    title: str
    excerpt: str


def posts(viewer: Viewer) -> list[tuple[Any, str]]:
    """The viewer's anonymous posts that they see, newest first, each with how its text begins."""
    own = anonymity.posts_of(viewer)
    rows = read(_POSTS, viewer.binds | {"post_ids": own}).all() if own and viewer.sees else []
    return [(row, markup.plain(row.body, _EXCERPT)) for row in rows]


def removed(viewer: Viewer) -> list[Any]:
    """The viewer's anonymous posts that moderators removed, in groups that they read.

    Their rows: ``id body group_name redacted``.
    """
    own = anonymity.posts_of(viewer)
    return list(read(_REMOVED, viewer.binds | {"post_ids": own}).all()) if own and viewer.sees else []


def own(viewer: Viewer, post_id: int) -> Any:
    """One of them, removed or not: ``id thread_id state tlp severity pseudonym group_id group_name``.

    Raises NotFound for every other post, whatever it is.
    """
    row = read(_OWN, viewer.binds | {"post_id": post_id}).one_or_none()
    if not anonymity.wrote(viewer, post_id) or row is None:
        raise NotFound
    return row


def waiting(viewer: Viewer) -> list[Waiting]:
    """What the viewer sent without their name and is not released."""
    return [_waiting(one) for one in anonymity.waiting(viewer)]


def _minutes(due_at: datetime) -> int:
    return math.ceil((due_at - clock.now()).total_seconds() / 60)


def _waiting(one: anonymity.Waiting) -> Waiting:
    draft = {"title": "", "body": ""} | one.act.get("draft", {})
    return Waiting(one.id, one.act["act"], _minutes(one.due_at), draft["title"], markup.plain(draft["body"], _EXCERPT))
