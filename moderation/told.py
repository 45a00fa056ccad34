"""What the moderators decided about a post, as its author reads it; and who the author is, for moderation."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from community import clock
from community.access import PostRow, access_post
from community.db import read
from community.models import Case, CaseKind, CaseState, CaseStep, StepKind, Submission
from community.policy import NotAllowed
from community.viewer import Viewer

APPEALABLE = (StepKind.GUIDED, StepKind.WARNED, StepKind.NARROWED, StepKind.REDACTED, StepKind.REMOVED)
APPEALED_WITHIN = timedelta(days=30)
TOLD = (*APPEALABLE, StepKind.RESTORED, StepKind.UPHELD, StepKind.OVERTURNED)
_STEPS = (
    select(
        CaseStep.id,
        CaseStep.what,
        CaseStep.at,
        CaseStep.standard,
        CaseStep.words,
        CaseStep.facts,
        Case.kind,
        Case.post_id,
    )
    .join(Case, Case.id == CaseStep.case_id)
    .where(Case.post_id.in_(bindparam("post_ids", expanding=True)))
    .where(
        CaseStep.what.in_((*TOLD, StepKind.UNSEALED))
        | ((CaseStep.what == StepKind.DISMISSED) & (Case.kind == CaseKind.REDACTION))
    )
    .order_by(CaseStep.at.desc(), CaseStep.id)
)
_ASKED = (
    select(Submission.step_id, Submission.words, Submission.at, Case.kind, Case.state)
    .join(Case, Case.id == Submission.case_id)
    .where(Case.post_id == bindparam("post_id"), Case.kind.in_((CaseKind.APPEAL, CaseKind.REDACTION)))
    .order_by(Submission.at.desc(), Submission.id)
)


class Decision(NamedTuple):
    """One decision, and the appeal against it, where there is one. ``open_to_appeal``: the author can still appeal."""

    row: Any
    appeal: Any
    open_to_appeal: bool


def is_author(viewer: Viewer, post: PostRow) -> bool:
    """Did the viewer write this post, as far as the post itself says so?"""
    return post.author_id is not None and post.author_id == viewer.member_id


def access_own(viewer: Viewer, post_id: int) -> PostRow:
    """A post of the viewer's. Raises NotFound, and NotAllowed for the posts of others."""
    post = access_post(viewer, post_id)
    if not is_author(viewer, post):
        raise NotAllowed
    return post


def decisions(post_id: int, asked_at: datetime | None = None) -> list[Decision]:
    """What was decided about a post and told its author, the latest first; ``asked_at`` is when they appealed."""
    appeals = {row.step_id: row for row in asked(post_id) if row.step_id}
    since, rows = (asked_at or clock.now()) - APPEALED_WITHIN, steps_about([post_id])
    return [Decision(row, appeals.get(row.id), row.id not in appeals and _appealable(row, since)) for row in rows]


def steps_about(post_ids: Collection[int]) -> list[Any]:
    """The same of several posts, without the appeals."""
    return list(read(_STEPS, {"post_ids": list(post_ids)}).all())


def _appealable(row: Any, since: datetime) -> bool:
    return row.what in APPEALABLE and row.at > since


def asked(post_id: int) -> list[Any]:
    """What the author of a post asked the moderators: appeals, and to take words out."""
    return list(read(_ASKED, {"post_id": post_id}).all())


def waits(post_id: int) -> bool:
    """Does a request to take words out wait for an answer?"""
    return any(row.kind == CaseKind.REDACTION and row.state == CaseState.OPEN for row in asked(post_id))
