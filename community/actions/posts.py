"""Sending: a thread or a reply, once, to the audience that its author was shown."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from community import audit, bounds, clock, drafts, events, nameless, quota, reach, rendering, visibility
from community.access import NotFound, access_group
from community.bounds import Bounds, Place
from community.db import action, db, read, write
from community.markup import RENDERER_VERSION
from community.models import Draft as KeptDraft
from community.models import Member, Post, PostState, Quote, Recipient, Revision, Thread
from community.policy import Permission
from community.shown import Shown, ids_in
from community.tlp import Tlp
from community.viewer import Viewer
from community.writing import ANALYSTS_ASSESS, NOT_YOUR_REPORT, AlreadySent, AudienceGrew, Draft, Unfit

# Built once: a reply must be quick.
_HOLD = (
    visibility.visible_openings(Post.id).where(Post.id == bindparam("thread_id")).with_for_update(read=True, of=Post)
)
_SENT = select(Post.id, Post.body).where(Post.send_tag == bindparam("tag"))
# The author's organization as it is now: the viewer may be of before somebody merged it.
_NOW = select(Member.organization_id).where(Member.id == bindparam("writer_id")).scalar_subquery()
_NEW = insert(Post.__table__).values(organization_id=_NOW)  # type: ignore[arg-type]
_NEW_UNNAMED = insert(Post.__table__)  # type: ignore[arg-type]
_NO_DRAFT = delete(KeptDraft.__table__).where(KeptDraft.tag == bindparam("draft_tag"))  # type: ignore[arg-type]


Signature = Callable[[int], dict[str, Any]]


class _Sheet(NamedTuple):
    """One sending: who sends what, how it looks, to whom it was shown; ``tag`` is the same when it is sent again.

    ``unnamed`` makes what stands in place of the author, given the thread; None when they sign with their name.
    """

    viewer: Viewer
    post_id: int
    draft: Draft
    html: str
    shown: Shown | None
    tag: bytes | None
    unnamed: Signature | None = None


def publish_thread(viewer: Viewer, group_id: int, draft: Draft, shown: Shown | None = None) -> int:
    """Open a thread in a group; returns its number, which is also that of its opening post.

    ``shown`` is the audience the author agreed to; None when there is nobody to ask (commands). The same form sent
    twice opens one thread. Raises NotFound, NotAllowed, Unfit, AudienceGrew, AlreadySent.
    """
    sheet = _sheet(viewer, bounds.thread_key(group_id), draft, shown)
    return _once(sheet, lambda: _open_thread(sheet, group_id))


def publish_reply(viewer: Viewer, thread_id: int, draft: Draft, shown: Shown | None = None) -> int:
    """Reply in a thread; returns the number of the post. As for ``publish_thread`` in all else."""
    sheet = _sheet(viewer, bounds.reply_key(thread_id), draft, shown)
    return _once(sheet, lambda: _reply(sheet, thread_id))


@action
def release_thread(viewer: Viewer, group_id: int, draft: Draft, tag: bytes, unnamed: Signature) -> int:
    """Open a thread that was sent without a name. As for ``publish_thread`` in all else."""
    return _open_thread(_unnamed_sheet(viewer, draft, tag, unnamed), group_id)


@action
def release_reply(viewer: Viewer, thread_id: int, draft: Draft, tag: bytes, unnamed: Signature) -> int:
    """Put a reply that was sent without a name into its thread. As for ``publish_thread`` in all else."""
    return _reply(_unnamed_sheet(viewer, draft, tag, unnamed), thread_id)


def _unnamed_sheet(viewer: Viewer, draft: Draft, tag: bytes, unnamed: Signature) -> _Sheet:
    post_id = clock.random_id()
    return _Sheet(viewer, post_id, draft, rendering.render(draft.body, post_id), None, tag, unnamed)


def _sheet(viewer: Viewer, place_key: str, draft: Draft, shown: Shown | None) -> _Sheet:
    post_id = clock.random_id()
    tag = drafts.keyed("sent", viewer.member_id, place_key, draft.send_key) if draft.send_key else None
    return _Sheet(viewer, post_id, draft, rendering.render(draft.body, post_id), shown, tag)


def _once(sheet: _Sheet, publish: Callable[[], int]) -> int:
    try:
        return publish()
    except IntegrityError:
        # The same form was being sent at the same moment, and the other was first.
        post_id = _sent_before(sheet)
        if post_id is None:
            raise
        return post_id


@action
def _open_thread(sheet: _Sheet, group_id: int) -> int:
    viewer, draft = sheet.viewer, sheet.draft
    access_group(viewer, group_id, Permission.GROUP_READ)  # first: whoever has left must not learn what became of it
    if (sent := _sent_before(sheet)) is not None:
        return sent
    _ensure_left(sheet)
    place = bounds.place_for_thread(viewer, group_id)
    named = _agreed(sheet, place, bounds.bounds(viewer, place, draft.quoted))
    thread = {"id": sheet.post_id, "group_id": group_id, "title": draft.title} | draft.classification
    db.session.execute(insert(Thread), thread)
    return _write(sheet, sheet.post_id, place, named)


@action
def _reply(sheet: _Sheet, thread_id: int) -> int:
    _hold_thread(sheet.viewer, thread_id)
    sheet = _without_names(sheet)
    viewer, draft = sheet.viewer, sheet.draft
    if (sent := _sent_before(sheet)) is not None:
        return sent
    _ensure_left(sheet)
    place = bounds.place_for_reply(viewer, thread_id)
    limits = bounds.bounds(viewer, place, draft.quoted)
    if draft.follow_up and (place.thread is None or place.thread.author_id != viewer.member_id):
        raise Unfit("follow_up", NOT_YOUR_REPORT)
    if draft.assessment and not viewer.analyst:
        raise Unfit("assessment", ANALYSTS_ASSESS)
    _write(sheet, thread_id, place, _agreed(sheet, place, limits))
    add_quotes(sheet.post_id, limits.quoted)
    return sheet.post_id


def _ensure_left(sheet: _Sheet) -> None:
    if sheet.unnamed is None:  # what has no name was counted when it was sent
        quota.ensure_left(sheet.viewer)


def _hold_thread(viewer: Viewer, thread_id: int) -> None:
    """Let nobody change labels or words in a thread until this action ends, while others may reply. Raises NotFound.

    Otherwise a reply could be judged by the label that its thread had a moment ago. Who does not see the thread does
    not come as far as its lock: waiting for it would tell that it is there.
    """
    if read(_HOLD, viewer.binds | {"thread_id": thread_id}).one_or_none() is None:
        raise NotFound


def _without_names(sheet: _Sheet) -> _Sheet:
    body = nameless.unnamed(sheet.viewer, sheet.draft.body, hold=True)
    if body == sheet.draft.body:
        return sheet
    return sheet._replace(draft=replace(sheet.draft, body=body), html=rendering.render(body, sheet.post_id))


def add_quotes(post_id: int, quoted: Iterable[int]) -> None:
    """Remember, in the running action, what a post quotes. Nothing is ever taken off: its earlier wordings stay."""
    if rows := [{"post_id": post_id, "quoted_id": source} for source in quoted]:
        db.session.execute(insert(Quote), rows)


def _sent_before(sheet: _Sheet) -> int | None:
    """The post that this form made there before; raises AlreadySent when it was made with other words."""
    if sheet.tag is None:
        return None
    row = read(_SENT, {"tag": sheet.tag}).one_or_none()
    if row is None:
        return None
    earlier = select(Revision.id).where(Revision.post_id == row.id, Revision.body == sheet.draft.body).limit(1)
    if row.body != sheet.draft.body and db.session.scalar(earlier) is None:
        raise AlreadySent(row.id)
    return int(row.id)


def _agreed(sheet: _Sheet, place: Place, limits: Bounds) -> frozenset[int]:
    """Check label and audience; return whom the post names."""
    viewer, draft, shown = sheet.viewer, sheet.draft, sheet.shown
    named = bounds.named_by(viewer, draft, limits)
    if shown is None and draft.tlp != Tlp.RED:
        return named
    readers = reach.readers(viewer, place, draft.tlp, named)
    if draft.tlp == Tlp.RED:
        named = bounds.ensure_somebody(draft, limits, named & ids_in(readers))
    if shown is not None and shown.grew(readers):
        raise AudienceGrew
    return named


def _write(sheet: _Sheet, thread_id: int, place: Place, named: Collection[int]) -> int:
    viewer, post_id, draft = sheet.viewer, sheet.post_id, sheet.draft
    where = {"id": post_id, "thread_id": thread_id, "group_id": place.group.id}
    is_reply = post_id != thread_id
    kinds = {"follow_up": draft.follow_up and is_reply, "assessment": draft.assessment and is_reply}
    write(_NEW_UNNAMED if sheet.unnamed else _NEW, where | _text(sheet) | kinds | _signature(sheet, thread_id))
    _name(post_id, named)
    if not sheet.unnamed:  # its draft went when it was sent; what lies there now is another one
        write(_NO_DRAFT, {"draft_tag": drafts.tag_of(viewer, place.key)})
    by = None if sheet.unnamed else viewer
    audit.record(by, "member:post:published", group_id=place.group.id, subject_id=post_id, tlp=draft.tlp)
    events.record(events.PostPublished(post_id))
    return post_id


def _text(sheet: _Sheet) -> dict[str, Any]:
    draft = sheet.draft
    about = {"tlp": draft.tlp, "severity": draft.severity, "state": PostState.PUBLISHED, "send_tag": sheet.tag}
    return about | {"body": draft.body, "html": sheet.html, "renderer": RENDERER_VERSION}


def _signature(sheet: _Sheet, thread_id: int) -> dict[str, Any]:
    if sheet.unnamed:
        return {"author_id": None, "organization_id": None} | sheet.unnamed(thread_id)
    member_id = sheet.viewer.member_id
    return {"author_id": member_id, "writer_id": member_id, "released_at": clock.now()}


def _name(post_id: int, members: Collection[int]) -> None:
    if rows := [{"post_id": post_id, "member_id": member} for member in members]:
        db.session.execute(insert(Recipient), rows)
