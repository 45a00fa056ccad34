"""Sending: a thread or a reply, once, to the audience that its author was shown."""

from collections.abc import Callable, Collection, Iterable

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from community import audit, bounds, clock, drafts, events, reach, rendering, visibility
from community.bounds import Bounds, Place
from community.db import action, db
from community.markup import RENDERER_VERSION
from community.models import Draft as KeptDraft
from community.models import Post, PostState, Quote, Recipient, Revision, Thread
from community.shown import Shown
from community.tlp import Tlp
from community.viewer import Viewer
from community.writing import NOT_YOUR_REPORT, AlreadySent, AudienceGrew, Draft, Unfit

# Built once: a reply must be quick.
_HOLD = (
    visibility.visible_openings(Post.id).where(Post.id == bindparam("thread_id")).with_for_update(read=True, of=Post)
)
_SENT = select(Post.id, Post.body).where(Post.send_tag == bindparam("tag"))
_NEW = insert(Post.__table__)  # type: ignore[arg-type]
_NO_DRAFT = delete(KeptDraft.__table__).where(KeptDraft.tag == bindparam("draft_tag"))  # type: ignore[arg-type]


def publish_thread(viewer: Viewer, group_id: int, draft: Draft, shown: Shown | None = None) -> int:
    """Open a thread in a group; returns its number, which is also that of its opening post.

    ``shown`` is the audience the author agreed to; None when there is nobody to ask (commands). The same form sent
    twice opens one thread. Raises NotFound, NotAllowed, Unfit, AudienceGrew, AlreadySent.
    """
    thread_id = clock.random_id()
    html = rendering.render(draft.body, thread_id)
    return _once(viewer, draft, lambda: _open_thread(viewer, thread_id, group_id, draft, html, shown))


def publish_reply(viewer: Viewer, thread_id: int, draft: Draft, shown: Shown | None = None) -> int:
    """Reply in a thread; returns the number of the post. As for ``publish_thread`` in all else."""
    post_id = clock.random_id()
    html = rendering.render(draft.body, post_id)
    return _once(viewer, draft, lambda: _reply(viewer, post_id, thread_id, draft, html, shown))


def _once(viewer: Viewer, draft: Draft, publish: Callable[[], int]) -> int:
    try:
        return publish()
    except IntegrityError:
        # The same form was being sent at the same moment, and the other was first.
        post_id = _sent_before(viewer, draft)
        if post_id is None:
            raise
        return post_id


@action
def _open_thread(viewer: Viewer, thread_id: int, group_id: int, draft: Draft, html: str, shown: Shown | None) -> int:
    if (post_id := _sent_before(viewer, draft)) is not None:
        return post_id
    place = bounds.place_for_thread(viewer, group_id)
    limits = bounds.bounds(viewer, place)
    named = _agreed(viewer, place, draft, limits, shown)
    thread = {"id": thread_id, "group_id": group_id, "title": draft.title} | draft.classification
    db.session.execute(insert(Thread), thread)
    return _write(viewer, thread_id, thread_id, place, draft, html, named)


@action
def _reply(viewer: Viewer, post_id: int, thread_id: int, draft: Draft, html: str, shown: Shown | None) -> int:
    if (sent := _sent_before(viewer, draft)) is not None:
        return sent
    _hold_thread(viewer, thread_id)
    place = bounds.place_for_reply(viewer, thread_id)
    limits = bounds.bounds(viewer, place, draft.quoted)
    if draft.follow_up and (place.thread is None or place.thread.author_id != viewer.member_id):
        raise Unfit("follow_up", NOT_YOUR_REPORT)
    named = _agreed(viewer, place, draft, limits, shown)
    _write(viewer, post_id, thread_id, place, draft, html, named)
    add_quotes(post_id, limits.quoted)
    return post_id


def _hold_thread(viewer: Viewer, thread_id: int) -> None:
    """Let nobody change labels or words in a thread until this action ends, while others may reply.

    Otherwise a reply could be judged by the label that its thread had a moment ago. Who does not see the thread does
    not come as far as its lock: waiting for it would tell that it is there.
    """
    db.session.execute(_HOLD, viewer.binds | {"thread_id": thread_id})


def add_quotes(post_id: int, quoted: Iterable[int]) -> None:
    """Remember, in the running action, what a post quotes. Nothing is ever taken off: its earlier wordings stay."""
    if rows := [{"post_id": post_id, "quoted_id": source} for source in quoted]:
        db.session.execute(insert(Quote), rows)


def _sent_before(viewer: Viewer, draft: Draft) -> int | None:
    """The post that this form made before; raises AlreadySent when it was made with other words."""
    if not draft.send_key:
        return None
    row = db.session.execute(_SENT, {"tag": _tag(viewer, draft)}).one_or_none()
    if row is None:
        return None
    earlier = select(Revision.id).where(Revision.post_id == row.id, Revision.body == draft.body).limit(1)
    if row.body != draft.body and db.session.scalar(earlier) is None:
        raise AlreadySent(row.id)
    return int(row.id)


def _tag(viewer: Viewer, draft: Draft) -> bytes | None:
    return drafts.keyed("sent", viewer.member_id, draft.send_key) if draft.send_key else None


def _agreed(viewer: Viewer, place: Place, draft: Draft, limits: Bounds, shown: Shown | None) -> frozenset[int]:
    """Check label and audience; return whom the post names."""
    named = bounds.named_by(viewer, draft, limits)
    if shown is None and draft.tlp != Tlp.RED:
        return named
    readers = reach.readers(viewer, place, draft.tlp, named)
    named = bounds.ensure_somebody(draft, limits, named & readers)
    if shown is not None and shown.added(readers):
        raise AudienceGrew
    return named


def _write(
    viewer: Viewer, post_id: int, thread_id: int, place: Place, draft: Draft, html: str, named: Collection[int]
) -> int:
    post = {
        "id": post_id,
        "thread_id": thread_id,
        "group_id": place.group.id,
        "author_id": viewer.member_id,
        "organization_id": viewer.organization_id,
        "tlp": draft.tlp,
        "severity": draft.severity,
        "state": PostState.PUBLISHED,
        "body": draft.body,
        "html": html,
        "renderer": RENDERER_VERSION,
        "follow_up": draft.follow_up and post_id != thread_id,
        "released_at": clock.now(),
        "send_tag": _tag(viewer, draft),
    }
    db.session.execute(_NEW, post)
    _name(post_id, named)
    db.session.execute(_NO_DRAFT, {"draft_tag": drafts.tag_of(viewer, place.key)})
    audit.record(viewer, "member:post:published", group_id=place.group.id, subject_id=post_id, tlp=draft.tlp)
    events.record(events.PostPublished(post_id))
    return post_id


def _name(post_id: int, members: Collection[int]) -> None:
    if rows := [{"post_id": post_id, "member_id": member} for member in members]:
        db.session.execute(insert(Recipient), rows)
