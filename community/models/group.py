"""Groups, memberships, invitations into groups and requests to join."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import HasId, Model, UTCDateTime, choice


class Visibility(StrEnum):
    """Who learns that a group exists and who reads it (G figure 2-3)."""

    PUBLIC = "public"
    PRIVATE = "private"
    SECRET = "secret"  # noqa: S105 - a kind of group


class Role(StrEnum):
    """What a member may do in a group."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    MODERATOR = "moderator"


class Anonymous(StrEnum):
    """May members of a group post without their name?"""

    OFF = "off"
    ALLOWED = "allowed"


class Group(HasId, Model):
    """A room in which threads live."""

    __tablename__ = "groups"
    __table_args__ = (CheckConstraint("visibility <> 'public' OR NOT hides_history", name="public_history"),)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(2000), default="")
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility))
    hides_history: Mapped[bool] = mapped_column(default=False)
    join_role: Mapped[Role] = mapped_column(choice(Role))
    labels: Mapped[list[str]] = mapped_column(JSON)
    anonymous: Mapped[Anonymous] = mapped_column(choice(Anonymous), default=Anonymous.OFF)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class GroupSector(Model):
    """One sector that a group is about."""

    __tablename__ = "group_sectors"
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    sector_code: Mapped[str] = mapped_column(ForeignKey("sectors.code"), primary_key=True)


class Membership(Model):
    """A member in a group. ``since`` is when the present membership began: hidden history is judged by it.

    Up to ``read_to``, a whole day, the member has nothing unread in the group.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        Index("ix_memberships_member_group", "member_id", "group_id"),
        Index(
            "ix_memberships_moderators",
            "group_id",
            postgresql_where=text("role = 'moderator'"),
            sqlite_where=text("role = 'moderator'"),
        ),
    )
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    since: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    read_to: Mapped[datetime | None] = mapped_column(UTCDateTime)


class GroupInvitation(HasId, Model):
    """A group moderator asks a member in.

    Until it is answered or withdrawn the member knows name, description, inviter.
    """

    __tablename__ = "group_invitations"
    __table_args__ = (UniqueConstraint("group_id", "member_id"),)
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    inviter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(choice(Role))
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class JoinRequest(HasId, Model):
    """A member asks to join a private group; a group moderator decides. The row goes when it is decided."""

    __tablename__ = "join_requests"
    __table_args__ = (UniqueConstraint("group_id", "member_id"),)
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
