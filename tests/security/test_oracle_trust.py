"""The oracle of trust against cases worked out by hand from section 5 of the domain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests import oracle, oracle_trust
from tests.oracle_world import Person, State, World
from tests.security.community import community
from tests.worlds import without_hidden, worlds

pytestmark = pytest.mark.timeout(400)  # a minute at most on an idle machine

WORLD = community()
KEEPERS = {"site", "second"}


def who(world: World, other: str) -> set[str]:
    """Who, besides the person themselves, sees them."""
    about = world.person[other]
    return {one.key for one in world.people if oracle_trust.sees_person(world, one, about)} - {other}


def test_the_pending_are_seen_by_sponsor_whom_the_sponsor_asks_and_site_moderators() -> None:
    assert who(WORLD, "pending") == {"reader", "outsider"} | KEEPERS
    assert who(replace(WORLD, pleas=()), "pending") == {"reader"} | KEEPERS


def test_who_is_out_is_seen_by_those_who_answer_for_them() -> None:
    assert who(WORLD, "suspended") == {"elsewhere"} | KEEPERS
    assert who(WORLD, "left") == who(WORLD, "nameless") == KEEPERS


@pytest.mark.parametrize("state", ["active", "revouching", "dormant"])
def test_who_is_listed_is_seen_by_all_who_see(state: State) -> None:
    people = tuple(replace(one, state=state) if one.key == "pending" else one for one in WORLD.people)
    world = replace(WORLD, people=people)
    assert who(world, "pending") == {one.key for one in people if oracle.looks(one)} - {"pending"}


def test_dormancy_is_told_to_site_moderators_and_to_oneself() -> None:
    asleep = WORLD.person["dormant"]
    told = {one.key for one in WORLD.people if oracle_trust.as_known(WORLD, one, asleep).state == "dormant"}
    assert told == {"dormant"} | KEEPERS


def test_suspended_and_left_look_the_same_to_others() -> None:
    outsider = WORLD.person["outsider"]
    assert oracle_trust.as_known(WORLD, outsider, WORLD.person["suspended"]).state == "left"
    assert oracle_trust.as_known(WORLD, WORLD.person["site"], WORLD.person["suspended"]).state == "suspended"
    assert oracle_trust.as_known(WORLD, WORLD.person["elsewhere"], WORLD.person["suspended"]).state == "suspended"


def test_vouches_are_counted_for_all_and_named_for_few() -> None:
    assert oracle_trust.vouches_counted(WORLD, WORLD.person["lost"]) == (3, 2)
    assert oracle_trust.vouches_counted(WORLD, WORLD.person["revouching"]) == (0, 0)
    by_outsider = next(one for one in WORLD.vouches if one.voucher == "outsider")
    told = {one.key for one in WORLD.people if oracle_trust.sees_voucher(WORLD, one, by_outsider)}
    assert told == {"outsider", "lost"} | KEEPERS


def test_nobody_decides_about_themselves_or_their_own_organization() -> None:
    deciding = {
        (one.key, other.key)
        for one in WORLD.people
        for other in WORLD.people
        if oracle_trust.decides_about(one, other) and other.key in ("second", "site", "chief", "grantee", "reader")
    }
    assert deciding == {
        ("site", "second"), ("site", "chief"), ("site", "reader"),
        ("second", "site"), ("second", "chief"), ("second", "grantee"),
    }  # fmt: skip


def test_a_site_moderator_who_is_vouched_for_anew_keeps_nothing() -> None:
    assert oracle_trust.keeps_trust(Person("a", "o", site_moderator=True))
    assert not oracle_trust.keeps_trust(Person("a", "o", site_moderator=True, state="revouching"))
    assert not oracle_trust.keeps_trust(Person("a", "o", site_moderator=True, engagement="contractor"))


def test_who_vouches() -> None:
    vouching = {one.key for one in WORLD.people if oracle_trust.vouches(WORLD, one, WORLD.person["pending"])}
    assert vouching == {"outsider", "site", "second"}, "whoever sees them waiting"


def test_a_recovery_is_seen_by_its_owner_the_vouchers_and_site_moderators() -> None:
    waiting, asked = WORLD.recoveries
    assert {one.key for one in WORLD.people if oracle_trust.sees_recovery(WORLD, one, waiting)} == {
        "lost", "reader", "outsider"
    } | KEEPERS  # fmt: skip
    assert not any(oracle_trust.sees_recovery(WORLD, one, asked) for one in WORLD.people)
    consenting = {one.key for one in WORLD.people if oracle_trust.consents(WORLD, one, waiting)}
    assert consenting == {"reader", "outsider", "site", "second"}


@settings(max_examples=100, database=None, deadline=None)
@given(worlds())
def test_what_is_taken_away_is_not_counted_on(world: World) -> None:
    for viewer in world.people:
        less = without_hidden(world, viewer)
        assert {one.key for one in less.people} >= {viewer.key}
        if not oracle.looks(viewer):
            continue
        for other in less.people:
            if other.state in oracle_trust.LISTED and other.key in world.person:
                counted = oracle_trust.vouches_counted(world, world.person[other.key])
                assert oracle_trust.vouches_counted(less, other) == counted
        for one in world.people:
            seen = oracle_trust.sees_person(world, viewer, one)
            assert not seen or oracle_trust.sees_person(less, less.person[viewer.key], less.person[one.key])
