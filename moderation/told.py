"""What the moderators decided about a post, as its author reads it; and who the author is, for moderation."""

from datetime import timedelta
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
_TOLD = (*APPEALABLE, StepKind.RESTORED, StepKind.UPHELD, StepKind.OVERTURNED)
_STEPS = (
    select(CaseStep.id, CaseStep.what, CaseStep.at, CaseStep.standard, CaseStep.words, CaseStep.facts, Case.kind)
    .join(Case, Case.id == CaseStep.case_id)
    .where(Case.post_id == bindparam("post_id"))
    .where(CaseStep.what.in_(_TOLD) | ((CaseStep.what == StepKind.DISMISSED) & (Case.kind == CaseKind.REDACTION)))
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


def decisions(post: PostRow) -> list[Decision]:
    """What was decided about a post and told its author, the latest first."""
    appeals = {row.step_id: row for row in asked(post) if row.step_id}
    rows = read(_STEPS, {"post_id": post.id}).all()
    return [Decision(row, appeals.get(row.id), row.id not in appeals and _appealable(row)) for row in rows]


def _appealable(row: Any) -> bool:
    return row.what in APPEALABLE and row.at > clock.now() - APPEALED_WITHIN


def asked(post: PostRow) -> list[Any]:
    """What the author of a post asked the moderators: appeals, and to take words out."""
    return list(read(_ASKED, {"post_id": post.id}).all())


def waits(post: PostRow) -> bool:
    """Does a request to take words out wait for an answer?"""
    return any(row.kind == CaseKind.REDACTION and row.state == CaseState.OPEN for row in asked(post))
