"""A member changes employer: they begin anew there, and are vouched for again."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from community import audit, events
from community.access import NotFound, access_organization
from community.db import action
from community.models import MemberState, OrganizationKind
from community.policy import NotAllowed, Refused, ensure_proved
from community.viewer import Viewer
from trust.actions.proposals import ensure_not_last, step_down
from trust.actions.standing import hold, move, person
from trust.actions.uprooting import GONE, found, uproot

CHANGING = (MemberState.ACTIVE, MemberState.REVOUCHING, MemberState.PENDING)
_THERE = _l("You belong to this organization already. Nothing was changed.")


@dataclass(frozen=True)
class Employer:
    """An organization that is listed, or the name of one that is not (``organization_id`` 0)."""

    organization_id: int
    name: str = ""


@action
def change_employer(viewer: Viewer, employer: Employer) -> None:
    """The viewer works somewhere else from now on.

    Raises NotAllowed for whom it is not the time to say so, Unproved, or Refused when the organization is not there for
    them or is theirs already, and when nobody else could act as a site moderator.
    """
    viewer = hold(viewer)
    member = person(viewer.member_id)
    if member is None or viewer.state not in CHANGING:
        raise NotAllowed
    ensure_proved(viewer)
    ensure_not_last(viewer)
    if member.site_moderator:  # those who appointed them weighed where they work
        step_down(member)
    before, after = member.organization_id, _organization(viewer, employer)
    uproot(viewer, member, after)
    audit.record(viewer, "member:organization:changed", subject_id=member.id, before=before, after=after)
    if member.state == MemberState.ACTIVE:
        move(member, MemberState.REVOUCHING)
    else:  # the days that are left to somebody who is vouched for again do not begin anew
        events.record(events.AccessChanged(member.id))


def _organization(viewer: Viewer, employer: Employer) -> int:
    if not employer.organization_id:
        return found(employer.name, OrganizationKind.OPERATOR)
    if employer.organization_id == viewer.organization_id:
        raise Refused(_THERE)
    try:
        return int(access_organization(viewer, employer.organization_id).id)
    except NotFound:
        raise Refused(GONE) from None
