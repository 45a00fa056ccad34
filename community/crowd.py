"""Who could have written this? Before an anonymous post its author sees how large the crowd is that they hide in."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select

from community import reach
from community.bounds import Place
from community.db import read
from community.models import Member, Membership, MemberState, OrganizationSector, Role
from community.settings import settings
from community.shown import ids_in
from community.tlp import Tlp
from community.viewer import Viewer
from community.writing import Unfit

# Who rests counts: who looks from outside cannot tell them from the others (domain.md section 6).
_WRITERS = (
    select(Member.id, Member.organization_id)
    .join(Membership, Membership.member_id == Member.id)
    .where(Membership.group_id == bindparam("group_id"), Membership.role.in_((Role.CONTRIBUTOR, Role.MODERATOR)))
    .where(Member.state.in_((MemberState.ACTIVE, MemberState.DORMANT)))
)
_IN_SECTOR = select(OrganizationSector.organization_id).where(OrganizationSector.sector_code == bindparam("sector"))
_STEPS = ((100, 50), (20, 10), (5, 5), (0, 1))
TOO_FEW = _l(
    "Too few people could have written this for your name to stay hidden among them. "
    "Choose a wider label, show no sector, or write in a larger group."
)


class Crowd(NamedTuple):
    """How many people, of how many organizations, could be the author."""

    people: int
    organizations: int

    @property
    def rounded(self) -> "Crowd":
        """Rounded down, as it is shown: the last digits of a count would tell who came and went."""
        return Crowd(_down(self.people), _down(self.organizations))


def _down(number: int) -> int:
    step = next(step for least, step in _STEPS if number >= least)
    return number // step * step


def crowd(viewer: Viewer, place: Place, label: Tlp, sector: str) -> Crowd:
    """Who could have sent this there: they may write in the group and read the post under its label.

    With ``sector``, a code or empty, only those whose organization is in it.
    """
    readers = ids_in(reach.readers(viewer, place, label))
    writers = read(_WRITERS, {"group_id": place.group.id}).all()
    houses = frozenset(read(_IN_SECTOR, {"sector": sector}).scalars()) if sector else None
    could = [row for row in writers if row.id in readers and (houses is None or row.organization_id in houses)]
    return Crowd(len(could), len({row.organization_id for row in could}))


def ensure_hidden(viewer: Viewer, place: Place, label: Tlp, sector: str) -> Crowd:
    """The crowd, when it is large enough; raises Unfit, which only the author ever sees."""
    found = crowd(viewer, place, label, sector)
    if found.people < settings().anonymous_people or found.organizations < settings().anonymous_organizations:
        raise Unfit("without_name", TOO_FEW)
    return found
