"""A redacted copy of a post on its way into another group, and who agreed to it (domain, section 7)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from community.db import HasId, Model, UTCDateTime, choice
from community.models.post import PostKind, Severity
from community.tlp import Tlp


class PromotionStage(StrEnum):
    """Whom a proposal waits for, or how it ended. ``changes``: somebody asked for other words or another label."""

    AUTHOR = "author"
    SOURCE = "source"
    TARGET = "target"
    CHANGES = "changes"
    PUBLISHED = "published"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Side(StrEnum):
    """Who is asked: the author, a moderator of the group of the post, a moderator of the group it would go to."""

    AUTHOR = "author"
    SOURCE = "source"
    TARGET = "target"


class Promotion(HasId, Model):
    """A proposal to publish ``title`` and ``body`` in ``target_id`` under ``tlp``. Once it has ended the words go.

    ``copy_id`` is the copy: it exists, for moderators only, as soon as the target is asked. ``said`` is what
    ``said_by`` answered last who refused or asked for changes.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        Index(
            "uq_promotions_open",
            "post_id",
            unique=True,
            postgresql_where=text("stage IN ('author', 'source', 'target', 'changes')"),
            sqlite_where=text("stage IN ('author', 'source', 'target', 'changes')"),
        ),
        Index("ix_promotions_post", "post_id"),
    )
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id"))
    proposer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="SET NULL"))
    copy_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="SET NULL"), unique=True)
    stage: Mapped[PromotionStage] = mapped_column(choice(PromotionStage))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    tlp: Mapped[Tlp] = mapped_column(choice(Tlp))
    kind: Mapped[PostKind] = mapped_column(choice(PostKind))
    severity: Mapped[Severity] = mapped_column(choice(Severity))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    version: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(String(1000), default="")
    said_by: Mapped[Side | None] = mapped_column(choice(Side))


class Consent(Model):
    """One side agreed to exactly the words, target and label that ``digest`` is made of. No time is kept.

    ``member_id`` is null when the author is not named.
    """

    __tablename__ = "consents"
    promotion_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("promotions.id", ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[Side] = mapped_column(choice(Side), primary_key=True)
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="SET NULL"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
