"""What happens to a member who is suspended, and, for misuse, to those who answer for each other with them."""

from datetime import datetime

from sqlalchemy import select

from community import audit, clock, events, mail
from community.db import db
from community.models import Invitation, LetterKind, Member, MemberState, NotificationKind, Suspension, Vouch
from community.viewer import Viewer
from trust.actions.standing import move, person, weigh


def stop(viewer: Viewer, member: Member, reason: str, misuse: bool) -> None:
    """Suspend a member within the running action, which has asked who may."""
    row = Suspension(id=clock.random_id(), member_id=member.id, by_id=viewer.member_id, reason=reason, misuse=misuse)
    row.was, row.began_at = member.state, clock.now()
    db.session.add(row)
    audit.record(viewer, "moderator:member:suspended", subject_id=member.id, suspension=row.id, misuse=misuse)
    move(member, MemberState.SUSPENDED)
    mail.queue(LetterKind.SUSPENDED, member.id)
    if misuse:
        _answer_for(member.id)
        _set_void(member.id, row.began_at)


def _answer_for(member_id: int) -> None:
    """Sponsor and vouchers learn that it is so, and nothing else."""
    vouchers = select(Vouch.voucher_id).where(Vouch.person_id == member_id)
    sponsor = select(Invitation.sponsor_id).where(Invitation.member_id == member_id)
    for voucher_id in sorted({*db.session.scalars(vouchers), *db.session.scalars(sponsor)}):
        events.record(events.MemberTold(voucher_id, NotificationKind.ANSWERED_FOR, member_id))


def let_words_count(voucher_id: int) -> None:
    """Within the running action: what a member said for others counts again, and they may rise by it."""
    _set_void(voucher_id, None)


def _set_void(voucher_id: int, moment: datetime | None) -> None:
    given = db.session.scalars(select(Vouch).where(Vouch.voucher_id == voucher_id).order_by(Vouch.person_id)).all()
    for vouch in given:
        vouch.void_at = moment
    db.session.flush()
    for vouch in given:
        if someone := person(vouch.person_id):
            weigh(someone)
