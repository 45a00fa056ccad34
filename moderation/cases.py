"""One case as a moderator meets it: what it is about, who said what, and what happened so far."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, bindparam, case, exists, literal, select
from sqlalchemy.orm import aliased

from community import bounds, clock
from community.access import NotFound, PostRow, access_post
from community.db import read
from community.models import (
    Case,
    CaseKind,
    CaseState,
    CaseStep,
    Group,
    Member,
    ModeratorReading,
    Organization,
    Post,
    StepKind,
    Submission,
    Thread,
)
from community.policy import Permission, can
from community.tlp import Tlp
from community.viewer import Viewer
from moderation import scope

Assignee = aliased(Member, name="assignee")
_AuthorOrganization = aliased(Organization, name="author_organization")
_me: ColumnElement[int] = bindparam("viewer_id", type_=BigInteger)
_on_record = (
    exists()
    .where(ModeratorReading.post_id == Case.post_id, ModeratorReading.moderator_id == _me)
    .where(ModeratorReading.read_at >= Case.opened_at)
    .correlate(Case)
)
_Warning = aliased(CaseStep, name="warning")
_warned = exists().where(_Warning.case_id == Case.id, _Warning.what == StepKind.WARNED).correlate(Case)
# Where a case is about a post that the viewer does not read, it shows neither its words nor where it stands.
COLUMNS = (
    Case.id,
    Case.kind,
    Case.state,
    Case.post_id,
    Case.assignee_id,
    Case.outcome,
    Case.opened_at,
    Case.due_at,
    Case.closed_at,
    Case.version,
    Assignee.name.label("assignee_name"),
    Post.tlp,
    Post.severity,
    scope.readable.label("in_thread"),
    case((scope.readable, Group.id)).label("group_id"),
    case((scope.readable, Group.name)).label("group_name"),
    case((scope.readable, Thread.title), else_=literal("")).label("title"),
)
_ONE = scope.about_posts(
    *COLUMNS,
    Post.thread_id,
    Post.state.label("post_state"),
    Post.html,
    Post.attribution,
    Post.pseudonym,
    Post.released_at,
    Post.author_id,
    scope.Author.name.label("author_name"),
    scope.Author.organization_id.label("author_organization_id"),
    _AuthorOrganization.short_name.label("author_organization"),
    scope.spoke(_me).label("spoke"),
    scope.decided_before(_me).label("decided_before"),
    scope.had_part(_me).label("had_part"),
    scope.shown_before().label("shown_before"),
    scope.copy_waits().label("copy_waits"),
    _warned.label("warned"),
    _on_record.label("on_record"),
)
_ONE = (
    _ONE.outerjoin(Assignee, Assignee.id == Case.assignee_id)
    .outerjoin(_AuthorOrganization, _AuthorOrganization.id == Post.organization_id)
    .where(Case.id == bindparam("case_id"))
)
_SEEN = {kept: _ONE.where(scope.sees(kept)) for kept in (False, True)}
_By = aliased(Member, name="by_member")
_STEPS = (
    select(
        CaseStep.id,
        CaseStep.what,
        CaseStep.at,
        CaseStep.standard,
        CaseStep.words,
        CaseStep.facts,
        CaseStep.by_id,
        _By.name.label("by_name"),
    )
    .outerjoin(_By, _By.id == CaseStep.by_id)
    .where(CaseStep.case_id == bindparam("case_id"))
    .order_by(CaseStep.at, CaseStep.id)
)
_SAID = (
    select(
        Submission.reason,
        Submission.words,
        Submission.at,
        Submission.step_id,
        Submission.member_id,
        Member.name,
        Organization.short_name.label("organization_name"),
    )
    .outerjoin(Member, Member.id == Submission.member_id)
    .outerjoin(Organization, Organization.id == Member.organization_id)
    .where(Submission.case_id == bindparam("case_id"))
    .order_by(Submission.at, Submission.id)
)
_APPEALED = (
    select(CaseStep.what, CaseStep.at, CaseStep.standard, CaseStep.words, CaseStep.case_id, _By.name.label("by_name"))
    .join(Submission, Submission.step_id == CaseStep.id)
    .outerjoin(_By, _By.id == CaseStep.by_id)
    .where(Submission.case_id == bindparam("case_id"))
)


# What is said there is not the author's.
_OF_MODERATORS_ALONE = (CaseKind.FLAG, CaseKind.UNSEALING)


@dataclass(frozen=True)
class Matter:
    """A case that a viewer sees; ``row`` has the columns of the statement, and they are asked for by their names."""

    viewer: Viewer
    row: Any

    @cached_property
    def post(self) -> PostRow | None:
        """The post as the viewer reads it in its thread; None when they do not."""
        return access_post(self.viewer, self.row.post_id) if self.row.in_thread else None

    @property
    def is_open(self) -> bool:
        """Does it wait for a decision?"""
        return bool(self.row.state == CaseState.OPEN)

    @property
    def is_overdue(self) -> bool:
        """Should it have been decided by now?"""
        return self.is_open and self.row.due_at <= clock.now()

    @property
    def has_read(self) -> bool:
        """Has the viewer read what they would decide about, by their membership or on the record?"""
        return bool(self.row.in_thread or self.row.on_record)

    @property
    def is_colleague(self) -> bool:
        """Is the author, where one is named, of the viewer's organization?"""
        return bool(self.row.author_organization_id == self.viewer.organization_id)

    @cached_property
    def labels(self) -> tuple[Tlp, ...]:
        """The stricter labels that the viewer may put on the post."""
        if self.post is None or not can(self.viewer, Permission.POST_NARROW, self.post):
            return ()
        return tuple(label for label in bounds.labels_to_narrow(self.viewer, self.post) if label != self.row.tlp)


def access_case(viewer: Viewer, case_id: int) -> Matter:
    """A case that is the viewer's to see. Raises NotFound for every other, and for none."""
    row = read(_SEEN[scope.keeps(viewer)], scope.binds(viewer) | {"case_id": case_id}).one_or_none()
    if row is None:
        raise NotFound
    return Matter(viewer, row)


def steps(matter: Matter) -> list[Any]:
    """What happened in the case, notes included, first things first.

    Who moderates a group that the viewer does not read is not theirs to know, nor what notes say of an unread post.
    """
    rows = [Step._make(row) for row in read(_STEPS, {"case_id": matter.row.id})]
    if not matter.row.in_thread and matter.row.kind != CaseKind.UNSEALING:
        rows = [row._replace(by_id=None, by_name=None) for row in rows]
    return rows if matter.has_read else [row._replace(words="") for row in rows]


def said(matter: Matter) -> list[Any]:
    """What was told the moderators. Who told it is in the rows for site moderators only.

    Where it was the author, they learn it when they have opened the post.
    """
    rows = read(_SAID, {"case_id": matter.row.id}).all()
    if scope.keeps(matter.viewer) and (matter.has_read or matter.row.kind in _OF_MODERATORS_ALONE):
        return list(rows)
    return [Told(row.reason, row.words, row.at) for row in rows]


class Step(NamedTuple):
    """One thing that happened in a case."""

    id: int
    what: Any
    at: Any
    standard: str
    words: str
    facts: Any
    by_id: int | None
    by_name: str | None


@dataclass(frozen=True)
class Told:
    """One submission without the one who made it."""

    reason: Any
    words: str
    at: Any
    member_id: int | None = None
    name: str = ""
    organization_name: str = ""


def appealed(matter: Matter) -> Any:
    """The decision that an appeal is about; None for other cases."""
    return read(_APPEALED, {"case_id": matter.row.id}).one_or_none()
