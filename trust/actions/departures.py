"""An organization's contact says that somebody no longer works there; site moderators decide."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, update

from community import audit, events, mail
from community.access import NotFound
from community.db import action, db
from community.models import (
    LISTED,
    LeaverReport,
    Letter,
    LetterKind,
    Member,
    MemberState,
    NotificationKind,
    OrganizationKind,
    Suspension,
)
from community.offers import OVERTAKEN
from community.policy import NotAllowed, Refused, ensure_proved
from community.viewer import Viewer
from trust import deciding
from trust.actions.engagement import DISMISS_FIRST
from trust.actions.standing import hold, move, person, shut_out
from trust.actions.uprooting import found, uproot
from trust.departures import colleagues, report_about, speaks_for_organization
from trust.doors import access_person

_REPORTED = _l("This person is reported already. The site moderators decide, and you are told.")


@action
def report(viewer: Viewer, member_id: int, words: str) -> None:
    """The contact of an organization says that a member no longer works there. The member learns nothing of it.

    Raises NotAllowed for all but contacts, NotFound for whom is no colleague of theirs, Refused when it was said
    already.
    """
    viewer = hold(viewer)
    if not speaks_for_organization(viewer):
        raise NotAllowed
    if member_id not in [one.id for one in colleagues(viewer)]:
        raise NotFound
    if db.session.get(LeaverReport, member_id, populate_existing=True):
        raise Refused(_REPORTED)
    db.session.add(LeaverReport(member_id=member_id, by_id=viewer.member_id, words=words))
    audit.record(viewer, "member:member:reported_left", subject_id=member_id)
    for moderator_id in deciding.deciders(db.session.get_one(Member, member_id)):
        events.record(events.MemberTold(moderator_id, NotificationKind.LEAVER_REPORTED, member_id))


@action
def dismiss(viewer: Viewer, member_id: int) -> None:
    """The person stays. Raises NotFound, NotAllowed, Unproved, or Refused when it was decided already."""
    viewer = hold(viewer)
    access_person(viewer, member_id)
    ensure_proved(viewer)
    _decide(viewer, member_id)
    audit.record(viewer, "moderator:member:stays", subject_id=member_id)


@action
def confirm(viewer: Viewer, member_id: int) -> None:
    """The person has left: groups, vouches and sessions end, and they wait until they are vouched for elsewhere.

    Raises NotFound, NotAllowed, Unproved, or Refused when it was decided already, or about a site moderator.
    """
    viewer = hold(viewer)
    access_person(viewer, member_id)
    ensure_proved(viewer)
    _decide(viewer, member_id)
    member = person(member_id)
    if member is None:
        raise NotFound
    if member.site_moderator:
        raise Refused(DISMISS_FIRST)
    uproot(viewer, member, found(member.name, OrganizationKind.INDIVIDUAL))
    shut_out(member_id)
    audit.record(viewer, "moderator:member:departed", subject_id=member_id)
    _put_back(member)


def _decide(viewer: Viewer, member_id: int) -> None:
    """Take the report off the table, and tell the contact that it is decided."""
    if report_about(viewer, member_id) is None:
        raise Refused(OVERTAKEN)
    gone = delete(LeaverReport).where(LeaverReport.member_id == member_id).returning(LeaverReport.by_id)
    contact_id = db.session.scalars(gone).one()
    # It names nobody but the contact: who has left is nobody they know of any more.
    events.record(events.MemberTold(contact_id, NotificationKind.ORGANIZATION, contact_id))


def _put_back(member: Member) -> None:
    """Who took part waits from now on; who is suspended stays so, and waits when that is over."""
    running = (Suspension.member_id == member.id, Suspension.lifted_at.is_(None))
    db.session.execute(update(Suspension).where(*running).values(was=MemberState.PENDING))
    if member.state in LISTED:
        move(member, MemberState.PENDING)
        # One letter says it all.
        db.session.execute(delete(Letter).where(Letter.kind == LetterKind.PENDING, Letter.subject_id == member.id))
        mail.queue(LetterKind.DEPARTED, member.id)
