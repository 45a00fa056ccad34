"""Sessions begin, are proved again, and end. A session is a row; without the row it is over, everywhere and at once."""

from datetime import timedelta

from sqlalchemy import select

from community import clock, events
from community.actions import passkeys
from community.db import action, db
from community.models import SIGNING_IN, Member, SignIn
from community.passkeys import Proof, Refused
from community.settings import settings
from community.viewer import Viewer, hash_token


@action
def begin(member_id: int, browser: str) -> str:
    """Begin a session for a member and return its token, of which only a hash is kept.

    Raises Refused when there is no such member or their state does not let them in.
    """
    member = db.session.get(Member, member_id)
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
    """End the sessions whose time is over. Returns how many."""
    return _end(SignIn.expires_at <= clock.now())


def _end(*which: object) -> int:
    rows = db.session.scalars(select(SignIn).where(*which)).all()  # type: ignore[arg-type]
    for row in rows:
        db.session.delete(row)
        events.record(events.SignInEnded(member_id=row.member_id, sign_in_id=row.id))
    return len(rows)
