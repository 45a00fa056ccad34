"""What every member may know of another's vouches: how many members, of how many organizations."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from community.db import is_one_of, read
from community.models import WAITING, Member, Vouch, VouchRequest
from community.viewer import Viewer

_NUMBERS = select(
    func.count().label("members"), func.count(Vouch.organization_id.distinct()).label("organizations")
).where(Vouch.person_id == bindparam("person_id"), Vouch.void_at.is_(None))
_ASKED = (
    select(func.count())
    .select_from(VouchRequest)
    .join(Member, Member.id == VouchRequest.person_id)
    .where(VouchRequest.asked_id == bindparam("viewer_id"), is_one_of(Member.state, WAITING))
)


class Numbers(NamedTuple):
    """By how many members, of how many organizations, somebody is vouched for."""

    members: int
    organizations: int


def numbers(member_id: int) -> Numbers:
    """The vouches that stand for a member whom a door gave the viewer."""
    return Numbers(*tuple(read(_NUMBERS, {"person_id": member_id}).one()))


def asked(viewer: Viewer) -> int:
    """How many people wait for the viewer's word."""
    return int(read(_ASKED, {"viewer_id": viewer.member_id}).scalar_one())
