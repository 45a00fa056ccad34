"""A site moderator opens one post that the group rule does not give them: first the record, then the text."""

from datetime import timedelta

from sqlalchemy import select

from community import audit, clock, events
from community.access import NotFound
from community.actions.destroying import destroy_originals
from community.db import action, db
from community.models import ModeratorReading, Post
from community.policy import NotAllowed, ensure_proved
from community.viewer import Viewer
from moderation.offers import opens_posts

PROOF_LASTS = timedelta(minutes=5)  # shorter than for other acts: nothing else here shows what one may not read


@action
def open_as_moderator(viewer: Viewer, post_id: int, reason: str) -> int | None:
    """Record that the viewer opens the post, and return the id of the record; the text may be shown after that.

    None when there is no such post: that is on record too, and no earlier than now does the moderator learn it.
    Raises NotAllowed for all but site moderators, Unproved when the passkey was shown too long ago.
    """
    if not opens_posts(viewer):
        raise NotAllowed
    ensure_proved(viewer, PROOF_LASTS)
    return _recorded(viewer, post_id, reason, "opened")


@action
def open_original(viewer: Viewer, post_id: int, reason: str) -> int | None:
    """The same for what a post said before words were taken out of it."""
    if not opens_posts(viewer):
        raise NotAllowed
    ensure_proved(viewer, PROOF_LASTS)
    return _recorded(viewer, post_id, reason, "unsealed")


@action
def destroy_original(viewer: Viewer, post_id: int) -> None:
    """Destroy what a post said before words were taken out of it, after opening that on the record.

    Raises NotFound for what the viewer has not opened, NotAllowed for what their organization wrote, Unproved.
    """
    if not opens_posts(viewer):
        raise NotAllowed
    ensure_proved(viewer, PROOF_LASTS)
    opened = select(ModeratorReading.id).where(ModeratorReading.post_id == post_id)
    if db.session.scalar(opened.where(ModeratorReading.moderator_id == viewer.member_id).limit(1)) is None:
        raise NotFound
    post = db.session.get_one(Post, post_id)
    if viewer.member_id == post.author_id or viewer.organization_id == post.organization_id:
        raise NotAllowed
    destroy_originals(viewer, post_id)


def _recorded(viewer: Viewer, post_id: int, reason: str, how: str) -> int | None:
    post = db.session.execute(select(Post.id, Post.group_id).where(Post.id == post_id)).one_or_none()
    if post is None:
        audit.record(viewer, "moderator:post:missed", subject_id=post_id)
        return None
    reading = ModeratorReading(id=clock.random_id(), post_id=post_id, moderator_id=viewer.member_id, reason=reason)
    db.session.add(reading)
    audit.record(viewer, f"moderator:post:{how}", group_id=post.group_id, subject_id=post_id, reading=reading.id)
    events.record(events.PostOpenedByModerator(post_id, reading.id))
    return reading.id
