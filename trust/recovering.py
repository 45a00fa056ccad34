"""The recovery of an account whose passkeys are all lost, as each person may know it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Date, and_, bindparam, exists, or_, select

from community import clock
from community.access import NotFound
from community.db import db, read
from community.models import (
    SIGNING_IN,
    Member,
    MemberState,
    Organization,
    Recovery,
    RecoveryConsent,
    RecoveryState,
    Vouch,
)
from community.policy import Permission, can
from community.viewer import Viewer, hash_token
from trust.deciding import deciders

RUNNING = (RecoveryState.OPENED, RecoveryState.WAITING, RecoveryState.GRANTED)
SETTLES = timedelta(days=30)  # who vouched later may have done it for this
_settled = (Vouch.void_at.is_(None), Vouch.given_on <= bindparam("long_ago", type_=Date))
_own_word = exists().where(Vouch.person_id == Member.id, Vouch.voucher_id == bindparam("viewer_id"), *_settled)
# Asked in the statement itself: what somebody may not see must not cost them a statement more.
_concerned = or_(
    Member.id == bindparam("viewer_id"),
    and_(bindparam("vouches", type_=Boolean), _own_word),
    and_(bindparam("moderates", type_=Boolean), Member.organization_id != bindparam("own")),
)
_CASES = (
    select(
        Recovery.id.label("recovery_id"),
        Recovery.state.label("step"),
        Recovery.asked_at,
        Recovery.ready_at,
        Member.id,
        Member.name,
        Member.organization_id,
        Organization.name.label("organization_name"),
    )
    .join(Member, Member.id == Recovery.member_id)
    .join(Organization, Organization.id == Member.organization_id)
    .where(Recovery.state.in_(RUNNING), Recovery.expires_at > bindparam("now"), Member.state.in_(SIGNING_IN))
    .where(_concerned)
    .order_by(Recovery.asked_at, Recovery.id)
)
_CASE = _CASES.where(Member.id == bindparam("person_id"))
_VOUCHERS = (
    select(Vouch.voucher_id)
    .join(Member, Member.id == Vouch.voucher_id)
    .where(Vouch.person_id == bindparam("person_id"), Member.state == MemberState.ACTIVE, *_settled)
)
_GIVEN = (
    select(RecoveryConsent.member_id, RecoveryConsent.words, RecoveryConsent.given_at, Member.name)
    .join(Member, Member.id == RecoveryConsent.member_id)
    .where(RecoveryConsent.recovery_id == bindparam("recovery_id"))
    .order_by(RecoveryConsent.given_at, RecoveryConsent.member_id)
)


class Asked(NamedTuple):
    """Whose word counts for a person: members who vouched at least 30 days ago, and site moderators who may decide.

    Anybody can vouch for anybody. Who could begin to count while a recovery is open could decide it, or stop it.
    """

    vouchers: frozenset[int]
    moderators: frozenset[int]


class Case(NamedTuple):
    """A recovery that is under way, and what the viewer has to do with it.

    ``given``: who has made sure that it is this person, with their words; only for the site moderators who decide.
    """

    recovery_id: int
    step: RecoveryState
    asked_at: datetime
    ready_at: datetime | None
    id: int
    name: str
    organization_id: int
    organization_name: str
    is_mine: bool
    decides: bool
    has_consented: bool
    given: list[Any]


def whose_word_counts(person: Any) -> Asked:
    """Who is asked about ``person``, a row with ``id`` and ``organization_id``."""
    vouchers = frozenset(read(_VOUCHERS, {"person_id": person.id, "long_ago": _long_ago()}).scalars()) - {person.id}
    return Asked(vouchers, frozenset(deciders(person)))


def _long_ago() -> date:
    return (clock.now() - SETTLES).date()


def is_enough(given: Collection[int], asked: Asked) -> bool:
    """Do these consents suffice: one site moderator and two others who vouched, or two site moderators where fewer did?

    Nobody counts twice, and nobody counts whose word does not count any more.
    """
    vouching, deciding = asked.vouchers.intersection(given), asked.moderators.intersection(given)
    if len(asked.vouchers) < 2:
        return len(deciding) >= 2
    return any(len(vouching - {one}) >= 2 for one in deciding)


def consents(recovery_id: int) -> list[Any]:
    """Who has consented: ``member_id words given_at name``."""
    return list(read(_GIVEN, {"recovery_id": recovery_id}).all())


def case(viewer: Viewer, person_id: int) -> Case:
    """The recovery of a person's account, for themselves and for those who are asked. Raises NotFound."""
    row = read(_CASE, _asking(viewer) | {"person_id": person_id}).one_or_none()
    if row is None:
        raise NotFound
    return _case(viewer, row)


def cases(viewer: Viewer) -> list[Case]:
    """All recoveries in which the viewer is asked."""
    found = [_case(viewer, row) for row in read(_CASES, _asking(viewer)).all()]
    return [one for one in found if not one.is_mine]


def _asking(viewer: Viewer) -> dict[str, Any]:
    """The values with which the cases that concern the viewer are looked up."""
    return {
        "viewer_id": viewer.member_id,
        "vouches": viewer.state == MemberState.ACTIVE,
        "moderates": can(viewer, Permission.COMMUNITY_TRUST),
        "own": viewer.organization_id,
        "long_ago": _long_ago(),
        "now": clock.now(),
    }


def _case(viewer: Viewer, row: Any) -> Case:
    asked, mine = whose_word_counts(row), row.id == viewer.member_id
    decides, given = viewer.member_id in asked.moderators, consents(row.recovery_id)
    has_consented = any(one.member_id == viewer.member_id for one in given)
    return Case._make((*row, mine, decides, has_consented, given if decides else []))


def opened(token: str) -> Recovery | None:
    """What the link in a mail leads to now; None when it was guessed, has expired or was stopped."""
    row = db.session.scalar(
        select(Recovery).where(Recovery.token_hash == hash_token(token), Recovery.expires_at > clock.now())
    )
    return row if row is not None and whose(row) is not None else None


def whose(row: Recovery) -> Member | None:
    """Whose account it is; None when nobody who may sign in has that address (any more)."""
    which = Member.id == row.member_id if row.member_id else Member.mail == row.mail
    return db.session.scalar(select(Member).where(which, Member.state.in_(SIGNING_IN)))
