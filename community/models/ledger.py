"""What is only ever appended: the audit log, and the outbox with its deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import Model, RunningNumber, UTCDateTime


class AuditEntry(Model):
    """One recorded act. ``mac`` covers the entry and the ``mac`` before it."""

    __tablename__ = "audit_entries"
    number: Mapped[int] = mapped_column(RunningNumber, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    tag: Mapped[str] = mapped_column(String(60), index=True)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    group_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    subject_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    key_version: Mapped[int] = mapped_column(default=1)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Model):
    """The one row that says how long the chain is and how it ends; locking it makes appends follow each other."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class OutboxEvent(Model):
    """An event written in the transaction that caused it."""

    __tablename__ = "outbox"
    number: Mapped[int] = mapped_column(RunningNumber, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "number",
            postgresql_where=done_at.is_(None),
            sqlite_where=done_at.is_(None),
        ),
    )


class Delivery(Model):
    """How far one listener is with one event, kept until the event is done."""

    __tablename__ = "deliveries"
    event_number: Mapped[int] = mapped_column(
        RunningNumber, ForeignKey("outbox.number", ondelete="CASCADE"), primary_key=True
    )
    listener: Mapped[str] = mapped_column(String(60), primary_key=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(String(200), default="")
