"""Who is looking. Built by the session hook, a socket or a command; below that line nothing knows of requests."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, func, select

from community import clock
from community.db import read
from community.models import SEEING, SIGNING_IN, Member, SignIn, Theme
from community.settings import settings

PROOF_LASTS = timedelta(minutes=10)
EPOCH = datetime.fromtimestamp(0, UTC)
last_used = func.coalesce(SignIn.used_at, SignIn.began_at)


@dataclass(frozen=True)
class Viewer:
    """One looking person: what the rules need to know of them, and nothing else.

    ``sign_in_id``, ``passkey_at`` and ``used_at`` are zero and the epoch when no session is behind it (command line).
    """

    member_id: int
    name: str
    organization_id: int
    state: str
    engagement: str
    nda_signed: bool
    site_moderator: bool
    analyst: bool
    locale: str
    time_zone: str
    theme: str
    guided: bool
    terms: str
    seen_on: date | None
    sign_in_id: int
    passkey_at: datetime
    used_at: datetime

    @cached_property
    def binds(self) -> dict[str, Any]:
        """The values for the parameters of every statement built on ``visibility``."""
        return {
            "viewer_id": self.member_id,
            "viewer_state": str(self.state),
            "viewer_engagement": str(self.engagement),
            "viewer_nda": self.nda_signed,
            "viewer_site_moderator": self.site_moderator,
        }

    @property
    def is_guest(self) -> bool:
        """Is nobody signed in?"""
        return self.member_id == 0

    @property
    def sees(self) -> bool:
        """May this person see anything of the community at all?"""
        return self.state in SEEING

    @property
    def proved_lately(self) -> bool:
        """Did they use their passkey a few minutes ago? Asked before acts that a borrowed open browser must not do."""
        return clock.now() - self.passkey_at < PROOF_LASTS


NOBODY = Viewer(
    0, "", 0, "guest", "contractor", False, False, False, "", "", Theme.AUTO, True, "", None, 0, EPOCH, EPOCH
)

_MEMBER = (
    Member.id,
    Member.name,
    Member.organization_id,
    Member.state,
    Member.engagement,
    Member.nda_signed,
    Member.site_moderator,
    Member.analyst,
    Member.locale,
    Member.time_zone,
    Member.theme,
    Member.guided,
    Member.terms,
    Member.seen_on,
)
_BY_SESSION = (
    select(*_MEMBER, SignIn.id, SignIn.passkey_at, last_used.label("used_at"), SignIn.expires_at)
    .join(SignIn, SignIn.member_id == Member.id)
    .where(SignIn.token_hash == bindparam("token_hash"))
)
_BY_ID = select(*_MEMBER).where(Member.id == bindparam("member_id"))


def hash_token(token: str) -> bytes:
    """What the database keeps of a session's or a link's token."""
    return hashlib.sha256(token.encode()).digest()


def idle_since() -> datetime:
    """A session that was last used then, or before, is over."""
    return clock.now() - timedelta(minutes=settings().idle_minutes)


def viewer_of_session(token_hash: bytes) -> Viewer:
    """The viewer behind a session, or NOBODY when it is over, was not used for long, or its member may not sign in."""
    row = read(_BY_SESSION, {"token_hash": token_hash}).one_or_none()
    if row is None or row.expires_at <= clock.now() or row.used_at <= idle_since() or row.state not in SIGNING_IN:
        return NOBODY
    return Viewer(*tuple(row)[:-1])


def viewer_of_member(member_id: int) -> Viewer:
    """The viewer that a member is, without a session (sockets, listeners, commands); NOBODY when there is none."""
    row = read(_BY_ID, {"member_id": member_id}).one_or_none()
    values: Any = (*row, 0, EPOCH, EPOCH) if row is not None else ()
    return Viewer(*values) if values else NOBODY
