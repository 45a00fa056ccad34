"""A member tells the moderators that something is wrong with a post; several who say so make one case."""

from datetime import datetime, timedelta
from typing import NamedTuple, cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community import audit, clock
from community.access import PostRow
from community.actions.labels import hold_post
from community.db import action, db
from community.models import Case, CaseKind, CaseState, CaseStep, FlagReason, Post, Severity, StepKind, Submission
from community.policy import Permission, Refused
from community.viewer import Viewer

# How long a case may wait, by the severity of its post.
WAITS = {
    Severity.WARNING: timedelta(hours=4),
    Severity.ADVISORY: timedelta(days=1),
    Severity.REFERENCE: timedelta(days=3),
}
MOST_A_DAY = 10
MOST_WHEN_DOUBTFUL = 2  # for who flagged much of late that needed nothing
DOUBTFUL = 5
REMEMBERED = timedelta(days=30)
ALREADY = _l("You have flagged this post already, and it has not changed since. The moderators know of it.")
TOO_MANY = _l(
    "You have flagged as many posts as one can in a day. Please go on tomorrow; what is urgent, tell a moderator."
)


@action
def flag_post(viewer: Viewer, post_id: int, reason: FlagReason, words: str) -> None:
    """Tell the moderators about a post that the viewer reads. Who it was is shown to site moderators only.

    Raises NotFound, NotAllowed for one's own, and Refused for the same post again and for too many.
    """
    row = hold_post(viewer, post_id, Permission.POST_FLAG)
    _ensure_new(viewer, row)
    case = open_case(Subject(row.id, row.group.id, row.severity), CaseKind.FLAG)
    db.session.add(Submission(case_id=case.id, member_id=viewer.member_id, reason=reason, words=words))
    audit.record(viewer, "member:post:flagged", group_id=row.group.id, subject_id=post_id, case=case.id)


class Subject(NamedTuple):
    """The post that a case is about."""

    post_id: int
    group_id: int
    severity: Severity


def open_case(about: Subject, kind: CaseKind) -> Case:
    """In the running action, which holds the post: the open case of this kind about it, or a new one."""
    same = select(Case).where(Case.post_id == about.post_id, Case.kind == kind, Case.state == CaseState.OPEN)
    case = None if kind == CaseKind.APPEAL else db.session.scalar(same.with_for_update())
    if case is not None:
        case.version += 1
        db.session.add(CaseStep(case_id=case.id, what=StepKind.JOINED))
        return case
    case = Case(id=clock.random_id(), kind=kind, group_id=about.group_id, post_id=about.post_id, version=1)
    case.due_at = clock.hour() + WAITS[about.severity]  # the minute would say who was writing just then
    db.session.add(case)
    db.session.flush()
    db.session.add(CaseStep(case_id=case.id, what=StepKind.OPENED))
    return case


def _ensure_new(viewer: Viewer, row: PostRow) -> None:
    if has_flagged(viewer, row):
        raise Refused(ALREADY)
    mine = select(func.count()).where(Submission.member_id == viewer.member_id, Submission.reason.is_not(None))
    today = db.session.scalar(mine.where(Submission.at > clock.now() - timedelta(days=1))) or 0
    if today >= _most(viewer):
        raise Refused(TOO_MANY)


def has_flagged(viewer: Viewer, row: PostRow) -> bool:
    """Has the viewer flagged the post as it is now, or is their flag still waiting?"""
    flagged = (
        select(Submission.id)
        .join(Case, Case.id == Submission.case_id)
        .where(Case.post_id == row.id, Case.kind == CaseKind.FLAG, Submission.member_id == viewer.member_id)
        .where((Case.state == CaseState.OPEN) | (Submission.at >= _written_at(row)))
    )
    return db.session.scalar(flagged.limit(1)) is not None


def _written_at(row: PostRow) -> datetime:
    edited: datetime | None = db.session.scalar(select(Post.edited_at).where(Post.id == row.id))
    return edited or cast(datetime, row.released_at)


def _most(viewer: Viewer) -> int:
    """Fewer for somebody of whose flags many were answered with nothing to do, and none with anything else."""
    answered = (
        select(Case.outcome)
        .join(Submission, Submission.case_id == Case.id)
        .where(Submission.member_id == viewer.member_id, Case.kind == CaseKind.FLAG, Case.outcome.is_not(None))
        .where(Submission.at > clock.now() - REMEMBERED)
    )
    outcomes = set(found := list(db.session.scalars(answered)))
    return MOST_WHEN_DOUBTFUL if len(found) >= DOUBTFUL and outcomes == {StepKind.DISMISSED} else MOST_A_DAY
