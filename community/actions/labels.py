"""Changing how far a post reaches: wider by its author, stricter by a moderator, never wider than what it answers."""

from collections.abc import Iterator

from sqlalchemy import bindparam, delete, insert, select

from community import audit, bounds, events, reach, visibility
from community.access import PostRow, access_post
from community.actions.shrinking import post_shrank
from community.db import action, db
from community.models import Post, PostState, Quote, Recipient, Revision, Thread
from community.policy import Permission
from community.shown import Shown
from community.tlp import Tlp, is_wider
from community.viewer import Viewer
from community.writing import LABEL_NOT_OFFERED, AudienceGrew, Changed, Unfit

_HOLD = (
    visibility.visible_alone(visibility.Opening.id)
    .where(Post.id == bindparam("post_id"))
    .with_for_update(of=visibility.Opening)
)


@action
def widen_post(viewer: Viewer, post_id: int, label: Tlp, version: int, shown: Shown) -> None:
    """Put a wider label on a post of the viewer's, after its new audience was ``shown``.

    Raises NotFound, NotAllowed, Unfit, AudienceGrew, and Changed when the post is not ``version`` any more.
    """
    row = hold_post(viewer, post_id, Permission.POST_EDIT)
    if row.version != version:
        raise Changed
    if label not in bounds.labels_to_widen(viewer, row):
        raise Unfit("tlp", LABEL_NOT_OFFERED)
    if shown.grew(reach.readers(viewer, bounds.place_of_post(row), label, at=row.released_at)):
        raise AudienceGrew
    db.session.execute(delete(Recipient).where(Recipient.post_id == post_id))
    _relabel(viewer, db.session.get_one(Post, post_id), label, "member:post:widened")


@action
def narrow_post(viewer: Viewer, post_id: int, label: Tlp, version: int) -> None:
    """Put a stricter label on somebody's post, as a moderator of its group; the author is told.

    What may not be wider than it becomes as strict. Raises NotFound, NotAllowed, Unfit, and Changed as for widening.
    """
    row = hold_post(viewer, post_id, Permission.POST_NARROW)
    if row.version != version:
        raise Changed
    if label == row.tlp or label not in bounds.labels_to_narrow(viewer, row):
        raise Unfit("tlp", LABEL_NOT_OFFERED)
    _relabel(viewer, db.session.get_one(Post, post_id), label, "moderator:post:narrowed")
    narrow_what_follows(viewer, row, label)


def narrow_what_follows(viewer: Viewer, row: PostRow, label: Tlp) -> None:
    """In the running action, make as strict as ``label`` what stands in the thread of a post or quotes it."""
    for post in list(_followers(row)):
        if is_wider(post.tlp, label):
            _relabel(viewer, post, label, "system:post:narrowed")


def _followers(row: PostRow) -> Iterator[Post]:
    if row.is_opening:
        yield from db.session.scalars(select(Post).where(Post.thread_id == row.id, Post.id != row.id))
        return
    seen, quoted = {row.id}, {row.id}
    while quoted:
        quoting = select(Quote.post_id).where(Quote.quoted_id.in_(quoted))
        posts = db.session.scalars(select(Post).where(Post.id.in_(quoting), Post.id.not_in(seen))).all()
        yield from posts
        quoted = {post.id for post in posts}
        seen |= quoted


def _relabel(viewer: Viewer, post: Post, label: Tlp, tag: str) -> None:
    keep_wording(post)
    was = post.tlp
    audit.record(viewer, tag, group_id=post.group_id, subject_id=post.id, before=was, after=label)
    post.tlp = label
    post.version += 1
    events.record(events.PostRelabelled(post.id, viewer.member_id, was))
    if is_wider(was, label):
        post_shrank(post.id)


def keep_wording(post: Post) -> None:
    """In the running action, keep the present wording and label of a post as a revision. A withdrawn one has none."""
    if post.state == PostState.WITHDRAWN:
        return
    title = db.session.scalar(select(Thread.title).where(Thread.id == post.id)) or ""
    wording = {"title": title, "body": post.body, "tlp": post.tlp, "written_at": post.edited_at or post.released_at}
    db.session.execute(insert(Revision), {"post_id": post.id, "version": post.version} | wording)


def hold_post(viewer: Viewer, post_id: int, may: Permission) -> PostRow:
    """A post through its door, while nobody else changes anything in its thread until the running action ends.

    Who does not see the post does not come as far as the lock: waiting for it would tell that it is there.
    """
    db.session.execute(_HOLD, viewer.binds | {"post_id": post_id})
    return access_post(viewer, post_id, may)
