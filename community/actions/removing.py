"""A post is removed from view, and restored: within the acts of those who decide about it.

Who may is asked by them (``moderation``); here is what it does to the post and to everything that repeats its words.
"""

from sqlalchemy import delete

from community import audit, events
from community.actions.erasing import take_words_out
from community.actions.shrinking import post_shrank
from community.db import db
from community.models import Post, PostState, Quote
from community.viewer import Viewer


def remove_post(viewer: Viewer, post_id: int) -> None:
    """In the running action: nobody but its author and moderators sees the post any more, or what repeats it.

    Quotes of it lose its words for good; the post itself keeps them.
    """
    post = hide_post(viewer, post_id)
    audit.record(viewer, "moderator:post:removed", group_id=post.group_id, subject_id=post_id)
    post_shrank(post_id, below=post.id == post.thread_id)


def hide_post(viewer: Viewer, post_id: int) -> Post:
    """In the running action, the same without a word about who decided it."""
    post = db.session.get_one(Post, post_id)
    take_words_out(viewer, post_id, for_good=False)
    db.session.execute(delete(Quote).where(Quote.quoted_id == post_id))
    _become(post, PostState.REMOVED)
    events.record(events.PostRemoved(post_id))
    return post


def restore_post(viewer: Viewer, post_id: int) -> None:
    """In the running action: the post is there again for whom its label lets read it."""
    post = db.session.get_one(Post, post_id)
    _become(post, PostState.PUBLISHED)
    audit.record(viewer, "moderator:post:restored", group_id=post.group_id, subject_id=post_id)
    events.record(events.PostRestored(post_id))


def _become(post: Post, state: PostState) -> None:
    post.state = state
    post.version += 1
