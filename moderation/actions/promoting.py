"""Proposing that a redacted copy of a post go into another group, changing the proposal, and ending it."""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community import audit, clock, events, housekeeping
from community.access import PostRow
from community.actions.labels import hold_post
from community.db import action, db
from community.models import (
    Case,
    CaseKind,
    CaseState,
    CaseStep,
    Consent,
    NotificationKind,
    Post,
    Promotion,
    PromotionStage,
    Side,
    StepKind,
    Submission,
    Thread,
)
from community.policy import Permission, Refused
from community.tlp import is_wider
from community.viewer import NOBODY, Viewer
from community.writing import Unfit
from moderation import promotions
from moderation.actions.flags import Subject, open_case
from moderation.promotions import Prepared
from moderation.told import is_author

CHANGED = _l("The proposal was changed or answered meanwhile. Look at it again; nothing was done now.")
AGREE_TO_WIDER = _l("The label is wider than that of the post. Please say that you agree to it.")


class Seen(NamedTuple):
    """Which versions somebody had before them: of the proposal, 0 when there was none, and of the post itself.

    The post may have lost words since; a page that was opened before does not bring them back.
    """

    proposal: int
    post: int


@action
def propose(viewer: Viewer, post_id: int, prepared: Prepared, seen: Seen, *, agrees: bool = False) -> None:
    """Propose a copy, or change what is proposed: whoever agreed before is asked again.

    An author who proposes agrees by that; ``agrees`` says so of a label wider than the post's. ``seen`` is what the
    viewer had before them. Raises NotFound, NotAllowed, Refused, Unfit.
    """
    post = hold_post(viewer, post_id, Permission.POST_PROMOTE)
    promotions.ensure_promotable(post, has_author(post))
    row = hold_open(post_id)
    if Seen(row.version if row else 0, post.version) != seen:
        raise Refused(CHANGED)
    promotions.ensure_fit(viewer, post, prepared)
    if is_author(viewer, post) and is_wider(prepared.tlp, post.tlp) and not agrees:
        raise Unfit("agrees", AGREE_TO_WIDER)
    if row:
        take_from_target(row)
    row = _prepare(viewer, post, row, prepared)
    audit.record(viewer, "member:promotion:proposed", group_id=post.group.id, subject_id=post_id, promotion=row.id)
    if is_author(viewer, post):
        agree_as_author(row, post, viewer.member_id)
    else:
        events.record(events.AuthorTold(post_id, NotificationKind.PROMOTION_ASKED))


def has_author(post: PostRow) -> bool:
    """Could somebody agree, by name or without?"""
    pseudonym = db.session.scalar(select(Post.pseudonym).where(Post.id == post.id))
    return post.author_id is not None or pseudonym is not None


def hold_open(post_id: int) -> Promotion | None:
    """In the running action: the open proposal about a post, while nobody else does anything about it."""
    asked = select(Promotion).where(Promotion.post_id == post_id, Promotion.stage.in_(promotions.OPEN))
    return db.session.scalar(asked.with_for_update().execution_options(populate_existing=True))


def _prepare(viewer: Viewer, post: PostRow, row: Promotion | None, prepared: Prepared) -> Promotion:
    row = row or Promotion(id=clock.random_id(), post_id=post.id, version=0, said="")
    row.proposer_id, row.stage = viewer.member_id, PromotionStage.AUTHOR
    row.target_id, row.tlp, row.title, row.body = prepared
    row.kind, row.severity = post.thread.kind, post.severity
    row.due_at, row.said, row.said_by = promotions.due(), "", None
    row.version += 1
    db.session.add(row)
    db.session.flush()
    return row


def take_from_target(row: Promotion) -> None:
    """In the running action: nobody has agreed to anything, and nobody but the source knows of it, any more."""
    db.session.execute(delete(Consent).where(Consent.promotion_id == row.id))
    _lapse(row.post_id)
    forget_copy(row)


def forget_copy(row: Promotion) -> None:
    """In the running action: a copy that was never published was never there."""
    if row.copy_id is None or row.stage == PromotionStage.PUBLISHED:
        return
    copy_id, row.copy_id = row.copy_id, None
    db.session.flush()
    db.session.execute(delete(Case).where(Case.post_id == copy_id))
    db.session.execute(delete(Post).where(Post.id == copy_id))
    db.session.execute(delete(Thread).where(Thread.id == copy_id))


def _lapse(post_id: int) -> None:
    """Close what the moderators of the source have not decided yet."""
    waiting = select(Case).where(Case.post_id == post_id, Case.kind == CaseKind.PROMOTION, Case.state == CaseState.OPEN)
    for case in db.session.scalars(waiting):
        case.state, case.outcome, case.closed_at = CaseState.CLOSED, StepKind.LAPSED, clock.now()
        case.version += 1
        db.session.add(CaseStep(case_id=case.id, what=StepKind.LAPSED))


def agree(row: Promotion, side: Side, member_id: int | None) -> None:
    """In the running action: keep that one side agreed to exactly this."""
    db.session.merge(Consent(promotion_id=row.id, side=side, member_id=member_id, digest=promotions.digest_of(row)))
    row.version += 1


def agree_as_author(row: Promotion, post: PostRow, member_id: int | None) -> None:
    """In the running action: the author agrees (None: without a name), and the moderators of the source are asked."""
    agree(row, Side.AUTHOR, member_id)
    row.stage = PromotionStage.SOURCE
    row.due_at = promotions.due()  # an answer of the last day is not in vain
    case = open_case(Subject(post.id, post.group.id, post.severity), CaseKind.PROMOTION)
    db.session.add(Submission(case_id=case.id, member_id=row.proposer_id))


def end(row: Promotion, stage: PromotionStage) -> None:
    """In the running action: it is over, and its words go."""
    if stage != PromotionStage.PUBLISHED:
        take_from_target(row)
    row.stage, row.title, row.body = stage, "", ""
    row.version += 1


def ask_for_changes(row: Promotion, side: Side, words: str) -> None:
    """In the running action: somebody asked wants it otherwise; nobody agrees to anything until it is proposed anew."""
    take_from_target(row)
    row.stage, row.said, row.said_by = PromotionStage.CHANGES, words, side
    row.version += 1


def refuse(row: Promotion, side: Side, words: str) -> None:
    """In the running action: somebody asked says no."""
    end(row, PromotionStage.REFUSED)
    row.said, row.said_by = words, side


def tell_source(row: Promotion, *, unless: int = 0) -> None:
    """In the running action: proposer and named author are told. Here nothing depends on who that is."""
    events.record(events.PromotionAnswered(row.id, unless))


@action
def withdraw(viewer: Viewer, post_id: int, version: int) -> None:
    """End the open proposal about a post. Raises NotFound, NotAllowed, Refused."""
    post = hold_post(viewer, post_id, Permission.POST_PROMOTE)
    row = hold_version(post_id, version)
    end(row, PromotionStage.WITHDRAWN)
    _record(viewer, post, "member:promotion:withdrawn", row)
    tell_source(row, unless=viewer.member_id)


def hold_version(post_id: int, version: int) -> Promotion:
    """The open proposal about a post as the viewer had it before them. Raises Refused."""
    row = hold_open(post_id)
    if row is None or row.version != version:
        raise Refused(CHANGED)
    return row


def _record(viewer: Viewer, post: PostRow, tag: str, row: Promotion) -> None:
    audit.record(viewer, tag, group_id=post.group.id, subject_id=post.id, promotion=row.id)


@action
def expire(promotion_id: int) -> None:
    """End a proposal that nobody answered in time."""
    post_id = db.session.scalar(select(Promotion.post_id).where(Promotion.id == promotion_id))
    db.session.execute(select(Post.id).where(Post.id == post_id).with_for_update())
    row = hold_open(post_id or 0)
    if row is None or row.id != promotion_id or row.due_at > clock.now():
        return
    end(row, PromotionStage.EXPIRED)
    audit.record(NOBODY, "system:promotion:expired", subject_id=row.post_id, promotion=row.id)
    tell_source(row)


@housekeeping.every_round
def sweep() -> None:
    """One round: what waited too long is over."""
    late = select(Promotion.id).where(Promotion.stage.in_(promotions.OPEN), Promotion.due_at <= clock.now())
    for number in list(db.session.scalars(late.order_by(Promotion.due_at, Promotion.id))):
        expire(number)


def held(promotion_id: int) -> Any:
    """In the running action: a proposal by its number, whatever became of it, while nobody else changes it."""
    asked = select(Promotion).where(Promotion.id == promotion_id).with_for_update()
    return db.session.scalar(asked.execution_options(populate_existing=True))
