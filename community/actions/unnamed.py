"""Posting, correcting and withdrawing without one's name: what is sent is sealed and waits for a random while."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from community import anonymity, bounds, clock, crowd, drafts, mine, nameless, quota, reach
from community.access import NotFound, PostRow, access_post
from community.actions.releasing import ensure_correctable, is_patient, plain, release_sealed
from community.bounds import Place
from community.db import action, db
from community.models import Draft as KeptDraft
from community.models import Post, SealedAct
from community.policy import NotAllowed, Permission, Refused, ensure, ensure_proved
from community.settings import settings
from community.shown import Shown
from community.tlp import Tlp
from community.viewer import Viewer
from community.writing import (
    ASSESSMENT_IS_NAMED,
    FOLLOW_UP_IS_NAMED,
    NOT_YOUR_SECTOR,
    RED_IS_NAMED,
    AudienceGrew,
    Changed,
    Draft,
    Unfit,
    Unnamed,
)

SHORTEST = timedelta(minutes=5)
JUST_RELEASED = _l("It was released at this very moment. To take it back, withdraw it.")


def check(viewer: Viewer, place: Place, draft: Draft, how: Unnamed) -> crowd.Crowd:
    """May the viewer post this there without their name? Answers with the crowd that they hide in.

    Raises NotAllowed when the group does not offer it, and Unfit, which only the author sees.
    """
    ensure(viewer, Permission.GROUP_WRITE_UNNAMED, place.group)
    if draft.tlp == Tlp.RED:
        raise Unfit("tlp", RED_IS_NAMED)
    if draft.follow_up:
        raise Unfit("follow_up", FOLLOW_UP_IS_NAMED)
    if draft.assessment:
        raise Unfit("assessment", ASSESSMENT_IS_NAMED)
    if how.sector and how.sector not in {row.code for row in mine.sectors(viewer)}:
        raise Unfit("sector", NOT_YOUR_SECTOR)
    return crowd.ensure_hidden(viewer, place, draft.tlp, how.sector)


def send(viewer: Viewer, place: Place, draft: Draft, how: Unnamed, shown: Shown) -> None:
    """Take a thread or a reply for release. The same form sent twice is taken once.

    Raises NotFound, NotAllowed, Unfit and AudienceGrew, as for a post with a name.
    """
    once(
        anonymity.sent_tag(viewer.member_id, place.key, draft.send_key),
        lambda: _send(viewer, place, draft, how, shown),
    )


def once(tag: bytes, act: Callable[[], None]) -> None:
    """Do ``act``, which takes something under this tag, unless the same is being taken at the same moment."""
    try:
        act()
    except IntegrityError:
        if not was_sent(tag):
            raise


@action
def _send(viewer: Viewer, place: Place, draft: Draft, how: Unnamed, shown: Shown) -> None:
    place = bounds.place_for_reply(viewer, place.thread.id) if place.thread else _for_thread(viewer, place)
    tag = anonymity.sent_tag(viewer.member_id, place.key, draft.send_key)
    if was_sent(tag):
        return
    quota.ensure_left(viewer)
    draft = replace(draft, body=nameless.unnamed(viewer, draft.body, hold=True))
    bounds.named_by(viewer, draft, bounds.bounds(viewer, place, draft.quoted))
    check(viewer, place, draft, how)
    if shown.grew(reach.readers(viewer, place, draft.tlp)):
        raise AudienceGrew
    kind, where = ("reply", place.thread.id) if place.thread else ("thread", place.group.id)
    act = {"act": kind, "where": where, "draft": plain(draft), "how": asdict(how)}
    take(viewer, act, tag, at_once=how.at_once)
    db.session.execute(delete(KeptDraft).where(KeptDraft.tag == drafts.tag_of(viewer, place.key)))


def _for_thread(viewer: Viewer, place: Place) -> Place:
    return bounds.place_for_thread(viewer, place.group.id)


def was_sent(tag: bytes) -> bool:
    """Does what has this tag wait, or was it released as a post?"""
    waits = select(SealedAct.id).where(SealedAct.tag == tag)
    return db.session.scalar(waits.union_all(select(Post.id).where(Post.send_tag == tag)).limit(1)) is not None


@action
def correct(viewer: Viewer, post_id: int, draft: Draft, version: int, *, at_once: bool) -> None:
    """Take another wording of an anonymous post of the viewer's for release.

    Raises NotFound for what is not theirs, NotAllowed, Unproved, Unfit, Changed.
    """
    ensure_proved(viewer)
    row = access_own(viewer, post_id)
    if row.version != version:
        raise Changed
    if draft.tlp not in bounds.labels_to_narrow(viewer, row):
        raise Unfit("tlp", RED_IS_NAMED)
    draft = replace(draft, body=nameless.unnamed(viewer, draft.body, hold=True))
    bounds.ensure_not_wider(viewer, row, draft.tlp, draft.quoted)
    act = {"act": "edit", "where": post_id, "draft": plain(draft), "version": version}
    take(viewer, act, clock.token(), at_once=at_once)


@action
def withdraw(viewer: Viewer, post_id: int, *, at_once: bool) -> None:
    """Take the withdrawal of an anonymous post of the viewer's for release. Raises as ``correct``."""
    ensure_proved(viewer)
    access_own(viewer, post_id)
    take(viewer, {"act": "withdraw", "where": post_id}, clock.token(), at_once=at_once)


@action
def destroy(viewer: Viewer, post_id: int, *, at_once: bool) -> None:
    """Take for release that what an anonymous post of the viewer's said before words were taken out is to go for good.

    Raises Unproved, and NotFound for what is not theirs.
    """
    ensure_proved(viewer)
    if not anonymity.wrote(viewer, post_id):
        raise NotFound
    take(viewer, {"act": "destroy", "where": post_id}, clock.token(), at_once=at_once)


def access_own(viewer: Viewer, post_id: int) -> PostRow:
    """An anonymous post of the viewer's that they may still change.

    Raises NotFound for every other post, NotAllowed when it is withdrawn or they may not write there.
    """
    if not anonymity.wrote(viewer, post_id):  # first: what is not theirs is answered alike, whatever it is
        raise NotFound
    post = access_post(viewer, post_id)
    ensure_correctable(viewer, post)
    return post


def take(viewer: Viewer, act: dict[str, Any], tag: bytes, *, at_once: bool = False) -> None:
    """In the running action, keep sealed what the viewer does without their name, and release it after a while.

    ``tag`` tells what was sent twice. Raises IntegrityError for that, and what ``release_sealed`` raises.
    """
    number = keep_sealed(viewer, act, tag, clock.now() if at_once else clock.now() + _pause())
    if at_once:
        release_sealed(number)


def keep_sealed(viewer: Viewer, act: dict[str, Any], tag: bytes, due_at: datetime) -> int:
    """In the running action, keep what the viewer does without their name until it is due."""
    number = clock.random_id()
    sealed = anonymity.seal(number, act | {"member": viewer.member_id, "hour": clock.hour().isoformat()})
    db.session.add(SealedAct(id=number, sealed=sealed, tag=tag, due_at=due_at))
    db.session.flush()
    return number


def _pause() -> timedelta:
    return clock.between(SHORTEST, timedelta(minutes=settings().anonymous_minutes))


@action
def take_back(viewer: Viewer, number: int) -> None:
    """Forget what waits. Raises Unproved, NotFound for what is not the viewer's, Refused when it was just released."""
    ensure_proved(viewer)
    _own(viewer, number)
    gone: Any = db.session.execute(delete(SealedAct).where(SealedAct.id == number))
    if not gone.rowcount:
        raise Refused(JUST_RELEASED)


@action
def release_now(viewer: Viewer, number: int) -> None:
    """Release at once what waits. Raises Unproved, NotFound as ``take_back``, and whatever speaks against it now."""
    ensure_proved(viewer)
    if is_patient(_own(viewer, number).act["act"]):
        raise NotAllowed
    release_sealed(number)


def _own(viewer: Viewer, number: int) -> anonymity.Waiting:
    found = next((one for one in anonymity.waiting(viewer) if one.id == number), None)
    if found is None:
        raise NotFound
    return found
