"""Passkeys are added, used and removed. A challenge is answered once, wherever its answer arrives."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import and_, delete, func, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from community import audit, clock, events, mail
from community.db import action, db
from community.models import LetterKind, NotificationKind, Passkey, SignIn, SpentChallenge
from community.passkeys import NewPasskey, Proof, Refused
from community.policy import ensure_proved
from community.viewer import Viewer

CHALLENGE_LASTS = timedelta(minutes=5)
MOST = 20
_when_shown: list[Callable[[int], None]] = []


class LastPasskey(Exception):
    """A member keeps at least one passkey: without it they could not come back."""


class TooManyPasskeys(Exception):
    """A member has as many passkeys as one can keep an eye on."""


def when_shown(call: Callable[[int], None]) -> Callable[[int], None]:
    """Register ``call``, to be made with a member's id, inside the action, whenever they show a passkey."""
    _when_shown.append(call)
    return call


@action
def use(proof: Proof) -> None:
    """Take note that a passkey was used. Raises Refused when its counter went back or its challenge was spent."""
    _is_here(proof.member_id)  # first: it waits for other acts about the member, and nobody may wait for us then
    _spend(proof.challenge)
    # The counter is compared again here: two answers may have been checked at the same moment.
    newer = or_(Passkey.sign_count < proof.sign_count, and_(Passkey.sign_count == 0, literal(proof.sign_count) == 0))
    used = update(Passkey).where(Passkey.id == proof.passkey_id, newer).values(sign_count=proof.sign_count)
    if db.session.execute(used).rowcount != 1:  # type: ignore[attr-defined]
        raise Refused


@action
def prove(viewer: Viewer, proof: Proof) -> None:
    """The viewer has just shown their passkey: this session may do what asks for it.

    Raises Refused when the passkey is somebody else's.
    """
    if proof.member_id != viewer.member_id:
        raise Refused
    use(proof)
    _freshen(viewer)


@action
def renew(viewer: Viewer) -> None:
    """What a proof brings, without one: for the personas of a demo."""
    _is_here(viewer.member_id)
    _freshen(viewer)


@action
def add(viewer: Viewer, new: NewPasskey, name: str) -> None:
    """Give the viewer another passkey.

    Raises Unproved, TooManyPasskeys, or Refused when it is already known or its challenge was answered before.
    """
    ensure_proved(viewer)
    audit.hold()  # two additions at the same moment follow each other
    if _held(viewer.member_id) >= MOST:
        raise TooManyPasskeys
    keep(viewer.member_id, new, name)
    audit.record(viewer, "member:passkey:added", subject_id=viewer.member_id)
    _tell(viewer.member_id, NotificationKind.PASSKEY_ADDED)
    mail.queue(LetterKind.PASSKEY_ADDED, viewer.member_id)


@action
def remove(viewer: Viewer, passkey_id: int) -> bool:
    """Take one of the viewer's passkeys away. Answers False when they have no such passkey. Raises LastPasskey."""
    ensure_proved(viewer)
    audit.hold()  # two removals at the same moment follow each other
    passkey = db.session.get(Passkey, passkey_id)
    if passkey is None or passkey.member_id != viewer.member_id:
        return False
    if _held(viewer.member_id) == 1:
        raise LastPasskey
    db.session.delete(passkey)
    audit.record(viewer, "member:passkey:removed", subject_id=viewer.member_id)
    _tell(viewer.member_id, NotificationKind.PASSKEY_REMOVED)
    return True


@action
def keep(member_id: int, new: NewPasskey, name: str) -> int:
    """Write a new passkey and return its id. Raises Refused when it is already known or its challenge was spent."""
    _spend(new.challenge)
    row = Passkey(id=clock.random_id(), member_id=member_id, name=name[:60], added_on=clock.now().date())
    row.credential_id, row.public_key, row.sign_count = new.credential_id, new.public_key, new.sign_count
    _write_new(row)
    return row.id


@action
def sweep() -> None:
    """Forget spent challenges that are too old to be answered anyhow."""
    db.session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < clock.now()))


def _held(member_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Passkey.member_id == member_id)) or 0


def _is_here(member_id: int) -> None:
    for call in _when_shown:
        call(member_id)


def _freshen(viewer: Viewer) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == viewer.sign_in_id).values(passkey_at=clock.now()))


def _spend(challenge: bytes) -> None:
    ends = clock.now() + 2 * CHALLENGE_LASTS
    _write_new(SpentChallenge(challenge_hash=hashlib.sha256(challenge).digest(), expires_at=ends))


def _write_new(row: Passkey | SpentChallenge) -> None:
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:  # it is there already
        raise Refused from error


def _tell(member_id: int, kind: NotificationKind) -> None:
    events.record(events.MemberTold(member_id, kind, 0))
