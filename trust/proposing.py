"""What site moderators have proposed to each other, and what became of it."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from community import clock
from community.access import NotFound
from community.db import UTCDateTime, db
from community.models import AuditEntry, Member, Organization, Proposal, ProposalKind
from community.policy import Permission, Refused, can
from community.viewer import Viewer, viewer_of_member

CONFIRMED, REFUSED, TAKEN_BACK = (
    "moderator:proposal:confirmed",
    "moderator:proposal:refused",
    "moderator:proposal:taken_back",
)
LAPSED = _l(
    "This proposal has lapsed: its time is over, or who made it may not decide any more. You can propose it anew."
)
_SAID: dict[str, Callable[[str], LazyString]] = {
    CONFIRMED: lambda name: _l("Handled already by %(name)s: confirmed.", name=name),
    REFUSED: lambda name: _l("Handled already by %(name)s: refused.", name=name),
    TAKEN_BACK: lambda name: _l("Handled already by %(name)s: taken back.", name=name),
}
MOST_LOOKED_AT = 500
_by = aliased(Member, name="proposer")
_OPEN = (
    select(
        Proposal.id,
        Proposal.kind,
        Proposal.reason,
        Proposal.misuse,
        Proposal.proposed_at,
        Proposal.expires_at,
        Proposal.by_id,
        _by.name.label("by_name"),
        Member.id.label("member_id"),
        Member.name,
        Member.organization_id,
        Organization.short_name.label("organization_name"),
    )
    .join(Member, Member.id == Proposal.member_id)
    .join(Organization, Organization.id == Member.organization_id)
    .join(_by, _by.id == Proposal.by_id)
    .where(Proposal.expires_at > bindparam("now", type_=UTCDateTime))
    .order_by(Proposal.expires_at, Proposal.id)
)
_HANDLED = (
    select(AuditEntry.tag, AuditEntry.facts, Member.name)
    .join(Member, Member.id == AuditEntry.actor_id)
    .where(AuditEntry.tag.in_(_SAID))
    .order_by(AuditEntry.number.desc())
    .limit(MOST_LOOKED_AT)
)


def open_proposals() -> list[Any]:
    """What waits for a second site moderator, soonest to lapse first."""
    rows = db.session.execute(_OPEN, {"now": clock.now()}).all()
    return [row for row in rows if _may_still(row.by_id, row.member_id)]


def proposal(proposal_id: int) -> Any:
    """One of them, or None."""
    return next((row for row in open_proposals() if row.id == proposal_id), None)


def find(member_id: int, kind: ProposalKind) -> Any:
    """The one of this kind about this member, or None."""
    return next((row for row in open_proposals() if (row.member_id, row.kind) == (member_id, kind)), None)


def ensure_holds(proposal: Proposal, member: Member) -> None:
    """Raise Refused when its time is over, or when who made it could not make it any more."""
    if proposal.expires_at <= clock.now() or not _may_still(proposal.by_id, member.id):
        raise Refused(LAPSED)


def _may_still(by_id: int, member_id: int) -> bool:
    return can(viewer_of_member(by_id), Permission.MEMBER_DECIDE, db.session.get(Member, member_id))


def may_answer(viewer: Viewer, row: Any) -> bool:
    """May the viewer be the second one? Of themselves or their own organization's member they may not decide."""
    person = db.session.get(Member, row.member_id)
    return row.by_id != viewer.member_id and can(viewer, Permission.MEMBER_DECIDE, person)


def gone(proposal_id: int) -> Refused | NotFound:
    """Why there is no such proposal any more: who decided it; or there never was one of this number."""
    for row in db.session.execute(_HANDLED):
        if row.facts.get("proposal") == proposal_id:
            return Refused(_SAID[row.tag](row.name))
    return NotFound()
