"""All passkeys are lost: the way back to an account (domain, section 5 point 6).

By mail somebody opens the case; members who know the person make sure outside the system that it is them; then it
waits, so that the owner can stop it; then a link makes a new passkey, and all old ones and all sessions are gone.
"""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community import audit, clock, events, mail
from community.access import NotFound
from community.actions.drafts import forget_waiting
from community.db import action, db, upsert
from community.models import (
    Enrolment,
    LetterKind,
    Member,
    NotificationKind,
    Passkey,
    Recovery,
    RecoveryConsent,
    RecoveryState,
)
from community.policy import Refused, ensure_proved
from community.settings import settings
from community.viewer import Viewer, hash_token, viewer_of_member
from trust import recovering
from trust.actions.standing import end_sessions, hold
from trust.recovering import RUNNING, opened, whose, whose_word_counts

LINK_LASTS = timedelta(hours=24)
PAUSE = timedelta(minutes=10)
CASE_LASTS = timedelta(days=14)
WAIT = timedelta(hours=72)
DONE = _l("You have said so already.")
ENOUGH = _l("Enough members have said so already; nothing more is needed.")


def link_token(recovery_id: int) -> str:
    """The secret of the link that opens a case and shows how far it is."""
    return mail.link_token("recovery", recovery_id)


def enrolment_token(recovery_id: int) -> str:
    """The secret of the link that makes the new passkey."""
    return mail.link_token("recovered", recovery_id)


@action
def ask(address: str) -> None:
    """Somebody says that they lost all passkeys of the account with this address.

    Nothing is looked up: what happens is the same for every address, and only the letter knows whether it is sent. It
    is sent again at most every ten minutes, and not while a case is open.
    """
    now, number = clock.now(), clock.random_id()
    fresh = {"asked_at": now, "expires_at": now + LINK_LASTS}
    row = {"id": number, "mail": address, "token_hash": hash_token(link_token(number)), "words": "", **fresh}
    again = (Recovery.state == RecoveryState.ASKED) & (Recovery.asked_at < now - PAUSE)
    put = upsert(Recovery).values(state=RecoveryState.ASKED, **row)
    put = put.on_conflict_do_update(index_elements=["mail"], set_=fresh, where=again).returning(Recovery.id)
    mail.queue(LetterKind.RECOVERY_LINK, db.session.scalar(put) or 0)


@action
def open_case(token: str) -> None:
    """Who followed the link wants it: the owner is told, and those are asked who know them. Raises NotFound."""
    audit.hold()
    row = opened(token)
    member = whose(row) if row is not None else None
    if row is None or member is None:
        raise NotFound
    if row.state != RecoveryState.ASKED:
        return  # followed twice
    row.member_id, row.state, row.expires_at = member.id, RecoveryState.OPENED, clock.now() + CASE_LASTS
    audit.record(None, "member:recovery:opened", subject_id=member.id)
    mail.queue(LetterKind.RECOVERY_OPENED, row.id)
    events.record(events.MemberTold(member.id, NotificationKind.RECOVERY_OPENED, 0))
    asked = whose_word_counts(member)
    for one in sorted(asked.vouchers | asked.moderators):
        events.record(events.MemberTold(one, NotificationKind.RECOVERY_ASKED, member.id))


@action
def consent(viewer: Viewer, person_id: int, words: str) -> None:
    """The viewer made sure that it is this person who asks; ``words`` say how. The waiting begins when it is enough.

    Raises NotFound when the viewer is not asked, Unproved, or Refused when they have said so or nothing is needed.
    """
    viewer = hold(viewer)
    case = recovering.case(viewer, person_id)
    if case.is_mine:
        raise NotFound
    ensure_proved(viewer)
    if case.has_consented:
        raise Refused(DONE)
    if case.step != RecoveryState.OPENED:
        raise Refused(ENOUGH)
    given = RecoveryConsent(recovery_id=case.recovery_id, member_id=viewer.member_id, words=words)
    given.as_moderator = case.decides
    db.session.add(given)
    audit.record(viewer, "member:recovery:consented", subject_id=person_id)
    db.session.flush()
    if _is_enough(case.recovery_id):
        row = db.session.get_one(Recovery, case.recovery_id, populate_existing=True)
        row.state, row.ready_at = RecoveryState.WAITING, clock.now() + WAIT
        row.expires_at = row.ready_at + CASE_LASTS
        audit.record(None, "system:recovery:waiting", subject_id=person_id)
        mail.queue(LetterKind.RECOVERY_OPENED, row.id)


@action
def object_to(viewer: Viewer, person_id: int) -> None:
    """The viewer is asked, and it is not this person: the case is closed. Raises NotFound."""
    viewer = hold(viewer)
    if recovering.case(viewer, person_id).is_mine:
        raise NotFound
    audit.record(viewer, "member:recovery:objected", subject_id=person_id)
    _close(person_id)


@action
def stop(viewer: Viewer) -> None:
    """The owner, in a session that is still open, stops it. Raises NotFound when there is nothing to stop."""
    viewer = hold(viewer)
    recovering.case(viewer, viewer.member_id)
    audit.record(viewer, "member:recovery:stopped", subject_id=viewer.member_id)
    _close(viewer.member_id)


@action
def stop_by_link(token: str) -> None:
    """Who can read the owner's mail stops it. Raises NotFound."""
    audit.hold()
    row = opened(token)
    if row is None or row.member_id is None:
        raise NotFound
    audit.record(None, "member:recovery:stopped", subject_id=row.member_id)
    _close(row.member_id)


@action
def is_here(member_id: int) -> None:
    """The member shows a passkey of this account, so it is not lost: whatever is under way is stopped."""
    mine = select(Recovery.id).where(Recovery.member_id == member_id)
    if db.session.scalar(mine) is None:
        return
    audit.hold()
    if db.session.scalar(mine) is not None:
        audit.record(None, "member:recovery:stopped", subject_id=member_id)
        _close(member_id)


@action
def take_over(member_id: int) -> None:
    """The link of a granted recovery makes a passkey now: old passkeys and all sessions are gone, the state stays."""
    row = db.session.scalar(select(Recovery).where(Recovery.member_id == member_id))
    if row is None or row.state != RecoveryState.GRANTED:
        return
    db.session.delete(row)
    db.session.execute(delete(Passkey).where(Passkey.member_id == member_id))
    end_sessions(member_id)
    forget_waiting(viewer_of_member(member_id))  # what was sent without a name before is closed to the account
    db.session.get_one(Member, member_id).recovered_at = clock.now()
    audit.record(None, "member:recovery:completed", subject_id=member_id)
    mail.queue(LetterKind.RECOVERED, member_id)


def sweep() -> None:
    """One round: grant what has waited long enough, forget what is over."""
    due = select(Recovery.id).where(Recovery.state == RecoveryState.WAITING, Recovery.ready_at <= clock.now())
    for number in list(db.session.scalars(due.order_by(Recovery.ready_at))):
        grant(number)
    _forget()


@action
def grant(recovery_id: int) -> None:
    """The waiting is over: send the link for a new passkey, if those who consented may still say so."""
    audit.hold()
    row = db.session.get(Recovery, recovery_id, populate_existing=True)
    if row is None or row.state != RecoveryState.WAITING or row.ready_at is None or row.ready_at > clock.now():
        return
    if not _is_enough(recovery_id):
        row.state, row.ready_at, row.expires_at = RecoveryState.OPENED, None, clock.now() + CASE_LASTS
        audit.record(None, "system:recovery:voided", subject_id=row.member_id)
        return
    row.state, row.expires_at = RecoveryState.GRANTED, clock.now() + timedelta(hours=settings().enrolment_hours)
    db.session.execute(delete(Enrolment).where(Enrolment.member_id == row.member_id))
    hashed = hash_token(enrolment_token(row.id))
    db.session.add(Enrolment(member_id=row.member_id, token_hash=hashed, expires_at=row.expires_at))
    audit.record(None, "system:recovery:granted", subject_id=row.member_id)
    mail.queue(LetterKind.RECOVERY_READY, row.id)


def _is_enough(recovery_id: int) -> bool:
    """Are there enough consents that count now? One whose giver lost their standing is taken out for good."""
    row = db.session.get_one(Recovery, recovery_id)
    asked = whose_word_counts(db.session.get_one(Member, row.member_id, populate_existing=True))
    given = select(RecoveryConsent).where(RecoveryConsent.recovery_id == recovery_id)
    for one in db.session.scalars(given).all():
        if one.member_id not in asked.vouchers | asked.moderators:
            db.session.delete(one)
    db.session.flush()
    return recovering.is_enough(set(db.session.scalars(given.with_only_columns(RecoveryConsent.member_id))), asked)


def _close(member_id: int) -> None:
    """Nothing is under way any more, and a link that was granted opens nothing."""
    granted = Recovery.state == RecoveryState.GRANTED
    if db.session.scalar(select(Recovery.id).where(Recovery.member_id == member_id, granted)):
        db.session.execute(delete(Enrolment).where(Enrolment.member_id == member_id))
    db.session.execute(delete(Recovery).where(Recovery.member_id == member_id, Recovery.state.in_(RUNNING)))
    mail.queue(LetterKind.RECOVERY_STOPPED, member_id)


@action
def _forget() -> None:
    db.session.execute(delete(Recovery).where(Recovery.expires_at <= clock.now()))
