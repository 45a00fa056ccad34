"""Who may go through the doors about people, organizations and what members decide about each other."""

from __future__ import annotations

from collections.abc import Mapping

from tests import oracle, oracle_trust
from tests.oracle_world import Person, World

Keys = Mapping[str, str]


def sees_member(world: World, _person: Person, keys: Keys) -> bool:
    """Who waits to be vouched for is shown to nobody yet: the pages of vouching come later."""
    other = world.person.get(keys["member_id"])
    return other is not None and oracle.looks(oracle.awake(other))


def has_members(world: World, _person: Person, keys: Keys) -> bool:
    return any(one.org == keys["organization_id"] and oracle.looks(oracle.awake(one)) for one in world.people)


def decides_about(world: World, person: Person, keys: Keys) -> bool:
    """Nobody decides about themselves or about people of their own organization (section 5, point 8)."""
    return oracle.may_open_as_moderator(person) and world.person[keys["member_id"]].org != person.org


def keeps(_world: World, person: Person, _keys: Keys) -> bool:
    return oracle.may_open_as_moderator(person)


def reaches(world: World, person: Person, keys: Keys) -> bool:
    """Site moderators reach organizations whose people nobody sees yet."""
    there = any(one.key == keys["organization_id"] for one in world.orgs)
    return there if oracle.may_open_as_moderator(person) else has_members(world, person, keys)


def judges(_world: World, person: Person, keys: Keys) -> bool:
    return oracle.may_open_as_moderator(person) and keys["organization_id"] != person.org


def meets(world: World, person: Person, keys: Keys) -> bool:
    """Site moderators meet people whom members do not see yet, or no more."""
    other = world.person.get(keys["member_id"])
    known = other is not None and other.state not in ("invited", "left")
    return known if oracle.may_open_as_moderator(person) else sees_member(world, person, keys)


def knows_person(world: World, person: Person, keys: Keys) -> bool:
    """Whom one may vouch for: the listed, and those who wait, by those who may know of them."""
    other = world.person.get(keys["person_id"])
    here = other is not None and other.state in oracle_trust.COMING
    return here and oracle_trust.sees_person(world, person, world.person[keys["person_id"]])


def asks_for(world: World, person: Person, keys: Keys) -> bool:
    return oracle_trust.asks_for(world, person, world.person[keys["person_id"]])


def vouches(world: World, person: Person, keys: Keys) -> bool:
    """Who vouches already is told so."""
    given = gave_word(world, person, keys)
    return person.state == "active" and (given or oracle_trust.vouches(world, person, world.person[keys["person_id"]]))


def gave_word(world: World, person: Person, keys: Keys) -> bool:
    return any((one.voucher, one.person) == (person.key, keys["person_id"]) for one in world.vouches)


def disowns(world: World, person: Person, keys: Keys) -> bool:
    """The sponsor, who is asked whether this is the person they invited, and has not answered."""
    other = world.person[keys["person_id"]]
    asked = oracle_trust.asked_for(world, person, other)
    return person.state == "active" and other.state == "pending" and other.sponsor == person.key and asked


def sent_introduction(world: World, person: Person, keys: Keys) -> bool:
    return any((one.key, one.sponsor) == (keys["invitation_id"], person.key) for one in world.introductions)


def is_active(_world: World, person: Person, _keys: Keys) -> bool:
    return person.state == "active"


def keeps_trust(world: World, person: Person, keys: Keys) -> bool:
    """For site moderators everybody is there, whatever their state; for all others nobody is, at these addresses."""
    return oracle.may_open_as_moderator(person) and keys["member_id"] in world.person


def decides(world: World, person: Person, keys: Keys) -> bool:
    return person.org != world.person[keys["member_id"]].org


def hears_of_recovery(world: World, person: Person, keys: Keys) -> bool:
    here = [one for one in world.recoveries if one.person == keys["member_id"]]
    return any(oracle_trust.sees_recovery(world, person, one) for one in here)


def is_anothers(_world: World, person: Person, keys: Keys) -> bool:
    return keys["member_id"] != person.key


def stops_recovery(world: World, person: Person, keys: Keys) -> bool:
    return keys["member_id"] == person.key and hears_of_recovery(world, person, keys)


def sees_proposal(world: World, person: Person, keys: Keys) -> bool:
    return any(one.key == keys["proposal_id"] and oracle_trust.sees_proposal(person, one) for one in world.proposals)


def proposed(world: World, person: Person, keys: Keys) -> bool:
    return any((one.key, one.by) == (keys["proposal_id"], person.key) for one in world.proposals)
