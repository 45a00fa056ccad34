"""Into a group by invitation of a moderator."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from community import clock, ids
from community.models import (
    Engagement,
    Group,
    GroupInvitation,
    Member,
    MemberState,
    Role,
    Visibility,
)
from tests.browsing import after, send, words
from tests.factories import World, url
from tests.rooms import change, events, invite, kinds, only, role_of, tags


@pytest.fixture
def invited(world: World, chief: Member, make: Any) -> tuple[Group, Member, str]:
    """A secret group, the guest, and the address of the invitation."""
    group, guest = make(Visibility.SECRET, description="For the incident"), world.member("Guest")
    assert "Invited." in invite(world, chief, group, guest, "contributor")
    return group, guest, f"/invitations/{ids.encode(only(GroupInvitation))}"


def test_the_invited_sees_name_description_and_inviter_and_comes_in(world: World, chief: Member, invited: Any) -> None:
    group, guest, path = invited
    browser = world.enter(guest)
    page = words(browser.get(path))
    assert all(part in page for part in ("The room", "For the incident", "Chief"))
    assert browser.get(url("groups", group)).status_code == 404
    assert "The room" not in words(browser.get("/groups"))
    assert "You are in." in after(browser, send(browser, f"{path}/accept"))
    assert role_of(guest, group) == Role.CONTRIBUTOR
    assert browser.get(path).status_code == 404
    assert kinds() == ["MemberInvited", "MemberJoined"]
    assert events()[-1][1] == {"group_id": group.id, "member_id": guest.id, "by_id": guest.id}
    assert tags() == ["moderator:membership:invited", "member:membership:accepted"]


def test_the_page_of_an_invitation_says_no_more_than_that(world: World, invited: Any) -> None:
    group, guest, path = invited
    other = world.member("Zacharias")
    world.join(other, group)
    world.thread(group, other, "Xylophone")
    page = world.enter(guest).get(path).get_data(as_text=True)
    assert not any(word in page for word in ("Zacharias", "Xylophone", ids.encode(group.id), "ecret group"))


def test_the_invited_declines(world: World, invited: Any) -> None:
    group, guest, path = invited
    browser = world.enter(guest)
    assert "Declined." in after(browser, send(browser, f"{path}/decline"))
    assert browser.get(path).status_code == 404
    assert events()[-1] == ("InvitationClosed", {"group_id": group.id, "member_id": guest.id})
    assert tags()[-1] == "member:membership:declined"


def test_a_moderator_takes_an_invitation_back(world: World, chief: Member, invited: Any) -> None:
    group, guest, path = invited
    browser = world.enter(chief)
    assert "Guest" in words(browser.get(f"{url('groups', group)}/people"))
    taken = send(browser, f"{url('groups', group)}/people/{ids.encode(guest.id)}/uninvite")
    assert "taken back" in after(browser, taken)
    guest_browser = world.enter(guest)
    assert guest_browser.get(path).status_code == 404
    assert send(guest_browser, f"{path}/accept").status_code == 404
    assert events()[-1] == ("InvitationClosed", {"group_id": group.id, "member_id": guest.id})


def test_somebody_elses_invitation_is_like_none(world: World, chief: Member, invited: Any) -> None:
    _group, _guest, path = invited
    missing = f"/invitations/{ids.encode(clock.random_id())}"
    for person in (world.member(), chief, world.member(site_moderator=True)):
        browser = world.enter(person)
        for act in ("", "/accept", "/decline"):
            ask = send if act else FlaskClient.get
            answers = [ask(browser, f"{where}{act}") for where in (path, missing)]
            assert [one.status_code for one in answers] == [404, 404]
            assert answers[0].data == answers[1].data
    assert kinds() == ["MemberInvited"]


def test_who_is_in_or_invited_or_has_asked_is_not_invited_again(world: World, chief: Member, asked: Any) -> None:
    group, asker, _browser = asked
    member, guest = world.member(), world.member()
    world.join(member, group)
    assert "is a member of the group already" in invite(world, chief, group, member)
    assert "has asked to join" in invite(world, chief, group, asker)
    assert "Invited." in invite(world, chief, group, guest)
    assert "is invited already" in invite(world, chief, group, guest)


@pytest.mark.parametrize("state", [MemberState.PENDING, MemberState.SUSPENDED, MemberState.LEFT, MemberState.INVITED])
def test_only_visible_members_are_invited(world: World, chief: Member, make: Any, state: MemberState) -> None:
    group, hidden = make(), world.member("Hidden", state=state)
    browser, path = world.enter(chief), f"{url('groups', group)}/invite"
    found, nothing = browser.get(f"{path}?find=Hidden"), browser.get(f"{path}?find=Nobody")
    assert words(found).replace("Hidden", "Nobody") == words(nothing)
    for key in (ids.encode(hidden.id), ids.encode(clock.random_id()), "nonsense", ""):
        assert send(browser, path, member=key, role="reader").status_code == 404
    assert kinds() == []


def test_one_is_found_by_name_or_organization(world: World, chief: Member, make: Any) -> None:
    group = make()
    world.member("Tanaka Ichiro", world.organization("Minato Port"))
    world.member("Suzuki 100%", world.organization("Other"))
    browser, path = world.enter(chief), f"{url('groups', group)}/invite?find="
    for find, name in (("tanaka", "Tanaka"), ("minato%20ichiro", "Tanaka"), ("%25", "Suzuki"), ("%00tanaka", "Tanaka")):
        answer = browser.get(path + find)
        assert re.search(r'<input checked[^>]*value="reader"', answer.get_data(as_text=True))
        page = words(answer)
        assert name in page
        assert ({"Tanaka", "Suzuki"} - {name}).isdisjoint(page.split())


@pytest.mark.parametrize("role", ["moderator", "", "king"])
def test_nobody_is_invited_as_something_else(world: World, chief: Member, make: Any, role: str) -> None:
    group, guest = make(), world.member()
    page = send(world.enter(chief), f"{url('groups', group)}/invite", member=ids.encode(guest.id), role=role)
    assert page.status_code == 400
    assert kinds() == []


def test_a_public_or_archived_group_invites_nobody(world: World, chief: Member, make: Any) -> None:
    guest = world.member()
    for group in (make(Visibility.PUBLIC), make(archived_at=clock.now())):
        assert "no longer possible" in invite(world, chief, group, guest)
    assert kinds() == []


@pytest.mark.parametrize("loss", ["demoted", "removed", "suspended", "revouching", "no agreement", "archived"])
def test_lk_141_an_invitation_is_as_good_as_its_inviter(world: World, chief: Member, invited: Any, loss: str) -> None:
    """LK-141: the rights of the inviter are checked again when the invitation is accepted."""
    group, guest, path = invited
    second = world.member("Second")
    world.join(second, group, Role.MODERATOR)
    person = f"{url('groups', group)}/people/{ids.encode(chief.id)}"
    losses: dict[str, Callable[[], Any]] = {
        "demoted": lambda: send(world.enter(second), person, role="reader"),
        "removed": lambda: send(world.enter(second), f"{person}/remove"),
        "suspended": lambda: change(chief, state=MemberState.SUSPENDED),
        "revouching": lambda: change(chief, state=MemberState.REVOUCHING),
        "no agreement": lambda: change(chief, engagement=Engagement.CONTRACTOR),
        "archived": lambda: send(world.enter(second), f"{url('groups', group)}/archive"),
    }
    losses[loss]()
    browser = world.enter(guest)
    accepted = send(browser, f"{path}/accept")
    if loss in ("demoted", "removed"):
        assert accepted.status_code == 404
        assert ("InvitationClosed", {"group_id": group.id, "member_id": guest.id}) in events()
    else:
        assert "no longer holds" in after(browser, accepted)
    assert role_of(guest, group) is None


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.PENDING])
def test_lk_140_the_invited_is_judged_again(world: World, invited: Any, state: MemberState) -> None:
    """LK-140: who is no longer active does not come in by an old invitation."""
    group, guest, path = invited
    browser = world.enter(guest)
    change(guest, state=state)
    assert browser.post(f"{path}/accept").status_code in (401, 403)
    assert role_of(guest, group) is None


def test_while_vouched_for_again_one_may_decline_only(world: World, invited: Any) -> None:
    group, guest, path = invited
    change(guest, state=MemberState.REVOUCHING)
    browser = world.enter(guest)
    assert "The invitation waits" in words(browser.get(path))
    assert send(browser, f"{path}/accept").status_code == 403
    assert role_of(guest, group) is None
    assert "Declined" in after(browser, send(browser, f"{path}/decline"))


def test_who_asks_while_invited_is_shown_the_invitation(world: World, chief: Member, make: Any) -> None:
    group, guest = make(), world.member()
    invite(world, chief, group, guest)
    shown = world.enter(guest).get(f"{url('groups', group)}/ask")
    assert (shown.status_code, shown.location) == (303, f"/invitations/{ids.encode(only(GroupInvitation))}")
