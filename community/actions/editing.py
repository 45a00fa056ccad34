"""Correcting a post: other words, and no words at all."""

from dataclasses import replace
from typing import Any

from sqlalchemy import delete, or_

from community import audit, bounds, clock, events, nameless, rendering
from community.access import PostRow
from community.actions import purging
from community.actions.erasing import take_words_out
from community.actions.keeping import forget_originals
from community.actions.labels import hold_post, keep_wording, narrow_what_follows
from community.actions.posts import add_quotes
from community.actions.redacting import forget_old_wordings
from community.actions.shrinking import post_shrank
from community.db import action, db
from community.markup import RENDERER_VERSION
from community.models import Grant, Post, PostState, Quote, Revision, Severity, Thread
from community.policy import Permission
from community.viewer import NOBODY, Viewer
from community.writing import LABEL_WIDER, Changed, Draft, Unfit


@action
def edit_post(viewer: Viewer, post_id: int, draft: Draft, version: int, *, forget: bool = False) -> None:
    """Give a post of the viewer's other words, or a stricter label; the earlier wording becomes a revision.

    With ``forget`` nothing but the new wording stays. Raises NotFound, NotAllowed, Unfit, and Changed when the post is
    not ``version`` any more.
    """
    row = hold_post(viewer, post_id, Permission.POST_EDIT)
    rewrite_post(viewer, row, draft, version)
    if forget:
        forget_old_wordings(viewer, row)


def rewrite_post(viewer: Viewer, row: PostRow, draft: Draft, version: int) -> None:
    """In the running action, the same for a post that is held already. Nobody is named where its author is not."""
    if row.version != version:
        raise Changed
    draft = replace(draft, body=nameless.unnamed(viewer, draft.body, hold=True))
    if draft.tlp not in bounds.labels_to_narrow(viewer, row):
        raise Unfit("tlp", LABEL_WIDER)
    bounds.ensure_not_wider(viewer, row, draft.tlp, draft.quoted)
    added = draft.quoted - bounds.quotes_in(row.id)
    changed = _write(row, draft)
    if not changed:
        return
    by = NOBODY if row.author_id is None else viewer
    add_quotes(row.id, added)
    audit.record(by, "member:post:edited", group_id=row.group.id, subject_id=row.id, changed=sorted(changed))
    events.record(events.PostEdited(row.id))
    if "tlp" in changed:
        events.record(events.PostRelabelled(row.id, by.member_id, row.tlp))
        post_shrank(row.id)
        narrow_what_follows(by, row, draft.tlp)


def _write(row: PostRow, draft: Draft) -> set[str]:
    """Make the post what ``draft`` says; returns the names of what changed."""
    of_post, of_thread = _wanted(row, draft)
    present = {name: getattr(row if name in of_post else row.thread, name) for name in of_post | of_thread}
    changed = {name for name, value in (of_post | of_thread).items() if value != present[name]}
    if not changed:
        return changed
    post = db.session.get_one(Post, row.id)
    if changed & {"title", "body", "tlp"}:
        keep_wording(post)
    if changed & {"title", "body"}:
        post.edited_at = clock.hour() if row.author_id is None else clock.now()
    if "body" in changed:
        post.html, post.renderer = rendering.render(draft.body, row.id), RENDERER_VERSION
    post.version += 1
    _set(post, of_post, changed)
    _set(db.session.get_one(Thread, row.thread.id), of_thread, changed)
    return changed


def _wanted(row: PostRow, draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    of_post = {"body": draft.body, "tlp": draft.tlp, "severity": draft.severity}
    if not row.is_opening:
        return of_post, {}
    return of_post, {"title": draft.title} | draft.classification


def _set(target: Post | Thread, values: dict[str, Any], names: set[str]) -> None:
    for name in values.keys() & names:
        setattr(target, name, values[name])


@action
def withdraw_post(viewer: Viewer, post_id: int) -> None:
    """Take back a post of the viewer's: its words leave it, its title, its revisions and the replies that quote them.

    Place, label and author stay. Raises NotFound or NotAllowed.
    """
    empty_post(viewer, hold_post(viewer, post_id, Permission.POST_EDIT))


def empty_post(viewer: Viewer, row: PostRow) -> None:
    """In the running action, the same for a post that is held already. Nobody is named where its author is not."""
    post_id, by = row.id, NOBODY if row.author_id is None else viewer
    take_words_out(by, post_id, for_good=True)
    forget_originals(post_id)
    purging.ask()
    db.session.execute(delete(Revision).where(Revision.post_id == post_id))
    db.session.execute(delete(Quote).where(or_(Quote.post_id == post_id, Quote.quoted_id == post_id)))
    db.session.execute(delete(Grant).where(Grant.post_id == post_id))
    post = db.session.get_one(Post, post_id)
    post.state, post.severity = PostState.WITHDRAWN, Severity.REFERENCE
    post.body = post.html = post.attribution = ""
    post.version += 1
    if row.is_opening:
        thread = db.session.get_one(Thread, row.id)
        thread.title, thread.event_type, thread.cause_types = "", None, []
    audit.record(by, "member:post:withdrawn", group_id=row.group.id, subject_id=post_id)
    post_shrank(post_id)
    events.record(events.PostWithdrawn(post_id))
