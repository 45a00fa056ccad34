"""Who brought whom, who answers for whom, and what two or more people decide together about a member."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import HasId, Model, UTCDateTime, choice
from community.models.member import MemberState


class InvitationState(StrEnum):
    """What became of an invitation; an open one whose time is over is still called open here."""

    OPEN = "open"
    USED = "used"
    WITHDRAWN = "withdrawn"


class Invitation(HasId, Model):
    """A member asks a person into the community by mail (domain, section 5 point 1).

    ``organization_id`` is the one that the sponsor chose, or null when they typed ``organization_name``. ``name``,
    ``own_organization`` and ``accepted_terms`` are what the person answered before making a passkey:
    ``own_organization`` is empty when they confirmed what the sponsor said. ``member_id`` is who came of it.
    ``settled``: the sponsor has said that this is the person, or they came in without the sponsor's word. ``mail`` is
    forgotten some time after the end.
    """

    __tablename__ = "invitations"
    sponsor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    mail: Mapped[str | None] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(5))
    knows: Mapped[str] = mapped_column(String(500))
    organization_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("organizations.id", ondelete="SET NULL"), index=True
    )
    organization_name: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[InvitationState] = mapped_column(choice(InvitationState), default=InvitationState.OPEN)
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    own_organization: Mapped[str] = mapped_column(String(200), default="")
    accepted_terms: Mapped[str] = mapped_column(String(20), default="")
    settled: Mapped[bool] = mapped_column(default=False)
    member_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("members.id", ondelete="SET NULL"), unique=True
    )


class Vouch(HasId, Model):
    """A member says that they know a person. The sponsor's is the first.

    ``organization_id`` and ``as_moderator`` are the voucher's when they vouched; ``noted``: a site moderator had said
    how they work there. A vouch with ``void_at`` counts for nothing: its voucher was suspended for misuse.
    """

    __tablename__ = "vouches"
    __table_args__ = (UniqueConstraint("person_id", "voucher_id"),)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    voucher_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organizations.id"), index=True)
    sponsor: Mapped[bool] = mapped_column(default=False)
    as_moderator: Mapped[bool] = mapped_column(default=False)
    noted: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(String(500))
    given_on: Mapped[date]
    void_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class VouchRequest(Model):
    """Somebody was asked to vouch for a person. The row goes when they answer."""

    __tablename__ = "vouch_requests"
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    asked_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    asker_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class Suspension(HasId, Model):
    """A site moderator stopped a member. ``was`` is where the member stood; ``misuse`` tells whether vouches fell."""

    __tablename__ = "suspensions"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id"))
    reason: Mapped[str] = mapped_column(String(500))
    misuse: Mapped[bool]
    was: Mapped[MemberState] = mapped_column(choice(MemberState))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id"))
    lift_reason: Mapped[str] = mapped_column(String(500), default="")


class ProposalKind(StrEnum):
    """What two site moderators decide together."""

    APPOINT = "appoint"
    DISMISS = "dismiss"
    SUSPEND = "suspend"


class Proposal(HasId, Model):
    """One site moderator proposes, a second one decides (domain, section 5 point 8). The row goes with the decision.

    ``misuse`` is what a suspension would be for; it means nothing for the other kinds.
    """

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("member_id", "kind"),)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    kind: Mapped[ProposalKind] = mapped_column(choice(ProposalKind))
    by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(500))
    misuse: Mapped[bool] = mapped_column(default=False)
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecoveryState(StrEnum):
    """How far the recovery of an account is (domain, section 5 point 6)."""

    ASKED = "asked"
    OPENED = "opened"
    WAITING = "waiting"
    GRANTED = "granted"


class Recovery(HasId, Model):
    """Somebody says that they have lost all passkeys of the account with this ``mail``.

    ``member_id`` is null until the link in the mail was followed. ``ready_at``: when the waiting time is over.
    """

    __tablename__ = "recoveries"
    mail: Mapped[str] = mapped_column(String(254), unique=True)
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), unique=True)
    state: Mapped[RecoveryState] = mapped_column(choice(RecoveryState), default=RecoveryState.ASKED)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    words: Mapped[str] = mapped_column(String(500), default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecoveryConsent(Model):
    """A voucher, or a site moderator, has made sure outside the system that it is this person who asks."""

    __tablename__ = "recovery_consents"
    recovery_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("recoveries.id", ondelete="CASCADE"), primary_key=True
    )
    member_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    as_moderator: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(String(500))
    given_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class LeaverReport(Model):
    """An organization's contact says that a member no longer works there; the site moderators decide."""

    __tablename__ = "leaver_reports"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(String(500), default="")
    reported_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class LetterKind(StrEnum):
    """Why somebody gets a mail; ``community.mail`` knows who writes each."""

    INVITATION = "invitation"
    ACTIVE = "active"
    REVOUCHING = "revouching"
    PENDING = "pending"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    RECOVERY_LINK = "recovery_link"
    RECOVERY_OPENED = "recovery_opened"
    RECOVERY_READY = "recovery_ready"
    RECOVERY_STOPPED = "recovery_stopped"
    RECOVERED = "recovered"
    PASSKEY_ADDED = "passkey_added"
    DEPARTED = "departed"


class Letter(HasId, Model):
    """A mail to be sent: what it is about, and not a word of it. Written when it is sent; the row goes with it."""

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_next", "next_at"),)
    kind: Mapped[LetterKind] = mapped_column(choice(LetterKind))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(200), default="")
