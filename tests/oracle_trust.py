"""Who learns what of who came in how, who answers for whom, and where somebody stands: section 5 of the domain.

Plain Python, written from the rules alone, like `tests/oracle.py`.
"""

from __future__ import annotations

from dataclasses import replace

from tests.oracle import looks, trusted
from tests.oracle_world import Introduction, Person, Plea, Proposal, Recovery, Report, State, Vouch, World

# In lists, counts and audiences (5.5); who is out or not yet in is in none.
LISTED: tuple[State, ...] = ("active", "revouching", "dormant")
# May sign in, to whatever little they find there.
COMING: tuple[State, ...] = ("pending", *LISTED)


def keeps_trust(person: Person) -> bool:
    """An active site moderator, staff or bound by an agreement: who is vouched for anew is a reader only (5.5)."""
    return person.state == "active" and person.site_moderator and trusted(person)


def brought(world: World, person: Person, other: Person) -> bool:
    """Is this the sponsor, or somebody who vouched? They answer for whom they brought (5.4)."""
    answering = {one.voucher for one in world.vouches if one.person == other.key and not one.void}
    return person.key in answering | {other.sponsor}


def knew_before(world: World, person: Person, other: Person) -> bool:
    """Who learns how somebody was called before they changed their name: they themselves, site moderators, and who
    answers for them, as long as they are here or wait to come in.
    """
    answers = brought(world, person, other) and other.state in COMING
    return person.key == other.key or keeps_trust(person) or (looks(person) and answers)


def asked_for(world: World, person: Person, other: Person) -> bool:
    """Was this person asked to vouch for the other (5.3)?"""
    return any((one.asked, one.person) == (person.key, other.key) for one in world.pleas)


def sees_person(world: World, person: Person, other: Person) -> bool:
    """Who is listed is seen by all who see anything. Who is not yet in: by sponsor, whom the sponsor asks, and site
    moderators (5.3). Who is out: by site moderators, and by those who answer for them. The invited are no members yet.
    """
    if person.key == other.key:
        return True
    if not looks(person):
        return False
    if other.state in LISTED or keeps_trust(person):
        return True
    told = other.state == "suspended" and (person.key, other.key) in {
        (one.voucher, one.person) for one in world.vouches
    }
    asked = other.state == "pending" and asked_for(world, person, other)
    return brought(world, person, other) or told or asked  # told: also whose word fell with it (5.4)


def as_known(world: World, person: Person, other: Person) -> Person:
    """The other as this person may know them: dormancy is for themselves and site moderators (5.5); of who is out or
    not yet in, others are told no more than that they are gone.
    """
    if person.key == other.key or keeps_trust(person):
        return other
    if other.state == "dormant":
        return replace(other, state="active")
    if other.state not in LISTED and not sees_person(world, person, other):
        return replace(other, state="left", sponsor=None)
    return other


def sees_introduction(world: World, person: Person, one: Introduction) -> bool:
    """The sponsor, who came of it, whoever is asked to vouch for them (5.1), and site moderators."""
    asked = one.came is not None and asked_for(world, person, world.person[one.came])
    return looks(person) and (person.key in (one.sponsor, one.came) or asked or keeps_trust(person))


def sees_voucher(world: World, person: Person, one: Vouch) -> bool:
    """Others are told numbers only (5.4): the tree is for site moderators. One's own are one's own."""
    return person.key in (one.voucher, one.person) or keeps_trust(person)


def vouches_counted(world: World, other: Person) -> tuple[int, int]:
    """N members of M organizations vouched for the other: what stands is counted (5.4)."""
    standing = [one for one in world.vouches if one.person == other.key and not one.void]
    return len({one.voucher for one in standing}), len({world.person[one.voucher].org for one in standing})


def sees_plea(world: World, person: Person, one: Plea) -> bool:
    """Who asked, who is asked, and for whom. Whoever is asked learns whether the sponsor has answered."""
    sponsor = world.person[one.person].sponsor
    own = person.key in (one.asked, one.asker, one.person, sponsor)
    answers = one.asked == sponsor and asked_for(world, person, world.person[one.person])
    return looks(person) and (own or answers or keeps_trust(person))


def vouches(world: World, person: Person, other: Person) -> bool:
    """Any active member may say that they know somebody whom they see, not twice and not of themselves (5.3)."""
    once = any((one.voucher, one.person, one.void) == (person.key, other.key, False) for one in world.vouches)
    here = other.state in COMING and sees_person(world, person, other)
    return person.state == "active" and person.key != other.key and here and not once


def asks_for(world: World, person: Person, other: Person) -> bool:
    """The sponsor, a site moderator, or they themselves while they can read, ask others to vouch (5.3)."""
    asking = person.key in (other.key, other.sponsor) or keeps_trust(person)
    return looks(person) and other.state in ("pending", "revouching") and asking


def decides_about(person: Person, other: Person) -> bool:
    """Nobody decides about themselves or a member of their own organization (5.8)."""
    return keeps_trust(person) and person.key != other.key and person.org != other.org


def sees_proposal(person: Person, _one: Proposal) -> bool:
    return keeps_trust(person)


def sees_recovery(world: World, person: Person, one: Recovery) -> bool:
    """The owner, who can stop it, and those who are asked. A question whose mail nobody has answered is nobody's."""
    own = person.key == one.person and looks(person)
    return one.state != "asked" and (own or consents(world, person, one))


def consents(world: World, person: Person, one: Recovery) -> bool:
    """Says that it is really they: an active member whose word for them stands, or a site moderator (5.6, 5.8)."""
    owner = world.person[one.person]
    vouched = any((it.voucher, it.person, it.void) == (person.key, owner.key, False) for it in world.vouches)
    return person.state == "active" and person.key != owner.key and (vouched or decides_about(person, owner))


def sees_report(person: Person, one: Report) -> bool:
    return looks(person) and (one.by == person.key or keeps_trust(person))
