"""Words of a post that are taken back leave all that repeats them: replies, wordings, drafts, what others keep."""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from community import audit, events, quoting, rendering
from community.actions.drafts import take_out_of_drafts
from community.actions.keeping import change_originals
from community.actions.shrinking import post_shrank
from community.db import db
from community.models import Post, Quote, Revision, Thread
from community.viewer import Viewer

Forgetter = Callable[[int, Sequence[str]], None]
_forgetters: list[Forgetter] = []


def when_words_leave(forget: Forgetter) -> Forgetter:
    """Register who keeps texts about posts: called, in the running action, with a post and all that it ever said.

    Only when the words are gone for good: what is removed can be restored, and those who decide about it read on.
    """
    _forgetters.append(forget)
    return forget


def take_words_out(viewer: Viewer, post_id: int, *, for_good: bool) -> None:
    """Take, in the running action, what a post says and ever said out of everything that repeats it."""
    words, quoting_ids = _wordings(post_id), _quoting(post_id)
    _take_out_of_quotes(viewer, post_id, words)
    take_out_of_drafts(post_id, words)
    for quoting_id in quoting_ids:
        post_shrank(quoting_id)
    for forget in _forgetters if for_good else ():
        forget(post_id, words)


def _quoting(post_id: int) -> list[int]:
    return list(db.session.scalars(select(Quote.post_id).where(Quote.quoted_id == post_id).order_by(Quote.post_id)))


def _wordings(post_id: int) -> list[str]:
    """All that a post ever said, title included."""
    earlier = db.session.execute(select(Revision.title, Revision.body).where(Revision.post_id == post_id)).all()
    title = db.session.scalar(select(Thread.title).where(Thread.id == post_id))
    now = [db.session.get_one(Post, post_id).body, *([title] if title else [])]
    return [*now, *(text for revision in earlier for text in revision)]


def _take_out_of_quotes(viewer: Viewer, post_id: int, words: list[str]) -> None:
    quoting_posts = db.session.scalars(select(Quote.post_id).where(Quote.quoted_id == post_id)).all()
    change_originals(quoting_posts, lambda text, _limit: quoting.without(text, post_id, words))
    for revision in db.session.scalars(select(Revision).where(Revision.post_id.in_(quoting_posts))).all():
        left = quoting.without(revision.body, post_id, words)
        if left != revision.body:
            revision.body = left
            db.session.get_one(Post, revision.post_id).lost_words = True
    for post in db.session.scalars(select(Post).where(Post.id.in_(quoting_posts))).all():
        left = quoting.without(post.body, post_id, words)
        if left == post.body:
            continue
        # A new version, so that whoever is just editing it does not put the words back unawares.
        post.body, post.html, post.version = left, rendering.render(left, post.id), post.version + 1
        post.lost_words = True
        audit.record(viewer, "system:quote:erased", group_id=post.group_id, subject_id=post.id)
        events.record(events.PostEdited(post.id))
