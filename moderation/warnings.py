"""Formal warnings: how many somebody has, for site moderators who decide about them."""

from datetime import datetime

from sqlalchemy import bindparam, exists, not_, select
from sqlalchemy.orm import aliased

from community.db import read
from community.models import Case, CaseStep, Post, StepKind, Submission
from community.viewer import Viewer
from moderation import scope

_Appeal = aliased(Case, name="appeal")
# An appeal that was right takes the warning away.
_overturned = (
    exists()
    .where(Submission.step_id == CaseStep.id, _Appeal.id == Submission.case_id)
    .where(_Appeal.outcome == StepKind.OVERTURNED)
    .correlate(CaseStep)
)
_WARNINGS = (
    select(CaseStep.at)
    .join(Case, Case.id == CaseStep.case_id)
    .join(Post, Post.id == Case.post_id)
    .where(CaseStep.what == StepKind.WARNED, Post.author_id == bindparam("member_id"), not_(_overturned))
    .order_by(CaseStep.at.desc())
)


def warnings_of(viewer: Viewer, member_id: int) -> list[datetime]:
    """When a member was warned, the latest first, without what was overturned; nothing for all but site moderators."""
    if not scope.keeps(viewer):
        return []
    return list(read(_WARNINGS, {"member_id": member_id}).scalars())
