"""Sessions begin, are proved again, and end. A session is a row; without the row it is over, everywhere and at once."""

from datetime import timedelta

from sqlalchemy import or_, select, update

from community import clock, events
from community.actions import passkeys
from community.db import action, db
from community.models import SIGNING_IN, Member, MemberState, SignIn
from community.passkeys import Proof, Refused
from community.settings import settings
from community.viewer import Viewer, hash_token, idle_since, last_used

STEP = timedelta(minutes=5)


class Suspended(Refused):
    """Whoever it is holds the passkey, and their account is suspended: they may know it."""


@action
def begin(member_id: int, browser: str) -> str:
    """Begin a session for a member and return its token, of which only a hash is kept.

    Raises Refused when there is no such member or their state does not let them in, of it Suspended.
    """
    member = db.session.get(Member, member_id)
    if member is not None and member.state == MemberState.SUSPENDED:
        raise Suspended
    if member is None or member.state not in SIGNING_IN:
        raise Refused
    token, now = clock.token().hex(), clock.now()
    ends = now + timedelta(hours=settings().session_hours)
    row = SignIn(member_id=member.id, token_hash=hash_token(token), began_at=now, expires_at=ends, passkey_at=now)
    row.browser = browser[:60]
    db.session.add(row)
    return token


@action
def begin_with(proof: Proof, browser: str) -> str:
    """Begin a session for whoever has just shown their passkey; like ``begin``."""
    passkeys.use(proof)
    return begin(proof.member_id, browser)


@action
def end(viewer: Viewer, sign_in_id: int) -> bool:
    """End one of the viewer's own sessions. Answers False when they have no such session."""
    return _end(SignIn.member_id == viewer.member_id, SignIn.id == sign_in_id) == 1


@action
def end_others(viewer: Viewer) -> int:
    """End all the viewer's sessions but this one. Returns how many."""
    return _end(SignIn.member_id == viewer.member_id, SignIn.id != viewer.sign_in_id)


@action
def sweep() -> int:
    """End the sessions whose time is over, or that nobody used for long. Returns how many."""
    return _end(or_(SignIn.expires_at <= clock.now(), last_used <= idle_since()))


def is_new_visit(viewer: Viewer) -> bool:
    """Is there anything to note of the viewer opening a page now?"""
    return clock.now() - viewer.used_at >= STEP or _is_new_day(viewer)


@action
def visit(viewer: Viewer) -> None:
    """The viewer opens a page: their session goes on, and they were here today.

    In steps, and never when something is sent: a row that moved at the minute of a post would say who wrote it.
    """
    now = clock.now()
    if now - viewer.used_at >= STEP:
        db.session.execute(update(SignIn).where(SignIn.id == viewer.sign_in_id).values(used_at=now))
    if _is_new_day(viewer):
        db.session.execute(update(Member).where(Member.id == viewer.member_id).values(seen_on=now.date()))


def _is_new_day(viewer: Viewer) -> bool:
    # Who fell dormant is back with the passkey, not with a page.
    return viewer.sees and (viewer.seen_on is None or viewer.seen_on < clock.now().date())


def _end(*which: object) -> int:
    rows = db.session.scalars(select(SignIn).where(*which)).all()  # type: ignore[arg-type]
    for row in rows:
        db.session.delete(row)
        events.record(events.SignInEnded(member_id=row.member_id, sign_in_id=row.id))
    return len(rows)
