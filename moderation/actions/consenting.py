"""The author answers what was proposed about their post: by name, or without it through a sealed act."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import delete

from community import anonymity, audit, clock
from community.access import NotFound, PostRow
from community.actions.labels import hold_post
from community.actions.releasing import releases
from community.actions.unnamed import keep_sealed
from community.db import action, db
from community.models import Promotion, PromotionStage, SealedAct, Side
from community.policy import NotAllowed, Permission, Refused, can, ensure_proved
from community.tlp import is_wider
from community.viewer import NOBODY, Viewer
from community.writing import Unfit
from moderation import promotions
from moderation.actions import promoting
from moderation.told import is_author

ACT = "consent"


class Answer(StrEnum):
    """What an author can answer. ``take_back``: they agreed and do not agree any more."""

    AGREE = "agree"
    REFUSE = "refuse"
    CHANGES = "changes"
    TAKE_BACK = "take_back"


ANSWERS = {
    PromotionStage.AUTHOR: (Answer.AGREE, Answer.CHANGES, Answer.REFUSE),
    PromotionStage.SOURCE: (Answer.TAKE_BACK,),
    PromotionStage.TARGET: (Answer.TAKE_BACK,),
    PromotionStage.CHANGES: (),
}

# To say no it is enough to have written it.
NEEDS = {Answer.AGREE: Permission.POST_PROMOTE, Answer.CHANGES: Permission.POST_PROMOTE}


def answers(viewer: Viewer, post: PostRow, row: Any) -> tuple[Answer, ...]:
    """What the named author of a post may answer now to a proposal about it; nothing for anybody else."""
    if row is None or not is_author(viewer, post):
        return ()
    return tuple(one for one in ANSWERS[row.stage] if can(viewer, NEEDS.get(one, Permission.POST_READ), post))


@action
def answer(viewer: Viewer, post_id: int, version: int, chosen: Answer, words: str, *, agrees: bool) -> None:
    """Answer as the named author. ``agrees``: also to a label that is wider than the post's.

    Raises NotFound, NotAllowed, Refused when the proposal is another one by now, Unfit.
    """
    post = hold_post(viewer, post_id, NEEDS.get(chosen, Permission.POST_READ))
    if not is_author(viewer, post):
        raise NotAllowed
    row = promoting.hold_version(post_id, version)
    _ensure_possible(viewer, post, row, chosen, agrees=agrees)
    _ANSWERS[chosen](row, post, words, viewer.member_id)
    audit.record(viewer, f"member:promotion:{chosen}", group_id=post.group.id, subject_id=post.id, promotion=row.id)
    promoting.tell_source(row, unless=viewer.member_id)


def _ensure_possible(viewer: Viewer, post: PostRow, row: Any, chosen: Answer, *, agrees: bool) -> None:
    if chosen not in ANSWERS[row.stage]:
        raise Refused(promoting.CHANGED)
    if chosen == Answer.AGREE and not promotions.stands(viewer, row):
        raise Refused(promoting.CHANGED)
    if chosen == Answer.AGREE and is_wider(row.tlp, post.tlp) and not agrees:
        raise Unfit("agrees", promoting.AGREE_TO_WIDER)


def _agree(row: Promotion, post: PostRow, _words: str, member_id: int | None) -> None:
    promoting.agree_as_author(row, post, member_id)


def _refuse(row: Promotion, _post: PostRow, words: str, _member_id: int | None) -> None:
    promoting.refuse(row, Side.AUTHOR, words)


def _ask_for_changes(row: Promotion, _post: PostRow, words: str, _member_id: int | None) -> None:
    promoting.ask_for_changes(row, Side.AUTHOR, words)


def _take_back(row: Promotion, _post: PostRow, _words: str, _member_id: int | None) -> None:
    promoting.take_from_target(row)
    row.stage = PromotionStage.AUTHOR
    row.version += 1


_ANSWERS: dict[Answer, Callable[[Promotion, PostRow, str, int | None], None]] = {
    Answer.AGREE: _agree,
    Answer.REFUSE: _refuse,
    Answer.CHANGES: _ask_for_changes,
    Answer.TAKE_BACK: _take_back,
}


# --- without a name ---


@action
def answer_unnamed(
    viewer: Viewer, promotion_id: int, version: int, chosen: Answer, words: str, *, agrees: bool
) -> None:
    """Take the answer of an anonymous author for the next daily release. An answer that still waits is replaced.

    A refusal is kept nowhere: for all others it looks as if the author had not looked. Raises NotFound, Unproved,
    Refused, Unfit.
    """
    ensure_proved(viewer)
    post, row = promotions.access_question(viewer, promotion_id)
    if row.version != version:
        raise Refused(promoting.CHANGED)
    _ensure_possible(viewer, post, row, chosen, agrees=agrees)
    _forget_answers(viewer, promotion_id)
    if chosen != Answer.REFUSE:
        # As a draft that quotes the post: words that leave the post leave it, too.
        said = {"body": words, "quotes": [post.id]}
        act = {"act": ACT, "where": promotion_id, "answer": chosen, "version": version, "draft": said}
        keep_sealed(viewer, act, clock.token(), clock.day() + clock.DAY)


def answer_waiting(viewer: Viewer, promotion_id: int) -> Answer | None:
    """What the viewer has answered without their name and is not released."""
    acts = [one.act for one in anonymity.waiting(viewer)]
    found = [one for one in acts if (one["act"], one["where"]) == (ACT, promotion_id)]
    return Answer(found[-1]["answer"]) if found else None


def _forget_answers(viewer: Viewer, promotion_id: int) -> None:
    mine = [one.id for one in anonymity.waiting(viewer) if (one.act["act"], one.act["where"]) == (ACT, promotion_id)]
    db.session.execute(delete(SealedAct).where(SealedAct.id.in_(mine)))


@releases(ACT)
def release_answer(viewer: Viewer, act: dict[str, Any], _tag: bytes) -> None:
    """Do what was answered, if it is still an answer to what is proposed; nobody learns of one that is not."""
    try:
        post, row = promotions.access_question(viewer, act["where"])
    except NotFound:
        return
    hold_post(viewer, post.id, Permission.POST_READ)
    held = promoting.held(act["where"])
    chosen = Answer(act["answer"])
    if held.version != act["version"] or held.stage not in ANSWERS or chosen not in ANSWERS[held.stage]:
        return
    _ANSWERS[chosen](held, post, act["draft"]["body"][: Promotion.said.type.length], None)
    audit.record(NOBODY, f"system:promotion:{chosen}", group_id=post.group.id, subject_id=post.id, promotion=row.id)
    promoting.tell_source(held)
