"""A member brings a person: invite, take back, answer, come in (domain, section 5 points 1 to 3).

Whether an address is known here is looked up by nobody but the letter's writer and the door of the link: the act of
inviting does the same for every address.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased

from community import audit, clock, events, mail
from community.access import NotFound, access_organization
from community.actions import passkeys
from community.db import action, db
from community.models import (
    Engagement,
    Invitation,
    InvitationState,
    LetterKind,
    Member,
    MemberState,
    NotificationKind,
    OrganizationKind,
    VouchRequest,
)
from community.passkeys import NewPasskey
from community.passkeys import Refused as NotHeld
from community.policy import Permission, Refused
from community.settings import settings
from community.viewer import Viewer, hash_token
from trust import deciding
from trust.actions.standing import act_as, hold
from trust.actions.uprooting import GONE, found

LASTS = timedelta(days=14)
MOST_OPEN = 5
MOST_SENT = 20  # in the time that one lasts: taking back and sending again is no way to flood an address
TOO_MANY = _l("You have five open invitations. Wait for an answer, or take one back first.")
ENOUGH = _l("You have sent twenty invitations in two weeks. Wait some days before you send another one.")
TWICE = _l("You have invited this address already, and the invitation is still open.")
OVER = _l("This invitation was used, taken back, or its time is over.")
_Known = aliased(Member, name="known")


@dataclass(frozen=True)
class InvitationDraft:
    """Whom to invite: ``organization_id`` of a listed organization, or None and ``organization_name`` as typed."""

    mail: str
    locale: str
    knows: str
    organization_id: int | None
    organization_name: str


@dataclass(frozen=True)
class Arrival:
    """What the person says of themselves. An empty ``organization`` confirms what the sponsor said."""

    name: str
    organization: str
    terms: str


@action
def invite(viewer: Viewer, draft: InvitationDraft) -> int:
    """Have an invitation sent, if possible, and return its id.

    Raises NotAllowed for all but active members, Refused when the viewer does not see the organization (any more), five
    are open, or this address has one from the viewer.
    """
    viewer = act_as(viewer, Permission.COMMUNITY_INVITE)
    _ensure_listed(viewer, draft.organization_id)
    _ensure_room(viewer, draft.mail)
    number = clock.random_id()
    row = Invitation(id=number, sponsor_id=viewer.member_id, mail=draft.mail, locale=draft.locale, knows=draft.knows)
    row.organization_id, row.organization_name = draft.organization_id, draft.organization_name
    row.expires_at = clock.now() + LASTS
    row.token_hash = hash_token(mail.link_token("invitation", number))
    db.session.add(row)
    mail.queue(LetterKind.INVITATION, number)
    audit.record(viewer, "member:invitation:sent", subject_id=number)
    return number


def _ensure_listed(viewer: Viewer, organization_id: int | None) -> None:
    try:
        if organization_id is not None:
            access_organization(viewer, organization_id)
    except NotFound:
        raise Refused(GONE) from None


def _ensure_room(viewer: Viewer, address: str) -> None:
    mine = (Invitation.sponsor_id == viewer.member_id, *_running())
    if db.session.scalar(select(Invitation.id).where(*mine, Invitation.mail == address)):
        raise Refused(TWICE)
    if _count(*mine) >= MOST_OPEN:
        raise Refused(TOO_MANY)
    if _count(Invitation.sponsor_id == viewer.member_id, Invitation.invited_at > clock.now() - LASTS) >= MOST_SENT:
        raise Refused(ENOUGH)


def _count(*which: ColumnElement[bool]) -> int:
    return len(db.session.scalars(select(Invitation.id).where(*which)).all())


@action
def withdraw(viewer: Viewer, invitation_id: int) -> None:
    """Take an invitation of the viewer's own back; its link opens nothing any more.

    Raises NotFound when there is none, Refused when it is not open any more.
    """
    viewer = hold(viewer)
    row = db.session.get(Invitation, invitation_id, populate_existing=True)
    if row is None or row.sponsor_id != viewer.member_id:
        raise NotFound
    if row.state != InvitationState.OPEN or row.expires_at <= clock.now():
        raise Refused(OVER)
    row.state = InvitationState.WITHDRAWN
    audit.record(viewer, "member:invitation:withdrawn", subject_id=row.id)


@action
def introduce(token: str, arrival: Arrival) -> None:
    """Keep what the invited person says of themselves until their passkey is made. Raises NotFound."""
    audit.hold()
    row = db.session.scalar(_open(token))
    if row is None:
        raise NotFound
    row.name, row.own_organization, row.accepted_terms = arrival.name, arrival.organization, arrival.terms


@action
def redeem(token: str, new: NewPasskey, passkey_name: str, user_handle: bytes, locale: str) -> int:
    """Use the invitation up: a pending member with a first passkey. Returns the member's id.

    Their sponsor is asked whether this is the person they invited: a link can be passed on. Raises the refusal of a
    passkey when the link is not open (any more), nothing was said yet, or the passkey is known.
    """
    audit.hold()
    row = db.session.scalar(_open(token))
    if row is None or not row.accepted_terms:
        raise NotHeld
    member = _newcomer(row, user_handle, locale)
    passkeys.keep(member.id, new, passkey_name)
    row.state, row.member_id = InvitationState.USED, member.id
    db.session.add(VouchRequest(person_id=member.id, asked_id=row.sponsor_id, asker_id=member.id))
    audit.record(None, "member:member:joined", subject_id=member.id, invitation=row.id)
    events.record(events.MemberTold(row.sponsor_id, NotificationKind.VOUCH_ASKED, member.id))
    for moderator in deciding.keepers():
        events.record(events.MemberTold(moderator, NotificationKind.NEWCOMER, member.id))
    return member.id


def _newcomer(row: Invitation, user_handle: bytes, locale: str) -> Member:
    member = Member(
        id=clock.random_id(), name=row.name, mail=row.mail, organization_id=_organization(row), user_handle=user_handle
    )
    # How they work there is for a site moderator to say; until then they read what is for everybody.
    member.state, member.engagement, member.nda_signed = MemberState.PENDING, Engagement.CONTRACTOR, False
    member.joined_on = member.seen_on = clock.now().date()
    member.terms, member.locale, member.time_zone = row.accepted_terms, locale, settings().default_time_zone
    db.session.add(member)
    db.session.flush()
    return member


def _organization(row: Invitation) -> int:
    if row.organization_id is not None and not row.own_organization:
        return row.organization_id
    return found(row.own_organization or row.organization_name, OrganizationKind.OPERATOR)


def opened(token: str) -> Invitation | None:
    """The invitation that this link opens now.

    None when it was used, taken back, has expired or never was; when who invited may not (any more), or the address
    has an account by now.
    """
    return db.session.scalar(_open(token))


def _open(token: str) -> Select[Invitation]:
    return select(Invitation).where(Invitation.token_hash == hash_token(token), *holds())


def holds() -> tuple[ColumnElement[bool], ...]:
    """As conditions beside ``invitations``: could this one be redeemed now?"""
    sponsor = exists().where(Member.id == Invitation.sponsor_id, Member.state == MemberState.ACTIVE)
    known = exists().where(_Known.mail == Invitation.mail)
    return *_running(), sponsor, ~known


def _running() -> tuple[ColumnElement[bool], ...]:
    return Invitation.state == InvitationState.OPEN, Invitation.expires_at > clock.now()
