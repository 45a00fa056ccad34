"""The sealed originals of posts lose words that leave what the posts repeat, and are forgotten for good."""

from collections.abc import Callable, Collection

from sqlalchemy import select, update

from community import clock, originals
from community.actions import purging
from community.db import db
from community.models import Redaction

Change = Callable[[str, int], str]
Forgetter = Callable[[int], None]
_forgetters: list[Forgetter] = []
TITLE = 200


def when_originals_go(forget: Forgetter) -> Forgetter:
    """Register who keeps originals that go with those of a post: called, in the running action, with the post."""
    _forgetters.append(forget)
    return forget


def change_originals(post_ids: Collection[int], change: Change) -> None:
    """In the running action: change what these posts said before. What does not open any more stays as it is.

    Whoever destroys one at the same moment is waited for, so that it does not come back.
    """
    kept = select(Redaction).where(Redaction.post_id.in_(post_ids), Redaction.sealed.is_not(None))
    held = kept.order_by(Redaction.id).with_for_update().execution_options(populate_existing=True)
    for row in db.session.scalars(held).all():
        said = originals.unseal(row.id, row.sealed)
        left = [originals.Wording(change(one.title, TITLE), change(one.body, 0)) for one in said]
        if left != said:
            row.sealed = originals.seal(row.id, left)
            purging.ask()


def forget_originals(post_id: int) -> bool:
    """In the running action: what a post said before is gone for good. Was there anything?"""
    for forget in _forgetters:
        forget(post_id)
    kept = Redaction.post_id == post_id, Redaction.sealed.is_not(None)
    if db.session.scalar(select(Redaction.id).where(*kept).limit(1)) is None:
        return False
    db.session.execute(update(Redaction).where(*kept).values(sealed=None, destroyed_at=clock.hour()))
    purging.ask()
    return True
