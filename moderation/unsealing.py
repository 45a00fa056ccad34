"""Who may learn, two together, who wrote an anonymous post (domain, section 6; ADR 33). Nothing here touches a tag."""

from collections import Counter
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import BigInteger, and_, bindparam, exists, or_, select

from community import clock
from community.access import NotFound
from community.db import UTCDateTime, read
from community.models import (
    Case,
    CaseKind,
    Group,
    Member,
    ModeratorReading,
    Organization,
    Post,
    Severity,
    StepKind,
    Submission,
    Suspension,
    Thread,
)
from community.policy import unseals, unseals_binds
from community.viewer import Viewer
from community.visibility import Opening
from moderation import scope

OWN = _l("You asked for this yourself. Another site moderator, of another organization, has to agree.")
SAME_HOUSE = _l("Who asked is of your organization: a site moderator of another one has to agree.")
TOO_NEW = _l("You have been a site moderator for less than 30 days: others have to do this.")
FLAGGED = _l("You told the moderators about this post yourself: others have to do this.")
LAPSED = _l("Its time is over, or who asked may not ask any more. It can be asked anew.")
NO_SECOND = _l(
    "It takes a second site moderator of another organization who has been one for 30 days, and there is none."
)
WAITS = _l("Somebody has asked for this already. It waits for a second site moderator; you find it in the queue.")
_me: Any = bindparam("viewer_id", type_=BigInteger)
# What a site moderator opened is closed to them again: for a day they may go on from it, and of a named post nothing is
# said, not even that it is still there.
_read_on_record = and_(
    Post.pseudonym.is_not(None),
    exists()
    .where(ModeratorReading.post_id == Post.id, ModeratorReading.moderator_id == _me)
    .where(ModeratorReading.read_at > bindparam("since", type_=UTCDateTime))
    .correlate(Post),
)
_SUBJECT = (
    select(
        Post.id, Post.group_id, Post.thread_id, Post.severity, Post.tlp, Post.pseudonym, scope.readable.label("here")
    )
    .join(Opening, Opening.id == Post.thread_id)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Group, Group.id == Post.group_id)
    .where(Post.id == bindparam("post_id"), or_(scope.readable, _read_on_record))
)
_flagged = (
    select(Submission.id)
    .join(Case, Case.id == Submission.case_id)
    .where(Case.post_id == bindparam("post_id"), Case.kind == CaseKind.FLAG, Submission.member_id == _me)
    .limit(1)
)
_stopped = (
    exists()
    .where(Suspension.member_id == Member.id, Suspension.began_at >= Submission.at)
    .correlate(Member, Submission)
)
# Who asked, as long as they could ask still and could all the time since.
_ASKER = (
    select(Member.id, Member.organization_id)
    .join(Submission, Submission.member_id == Member.id)
    .where(Submission.case_id == bindparam("case_id"), unseals(Member), ~_stopped)
)
_ABLE = select(Member.id, Member.organization_id).where(unseals(Member)).order_by(Member.id)
_PERSON = (
    select(Member.id, Member.name, Organization.name.label("organization_name"))
    .join(Organization, Organization.id == Member.organization_id)
    .where(Member.id == bindparam("member_id"))
)
_DONE = select(Case.closed_at).where(
    Case.kind == CaseKind.UNSEALING,
    Case.outcome == StepKind.UNSEALED,
    Case.closed_at < bindparam("now", type_=UTCDateTime),
)


class Subject(NamedTuple):
    """The anonymous post whose author two want to know; ``here``: the viewer reads it in its thread."""

    id: int
    group_id: int
    thread_id: int
    severity: Severity
    tlp: Any
    pseudonym: int | None
    here: bool


def access_subject(viewer: Viewer, post_id: int) -> Subject:
    """A post that a site moderator reads, or an anonymous one that they opened on the record within a day.

    Raises NotFound for all else, and for all others.
    """
    if not scope.keeps(viewer):
        raise NotFound
    given = {"post_id": post_id, "since": clock.now() - clock.DAY}
    row = read(_SUBJECT, viewer.binds | given).one_or_none()
    if row is None:
        raise NotFound
    return Subject(*tuple(row))


def why_not_ask(viewer: Viewer, post_id: int) -> LazyString | None:
    """Why the viewer cannot ask, though they are a site moderator; None when they can."""
    able = {row.id: row.organization_id for row in read(_ABLE, unseals_binds())}
    if viewer.member_id not in able:
        return TOO_NEW
    if has_flagged(viewer, post_id):
        return FLAGGED
    return None if seconds(viewer) else NO_SECOND


def seconds(viewer: Viewer) -> list[int]:
    """Who could be the second if the viewer asks: of another organization."""
    rows = read(_ABLE, unseals_binds()).all()
    return [row.id for row in rows if row.id != viewer.member_id and row.organization_id != viewer.organization_id]


def has_flagged(viewer: Viewer, post_id: int) -> bool:
    """Did the viewer tell the moderators about this post?"""
    return read(_flagged, {"post_id": post_id, "viewer_id": viewer.member_id}).first() is not None


def why_not_agree(viewer: Viewer, row: Any) -> LazyString | None:
    """Why the viewer cannot be the second in a case, a row of ``cases``; None when they can."""
    asker = read(_ASKER, unseals_binds() | {"case_id": row.id}).one_or_none()
    able = {one.id for one in read(_ABLE, unseals_binds())}
    reasons = (
        (row.spoke, OWN),
        (asker is None or row.due_at <= clock.now(), LAPSED),
        (asker is not None and asker.organization_id == viewer.organization_id, SAME_HOUSE),
        (viewer.member_id not in able, TOO_NEW),
        (has_flagged(viewer, row.post_id), FLAGGED),
    )
    return next((reason for holds, reason in reasons if holds), None)


class Person(NamedTuple):
    """Whom the two learn of."""

    id: int
    name: str
    organization_name: str


def person(member_id: int) -> Person | None:
    """The name and organization of a member, whatever their state; None when there is none."""
    row = read(_PERSON, {"member_id": member_id}).one_or_none()
    return Person(*tuple(row)) if row is not None else None


def by_year() -> list[tuple[int, int]]:
    """How often it was done in each year that is over, the latest first; in the last of them perhaps never."""
    this = clock.now().year
    found = Counter(moment.year for moment in read(_DONE, {"now": clock.now()}).scalars() if moment.year < this)
    return sorted(({this - 1: 0} | found).items(), reverse=True)
