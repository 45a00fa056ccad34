"""What the moderators of a room decide about it: name, labels, history; and two of them who decide at once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from community import clock, directory
from community.access import access_group
from community.actions import groups
from community.db import db
from community.models import Group, GroupSector, Member, Role, Visibility
from community.policy import Refused
from community.tlp import Tlp
from community.viewer import viewer_of_member
from tests.authenticator import at_once
from tests.browsing import after, words
from tests.factories import World, url
from tests.paperwork import Paper, form_with, now
from tests.rooms import kinds, tags

Make = Callable[..., Group]
LABELS: dict[str, Any] = {"labels": ["CLEAR", "GREEN"]}


@pytest.fixture
def room(make: Make) -> Group:
    return make()


def path(group: Group) -> str:
    return f"{url('groups', group)}/settings"


def opened(browser: FlaskClient, group: Group) -> Paper:
    """The form as the page shows it."""
    return form_with(browser.get(path(group)), "description")


def keep(browser: FlaskClient, group: Group, form: Paper | None = None, **changes: Any) -> TestResponse:
    """Change the form and send it."""
    form = form or opened(browser, group)
    form.put(**changes)
    return browser.post(path(group), data=MultiDict(form.fields))


def test_a_moderator_keeps_the_rules(world: World, room: Group, chief: Member) -> None:
    browser = world.enter(chief)
    shown = opened(browser, room)
    assert (shown["join_role"], shown.all("labels")) == ("reader", [str(label) for label in Tlp])
    sent = LABELS | {"name": "Renamed", "join_role": "contributor", "sectors": ["gas", "water"], "hides_history": "y"}
    assert "Saved." in after(browser, keep(browser, room, **sent))
    shown = opened(browser, room)
    assert (shown["join_role"], shown.all("labels"), shown.all("sectors")) == (
        "contributor",
        ["GREEN", "CLEAR"],
        ["gas", "water"],
    )
    group = now(Group, room.id)
    assert (group.name, group.labels, group.join_role) == ("Renamed", ["GREEN", "CLEAR"], "contributor")
    assert group.hides_history
    assert set(db.session.scalars(select(GroupSector.sector_code))) == {"gas", "water"}
    assert (kinds(), tags()) == (["GroupChanged"], ["moderator:group:changed"])


def test_a_hidden_history_stays_hidden(world: World, room: Group, chief: Member) -> None:
    browser = world.enter(chief)
    keep(browser, room, hides_history="y")
    assert "hides_history" not in browser.get(path(room)).text
    keep(browser, room, name="Again")
    assert (now(Group, room.id).name, now(Group, room.id).hides_history) == ("Again", True)


def test_what_members_see_follows_the_hidden_history(world: World, room: Group, chief: Member) -> None:
    late = world.member()
    old = world.thread(room, chief, "Before", released_at=clock.now() - clock.DAY)
    world.join(late, room, since=clock.now())
    browser = world.enter(late)
    assert browser.get(url("threads", old)).status_code == 200
    keep(world.enter(chief), room, hides_history="y")
    assert browser.get(url("threads", old)).status_code == 404


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"labels": []}, "choose one label or more"),
        ({"labels": ["PURPLE"]}, "not a valid choice"),
        ({"name": ""}, "give the group a name"),
        ({"join_role": "moderator"}, "Not a valid choice"),
    ],
)
def test_wrong_rules_are_given_back(world: World, room: Group, chief: Member, change: dict, complaint: str) -> None:
    answer = keep(world.enter(chief), room, description="Typed with care", **change)
    assert answer.status_code == 400
    assert complaint in words(answer)
    assert "Typed with care" in answer.text


def test_a_public_group_takes_no_stricter_labels_and_hides_nothing(world: World, make: Make, chief: Member) -> None:
    group = make(Visibility.PUBLIC)
    browser = world.enter(chief)
    assert "TLP:AMBER" not in words(browser.get(path(group)))
    assert keep(browser, group, labels=["AMBER"]).status_code == 400
    assert keep(browser, group, hides_history="y").status_code == 303
    assert not now(Group, group.id).hides_history


def test_an_action_opens_no_hidden_history_and_widens_no_public_group(make: Make, chief: Member) -> None:
    hiding, public = make(hides_history=True), make(Visibility.PUBLIC)
    given: dict = {"name": "Renamed", "description": "", "sectors": (), "join_role": Role.READER}
    viewer = viewer_of_member(chief.id)
    for group, labels, hides in (
        (hiding, (Tlp.GREEN,), False),
        (public, (Tlp.GREEN,), True),
        (public, (Tlp.AMBER,), False),
    ):
        rules = groups.GroupRules(**given, labels=labels, hides_history=hides)
        seen = directory.version_of_rules(access_group(viewer, group.id))
        with pytest.raises(Refused) as refused:
            groups.change_rules(viewer, group.id, rules, seen)
        assert refused.value.reason is (groups._HISTORY if group is hiding else groups._PUBLIC)
    assert kinds() == []


# --- two at once ---


@pytest.fixture
def second(world: World, room: Group) -> FlaskClient:
    other = world.member("Second")
    world.join(other, room, Role.MODERATOR)
    return world.enter(other)


CHANGES: list[dict[str, Any]] = [
    {"name": "Pumps"},
    {"description": "About pumps"},
    {"sectors": ["gas", "water"]},
    {"labels": ["GREEN"]},
    {"join_role": "contributor"},
    {"hides_history": "y"},
    {"anonymous": "allowed"},
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_second_moderator_is_told_and_loses_nothing(
    world: World, room: Group, chief: Member, second: FlaskClient, change: dict
) -> None:
    form = opened(second, room)
    keep(world.enter(chief), room, **change)
    answer = keep(second, room, form, name="Valves", description="Typed with care")
    assert answer.status_code == 400
    assert "Somebody else changed this" in words(answer)
    again = form_with(answer, "description")
    assert (again["name"], again["description"]) == ("Valves", "Typed with care")
    kept = now(Group, room.id)
    assert (kept.name, kept.description) == (change.get("name", "The room"), change.get("description", ""))
    assert tags() == ["moderator:group:changed"], "whoever was first"


def test_what_holds_meanwhile_stands_beside_what_was_typed(
    world: World, room: Group, chief: Member, second: FlaskClient
) -> None:
    form = opened(second, room)
    first: dict[str, Any] = {
        "name": "Pumps",
        "description": "About pumps",
        "sectors": ["gas"],
        "join_role": "contributor",
    }
    keep(world.enter(chief), room, **first, labels=["GREEN"], anonymous="allowed")
    answer = keep(second, room, form, name="Valves")
    present = words(answer).split("Noted at present")[1].split("Save")[0]
    assert all(said in present for said in ("Pumps", "About pumps", "Gas", "Contributor", "Possible:", "TLP:GREEN"))
    assert "TLP:RED" not in present.split("Who comes in begins as", 1)[0]
    assert "Noted at present" not in words(second.get(path(room)))
    assert keep(second, room, form_with(answer, "description")).status_code == 303, "having seen both"
    assert now(Group, room.id).name == "Valves"


def test_a_form_of_before_is_old(world: World, room: Group, chief: Member, second: FlaskClient) -> None:
    """Also without its version, and when what it says was wrong at first."""
    old = opened(second, room)
    wrong = keep(second, room, opened(second, room), labels=[])
    keep(world.enter(chief), room, name="Pumps")
    old.put(version=None)
    for form in (old, form_with(wrong, "description")):
        assert "Somebody else changed this" in words(keep(second, room, form, labels=["GREEN"]))
    assert now(Group, room.id).name == "Pumps"


def test_of_two_who_save_at_one_moment_one_is_told(
    app: Flask, world: World, room: Group, chief: Member, second: FlaskClient
) -> None:
    browsers = (world.enter(chief), second)
    forms = [opened(browser, room) for browser in browsers]
    for number, form in enumerate(forms):
        form.put(name=f"Room {number}")
    answers = at_once(lambda number: keep(browsers[number], room, forms[number]).status_code, 2)
    assert sorted(answers) == [303, 400]
    assert now(Group, room.id).name == f"Room {answers.index(303)}"
