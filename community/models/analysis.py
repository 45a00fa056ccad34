"""Requests for analysis: who asks the analysts for help with which post, and what they answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import HasId, Model, UTCDateTime, choice


class AnalysisState(StrEnum):
    """A request is open until an analyst answers it or its asker takes it back."""

    OPEN = "open"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"


class AnalysisRequest(HasId, Model):
    """A member asks the analysts about a post that they read.

    All readers of the post see an ``openly`` asked one, else its asker and the analysts who read the post. It opens the
    post to nobody. ``answer`` was given in private; ``answer_id`` is the assessment that answers it for all readers.
    """

    __tablename__ = "analysis_requests"
    __table_args__ = (
        Index(
            "uq_analysis_requests_open",
            "post_id",
            "asker_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_analysis_requests_asker_asked", "asker_id", "asked_at"),
        Index("ix_analysis_requests_state_asked", "state", "asked_at"),
    )
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    asker_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    openly: Mapped[bool]
    question: Mapped[str] = mapped_column(String(1000))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    state: Mapped[AnalysisState] = mapped_column(choice(AnalysisState), default=AnalysisState.OPEN)
    analyst_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="SET NULL"))
    answer: Mapped[str] = mapped_column(String(4000), default="")
    answer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
