"""A member moves from one state to another: here and nowhere else, with all that has to happen with it.

Callers hold the audit log (``act_as`` or ``audit.hold``) before they read what they decide by.
"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select, update

from community import audit, clock, events, mail
from community.db import db
from community.models import (
    LISTED,
    SIGNING_IN,
    Enrolment,
    GroupInvitation,
    Invitation,
    InvitationState,
    LetterKind,
    Member,
    MemberState,
    NotificationKind,
    Recovery,
    SignIn,
    Vouch,
    VouchRequest,
)
from community.policy import Permission, ensure
from community.viewer import Viewer, viewer_of_member
from trust import vouching
from trust.actions import succession

REVOUCHING_LASTS = timedelta(days=14)
_VOUCHED_FOR = (MemberState.ACTIVE, MemberState.DORMANT)
_WRITTEN_TO_OTHERWISE = (MemberState.INVITED, MemberState.DORMANT, MemberState.SUSPENDED)
_LETTERS = {
    MemberState.ACTIVE: LetterKind.ACTIVE,
    MemberState.REVOUCHING: LetterKind.REVOUCHING,
    MemberState.PENDING: LetterKind.PENDING,
}


def act_as(viewer: Viewer, permission: Permission, on: object = None) -> Viewer:
    """The viewer as they are now, with every other act about trust held up until this one is through.

    Raises NotAllowed when they may not, or no longer: a page may have been drawn before they were stopped.
    """
    now = hold(viewer)
    ensure(now, permission, on)
    return now


def hold(viewer: Viewer) -> Viewer:
    """The viewer as they are now, with every other act about trust held up. Asks for no permission."""
    audit.hold()
    return replace(viewer_of_member(viewer.member_id), sign_in_id=viewer.sign_in_id, passkey_at=viewer.passkey_at)


def person(member_id: int) -> Member | None:
    """The member's row as it is now."""
    return db.session.get(Member, member_id, populate_existing=True)


def weigh(member: Member) -> None:
    """Ask the rule anew where this member stands, after a vouch came or went.

    Nobody comes in as long as their sponsor has not said that this is the person they invited.
    """
    enough = member.founder or vouching.progress(member.id).enough
    if enough and member.state in (MemberState.PENDING, MemberState.REVOUCHING):
        move(member, MemberState.ACTIVE)
    elif not enough and member.state in _VOUCHED_FOR:
        move(member, MemberState.REVOUCHING)


def move(member: Member, to: MemberState) -> None:
    """Put ``member`` into the state ``to``: sessions, groups, links and letters follow."""
    was, member.state = member.state, to
    member.revouch_until = clock.now() + REVOUCHING_LASTS if to == MemberState.REVOUCHING else None
    if to not in SIGNING_IN:
        shut_out(member.id)
    db.session.flush()
    if to == MemberState.LEFT:
        db.session.execute(delete(VouchRequest).where(VouchRequest.person_id == member.id))
    if to not in LISTED:
        _ask_no_more(member.id)
    if was in _VOUCHED_FOR and to not in _VOUCHED_FOR:
        close_invitations(member.id)
        # Not when they fall dormant: only they and the site moderators may learn of that.
        succession.hand_over(member.id)
    if to == MemberState.ACTIVE:
        settle(member.id)
    events.record(events.AccessChanged(member_id=member.id))
    if to in _LETTERS and was not in _WRITTEN_TO_OTHERWISE:
        mail.queue(_LETTERS[to], member.id)
    if to == MemberState.ACTIVE and was in (MemberState.PENDING, MemberState.REVOUCHING):
        events.record(events.MemberTold(member.id, NotificationKind.ACTIVATED, 0))
    if to == MemberState.REVOUCHING:
        events.record(events.MemberTold(member.id, NotificationKind.REVOUCHING, 0))


def shut_out(member_id: int) -> None:
    """End all sessions of a member, and every link that would begin a new one or bring somebody in their name."""
    end_sessions(member_id)
    for model in (Enrolment, Recovery):
        db.session.execute(delete(model).where(model.member_id == member_id))
    mine = select(Invitation).where(Invitation.sponsor_id == member_id, Invitation.state == InvitationState.OPEN)
    for invitation in db.session.scalars(mine):
        invitation.state = InvitationState.WITHDRAWN


def is_noted(member_id: int) -> bool:
    """Has a site moderator said how this member works for their organization?"""
    return db.session.get_one(Member, member_id, populate_existing=True).engagement_noted


def count_words_of(member: Member) -> None:
    """What a member said for others counts as their organization's from now on."""
    given = select(Vouch).where(Vouch.voucher_id == member.id, Vouch.organization_id == member.organization_id)
    for word in db.session.scalars(given.order_by(Vouch.person_id)).all():
        word.noted = True
        db.session.flush()
        weigh(db.session.get_one(Member, word.person_id, populate_existing=True))


def close_invitations(member_id: int) -> None:
    """Whom they asked into groups is asked no more: nobody stands behind it."""
    for row in db.session.scalars(select(GroupInvitation).where(GroupInvitation.inviter_id == member_id)).all():
        db.session.delete(row)
        events.record(events.InvitationClosed(row.group_id, row.member_id))
    db.session.flush()


def settle(person_id: int) -> None:
    """Whether this is the person whom their sponsor invited is no question any more."""
    db.session.execute(update(Invitation).where(Invitation.member_id == person_id).values(settled=True))


def _ask_no_more(member_id: int) -> None:
    """Nobody waits for the word of who is not among the members; who waited for nothing else is in."""
    asked = select(VouchRequest.person_id).where(VouchRequest.asked_id == member_id)
    brought = select(Invitation.member_id).where(Invitation.sponsor_id == member_id, Invitation.settled.is_(False))
    waiting = {one for statement in (asked, brought) for one in db.session.scalars(statement) if one}
    db.session.execute(delete(VouchRequest).where(VouchRequest.asked_id == member_id))
    for person_id in sorted(waiting):
        weigh(db.session.get_one(Member, person_id, populate_existing=True))


def end_sessions(member_id: int, but: int = 0) -> None:
    """End the sessions of a member, except the one with the id ``but``."""
    for row in db.session.scalars(select(SignIn).where(SignIn.member_id == member_id, SignIn.id != but)):
        db.session.delete(row)
        events.record(events.SignInEnded(member_id=member_id, sign_in_id=row.id))
