"""Words that were taken out of posts: that they were, and what stood there before, sealed."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import HasId, Model, UTCDateTime, holds_words
from community.models.analysis import AnalysisRequest
from community.models.moderation import CaseStep, Submission
from community.models.post import ModeratorReading, Post, Revision, SealedAct, Thread
from community.models.promotion import Promotion
from community.models.reading import Draft


class Redaction(HasId, Model):
    """Words were taken out of a post: by moderators, in a case, or by its author, who edited it.

    ``reasons`` are those of the blocks that stand there now; none where old wordings just went. ``sealed`` is what the
    post said before, encrypted, until it is destroyed.
    """

    __tablename__ = "redactions"
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    by_author: Mapped[bool] = mapped_column(default=False)
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    destroyed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


holds_words(Post, "body", "html", "attribution")
holds_words(Thread, "title")
holds_words(Revision, "title", "body")
holds_words(CaseStep, "words")
holds_words(Submission, "words")
holds_words(ModeratorReading, "reason")
holds_words(AnalysisRequest, "question", "answer")
holds_words(Promotion, "title", "body", "said")
for sealed in (Redaction, Draft, SealedAct):
    holds_words(sealed)


class Purge(HasId, Model):
    """Words have left the tables; the files of the database hold them until they are written anew."""

    __tablename__ = "purges"
