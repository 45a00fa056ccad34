"""What the letters about trust say: each is written from the rows as they are when it is sent."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from community import ids, mail
from community.db import db
from community.mail import Message, writes
from community.models import (
    SIGNING_IN,
    Invitation,
    InvitationState,
    LetterKind,
    Member,
    MemberState,
    Organization,
    Recovery,
    RecoveryState,
    Suspension,
)
from community.settings import settings
from trust import recovering
from trust.actions import invitations, recoveries

_STILL = {
    LetterKind.ACTIVE: (MemberState.ACTIVE,),
    LetterKind.REVOUCHING: (MemberState.REVOUCHING,),
    LetterKind.PENDING: (MemberState.PENDING,),
    LetterKind.REINSTATED: SIGNING_IN,
    LetterKind.DEPARTED: (MemberState.PENDING,),
}


@writes(*_STILL)
def of_standing(kind: LetterKind, member_id: int) -> Message | None:
    """Where a member stands now; nothing when it has changed again."""
    member = db.session.get(Member, member_id, populate_existing=True)
    if member is None or member.mail is None or member.state not in _STILL[kind]:
        return None
    link = f"{settings().origin}/vouch/{ids.encode(member.id)}"
    return Message(member.mail, member.locale, str(kind), {"name": member.name, "link": link})


@writes(LetterKind.SUSPENDED)
def of_suspension(kind: LetterKind, member_id: int) -> Message | None:
    """That somebody is suspended, since when, and whom to write to; no reason, no name of anybody."""
    member = db.session.get(Member, member_id, populate_existing=True)
    running = select(Suspension.began_at).where(Suspension.member_id == member_id, Suspension.lifted_at.is_(None))
    began_at = db.session.scalar(running)
    if member is None or member.mail is None or began_at is None:
        return None
    since = began_at.astimezone(ZoneInfo(member.time_zone))
    given = {"name": member.name, "since": f"{since:%Y-%m-%d %H:%M (%Z)}", "contact": settings().mail_from}
    return Message(member.mail, member.locale, str(kind), given)


@writes(LetterKind.INVITATION)
def of_invitation(_kind: LetterKind, invitation_id: int) -> Message | None:
    """The link for who is invited; who is here already is told so, and nobody else learns it.

    Nothing when the invitation was taken back meanwhile, or who invited no longer may.
    """
    row = db.session.get(Invitation, invitation_id, populate_existing=True)
    if row is None or row.mail is None or row.state != InvitationState.OPEN:
        return None
    token = mail.link_token("invitation", row.id)
    if invitations.opened(token) is None:
        return _known(row.mail)
    sponsor = db.session.get_one(Member, row.sponsor_id)
    theirs = db.session.get_one(Organization, sponsor.organization_id)
    values = {"sponsor": sponsor.name, "organization": theirs.name, "link": f"{settings().origin}/join/{token}"}
    return Message(row.mail, row.locale, "invitation", values)


def _known(address: str) -> Message | None:
    """Who has an account and may use it."""
    member = db.session.scalar(select(Member).where(Member.mail == address, Member.state.in_(SIGNING_IN)))
    return Message(address, member.locale, "known", {"name": member.name}) if member else None


@writes(LetterKind.RECOVERY_LINK)
def of_recovery_link(_kind: LetterKind, recovery_id: int) -> Message | None:
    """The link, when there is such an account; this is the first time that it is looked up."""
    row = db.session.get(Recovery, recovery_id, populate_existing=True)
    member = recovering.whose(row) if row is not None and row.state == RecoveryState.ASKED else None
    return _about_recovery("recovery_link", row, member)


@writes(LetterKind.RECOVERY_OPENED, LetterKind.RECOVERY_READY)
def of_recovery(_kind: LetterKind, recovery_id: int) -> Message | None:
    """How far it is now: opened, waiting, or the link for a new passkey. Nothing when it was stopped."""
    row = db.session.get(Recovery, recovery_id, populate_existing=True)
    if row is None or row.member_id is None:
        return None
    return _about_recovery(f"recovery_{row.state}", row, recovering.whose(row))


def _about_recovery(template: str, row: Recovery | None, member: Member | None) -> Message | None:
    if row is None or member is None or member.mail is None:
        return None
    values = {
        "name": member.name,
        "link": f"{settings().origin}/recover/link/{recoveries.link_token(row.id)}",
        "enrolment": f"{settings().origin}/enrol/{recoveries.enrolment_token(row.id)}",
        "moment": f"{row.ready_at.astimezone(ZoneInfo(member.time_zone)):%Y-%m-%d %H:%M %Z}" if row.ready_at else "",
    }
    return Message(member.mail, member.locale, template, values)


@writes(LetterKind.RECOVERY_STOPPED, LetterKind.RECOVERED, LetterKind.PASSKEY_ADDED)
def of_account(kind: LetterKind, member_id: int) -> Message | None:
    """Something happened to the account, which whoever reads its mail should know."""
    member = db.session.get(Member, member_id, populate_existing=True)
    if member is None or member.mail is None or member.state not in SIGNING_IN:
        return None
    return Message(member.mail, member.locale, str(kind), {"name": member.name})
