"""What waits for moderators about posts, who said what about it, and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import HasId, Model, UTCDateTime, choice


class CaseKind(StrEnum):
    """Why somebody has to look: members flagged a post, its author wants words taken out, or appeals a decision.

    ``promotion`` asks the moderators of a post whether a redacted copy may leave their group; ``copy`` asks those of
    the other group whether they publish one, or show it again. ``unsealing`` asks a second site moderator to agree that
    the two learn who wrote an anonymous post.
    """

    FLAG = "flag"
    REDACTION = "redaction"
    APPEAL = "appeal"
    PROMOTION = "promotion"
    COPY = "copy"
    UNSEALING = "unsealing"


class CaseState(StrEnum):
    """A closed case keeps its history; some acts, such as restoring, are still done there."""

    OPEN = "open"
    CLOSED = "closed"


class FlagReason(StrEnum):
    """What a member says is wrong with a post."""

    LABEL = "label"
    IDENTIFIES = "identifies"
    PERSONAL = "personal"
    WRONG = "wrong"
    OFF_TOPIC = "off_topic"
    CONDUCT = "conduct"
    OTHER = "other"


class StepKind(StrEnum):
    """What happened in a case."""

    OPENED = "opened"
    JOINED = "joined"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    NOTED = "noted"
    DISMISSED = "dismissed"
    GUIDED = "guided"
    WARNED = "warned"
    NARROWED = "narrowed"
    REMOVED = "removed"
    RESTORED = "restored"
    LOCKED = "locked"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    CONSENTED = "consented"
    ACCEPTED = "accepted"
    CHANGES_ASKED = "changes_asked"
    REFUSED = "refused"
    LAPSED = "lapsed"
    REDACTED = "redacted"
    UNSEALED = "unsealed"
    TAKEN_BACK = "taken_back"


class Case(HasId, Model):
    """One item of the moderation queue, about one post (domain, section 7).

    ``version`` grows with everything that a moderator who decides must know of. ``outcome`` is the step that closed it.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_open",
            "post_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'open' AND kind <> 'appeal'"),
            sqlite_where=text("state = 'open' AND kind <> 'appeal'"),
        ),
        Index("ix_cases_state_due", "state", "due_at"),
        Index("ix_cases_group_state", "group_id", "state"),
    )
    kind: Mapped[CaseKind] = mapped_column(choice(CaseKind))
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id"))
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    state: Mapped[CaseState] = mapped_column(choice(CaseState), default=CaseState.OPEN)
    assignee_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="SET NULL"))
    outcome: Mapped[StepKind | None] = mapped_column(choice(StepKind))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)


class CaseStep(HasId, Model):
    """One step in the history of a case; a note is one, a decision is one.

    ``standard`` names the standard text that the author was sent, ``words`` what the moderator added. ``facts`` in one
    word: the label that a post was given.
    """

    __tablename__ = "case_steps"
    __table_args__ = (Index("ix_case_steps_case_at", "case_id", "at"),)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id", ondelete="CASCADE"))
    what: Mapped[StepKind] = mapped_column(choice(StepKind))
    by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    standard: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(String(2000), default="")
    facts: Mapped[str] = mapped_column(String(40), default="")


class Heard(Model):
    """The author of an anonymous post has read of this step. It stands for nobody, and no time is kept."""

    __tablename__ = "heard"
    step_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("case_steps.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class Submission(HasId, Model):
    """What somebody told the moderators: a flag, a request to take words out, an appeal, why an author has to be known.

    ``member_id`` is null when the author of the post is not named: then nothing says who it was. ``step_id`` is the
    decision that an appeal is about; every decision can be appealed once.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("case_id", "member_id"),
        Index("ix_submissions_member_at", "member_id", "at"),
    )
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"))
    reason: Mapped[FlagReason | None] = mapped_column(choice(FlagReason))
    words: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    step_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("case_steps.id", ondelete="CASCADE"), unique=True
    )
