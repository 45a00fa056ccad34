"""Who will read a post, asked before it is sent and afterwards: the rule of ``visibility``, read backwards."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Result, Select, String, bindparam, cast, false, func, select

from community import clock, visibility
from community.bounds import Place
from community.db import COMMA, UTCDateTime, db, read
from community.models import LISTED, Member, Organization, OrganizationSector, Post
from community.tlp import Tlp
from community.viewer import Viewer

_sectors = (
    select(func.aggregate_strings(OrganizationSector.sector_code, COMMA))
    .where(OrganizationSector.organization_id == Organization.id)
    .correlate(Organization)
    .scalar_subquery()
)
PERSON = (
    Member.id,
    Member.name,
    Organization.id.label("organization_id"),
    Organization.name.label("organization_name"),
    _sectors.label("sectors"),
)


def _sketch(names: Callable[[visibility.Who], Any]) -> visibility.What:
    return visibility.What(
        bindparam("draft_tlp", type_=Post.tlp.type),
        bindparam("draft_author", type_=BigInteger),
        bindparam("draft_at", type_=UTCDateTime),
        names,
    )


def _in_line(audience: Select[Any]) -> Select[Any]:
    """The numbers of an audience as one text: receiving a thousand rows takes longer than finding them."""
    ordered = audience.order_by(Member.id).subquery()
    return select(func.aggregate_strings(cast(ordered.c.id, String), COMMA))


# The rule about a post that is only being written. Built once: putting it together costs more than running it. Names
# are asked for under TLP:RED only: a list of them makes a statement of its own for each length.
_NAMING = _sketch(lambda who: who.id.in_(bindparam("draft_named", type_=BigInteger, expanding=True)))
_OPEN = _sketch(lambda _who: false())
_KINDS = [(reply, red) for reply in (False, True) for red in (False, True)]
_REACH = {
    (reply, red): visibility.draft_audience(_NAMING if red else _OPEN, *PERSON, reply=reply) for reply, red in _KINDS
}
_READERS = {
    (reply, red): _in_line(visibility.draft_audience(_NAMING if red else _OPEN, Member.id, reply=reply))
    for reply, red in _KINDS
}
_AUDIENCE = visibility.audience(*PERSON, states=LISTED)


class House(NamedTuple):
    """One organization of an audience with those of its people who read; ``sectors`` are codes."""

    id: int
    name: str
    sectors: tuple[str, ...]
    people: tuple[Any, ...]


class Reach(NamedTuple):
    """An audience, organization by organization."""

    houses: tuple[House, ...]

    @property
    def ids(self) -> frozenset[int]:
        """The members in it."""
        return frozenset(person.id for house in self.houses for person in house.people)

    @property
    def sectors(self) -> tuple[str, ...]:
        """The sectors it reaches, each once, as codes."""
        return tuple(sorted({code for house in self.houses for code in house.sectors}))


def reach(viewer: Viewer, place: Place, label: Tlp, named: Collection[int] = (), at: datetime | None = None) -> Reach:
    """Who would read a post of the viewer in ``place`` under ``label``, released ``at`` (by default now)."""
    return _by_house(_found(_REACH, viewer, place, label, named, at).all())


def readers(viewer: Viewer, place: Place, label: Tlp, named: Collection[int] = (), at: datetime | None = None) -> str:
    """The same people as ``reach``, their numbers only, as ``shown.in_line`` writes them."""
    return _found(_READERS, viewer, place, label, named, at).scalar_one() or ""


def candidates(viewer: Viewer, place: Place) -> Reach:
    """Whom a TLP:RED post in ``place`` can name: who can read there at all."""
    return reach(viewer, place, Tlp.CLEAR)


def reach_of_post(post_id: int) -> Reach:
    """Who reads a post inside its thread, members in a pause included."""
    return _by_house(db.session.execute(_AUDIENCE, {"post_id": post_id}).all())


def _found(
    asked: Mapping[tuple[bool, bool], Any],
    viewer: Viewer,
    place: Place,
    label: Tlp,
    named: Collection[int],
    at: datetime | None,
) -> Result[Any]:
    sketch = {"draft_tlp": label, "draft_author": viewer.member_id, "draft_at": at or clock.now()}
    where = {"group_id": place.group.id, "thread_id": place.thread.id if place.thread else 0}
    red = label == Tlp.RED
    return read(asked[place.thread is not None, red], sketch | where | ({"draft_named": list(named)} if red else {}))


def _by_house(rows: Iterable[Any]) -> Reach:
    ordered = sorted(rows, key=lambda row: (row.organization_name, row.organization_id, row.name, row.id))
    houses = []
    for number, people in groupby(ordered, key=lambda row: row.organization_id):
        those = tuple(people)
        sectors = tuple(sorted((those[0].sectors or "").split(","))) if those[0].sectors else ()
        houses.append(House(number, those[0].organization_name, sectors, those))
    return Reach(tuple(houses))
