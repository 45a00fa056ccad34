"""Taking words out of a post and of everything that repeats it; the original is sealed, and can be destroyed.

What repeats a post stands in its own thread: the posts that quote it, and those that quote these. They lose the words
wherever they say them, in quotes or not, earlier wordings included.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from sqlalchemy import delete, select

from community import audit, clock, events, originals, quoting, rendering
from community.access import PostRow
from community.actions import purging
from community.actions.drafts import change_drafts
from community.actions.keeping import TITLE, Change, change_originals
from community.db import db
from community.markup import RENDERER_VERSION
from community.models import ModeratorReading, Post, Quote, Redaction, Revision, Thread
from community.redacting import Words, without
from community.viewer import NOBODY, Viewer

Changer = Callable[[Collection[int], Change], None]
_changers: list[Changer] = []
ATTRIBUTION, REASON = 500, 500


def when_words_are_taken_out(changer: Changer) -> Changer:
    """Register who else keeps texts about posts: called, in the running action, with posts, and with what to do.

    The second is called with a text and the most characters that it may have afterwards (0: any number), and returns
    the text without the words.
    """
    _changers.append(changer)
    return changer


def take_out(viewer: Viewer, row: PostRow, wanted: Sequence[Words]) -> None:
    """In the running action, which holds the post: take words out of it and of everything that repeats it."""
    _keep(row, originals.wordings(row.id), by_author=False, reasons=sorted({one.reason for one in wanted}))
    change_everywhere(viewer, row.id, partial(_without, wanted))
    audit.record(viewer, "moderator:post:redacted", group_id=row.group.id, subject_id=row.id)
    events.record(events.PostRedacted(row.id))


def change_everywhere(viewer: Viewer, post_id: int, change: Change) -> None:
    """In the running action: change a post, its title when it opens a thread, its revisions, and what repeats it."""
    post = db.session.get_one(Post, post_id)
    if not _change_post(post, change):
        post.version += 1  # earlier wordings change: whoever is just editing does not put words back unawares
    thread = db.session.get(Thread, post_id)
    if thread is not None:
        thread.title = change(thread.title, TITLE)
    _change_revisions([post_id], change)
    _spread(viewer, post_id, change)
    db.session.flush()


def _without(wanted: Sequence[Words], text: str, limit: int) -> str:
    return without(text, wanted, limit)


def forget_old_wordings(viewer: Viewer, row: PostRow) -> None:
    """In the running action, after an edit: of a post, and of quotes of it, nothing stays but the present wording."""
    db.session.flush()
    present, *earlier = originals.wordings(row.id)
    if not earlier:
        return
    by = NOBODY if row.author_id is None else viewer
    _keep(row, earlier, by_author=True, reasons=[])
    db.session.execute(delete(Revision).where(Revision.post_id == row.id))
    old = [text for one in earlier for text in one]
    _spread(by, row.id, lambda text, _limit: quoting.without_old(text, old, present))
    audit.record(by, "member:post:forgotten", group_id=row.group.id, subject_id=row.id)
    events.record(events.PostRedacted(row.id))


def _keep(row: PostRow, said: list[originals.Wording], *, by_author: bool, reasons: list[str]) -> None:
    number = clock.random_id()
    sealed = originals.seal(number, said)
    at = clock.hour() if row.author_id is None and by_author else clock.now()
    db.session.add(Redaction(id=number, post_id=row.id, by_author=by_author, reasons=reasons, at=at, sealed=sealed))
    purging.ask()


def _spread(viewer: Viewer, post_id: int, change: Change) -> None:
    following = quoting_posts(post_id)
    _change_revisions(following, change)
    change_originals(following, change)
    for post in db.session.scalars(select(Post).where(Post.id.in_(following)).order_by(Post.id)).all():
        if _change_post(post, change):
            audit.record(viewer, "system:quote:erased", group_id=post.group_id, subject_id=post.id)
            events.record(events.PostEdited(post.id))
    everywhere = [post_id, *following]
    change_drafts(everywhere, lambda text: change(text, 0))
    _change_readings(everywhere, change)
    for changer in _changers:
        changer(everywhere, change)


def quoting_posts(post_id: int) -> list[int]:
    """The posts that quote a post, or quote one that does, in any of their wordings."""
    found: list[int] = []
    last = [post_id]
    while last:
        rows = db.session.scalars(select(Quote.post_id).where(Quote.quoted_id.in_(last)).distinct())
        last = [one for one in rows if one not in found and one != post_id]
        found += last
    return found


def _change_post(post: Post, change: Change) -> bool:
    body, attribution = change(post.body, 0), change(post.attribution, ATTRIBUTION)
    if (body, attribution) == (post.body, post.attribution):
        return False
    post.body, post.attribution, post.version = body, attribution, post.version + 1
    post.html, post.renderer = rendering.render(body, post.id), RENDERER_VERSION
    post.lost_words = True
    return True


def _change_revisions(post_ids: Collection[int], change: Change) -> None:
    for revision in db.session.scalars(select(Revision).where(Revision.post_id.in_(post_ids))).all():
        left = change(revision.title, TITLE), change(revision.body, 0)
        if left != (revision.title, revision.body):
            revision.title, revision.body = left
            db.session.get_one(Post, revision.post_id).lost_words = True


def _change_readings(post_ids: Collection[int], change: Change) -> None:
    readings = select(ModeratorReading).where(ModeratorReading.post_id.in_(post_ids))
    for reading in db.session.scalars(readings).all():
        reading.reason = change(reading.reason, REASON)
