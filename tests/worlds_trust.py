"""How the people of a drawn world came in and who answers for them; and the same as one person may know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests import oracle_trust
from tests.oracle_world import Introduction, Person, Plea, Proposal, Recovery, Report, Vouch, World

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]
KINDS = ("introductions", "vouches", "pleas", "proposals", "recoveries", "reports")


def trusting(draw: Draw[Any], world: World) -> World:
    """The world with sponsors, vouches, and what is being asked and decided."""

    def some(options: Iterable[Person], most: int) -> list[Person]:
        choices = list(options)
        picked = draw(st.sets(st.integers(0, len(choices) - 1), max_size=most)) if choices else ()
        return [choices[one] for one in sorted(picked)]

    people = world.people
    brought = [one for one in people if one.sponsor and one.state != "invited"]
    doubtful = [one for one in brought if one.state == "pending" and _chance(draw, 40)]
    vouches = [it for one in brought for it in _vouches(one, some(_others(world, one), 2), one in doubtful, draw)]
    waiting = [one for one in people if one.state in ("pending", "revouching")]
    moderators = [one for one in people if one.site_moderator]
    return replace(
        world,
        introductions=(*_used(brought), *_unused(world, some(people, 2), draw)),
        vouches=tuple(vouches),
        pleas=tuple(Plea(one.key, str(one.sponsor), one.key) for one in doubtful)
        + tuple(
            Plea(one.key, it.key, one.sponsor or one.key) for one in waiting for it in some(_others(world, one), 2)
        ),
        proposals=tuple(_proposals(some(people, 1), some(moderators, 1), draw)),
        recoveries=tuple(_recovery(one, vouches, draw) for one in some(people, 1)),
        reports=tuple(Report(one.key, it.key) for one in some(people, 1) for it in some(_others(world, one), 1)),
    )


def _others(world: World, person: Person) -> list[Person]:
    return [one for one in world.people if one.key not in (person.key, person.sponsor) and one.state != "invited"]


def _used(brought: list[Person]) -> Iterator[Introduction]:
    for one in brought:
        yield Introduction(f"in-{one.key}", str(one.sponsor), "used", one.key)


def _unused(world: World, sponsors: list[Person], draw: Draw[Any]) -> Iterator[Introduction]:
    asked = [one for one in world.people if one.state == "invited"]
    for number, one in enumerate(sponsors):
        yield Introduction(f"in-{one.key}-{number}", one.key, draw(st.sampled_from(("open", "withdrawn"))))
    for one in asked:
        if one.sponsor:
            yield Introduction(f"in-{one.key}", one.sponsor)


def _vouches(person: Person, others: list[Person], doubtful: bool, draw: Draw[Any]) -> Iterator[Vouch]:
    """The sponsor of a doubtful person has not said yet whether it is they."""
    if not doubtful:
        yield Vouch(person.key, str(person.sponsor), sponsor=True, void=_chance(draw, 10))
    for one in others:
        yield Vouch(person.key, one.key, as_moderator=one.site_moderator, void=_chance(draw, 10))


def _chance(draw: Draw[Any], percent: int) -> bool:
    return bool(draw(st.integers(0, 99)) >= 100 - percent)


def _proposals(about: list[Person], by: list[Person], draw: Draw[Any]) -> Iterator[Proposal]:
    for one in about:
        for it in by:
            kind = "suspend" if not one.site_moderator else draw(st.sampled_from(("dismiss", "suspend")))
            yield Proposal(f"proposal {one.key}", one.key, draw(st.sampled_from((kind, "appoint"))), it.key)


def _recovery(person: Person, vouches: list[Vouch], draw: Draw[Any]) -> Recovery:
    sure = [one.voucher for one in vouches if one.person == person.key and not one.void]
    state = draw(st.sampled_from(("asked", "opened", "waiting")))
    return Recovery(person.key, state, frozenset() if state == "asked" else frozenset(sure[: draw(st.integers(0, 2))]))


def consistent(world: World) -> World:
    """Without what names somebody who is gone."""
    here = set(world.person)
    came = [replace(one, came=one.came if one.came in here else None) for one in world.introductions]
    return replace(
        world,
        people=tuple(replace(one, sponsor=one.sponsor if one.sponsor in here else None) for one in world.people),
        introductions=tuple(one for one in came if one.sponsor in here),
        vouches=tuple(one for one in world.vouches if {one.person, one.voucher} <= here),
        pleas=tuple(one for one in world.pleas if {one.person, one.asked, one.asker} <= here),
        proposals=tuple(one for one in world.proposals if {one.person, one.by} <= here),
        recoveries=tuple(replace(one, consents=one.consents & here) for one in world.recoveries if one.person in here),
        reports=tuple(one for one in world.reports if {one.person, one.by} <= here),
    )


# --- without what one person may not learn ----------------------------------------------------------------------------


def named(world: World, person: Person) -> frozenset[str]:
    """Whom this person is told of by what they know of others' standing."""
    introductions = [one for one in world.introductions if oracle_trust.sees_introduction(world, person, one)]
    vouches = [one for one in world.vouches if oracle_trust.sees_voucher(world, person, one)]
    pleas = [one for one in world.pleas if oracle_trust.sees_plea(world, person, one)]
    recoveries = [one for one in world.recoveries if oracle_trust.sees_recovery(world, person, one)]
    reports = [one for one in world.reports if oracle_trust.sees_report(person, one)]
    keys = {key for one in introductions for key in (one.sponsor, one.came)}
    keys |= {key for one in vouches for key in (one.person, one.voucher)}
    keys |= {key for one in pleas for key in (one.person, one.asked, one.asker)}
    keys |= {key for it in recoveries for key in (it.person, *it.consents)}
    keys |= {key for it in reports for key in (it.person, it.by)}
    return frozenset(key for key in keys if key)


def without_hidden_trust(world: World, known: World, person: Person) -> World:
    """``known`` with what this person may know of the standing of those in it.

    Where they may know a number only, each voucher is replaced by somebody who stands nowhere else.
    """
    here = known.person
    vouches = [one for one in world.vouches if one.person in here and not (one.void and not _told(world, person, one))]
    shown = [one if _told(world, person, one) and one.voucher in here else _veiled(one) for one in vouches]
    veils = {
        it.voucher: Person(it.voucher, world.person[one.voucher].org, state="left")
        for one, it in zip(vouches, shown, strict=True)
        if it.voucher not in here
    }
    return consistent(
        replace(
            known,
            people=(*known.people, *veils.values()),
            introductions=tuple(
                one for one in world.introductions if oracle_trust.sees_introduction(world, person, one)
            ),
            vouches=tuple(shown),
            pleas=tuple(one for one in world.pleas if oracle_trust.sees_plea(world, person, one)),
            proposals=tuple(one for one in world.proposals if oracle_trust.sees_proposal(person, one)),
            recoveries=tuple(one for one in world.recoveries if oracle_trust.sees_recovery(world, person, one)),
            reports=tuple(one for one in world.reports if oracle_trust.sees_report(person, one)),
        )
    )


def _told(world: World, person: Person, one: Vouch) -> bool:
    return oracle_trust.sees_voucher(world, person, one)


def _veiled(one: Vouch) -> Vouch:
    return replace(one, voucher=f"veil {one.person} {one.voucher}")


def alone(world: World, person: Person) -> World:
    """What somebody knows who sees nothing: themselves, who brought them, and how many vouched for them."""
    sponsors = [replace(one, state="active", sponsor=None) for one in world.people if one.key == person.sponsor]
    brought = replace(
        World(world.now, world.orgs, (person, *sponsors)),
        introductions=tuple(one for one in world.introductions if one.came == person.key),
        pleas=tuple(one for one in world.pleas if (one.person, one.asked) == (person.key, person.sponsor)),
    )
    counted = [one for one in world.vouches if one.person == person.key and not one.void]
    veiled = [_veiled(one) for one in counted]
    veils = [
        Person(it.voucher, world.person[one.voucher].org, state="left") for one, it in zip(counted, veiled, strict=True)
    ]
    return replace(brought, people=(*brought.people, *veils), vouches=tuple(veiled))
