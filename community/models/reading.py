"""What belongs to one reader alone: read marks, follows, notifications, drafts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import HasId, Model, UTCDateTime, choice


class ReadMark(Model):
    """Up to when a member has read a thread. Nobody else ever sees it."""

    __tablename__ = "read_marks"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    read_to: Mapped[datetime] = mapped_column(UTCDateTime)


class Follow(Model):
    """A member wants to be told of replies in a thread."""

    __tablename__ = "follows"
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class NotificationKind(StrEnum):
    """Why somebody is told."""

    REPLY = "reply"
    QUOTE = "quote"
    NAMED = "named"
    GRANT = "grant"
    WARNING = "warning"
    RELABELLED = "relabelled"
    OPENED = "opened"
    GROUP_INVITED = "group_invited"
    GROUP_JOINED = "group_joined"
    GROUP_REFUSED = "group_refused"
    GROUP_REMOVED = "group_removed"
    GROUP_ROLE = "group_role"
    JOIN_ASKED = "join_asked"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    VOUCH_ASKED = "vouch_asked"
    VOUCHED = "vouched"
    ACTIVATED = "activated"
    REVOUCHING = "revouching"
    ANSWERED_FOR = "answered_for"
    NEWCOMER = "newcomer"
    PROPOSED = "proposed"
    APPOINTED = "appointed"
    DISMISSED = "dismissed"
    RECOVERY_OPENED = "recovery_opened"
    RECOVERY_ASKED = "recovery_asked"
    LEAVER_REPORTED = "leaver_reported"
    ORGANIZATION = "organization"
    POST_GUIDED = "post_guided"
    POST_WARNED = "post_warned"
    POST_REMOVED = "post_removed"
    POST_RESTORED = "post_restored"
    APPEAL_DECIDED = "appeal_decided"
    REQUEST_ANSWERED = "request_answered"
    FLAG_HANDLED = "flag_handled"
    RENAMED = "renamed"
    ANALYSIS_ASKED = "analysis_asked"
    ANALYSIS_ANSWERED = "analysis_answered"
    PROMOTION_ASKED = "promotion_asked"
    PROMOTION_ANSWERED = "promotion_answered"
    PROMOTION_FOLLOWED = "promotion_followed"
    POST_REDACTED = "post_redacted"
    UNSEALING = "unsealing"
    POINTED_OUT = "pointed_out"


class Notification(HasId, Model):
    """A pointer for one member; what it points at is read through the doors at the moment it is shown.

    ``about_id`` is the person whom a notification about trust is about; ``earlier_name_id`` how they were called when
    its owner last heard of it.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("member_id", "kind", "event_key"),
        Index("ix_notifications_member_told", "member_id", "told_at"),
    )
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    kind: Mapped[NotificationKind] = mapped_column(choice(NotificationKind))
    post_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    about_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    earlier_name_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("earlier_names.id", ondelete="CASCADE"), index=True
    )
    event_key: Mapped[int] = mapped_column(BigInteger)
    told_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Draft(Model):
    """Unsent text, encrypted; the row does not say whose it is or where it was going."""

    __tablename__ = "drafts"
    tag: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    saved_hour: Mapped[datetime] = mapped_column(UTCDateTime)
