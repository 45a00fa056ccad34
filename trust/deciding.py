"""What site moderators decide about a member, and who of them may: one list that pages draw and that acts ask."""

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import bindparam, select

from community.access import NotFound
from community.db import db
from community.models import SIGNING_IN, Member, MemberState
from community.offers import OVERTAKEN
from community.policy import Permission, Refused, can, ensure, is_trusted, keeps_trust
from community.viewer import Viewer


class Act(NamedTuple):
    """An act by its ``name``, which is also the last part of its address. ``stands``: does the row allow it?"""

    name: str
    words: LazyString
    stands: Callable[[Member], bool]


def _could_moderate(member: Member) -> bool:
    return member.state == MemberState.ACTIVE and is_trusted(member) and not member.site_moderator


def _can_be_dismissed(member: Member) -> bool:
    return member.site_moderator and member.state in (*SIGNING_IN, MemberState.SUSPENDED)


ACTS = (
    Act("suspend", _l("Suspend"), lambda member: member.state in SIGNING_IN),
    Act("reinstate", _l("Reinstate"), lambda member: member.state == MemberState.SUSPENDED),
    Act("appoint", _l("Make them a site moderator"), _could_moderate),
    Act("dismiss", _l("Dismiss as a site moderator"), _can_be_dismissed),
)


def acts(viewer: Viewer, member: Member) -> list[Act]:
    """What the viewer may do about this member now."""
    return [act for act in ACTS if act.stands(member)] if can(viewer, Permission.MEMBER_DECIDE, member) else []


def ensure_stands(viewer: Viewer, name: str, member: Member) -> None:
    """Let the act ``name`` pass.

    Raises NotAllowed when it is not the viewer's, Refused when the member is not (any more) where it makes sense.
    """
    ensure(viewer, Permission.MEMBER_DECIDE, member)
    if not next(act for act in ACTS if act.name == name).stands(member):
        raise Refused(OVERTAKEN)


def ensure_keeper(viewer: Viewer) -> None:
    """Raise NotFound unless the viewer is a site moderator: to everybody else these pages do not exist."""
    if not can(viewer, Permission.COMMUNITY_TRUST):
        raise NotFound


def access_person(viewer: Viewer, member_id: int) -> Member:
    """Any member, whatever their state, for a site moderator. Raises NotFound."""
    ensure_keeper(viewer)
    member = db.session.get(Member, member_id, populate_existing=True)
    if member is None:
        raise NotFound
    return member


_KEEPERS = select(Member.id).where(keeps_trust(Member)).order_by(Member.id)
_DECIDING = _KEEPERS.where(Member.id != bindparam("member_id"), Member.organization_id != bindparam("organization_id"))

_OFFICE = select(Member.id).where(Member.site_moderator, Member.state.in_(SIGNING_IN)).order_by(Member.id)


def keepers() -> list[int]:
    """The site moderators who can act now."""
    return list(db.session.scalars(_KEEPERS))


def deciders(member: Member) -> list[int]:
    """The site moderators who may decide about ``member``: neither themselves nor of the same organization."""
    given = {"member_id": member.id, "organization_id": member.organization_id}
    return list(db.session.scalars(_DECIDING, given))


def is_alone_in_office(viewer: Viewer) -> bool:
    """Is there no other site moderator, whatever they can do at present?

    Not who can act now: one of them could see to it, alone, that for a while the others cannot.
    """
    return list(db.session.scalars(_OFFICE)) == [viewer.member_id]


def has_second(viewer: Viewer, member: Member) -> bool:
    """Is there another site moderator, now able to act or not, who may decide about this member beside the viewer?"""
    apart = _OFFICE.where(Member.id.not_in([viewer.member_id, member.id]))
    return db.session.scalar(apart.where(Member.organization_id != member.organization_id)) is not None


def is_last_keeper(viewer: Viewer) -> bool:
    """Would the community be without a site moderator who can act, were it not for the viewer?"""
    return viewer.site_moderator and set(keepers()) <= {viewer.member_id}
