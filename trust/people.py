"""Members of every state, as site moderators see them: the list, one person, and what was decided about them."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased

from community import rosters
from community.db import db
from community.models import EarlierName, Invitation, Member, MemberState, Organization, Suspension, Vouch

PAGE = 50
_sponsor, _by, _lifter = (aliased(Member, name=name) for name in ("sponsor", "by_member", "lifter"))
_PERSON = (
    Member.id,
    Member.name,
    Member.mail,
    Member.state,
    Member.engagement,
    Member.site_moderator,
    Member.analyst,
    Member.joined_on,
    Member.seen_on,
    Member.revouch_until,
    Member.organization_id,
    Organization.short_name.label("organization_name"),
    Organization.verified.label("organization_verified"),
    _sponsor.id.label("sponsor_id"),
    _sponsor.name.label("sponsor_name"),
)
_PEOPLE = (
    select(*_PERSON)
    .join(Organization, Organization.id == Member.organization_id)
    .outerjoin(Invitation, Invitation.member_id == Member.id)
    .outerjoin(_sponsor, _sponsor.id == Invitation.sponsor_id)
)
_BY_NAME = (Member.name == "", Member.name, Member.id)


class People(NamedTuple):
    """A page of members of every state."""

    rows: list[Any]
    number: int
    more: bool
    total: int


def people(find: str, state: MemberState | None, number: int) -> People:
    """Members whose name, mail address or organization has all words of ``find``, by name."""
    wanted = [or_(rosters.named(find), Member.mail.icontains(find.strip(), autoescape=True))]
    if state is not None:
        wanted.append(Member.state == state)
    page = _PEOPLE.where(*wanted).order_by(*_BY_NAME).limit(PAGE + 1).offset((number - 1) * PAGE)
    counted = select(func.count()).select_from(Member).join(Organization, Organization.id == Member.organization_id)
    rows = list(db.session.execute(page).all())
    return People(rows[:PAGE], number, len(rows) > PAGE, db.session.execute(counted.where(*wanted)).scalar_one())


def in_state(state: MemberState, most: int = PAGE) -> list[Any]:
    """At most so many members in one state, who has waited longest first."""
    waiting = _PEOPLE.where(Member.state == state).order_by(Member.revouch_until, Member.joined_on, *_BY_NAME)
    return list(db.session.execute(waiting.limit(most)).all())


def one(member_id: int) -> Any:
    """One of them."""
    return db.session.execute(_PEOPLE.where(Member.id == member_id)).one()


def brought(member_id: int) -> int:
    """How many people came in by an invitation of this member."""
    mine = select(func.count()).where(Invitation.sponsor_id == member_id, Invitation.member_id.is_not(None))
    return db.session.scalar(mine) or 0


def earlier_names(member_id: int) -> list[Any]:
    """How a member was called before, the latest first: ``name until``. At most a page of them."""
    mine = select(EarlierName.name, EarlierName.until).where(EarlierName.member_id == member_id)
    return list(db.session.execute(mine.order_by(EarlierName.until.desc(), EarlierName.id).limit(PAGE)).all())


_VOUCHES = (
    select(
        Vouch.person_id,
        Vouch.voucher_id,
        Vouch.words,
        Vouch.sponsor,
        Vouch.as_moderator,
        Vouch.given_on,
        Vouch.void_at,
        Member.name,
        Organization.short_name.label("organization_name"),
    )
    .join(Organization, Organization.id == Vouch.organization_id)
    .order_by(Vouch.sponsor.desc(), Vouch.given_on, Vouch.id)
)
_RECEIVED = _VOUCHES.join(Member, Member.id == Vouch.voucher_id).where(
    Vouch.person_id.in_(bindparam("people", expanding=True))
)
_GIVEN = _VOUCHES.join(Member, Member.id == Vouch.person_id).where(Vouch.voucher_id == bindparam("member_id"))


def vouches_for(people: list[int]) -> dict[int, list[Any]]:
    """Who vouched for each of these, the sponsor first, also when it does not count."""
    found: dict[int, list[Any]] = {person: [] for person in people}
    for row in db.session.execute(_RECEIVED, {"people": people}):
        found[row.person_id].append(row)
    return found


def vouches_of(member_id: int) -> list[Any]:
    """For whom this member vouched."""
    return list(db.session.execute(_GIVEN, {"member_id": member_id}).all())


_SUSPENSIONS = (
    select(
        Suspension.id,
        Suspension.reason,
        Suspension.misuse,
        Suspension.was,
        Suspension.began_at,
        Suspension.lifted_at,
        Suspension.lift_reason,
        Suspension.member_id,
        _by.name.label("by_name"),
        _lifter.name.label("lifter_name"),
    )
    .join(_by, _by.id == Suspension.by_id)
    .outerjoin(_lifter, _lifter.id == Suspension.lifted_by_id)
    .where(Suspension.member_id.in_(bindparam("people", expanding=True)))
    .order_by(Suspension.began_at.desc(), Suspension.id)
)


def suspensions(people: list[int]) -> dict[int, list[Any]]:
    """When and why each of these was suspended, and let in again; the latest first."""
    found: dict[int, list[Any]] = {person: [] for person in people}
    for row in db.session.execute(_SUSPENSIONS, {"people": people}):
        found[row.member_id].append(row)
    return found
