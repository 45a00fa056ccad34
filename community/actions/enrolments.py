"""Enrolment links: with one of them a person registers their first passkey. Single use, and they expire."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, delete, select

from community import audit, clock, events
from community.actions import passkeys
from community.db import action, db
from community.models import Engagement, Enrolment, Member, MemberState, Organization, OrganizationKind
from community.passkeys import NewPasskey, Refused
from community.settings import settings
from community.terms import VERSION
from community.viewer import hash_token

_when_used: list[Callable[[int], None]] = []


def when_used(call: Callable[[int], None]) -> Callable[[int], None]:
    """Register ``call``, to be made with a member's id, inside the action, before a link of theirs makes a passkey."""
    _when_used.append(call)
    return call


class AlreadyFounded(Exception):
    """The community has a site moderator who has come in."""


class MailTaken(Exception):
    """Somebody else here has this mail address."""


def enrolling(token: str) -> Member | None:
    """Who may register a passkey with this link; None when it was used, has expired or never was."""
    return db.session.scalar(_open(token))


@action
def enrol(token: str, new: NewPasskey, passkey_name: str) -> int:
    """Use the link up: keep the passkey and let the member in. Returns the member's id.

    Raises Refused when the link is not open (any more), or the passkey is known already.
    """
    audit.hold()  # of two who follow one link at the same moment the second finds it used
    member = db.session.scalar(_open(token))
    if member is None:
        raise Refused
    db.session.execute(delete(Enrolment).where(Enrolment.member_id == member.id))
    for call in _when_used:
        call(member.id)
    passkeys.keep(member.id, new, passkey_name)
    member.terms = VERSION  # the page of the link says so
    if member.state == MemberState.INVITED:
        # Everybody else is vouched for first; the first site moderator has nobody who could.
        member.state = MemberState.ACTIVE if member.site_moderator else MemberState.PENDING
        events.record(events.AccessChanged(member_id=member.id))
    audit.record(None, "member:member:enrolled", subject_id=member.id)
    return member.id


@action
def found(name: str, mail: str, organization: str, kind: OrganizationKind) -> str:
    """Make the first site moderator and return the token of their enrolment link.

    Until they have come in, founding again replaces them and voids the link. Raises AlreadyFounded, MailTaken.
    """
    audit.hold()
    for first in db.session.scalars(select(Member).where(Member.site_moderator)):
        if first.state not in (MemberState.INVITED, MemberState.LEFT):
            raise AlreadyFounded
        if first.state == MemberState.INVITED:
            db.session.delete(first)
    db.session.flush()
    if db.session.scalar(select(Member.id).where(Member.mail == mail)):
        raise MailTaken
    member = Member(
        id=clock.random_id(),
        name=name,
        mail=mail,
        organization_id=_organization(organization, kind),
        site_moderator=True,
        founder=True,
        engagement_noted=True,
    )
    member.state, member.engagement, member.joined_on = MemberState.INVITED, Engagement.STAFF, clock.now().date()
    member.locale, member.time_zone = settings().default_locale, settings().default_time_zone
    db.session.add(member)
    db.session.flush()
    audit.record(None, "operator:member:founded", subject_id=member.id)
    return _link(member.id)


@action
def sweep() -> None:
    """Forget links whose time is over."""
    db.session.execute(delete(Enrolment).where(Enrolment.expires_at <= clock.now()))


def _open(token: str) -> Select[Member]:
    return (
        select(Member)
        .join(Enrolment, Enrolment.member_id == Member.id)
        .where(Enrolment.token_hash == hash_token(token), Enrolment.expires_at > clock.now())
        .where(Member.state.notin_((MemberState.SUSPENDED, MemberState.LEFT)))
    )


def _link(member_id: int) -> str:
    token = clock.token().hex()
    ends = clock.now() + timedelta(hours=settings().enrolment_hours)
    db.session.add(Enrolment(member_id=member_id, token_hash=hash_token(token), expires_at=ends))
    return token


def _organization(name: str, kind: OrganizationKind) -> int:
    known = db.session.scalar(select(Organization.id).where(Organization.name == name))
    if known:
        return known
    made = Organization(id=clock.random_id(), name=name, short_name=name[:60], kind=kind, verified=True)
    db.session.add(made)
    db.session.flush()
    return made.id
