"""Members, their passkeys and their sessions."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import token
from community.db import HasId, Model, UTCDateTime, choice


class MemberState(StrEnum):
    """Where a member stands (domain, section 5 point 5)."""

    INVITED = "invited"
    PENDING = "pending"
    ACTIVE = "active"
    DORMANT = "dormant"
    REVOUCHING = "revouching"
    SUSPENDED = "suspended"
    LEFT = "left"


SEEING = (MemberState.ACTIVE, MemberState.REVOUCHING)
LISTED = (MemberState.ACTIVE, MemberState.REVOUCHING, MemberState.DORMANT)
WAITING = (MemberState.PENDING, MemberState.REVOUCHING)  # for vouches
SIGNING_IN = (MemberState.PENDING, *LISTED)


class Engagement(StrEnum):
    """How a member works for the organization; TLP:AMBER+STRICT is for staff only."""

    STAFF = "staff"
    CONTRACTOR = "contractor"


class Theme(StrEnum):
    """Light or dark pages, or what the device prefers."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Member(HasId, Model):
    """A person with an account; belongs to one organization.

    ``mail`` is null, and ``name`` may be empty, of who has left. A ``founder`` came in by the command line and needs no
    vouches. ``engagement_noted``: a site moderator has said how they work for their organization. ``contact``: speaks
    for the organization about who works there. ``terms`` is the version they accepted last. ``seen_on`` is a whole day;
    null until they come a first time. ``revouch_until``: when re-vouching ends. ``recovered_at``: anonymous posts made
    before stay closed to this account.
    """

    __tablename__ = "members"
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    mail: Mapped[str | None] = mapped_column(String(254), unique=True)
    profile: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[MemberState] = mapped_column(choice(MemberState), default=MemberState.PENDING)
    engagement: Mapped[Engagement] = mapped_column(choice(Engagement), default=Engagement.STAFF)
    nda_signed: Mapped[bool] = mapped_column(default=False)
    site_moderator: Mapped[bool] = mapped_column(default=False)
    analyst: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str] = mapped_column(String(5), default="en")
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Tokyo")
    theme: Mapped[Theme] = mapped_column(choice(Theme), default=Theme.AUTO)
    joined_on: Mapped[date]
    guided: Mapped[bool] = mapped_column(default=False)
    user_handle: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, default=token)
    founder: Mapped[bool] = mapped_column(default=False, server_default=false())
    engagement_noted: Mapped[bool] = mapped_column(default=False, server_default=false())
    contact: Mapped[bool] = mapped_column(default=False, server_default=false())
    terms: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    seen_on: Mapped[date | None]
    revouch_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    appointed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    recovered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class EarlierName(HasId, Model):
    """How a member was called ``until`` they changed it: for site moderators, and for whoever answers for them."""

    __tablename__ = "earlier_names"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    until: Mapped[datetime] = mapped_column(UTCDateTime)


class Passkey(HasId, Model):
    """One WebAuthn credential of a member."""

    __tablename__ = "passkeys"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(60))
    added_on: Mapped[date]


class SignIn(HasId, Model):
    """One session. Only a hash of its token is kept; deleting the row ends it everywhere at once.

    ``used_at`` moves in steps of some minutes; null until it does.
    """

    __tablename__ = "sign_ins"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    passkey_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    browser: Mapped[str] = mapped_column(String(60), default="")


class Enrolment(HasId, Model):
    """A single-use link with which a person registers their first passkey."""

    __tablename__ = "enrolments"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SpentChallenge(Model):
    """A passkey challenge that was answered. A cookie can be played back; with this row its challenge cannot."""

    __tablename__ = "spent_challenges"
    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
