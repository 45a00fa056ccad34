"""Threads, posts, their revisions, and who beyond the group rule may read one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from community.clock import now
from community.db import HasId, Model, UTCDateTime, choice
from community.tlp import Tlp


class PostKind(StrEnum):
    """What a thread is for."""

    DISCUSSION = "discussion"
    QUESTION = "question"
    INCIDENT = "incident"
    ADVISORY = "advisory"
    BEST_PRACTICE = "best_practice"
    ANALYSIS = "analysis"


class Severity(StrEnum):
    """How soon readers should consider action (H table 4)."""

    WARNING = "warning"
    ADVISORY = "advisory"
    REFERENCE = "reference"


class PostState(StrEnum):
    """A withdrawn post keeps its place, its label and its author, and not one of its words.

    A removed one keeps its words, for its author and for moderators, until they restore it; for all others it is gone.
    """

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


class Thread(Model):
    """A conversation. It shares the id of its opening post, and is visible to whom that post is visible.

    ``scope`` is random, and there once somebody has posted anonymously: the tags of their posts are made with it.
    """

    __tablename__ = "threads"
    __table_args__ = (
        Index(
            "ix_threads_pinned",
            "group_id",
            postgresql_where=text("pinned_at IS NOT NULL"),
            sqlite_where=text("pinned_at IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[PostKind] = mapped_column(choice(PostKind))
    event_type: Mapped[str | None] = mapped_column(String(40))
    cause_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pinned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scope: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class Post(HasId, Model):
    """One contribution under one TLP label. The opening post of a thread has the thread's id.

    ``author_id`` and ``organization_id`` (the author's, when it was posted) are null when nobody is named.
    A ``follow_up`` reports on what the post that opens its thread reported first, by the same author; an ``assessment``
    is an analyst's, and so is its severity.
    An anonymous one has an ``author_tag``, which only ``anonymity`` can read, the number of the pseudonym that stands
    for its author in this thread, and the code of the sector that they chose to show, if any.
    One that ``lost_words`` said, itself or in a quote, what was taken out of a post since: no page brings it back.
    ``send_tag`` is a keyed hash of author, place and form: sending the same form twice there makes one post.
    """

    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_thread_released", "thread_id", "released_at", "id"),
        Index("ix_posts_group_released", "group_id", "released_at"),
        Index(
            "ix_posts_author_tag",
            "author_tag",
            postgresql_where=text("author_tag IS NOT NULL"),
            sqlite_where=text("author_tag IS NOT NULL"),
        ),
        CheckConstraint("author_tag IS NULL OR (author_id IS NULL AND organization_id IS NULL)", name="anonymous"),
    )
    thread_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("threads.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("groups.id"))
    author_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("members.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("organizations.id"))
    tlp: Mapped[Tlp] = mapped_column(choice(Tlp))
    severity: Mapped[Severity] = mapped_column(choice(Severity), default=Severity.REFERENCE)
    state: Mapped[PostState] = mapped_column(choice(PostState), default=PostState.PUBLISHED)
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[int]
    follow_up: Mapped[bool] = mapped_column(default=False)
    assessment: Mapped[bool] = mapped_column(default=False)
    attribution: Mapped[str] = mapped_column(String(500), default="")
    released_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    send_tag: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    author_tag: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    pseudonym: Mapped[int | None]
    shown_sector: Mapped[str | None] = mapped_column(String(40))
    lost_words: Mapped[bool] = mapped_column(default=False)


class SealedAct(HasId, Model):
    """What somebody sent without their name, until it is released: a post, another wording, a withdrawal.

    Who, what and where are sealed. ``tag`` is a keyed hash of author, place and form, as ``Post.send_tag``.
    """

    __tablename__ = "sealed_acts"
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    tag: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)


class Revision(HasId, Model):
    """An earlier wording of a post. Readable by those who may read the post now."""

    __tablename__ = "revisions"
    __table_args__ = (Index("uq_revisions_post_version", "post_id", "version", unique=True),)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    tlp: Mapped[Tlp] = mapped_column(choice(Tlp))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Recipient(Model):
    """One of the people whom a TLP:RED post names, frozen at posting."""

    __tablename__ = "recipients"
    __table_args__ = (Index("ix_recipients_member", "member_id"),)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)


class Grant(Model):
    """The named author opened this one post to one further member (H 2.3 (2))."""

    __tablename__ = "grants"
    __table_args__ = (Index("ix_grants_member", "member_id"),)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class Quote(Model):
    """``post_id`` repeats words of ``quoted_id``: it is never wider, and loses them when they are taken back."""

    __tablename__ = "quotes"
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    quoted_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ModeratorReading(HasId, Model):
    """A site moderator opened a post that the group rule does not give them; the author sees name, day and this."""

    __tablename__ = "moderator_readings"
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    moderator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id"))
    reason: Mapped[str] = mapped_column(String(500))
    read_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
