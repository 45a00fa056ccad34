"""Who vouches for whom, as each of them may know it."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, BindParameter, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from community.access import NotFound
from community.db import db, read
from community.models import LISTED, WAITING, Invitation, Member, MemberState, Organization, Vouch, VouchRequest
from community.policy import Permission, can
from community.settings import settings
from community.viewer import Viewer
from trust import standing

_Sponsor = aliased(Member, name="sponsor")
# Aliases of their own: the statements around them join the same tables.
_Request, _Word, _Link = aliased(VouchRequest), aliased(Vouch), aliased(Invitation)
_viewer: BindParameter[int] = bindparam("viewer_id", type_=BigInteger)
_asked = exists().where(_Request.person_id == Member.id, _Request.asked_id == _viewer).correlate(Member)
_gave = exists().where(_Word.person_id == Member.id, _Word.voucher_id == _viewer, _Word.void_at.is_(None))
_brought = exists().where(_Link.member_id == Member.id, _Link.sponsor_id == _viewer).correlate(Member)
_Brings = aliased(Member, name="brings")
_sponsor_answers = (
    exists()
    .where(_Link.member_id == Member.id, _Link.settled.is_(False), _Link.sponsor_id == _Brings.id)
    .where(_Brings.state.in_(LISTED))
    .correlate(Member)
)
_PERSON = (
    Member.id,
    Member.name,
    Member.profile,
    Member.state,
    Member.joined_on,
    Member.revouch_until,
    Organization.id.label("organization_id"),
    Organization.name.label("organization_name"),
    Organization.verified,
    _Sponsor.id.label("sponsor_id"),
    _Sponsor.name.label("sponsor_name"),
    Invitation.knows,
    _asked.label("asked"),
    _gave.label("has_vouched"),
    _brought.label("is_sponsor"),
    _sponsor_answers.label("sponsor_answers"),
)


def _people() -> Any:
    return (
        select(*_PERSON)
        .select_from(Member)
        .join(Organization, Organization.id == Member.organization_id)
        .outerjoin(Invitation, Invitation.member_id == Member.id)
        .outerjoin(_Sponsor, _Sponsor.id == Invitation.sponsor_id)
    )


# A pending person is known to who brought them, was asked or has vouched, and to site moderators; the listed to all.
_known = or_(
    Member.state.in_(LISTED),
    and_(Member.state == MemberState.PENDING, or_(_asked, _brought, _gave, bindparam("moderates"))),
)
_CARD = _people().where(Member.id == bindparam("person_id"), _known)
_ASKED_OF = _people().where(_asked, Member.state.in_(WAITING)).order_by(Member.name, Member.id)
_BROUGHT = (
    _people()
    .where(_brought, Member.state.in_((MemberState.PENDING, *LISTED)))
    .order_by(Member.joined_on.desc(), Member.id)
)
_ANSWERS = (
    select(Member.id, Member.name, Organization.short_name.label("organization_name"))
    .select_from(VouchRequest)
    .join(Member, Member.id == VouchRequest.asked_id)
    .join(Organization, Organization.id == Member.organization_id)
    .where(VouchRequest.person_id == bindparam("person_id"))
    .order_by(Member.name, Member.id)
)

_PLACE = select(Member.organization_id, _sponsor_answers).where(Member.id == bindparam("person_id"))


class Card(NamedTuple):
    """A person as somebody who may vouch for them meets them.

    ``knows`` is how the sponsor said they know each other: shown to whom the sponsor asked, and to site moderators.
    ``sponsor_answers``: the sponsor, who is here, has never said whether this is the person they invited.
    """

    id: int
    name: str
    profile: str
    state: MemberState
    joined_on: date
    revouch_until: Any
    organization_id: int
    organization_name: str
    verified: bool
    sponsor_id: int | None
    sponsor_name: str | None
    knows: str | None
    asked: bool
    has_vouched: bool
    is_sponsor: bool
    sponsor_answers: bool
    may_vouch: bool
    may_ask: bool
    may_disown: bool


def card(viewer: Viewer, person_id: int) -> Card:
    """The person, when the viewer may know them. Raises NotFound."""
    moderates = can(viewer, Permission.COMMUNITY_TRUST)
    given = viewer.binds | {"person_id": person_id, "moderates": moderates}
    row = read(_CARD, given).one_or_none() if viewer.sees else None
    if row is None:
        raise NotFound
    return _card(viewer, moderates, row)


def _card(viewer: Viewer, moderates: bool, row: Any) -> Card:
    other = row.id != viewer.member_id
    active = viewer.state == MemberState.ACTIVE
    asks = row.is_sponsor or moderates or not other
    may_vouch = other and active and not row.has_vouched
    may_ask = asks and row.state in WAITING and viewer.sees
    may_disown = active and row.is_sponsor and row.state == MemberState.PENDING and row.sponsor_answers
    card = Card._make((*row, may_vouch, may_ask, may_disown))
    return card if other else card._replace(knows=None)  # it is for those who are asked about the person


def asked_of(viewer: Viewer) -> list[Card]:
    """The people for whom the viewer is asked to vouch, by name."""
    moderates = can(viewer, Permission.COMMUNITY_TRUST)
    return [_card(viewer, moderates, row) for row in db.session.execute(_ASKED_OF, viewer.binds)] if viewer.sees else []


def brought_by(viewer: Viewer) -> list[Card]:
    """The people whom the viewer brought and who are still here, newest first."""
    moderates = can(viewer, Permission.COMMUNITY_TRUST)
    return [_card(viewer, moderates, row) for row in db.session.execute(_BROUGHT, viewer.binds)]


def unanswered(person_id: int) -> list[Any]:
    """Who was asked to vouch for a person and has not answered: ``id name organization_name``. After ``card``."""
    return list(read(_ANSWERS, {"person_id": person_id}).all())


class Progress(NamedTuple):
    """How far a person is: vouches that stand, whether the sponsor still has to answer, and whether it is enough."""

    given: int
    sponsor_answers: bool
    enough: bool
    needed: int


def progress(person_id: int) -> Progress:
    """How far a person is on the way to taking part."""
    organization_id, waits = tuple(read(_PLACE, {"person_id": person_id}).one())
    words = standing.words_for(person_id, organization_id)
    return Progress(len(words), waits, not waits and standing.is_enough(organization_id, words), settings().vouches)
