"""Site moderators are appointed, dismissed and suspended by two of them (domain, section 5 point 8).

One proposes, a second one confirms or refuses. Only who is the only site moderator there is appoints alone: there could
otherwise never be a second. Nobody is dismissed or suspended as a site moderator by one, however many there are.
"""

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from community import audit, clock, events, policy
from community.db import action, db
from community.models import Member, MemberState, NotificationKind, Proposal, ProposalKind
from community.policy import NotAllowed, Permission, Refused
from community.viewer import Viewer
from trust import deciding, proposing
from trust.actions import stopping
from trust.actions.standing import act_as, hold

LASTS = timedelta(days=7)
WAITS = _l("The same is proposed already. It waits for the decision of another site moderator.")
LAST = _l("You are the last site moderator who can act. Appoint another one first.")
NO_SECOND = _l(
    "It takes a second site moderator, not of this person's organization, and there is none. Appoint one first."
)
OWN = _l("You proposed this yourself. Another site moderator decides.")


@action
def propose(viewer: Viewer, member_id: int, kind: ProposalKind, reason: str) -> bool:
    """Propose to appoint or to dismiss a member. Returns whether it is done, because there is nobody else.

    Raises NotFound, NotAllowed, Unproved, and Refused when it makes no sense or is proposed already.
    """
    viewer = act_as(viewer, Permission.COMMUNITY_TRUST)
    member = deciding.access_person(viewer, member_id)
    deciding.ensure_stands(viewer, kind, member)
    policy.ensure_proved(viewer)
    return _put(viewer, Proposal(member_id=member.id, kind=kind, reason=reason), member)


def propose_suspension(viewer: Viewer, member: Member, reason: str, misuse: bool) -> bool:
    """Propose, within the running action, which has asked who may, to suspend a site moderator."""
    return _put(viewer, Proposal(member_id=member.id, kind=ProposalKind.SUSPEND, reason=reason, misuse=misuse), member)


def _put(viewer: Viewer, proposal: Proposal, member: Member) -> bool:
    if proposing.find(member.id, proposal.kind):
        raise Refused(WAITS)
    # One that has lapsed gives way.
    same = (Proposal.member_id == member.id, Proposal.kind == proposal.kind)
    db.session.execute(delete(Proposal).where(*same))
    proposal.id, proposal.by_id, proposal.expires_at = clock.random_id(), viewer.member_id, clock.now() + LASTS
    if proposal.kind == ProposalKind.APPOINT and deciding.is_alone_in_office(viewer):
        _do(viewer, proposal, member)
        return True
    if not deciding.has_second(viewer, member):
        raise Refused(NO_SECOND)
    others = [one for one in deciding.deciders(member) if one != viewer.member_id]
    db.session.add(proposal)
    audit.record(viewer, "moderator:proposal:made", **_about(proposal))
    for other in others:
        events.record(events.MemberTold(other, NotificationKind.PROPOSED, member.id))
    return False


@action
def confirm(viewer: Viewer, proposal_id: int) -> None:
    """Do what another site moderator proposed.

    Raises NotFound, NotAllowed, Unproved, and Refused when it was handled, has lapsed, or makes no sense any more.
    """
    viewer, proposal, member = _taken_up(viewer, proposal_id)
    policy.ensure_proved(viewer)
    deciding.ensure_stands(viewer, proposal.kind, member)
    db.session.delete(proposal)
    db.session.flush()
    _do(viewer, proposal, member)


@action
def refuse(viewer: Viewer, proposal_id: int) -> None:
    """Decide against what another site moderator proposed. Raises like ``confirm``."""
    viewer, proposal, _member = _taken_up(viewer, proposal_id)
    policy.ensure_proved(viewer)
    db.session.delete(proposal)
    audit.record(viewer, proposing.REFUSED, **_about(proposal))


@action
def take_back(viewer: Viewer, proposal_id: int) -> None:
    """The one who proposed thinks better of it. Raises NotFound, NotAllowed, and Refused when it was handled."""
    viewer, proposal, _member = _taken(viewer, proposal_id)
    if proposal.by_id != viewer.member_id:
        raise NotAllowed
    db.session.delete(proposal)
    audit.record(viewer, proposing.TAKEN_BACK, **_about(proposal))


@action
def resign(viewer: Viewer) -> None:
    """The viewer is a site moderator no more. Raises NotAllowed, Unproved, and Refused for the last one."""
    viewer = act_as(viewer, Permission.COMMUNITY_TRUST)
    policy.ensure_proved(viewer)
    ensure_not_last(viewer)
    member = deciding.access_person(viewer, viewer.member_id)
    audit.record(viewer, "moderator:member:resigned", subject_id=member.id)
    step_down(member)


def ensure_not_last(viewer: Viewer) -> None:
    """Raise Refused when nobody would be left who can act as a site moderator."""
    if deciding.is_last_keeper(viewer):
        raise Refused(LAST)


@action
def sweep() -> None:
    """Forget what nobody decided in time."""
    db.session.execute(delete(Proposal).where(Proposal.expires_at <= clock.now()))


def _taken(viewer: Viewer, proposal_id: int) -> tuple[Viewer, Proposal, Member]:
    viewer = hold(viewer)
    deciding.ensure_keeper(viewer)
    proposal = db.session.get(Proposal, proposal_id, populate_existing=True)
    if proposal is None:
        raise proposing.gone(proposal_id)
    return viewer, proposal, deciding.access_person(viewer, proposal.member_id)


def _taken_up(viewer: Viewer, proposal_id: int) -> tuple[Viewer, Proposal, Member]:
    viewer, proposal, member = _taken(viewer, proposal_id)
    policy.ensure(viewer, Permission.MEMBER_DECIDE, member)
    if proposal.by_id == viewer.member_id:
        raise Refused(OWN)
    proposing.ensure_holds(proposal, member)
    return viewer, proposal, member


def _do(viewer: Viewer, proposal: Proposal, member: Member) -> None:
    audit.record(viewer, proposing.CONFIRMED, **_about(proposal))
    if proposal.kind == ProposalKind.APPOINT:
        member.site_moderator, member.appointed_at = True, clock.now()
        audit.record(viewer, "moderator:member:appointed", subject_id=member.id)
        _tell_all(member, NotificationKind.APPOINTED)
    elif proposal.kind == ProposalKind.DISMISS:
        audit.record(viewer, "moderator:member:dismissed", subject_id=member.id)
        step_down(member)
    else:
        stopping.stop(viewer, member, proposal.reason, proposal.misuse)


def step_down(member: Member) -> None:
    """Within the running action: a site moderator is one no more, and everybody is told."""
    member.site_moderator, member.appointed_at = False, None
    _tell_all(member, NotificationKind.DISMISSED)


def _tell_all(member: Member, kind: NotificationKind) -> None:
    events.record(events.ModeratorChanged(member.id, kind))
    if member.state != MemberState.SUSPENDED:
        events.record(events.AccessChanged(member.id))


def _about(proposal: Proposal) -> dict[str, Any]:
    return {"subject_id": proposal.member_id, "proposal": proposal.id, "kind": proposal.kind, "by": proposal.by_id}
