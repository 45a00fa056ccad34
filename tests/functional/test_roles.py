"""What one may do in a group, who is in, and the moderator who stays."""

import threading
from contextlib import suppress
from typing import Any

import pytest
from flask.testing import FlaskClient

from community import audit, ids, policy
from community.models import (
    Engagement,
    Member,
    MemberState,
    Role,
    Visibility,
)
from tests.browsing import after, send, words
from tests.factories import World, url
from tests.rooms import events, kinds, role_of, tags


def test_roles_change_and_the_member_can_do_more(world: World, chief: Member, make: Any) -> None:
    group, member = make(), world.member()
    world.join(member, group, Role.READER)
    browser, path = world.enter(chief), f"{url('groups', group)}/people/{ids.encode(member.id)}"
    assert "Role in this group" in words(browser.get(path))
    for role in ("contributor", "moderator", "reader"):
        assert "Saved." in after(browser, send(browser, path, role=role))
        assert role_of(member, group) == role
        status = world.enter(member).get(f"{url('groups', group)}/people").status_code
        assert status == (200 if role == "moderator" else 403)
    assert events() == [("RoleChanged", {"group_id": group.id, "member_id": member.id})] * 3
    send(browser, path, role="reader")
    assert len(events()) == 3
    page = send(browser, path, role="king")
    assert page.status_code == 400
    assert role_of(member, group) == "reader"


def test_a_contractor_without_agreement_becomes_no_moderator(world: World, chief: Member, make: Any) -> None:
    group = make()
    bare_contractor = world.member(engagement=Engagement.CONTRACTOR)
    bound = world.member(engagement=Engagement.CONTRACTOR, nda_signed=True)
    browser = world.enter(chief)
    for member, said in ((bare_contractor, "Moderators are staff"), (bound, "Saved.")):
        world.join(member, group)
        path = f"{url('groups', group)}/people/{ids.encode(member.id)}"
        assert said in after(browser, send(browser, path, role="moderator"))
    assert (role_of(bare_contractor, group), role_of(bound, group)) == ("contributor", "moderator")


def test_the_last_moderator_stays(world: World, chief: Member, make: Any) -> None:
    group = make()
    world.join(world.member(), group)
    for others in (
        {"state": MemberState.SUSPENDED},
        {"state": MemberState.LEFT},
        {"engagement": Engagement.CONTRACTOR},
    ):
        world.join(world.member(**others), group, Role.MODERATOR)
    browser, path = world.enter(chief), url("groups", group)
    for act in ("/leave", f"/people/{ids.encode(chief.id)}/remove", f"/people/{ids.encode(chief.id)}"):
        assert "this is the last one" in after(browser, send(browser, path + act, role="reader"))
    assert (role_of(chief, group), kinds(), tags()) == ("moderator", [], [])
    world.join(world.member(state=MemberState.DORMANT), group, Role.MODERATOR)
    assert "You have left" in after(browser, send(browser, f"{path}/leave"))


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two acts that count the moderators wait for each other, as long as nothing keeps them apart."""
    barrier, real = threading.Barrier(2), policy.is_trusted

    def wait(viewer: Any) -> bool:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        return real(viewer)

    monkeypatch.setattr("community.actions.memberships.is_trusted", wait)


@pytest.mark.parametrize(("act", "answers"), [("", [303, 403]), ("/remove", [303, 403]), ("leave", [303, 303])])
def test_two_moderators_go_at_once_and_one_stays(
    world: World, chief: Member, make: Any, meeting: None, act: str, answers: list[int]
) -> None:
    group, second = make(), world.member()
    world.join(second, group, Role.MODERATOR)
    done: list[int] = []

    def strike(mine: FlaskClient, other: Member) -> None:
        path = "leave" if act == "leave" else f"people/{ids.encode(other.id)}{act}"
        done.append(send(mine, f"{url('groups', group)}/{path}", role="reader").status_code)

    pairs = [(world.enter(chief), second), (world.enter(second), chief)]
    threads = [threading.Thread(target=strike, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(done) == answers
    moderators = [member for member in (chief, second) if role_of(member, group) == "moderator"]
    assert len(moderators) == 1
    assert len(kinds()) == 1


def test_joining_twice_at_once_is_joining_once(world: World, make: Any) -> None:
    group, newcomer = make(Visibility.PUBLIC), world.member()
    statuses: list[int] = []
    browsers = [world.enter(newcomer) for _ in range(4)]
    tasks = [
        threading.Thread(target=lambda one=one: statuses.append(send(one, f"{url('groups', group)}/join").status_code))
        for one in browsers
    ]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join(timeout=30)
    assert set(statuses) <= {303, 403}
    assert 303 in statuses
    assert kinds() == ["MemberJoined"]


def test_the_first_two_entries_of_the_log_follow_each_other(
    world: World, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    barrier, real = threading.Barrier(2), audit.record

    def together(*given: Any, **facts: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        real(*given, **facts)

    monkeypatch.setattr(audit, "record", together)
    statuses: list[int] = []
    pairs = [(world.enter(world.member()), make(Visibility.PUBLIC)) for _ in range(2)]
    tasks = [
        threading.Thread(target=lambda who, group: statuses.append(send(who, f"{group}/join").status_code), args=pair)
        for pair in ((who, url("groups", group)) for who, group in pairs)
    ]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join(timeout=30)
    assert statuses == [303, 303]
    assert kinds() == ["MemberJoined"] * 2
    assert list(audit.problems()) == []


# --- who sees who is in ---


@pytest.mark.parametrize(
    ("visibility", "outsider"), [(Visibility.PUBLIC, 200), (Visibility.PRIVATE, 403), (Visibility.SECRET, 404)]
)
def test_the_list_of_members(world: World, make: Any, visibility: Visibility, outsider: int) -> None:
    group, inside = make(visibility), world.member("Insider")
    world.join(inside, group, Role.READER)
    for state in (MemberState.SUSPENDED, MemberState.LEFT, MemberState.PENDING):
        world.join(world.member(f"Not {state}", state=state), group)
    world.join(world.member("Sleeper", state=MemberState.DORMANT), group)
    path = f"{url('groups', group)}/members"
    page = words(world.enter(inside).get(path))
    assert all(word in page for word in ("Chief", "Insider", "Sleeper", "3 members"))
    assert "Not " not in page.replace("Notifications", "")
    assert world.enter(world.member()).get(path).status_code == outsider
    assert world.enter(world.member(site_moderator=True)).get(path).status_code == outsider
    narrowed = words(world.enter(inside).get(f"{path}?find=insid")).split("Only members")[-1]
    assert "Insider" in narrowed
    assert "Chief" not in narrowed.split("1 member")[-1]


def test_long_lists_come_in_pages(world: World, chief: Member, make: Any) -> None:
    group = make()
    home = world.organization("Home")
    for number in range(60):
        world.join(world.member(f"P{number:02}", home), group)
    for act in ("members", "people"):
        first, second = (words(world.enter(chief).get(f"{url('groups', group)}/{act}?page={page}")) for page in (1, 2))
        names = [{word for word in page.split() if word[0] == "P" and word[1:].isdigit()} for page in (first, second)]
        assert [len(found) for found in names] == [49, 11]
        assert names[0].isdisjoint(names[1])
        for nonsense in ("0", "-1", "x", "99999999999999999999"):
            assert world.enter(chief).get(f"{url('groups', group)}/{act}?page={nonsense}").status_code == 200
