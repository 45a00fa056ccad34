"""A site moderator opens one post that the group rule does not give them: first the record, then the text."""

from datetime import timedelta

from sqlalchemy import select

from community import audit, clock, events
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
    post = db.session.execute(select(Post.id, Post.group_id).where(Post.id == post_id)).one_or_none()
    if post is None:
        audit.record(viewer, "moderator:post:missed", subject_id=post_id)
        return None
    reading = ModeratorReading(id=clock.random_id(), post_id=post_id, moderator_id=viewer.member_id, reason=reason)
    db.session.add(reading)
    audit.record(viewer, "moderator:post:opened", group_id=post.group_id, subject_id=post_id, reading=reading.id)
    events.record(events.PostOpenedByModerator(post_id, reading.id))
    return reading.id
