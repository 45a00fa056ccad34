"""Members say that they know a person: ask, vouch, decline, take back. Every word is weighed at once."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community import audit, clock, events
from community.access import NotFound, access_member
from community.db import action, db
from community.models import (
    Member,
    MemberState,
    NotificationKind,
    Vouch,
    VouchRequest,
)
from community.policy import NotAllowed, Permission, Refused, can, ensure, ensure_proved
from community.viewer import Viewer
from trust import vouching
from trust.actions import standing
from trust.actions.standing import hold

MOST_ASKED = 10
DONE = _l("You have vouched for this person already.")
ASKED = _l("This person was asked already and has not answered yet.")
VOUCHES = _l("This person vouches already.")
ENOUGH_ASKED = _l("Ten people were asked and have not answered yet. Wait for their answers first.")
CANNOT = _l("This person cannot vouch at present.")
NOT_ASKED = _l("You are not asked (any more).")


@action
def ask(viewer: Viewer, person_id: int, asked_id: int) -> None:
    """Ask a member to vouch: by the sponsor, a site moderator, or the person themself while they can read.

    Raises NotFound when the viewer does not see one of them, NotAllowed, or Refused when it makes no sense (any more).
    """
    viewer = hold(viewer)
    card = vouching.card(viewer, person_id)
    if not card.may_ask:
        raise NotAllowed
    access_member(viewer, asked_id)
    _ensure_worth_asking(person_id, asked_id)
    db.session.add(VouchRequest(person_id=person_id, asked_id=asked_id, asker_id=viewer.member_id))
    audit.record(viewer, "member:vouch:asked", subject_id=person_id, asked=asked_id)
    events.record(events.MemberTold(asked_id, NotificationKind.VOUCH_ASKED, person_id))


def _ensure_worth_asking(person_id: int, asked_id: int) -> None:
    asked = db.session.get_one(Member, asked_id, populate_existing=True)
    if asked_id == person_id or asked.state not in (MemberState.ACTIVE, MemberState.DORMANT):
        # Dormant members look like all others: they are asked, and answer when they are back.
        raise Refused(CANNOT)
    if db.session.get(VouchRequest, (person_id, asked_id)):
        raise Refused(ASKED)
    if _given(person_id, asked_id):
        raise Refused(VOUCHES)
    waiting = select(func.count()).select_from(VouchRequest).where(VouchRequest.person_id == person_id)
    if (db.session.scalar(waiting) or 0) >= MOST_ASKED:
        raise Refused(ENOUGH_ASKED)


@action
def vouch(viewer: Viewer, person_id: int, words: str) -> None:
    """The viewer knows this person: ``words`` say how. The first vouch of who invited them is the sponsor's.

    Raises NotFound when the viewer does not see the person, NotAllowed, Unproved, or Refused when they have already.
    """
    viewer = hold(viewer)
    card = vouching.card(viewer, person_id)
    ensure(viewer, Permission.COMMUNITY_VOUCH)
    if not card.may_vouch and not card.has_vouched:
        raise NotAllowed
    ensure_proved(viewer)
    if card.has_vouched:
        raise Refused(DONE)
    row = Vouch(person_id=person_id, voucher_id=viewer.member_id, organization_id=viewer.organization_id, words=words)
    row.sponsor, row.given_on = card.is_sponsor, clock.now().date()
    row.as_moderator, row.noted = can(viewer, Permission.COMMUNITY_TRUST), standing.is_noted(viewer.member_id)
    db.session.add(row)
    forget_request(person_id, viewer.member_id)
    if card.is_sponsor:
        standing.settle(person_id)
    audit.record(viewer, "member:vouch:given", subject_id=person_id)
    events.record(events.MemberTold(person_id, NotificationKind.VOUCHED, viewer.member_id))
    _weigh(person_id)


@action
def decline(viewer: Viewer, person_id: int) -> None:
    """The viewer does not vouch. Nobody is told; the sponsor sees that one less is waiting.

    The sponsor cannot leave it open like this: they say whether it is the person. Raises NotFound, Refused.
    """
    viewer = hold(viewer)
    card = vouching.card(viewer, person_id)
    if card.may_disown or not forget_request(person_id, viewer.member_id):
        raise Refused(NOT_ASKED)
    audit.record(viewer, "member:vouch:declined", subject_id=person_id)


@action
def disown(viewer: Viewer, person_id: int) -> None:
    """The sponsor says that this is not the person whom they invited: the account ends; site moderators see it.

    Raises NotFound, NotAllowed when the viewer did not invite them or has vouched, Unproved.
    """
    viewer = hold(viewer)
    card = vouching.card(viewer, person_id)
    ensure(viewer, Permission.COMMUNITY_VOUCH)
    if not card.may_disown:
        raise NotAllowed
    ensure_proved(viewer)
    member = db.session.get_one(Member, person_id, populate_existing=True)
    audit.record(viewer, "member:member:disowned", subject_id=person_id)
    standing.move(member, MemberState.LEFT)
    member.mail = None


@action
def take_back(viewer: Viewer, person_id: int) -> None:
    """The viewer's word does not stand any more. Raises NotFound when they have given none."""
    viewer = hold(viewer)
    row = _given(person_id, viewer.member_id)
    if row is None:
        raise NotFound
    db.session.delete(row)
    db.session.flush()
    audit.record(viewer, "member:vouch:taken_back", subject_id=person_id)
    _weigh(person_id)


def forget_request(person_id: int, asked_id: int) -> bool:
    """Nobody waits for this answer any more. Answers False when nobody did."""
    row = db.session.get(VouchRequest, (person_id, asked_id))
    if row is not None:
        db.session.delete(row)
    return row is not None


def _given(person_id: int, voucher_id: int) -> Vouch | None:
    return db.session.scalar(select(Vouch).where(Vouch.person_id == person_id, Vouch.voucher_id == voucher_id))


def _weigh(person_id: int) -> None:
    db.session.flush()
    standing.weigh(db.session.get_one(Member, person_id, populate_existing=True))
