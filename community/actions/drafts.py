"""Keeping what is not sent yet. Nothing of it is recorded anywhere but in the sealed row itself."""

from collections.abc import Callable, Collection
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select

from community import anonymity, bounds, clock, drafts, nameless, quoting
from community.bounds import Place
from community.db import action, db, upsert
from community.models import Draft, Group, SealedAct, Thread
from community.viewer import Viewer


@action
def save_draft(viewer: Viewer, place: Place, fields: drafts.Fields) -> None:
    """Keep what the viewer's form for ``place`` holds now, instead of what it held before.

    A page that is still open may hold words that were withdrawn since, and names of people who have left without them;
    they are not kept again.
    """
    tag = drafts.tag_of(viewer, place.key)
    fields = drafts.readable(viewer, fields)
    bodies = [nameless.unnamed(viewer, body, hold=True) for body in fields.get("body", [])]
    sealed = drafts.seal(tag, fields | {"body": bodies})
    values = {"sealed": sealed, "saved_hour": clock.hour()}
    statement = upsert(Draft).values(tag=tag, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=[Draft.tag], set_=values))


def take_out_of_drafts(post_id: int, words: Collection[str]) -> None:
    """Take, in the running action, quotes of a post and lines that repeat its ``words`` out of everybody's drafts.

    Every draft is opened for it and closed again; whose it is stays unknown here, too.
    """
    for draft in db.session.scalars(select(Draft)).all():
        fields = drafts.unseal(draft.tag, draft.sealed)
        left = drafts.without_quotes(fields, [post_id], words)
        if fields and left != fields:
            draft.sealed = drafts.seal(draft.tag, left)

    _change_sealed(lambda body: quoting.without(body, post_id, words))


def change_drafts(post_ids: Collection[int], change: Callable[[str], str]) -> None:
    """Change, in the running action, the texts of everybody's drafts that quote one of these posts.

    So, too, what waits to be released without a name: what quotes them, and other wordings of these posts themselves.
    """
    for draft in db.session.scalars(select(Draft)).all():
        fields = drafts.unseal(draft.tag, draft.sealed)
        left = drafts.changed(fields, post_ids, change)
        if left != fields:
            draft.sealed = drafts.seal(draft.tag, left)
    for row in db.session.scalars(select(SealedAct).order_by(SealedAct.id).with_for_update()).all():
        with suppress(InvalidTag):  # sealed under a key of before: nobody reads it any more
            row.sealed = _changed_about(row, post_ids, change)


def _changed_about(row: SealedAct, post_ids: Collection[int], change: Callable[[str], str]) -> bytes:
    act = anonymity.unseal(row.id, row.sealed)
    draft = act.get("draft", {})
    named = {act.get("where"), *draft.get("quotes", ()), *quoting.quoted_ids(draft.get("body", ""))}
    if not draft or not named & set(post_ids):
        return row.sealed
    left = draft | {name: change(draft[name]) for name in ("title", "body") if name in draft}
    return row.sealed if left == draft else anonymity.seal(row.id, act | {"draft": left})


def take_name_out_of_drafts(post_ids: Collection[int]) -> None:
    """Take, in the running action, the author's name off quotes of these posts in everybody's drafts."""
    for draft in db.session.scalars(select(Draft)).all():
        fields = drafts.unseal(draft.tag, draft.sealed)
        bodies = [quoting.unnamed(body, post_ids) for body in fields.get("body", [])]
        if bodies != fields.get("body", []):
            draft.sealed = drafts.seal(draft.tag, fields | {"body": bodies})
    _change_sealed(lambda body: quoting.unnamed(body, post_ids))


def _change_sealed(change: Callable[[str], str]) -> None:
    """Change the texts that wait to be released without a name."""
    for row in db.session.scalars(select(SealedAct).order_by(SealedAct.id).with_for_update()).all():
        with suppress(InvalidTag):  # sealed under a key of before: nobody reads it any more
            row.sealed = _changed(row, change)


def _changed(row: SealedAct, change: Callable[[str], str]) -> bytes:
    act = anonymity.unseal(row.id, row.sealed)
    draft = act.get("draft", {})
    if not draft or change(draft["body"]) == draft["body"]:
        return row.sealed
    return anonymity.seal(row.id, act | {"draft": draft | {"body": change(draft["body"])}})


def forget_waiting(viewer: Viewer) -> None:
    """Forget, in the running action, what the viewer sent without their name and is not released."""
    sealed = [one.id for one in anonymity.waiting(viewer)]
    db.session.execute(delete(SealedAct).where(SealedAct.id.in_(sealed)))


def forget_drafts(viewer: Viewer) -> None:
    """Forget, in the running action, everything unsent of the viewer's, also where they see nothing any more."""
    groups, threads = db.session.scalars(select(Group.id)), db.session.scalars(select(Thread.id))
    keys = [*map(bounds.thread_key, groups), *map(bounds.reply_key, threads)]
    mine = {drafts.tag_of(viewer, key) for key in keys} & set(db.session.scalars(select(Draft.tag)))
    db.session.execute(delete(Draft).where(Draft.tag.in_(mine)))
    forget_waiting(viewer)


@action
def discard_draft(viewer: Viewer, place: Place) -> None:
    """Forget the viewer's draft for ``place``."""
    db.session.execute(delete(Draft).where(Draft.tag == drafts.tag_of(viewer, place.key)))
