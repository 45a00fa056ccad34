"""What waits for the moderators of the demo, and what they decided, as rows."""

from collections.abc import Iterator
from datetime import timedelta

from community import models
from community.db import Base
from community.demo.disputes import CLOSING, Case
from community.demo.garden import Garden
from community.models import CaseState, StepKind

_WAITS = timedelta(days=1)


def rows(garden: Garden) -> Iterator[Base]:
    """Every case with its steps and what was said."""
    for case in garden.community.cases:
        yield _case(garden, case)
        yield _row(garden, case, "opened", models.CaseStep(what=StepKind.OPENED, at=garden.at(case.ago)))
        for step in case.steps:
            made = models.CaseStep(what=step.what, at=garden.at(step.ago), standard=step.standard, words=step.words)
            made.by_id = garden.id("member", step.by)
            yield _row(garden, case, step.what, made)
        yield from _said(garden, case)


def _row(garden: Garden, case: Case, what: str, step: models.CaseStep) -> models.CaseStep:
    step.id, step.case_id = garden.id("step", f"{case.key} {what}"), garden.id("case", case.key)
    return step


def _case(garden: Garden, case: Case) -> models.Case:
    thread = next(one for one in garden.community.threads if case.post in [post.key for post in one.posts])
    taken = [step for step in case.steps if step.what is StepKind.TAKEN]
    closed = [step for step in case.steps if step.what in CLOSING]
    return models.Case(
        id=garden.id("case", case.key),
        kind=case.kind,
        group_id=garden.id("group", thread.group),
        post_id=garden.id("post", case.post),
        state=CaseState.CLOSED if closed else CaseState.OPEN,
        assignee_id=garden.id("member", taken[-1].by) if taken else None,
        outcome=case.outcome,
        opened_at=garden.at(case.ago),
        due_at=garden.at(case.ago - _WAITS),
        closed_at=garden.at(closed[-1].ago) if closed else None,
        version=len(case.steps) + 1,
    )


def _said(garden: Garden, case: Case) -> Iterator[Base]:
    against = next((one for one in garden.community.cases if one.key == case.against), None)
    for one in case.said:
        yield models.Submission(
            case_id=garden.id("case", case.key),
            member_id=garden.id("member", one.by),
            reason=one.reason,
            words=one.words,
            at=garden.at(case.ago),
            step_id=garden.id("step", f"{against.key} {against.outcome}") if against else None,
        )
