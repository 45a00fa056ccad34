"""Two site moderators learn together who wrote an anonymous post. What they learn is returned once and kept nowhere."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from community import anonymity, audit, clock, events
from community.db import action, db
from community.housekeeping import every_round
from community.models import (
    Case,
    CaseKind,
    CaseState,
    CaseStep,
    Member,
    NotificationKind,
    Post,
    StepKind,
    Submission,
)
from community.offers import OVERTAKEN
from community.policy import Refused, ensure_proved
from community.settings import settings
from community.viewer import Viewer
from moderation import offers, unsealing
from moderation.actions import deciding, flags
from moderation.actions.opening import PROOF_LASTS
from moderation.unsealing import Person


@action
def ask(viewer: Viewer, post_id: int, reason: str) -> int:
    """Ask a second site moderator to agree that the author becomes known to the two. Answers with the case.

    Raises Unproved, NotFound, and Refused when the viewer cannot ask, nobody could agree, or it is asked already.
    """
    ensure_proved(viewer, PROOF_LASTS)
    subject = unsealing.access_subject(viewer, post_id)
    _hold(viewer.member_id)
    db.session.execute(select(Post.id).where(Post.id == subject.thread_id).with_for_update())
    _ensure_may_ask(viewer, subject)
    case = flags.open_case(flags.Subject(post_id, subject.group_id, subject.severity), CaseKind.UNSEALING)
    case.due_at = clock.now() + timedelta(hours=settings().unsealing_hours)
    db.session.add(Submission(case_id=case.id, member_id=viewer.member_id, words=reason))
    audit.record(viewer, "moderator:unsealing:asked", **_about(case))
    for second in unsealing.seconds(viewer):
        events.record(events.MemberTold(second, NotificationKind.UNSEALING, viewer.member_id))
    return case.id


def _hold(*members: int) -> None:
    """Let nobody change, until the action ends, what these may do."""
    db.session.execute(select(Member.id).where(Member.id.in_(members)).order_by(Member.id).with_for_update())


def _ensure_may_ask(viewer: Viewer, subject: unsealing.Subject) -> None:
    if subject.pseudonym is None:
        raise Refused(OVERTAKEN)
    if reason := unsealing.why_not_ask(viewer, subject.id):
        raise Refused(reason)
    same = (Case.post_id == subject.id, Case.kind == CaseKind.UNSEALING, Case.state == CaseState.OPEN)
    case = db.session.scalar(select(Case).where(*same).with_for_update())
    if case is not None and case.due_at > clock.now():
        raise Refused(unsealing.WAITS)
    if case is not None:
        _lapse(case)
        db.session.flush()


@action
def agree(viewer: Viewer, case_id: int, version: int) -> Person | None:
    """Be the second: on the record first, then whom the post is by; None when the account is gone.

    Raises Unproved, NotFound, and Refused when it was handled, has lapsed, or somebody else has to agree.
    """
    ensure_proved(viewer, PROOF_LASTS)
    matter = deciding.hold(viewer, case_id, version)
    offers.ensure_offered(matter, "unseal")
    asked_by = db.session.scalars(select(Submission.member_id).where(Submission.case_id == case_id)).one()
    _hold(viewer.member_id, asked_by or 0)
    case = db.session.get_one(Case, case_id, populate_existing=True)
    _step(case, StepKind.UNSEALED, viewer.member_id)
    audit.record(viewer, "moderator:unsealing:agreed", **_about(case), by=asked_by)
    db.session.flush()
    try:
        author = anonymity.author_behind(case_id)
    except anonymity.NotAgreed:  # at this very moment one of the two lost the right to
        raise Refused(unsealing.LAPSED) from None
    _close(case, StepKind.UNSEALED)
    return unsealing.person(author) if author is not None else None


@every_round
@action
def sweep() -> None:
    """Close what nobody agreed to in time."""
    late = (Case.kind == CaseKind.UNSEALING, Case.state == CaseState.OPEN, Case.due_at <= clock.now())
    for case in db.session.scalars(select(Case).where(*late).with_for_update(skip_locked=True)).all():
        _lapse(case)


def _lapse(case: Case) -> None:
    _step(case, StepKind.LAPSED, None)
    _close(case, StepKind.LAPSED)
    audit.record(None, "moderator:unsealing:lapsed", **_about(case))


def _step(case: Case, what: StepKind, by: int | None) -> None:
    db.session.add(CaseStep(case_id=case.id, what=what, by_id=by))


def _close(case: Case, outcome: StepKind) -> None:
    case.state, case.outcome, case.closed_at = CaseState.CLOSED, outcome, clock.now()
    case.version += 1


def _about(case: Case) -> dict[str, Any]:
    return {"group_id": case.group_id, "subject_id": case.post_id, "case": case.id}
