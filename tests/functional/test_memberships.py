"""Into a group by joining or asking, and out of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, ids
from community.db import db
from community.models import (
    Follow,
    Group,
    GroupInvitation,
    JoinRequest,
    Member,
    MemberState,
    ReadMark,
    Role,
    Visibility,
)
from community.tlp import Tlp
from tests.browsing import TOKEN, after, send, words
from tests.factories import World, save, url
from tests.rooms import change, events, invite, kinds, only, role_of, tags

# --- join ---


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.READER])
def test_everybody_joins_a_public_group_with_the_groups_role(
    world: World, make: Callable[..., Group], role: Role
) -> None:
    group, newcomer = make(Visibility.PUBLIC, join_role=role), world.member()
    browser = world.enter(newcomer)
    assert "You are in." in after(browser, send(browser, f"{url('groups', group)}/join"))
    assert role_of(newcomer, group) == role
    joined = {"group_id": group.id, "member_id": newcomer.id, "by_id": newcomer.id}
    assert events() == [("MemberJoined", joined)]
    assert tags() == ["member:membership:joined"]
    assert send(browser, f"{url('groups', group)}/join").status_code == 303
    assert kinds() == ["MemberJoined"]


@pytest.mark.parametrize(
    ("visibility", "archived", "state", "status"),
    [
        (Visibility.PRIVATE, False, MemberState.ACTIVE, 403),
        (Visibility.SECRET, False, MemberState.ACTIVE, 404),
        (Visibility.PUBLIC, True, MemberState.ACTIVE, 403),
        (Visibility.PUBLIC, False, MemberState.REVOUCHING, 403),
    ],
)
def test_nobody_joins_otherwise(
    world: World,
    make: Callable[..., Group],
    visibility: Visibility,
    archived: bool,
    state: MemberState,
    status: int,
) -> None:
    group, newcomer = make(visibility, archived_at=clock.now() if archived else None), world.member(state=state)
    assert send(world.enter(newcomer), f"{url('groups', group)}/join").status_code == status
    assert role_of(newcomer, group) is None


# --- ask ---


def answer(world: World, chief: Member, group: Group, what: str) -> tuple[FlaskClient, Any]:
    path = f"{url('groups', group)}/requests/{ids.encode(only(JoinRequest))}/{what}"
    browser = world.enter(chief)
    return browser, send(browser, path)


def test_one_asks_and_sees_how_the_request_stands(world: World, make: Callable[..., Group]) -> None:
    group, asker = make(), world.member()
    browser, path = world.enter(asker), f"{url('groups', group)}/ask"
    assert "Why you want to join" in words(browser.get(path))
    said = after(browser, send(browser, path, reason="We run the same pumps"))
    assert "Your request is waiting" in said
    assert "We run the same pumps" in said
    again = send(browser, path, reason="Again, with better words")
    assert again.status_code == 400
    assert "asked already" in words(again)
    assert "Again, with better words" in words(again)
    assert events() == [("JoinAsked", {"group_id": group.id, "member_id": asker.id})]
    assert "taken back" in after(browser, send(browser, f"{path}/withdraw"))
    assert tags() == ["member:membership:asked", "member:membership:unasked"]
    assert db.session.scalars(select(JoinRequest)).all() == []


@pytest.mark.parametrize(
    ("reason", "complaint"), [(" \n ", "write a sentence"), ("x" * 1001, "1000"), ("a\x00b", "seen")]
)
def test_a_poor_reason_is_given_back(world: World, make: Callable[..., Group], reason: str, complaint: str) -> None:
    group = make()
    page = send(world.enter(world.member()), f"{url('groups', group)}/ask", reason=reason)
    assert page.status_code == 400
    assert complaint in words(page)
    assert reason.strip().replace("\x00", "�") in page.get_data(as_text=True) or "\x00" in reason
    assert kinds() == []


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
def test_a_moderator_lets_in_with_the_groups_role(world: World, chief: Member, make: Any, role: Role) -> None:
    group, asker = make(join_role=role), world.member()
    send(world.enter(asker), f"{url('groups', group)}/ask", reason="Please")
    browser, answered = answer(world, chief, group, "admit")
    assert "Let in." in after(browser, answered)
    assert role_of(asker, group) == role
    assert events()[-1] == ("MemberJoined", {"group_id": group.id, "member_id": asker.id, "by_id": chief.id})
    assert tags()[-1] == "moderator:membership:admitted"


def test_a_moderator_does_not_let_in(world: World, chief: Member, asked: Any) -> None:
    group, asker, browser = asked
    assert "We run" in words(world.enter(chief).get(f"{url('groups', group)}/people"))
    moderator, answered = answer(world, chief, group, "refuse")
    assert "Not let in." in after(moderator, answered)
    assert role_of(asker, group) is None
    assert events()[-1] == ("JoinRefused", {"group_id": group.id, "member_id": asker.id})
    assert "Why you want to join" in words(browser.get(f"{url('groups', group)}/ask"))


def test_the_second_moderator_is_told_that_it_was_answered(world: World, chief: Member, asked: Any) -> None:
    group, _asker, _browser = asked
    path = f"{url('groups', group)}/requests/{ids.encode(only(JoinRequest))}"
    browser = world.enter(chief)
    send(browser, f"{path}/admit")
    for act in ("admit", "refuse"):
        assert "answered or withdrawn already" in after(browser, send(browser, f"{path}/{act}"))
    assert kinds() == ["JoinAsked", "MemberJoined"]


def test_a_request_stands_on_the_page_of_its_group_only(world: World, chief: Member, asked: Any, make: Any) -> None:
    group, _asker, _browser = asked
    browser = world.enter(chief)
    assert "same pumps" in words(browser.get(f"{url('groups', group)}/people"))
    assert "same pumps" not in words(browser.get(f"{url('groups', make())}/people"))


def test_only_moderators_of_the_group_see_and_answer_requests(world: World, chief: Member, asked: Any) -> None:
    group, asker, _browser = asked
    elsewhere, other = world.group(), world.member()
    world.join(other, elsewhere, Role.MODERATOR)
    member, site = world.member(), world.member(site_moderator=True)
    world.join(member, group)
    request = ids.encode(only(JoinRequest))
    for person in (asker, other, member, site):
        assert send(world.enter(person), f"{url('groups', group)}/requests/{request}/admit").status_code == 403
    crossing = world.enter(other)
    crossed = send(crossing, f"{url('groups', elsewhere)}/requests/{request}/admit")
    assert "answered or withdrawn already" in after(crossing, crossed)
    assert role_of(asker, group) is None
    assert "same pumps" not in words(world.enter(other).get(f"{url('groups', elsewhere)}/people"))


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT, MemberState.PENDING])
def test_lk_140_who_may_no_longer_come_in_is_not_let_in(world: World, chief: Member, asked: Any, state: Any) -> None:
    """LK-140: what was asked for is judged again when it is given."""
    group, asker, _browser = asked
    change(asker, state=state)
    assert "same pumps" not in words(world.enter(chief).get(f"{url('groups', group)}/people"))
    browser, answered = answer(world, chief, group, "admit")
    assert "answered or withdrawn already" in after(browser, answered)
    assert role_of(asker, group) is None


@pytest.mark.parametrize(
    ("visibility", "state", "inside", "status"),
    [
        (Visibility.PUBLIC, MemberState.ACTIVE, False, 403),
        (Visibility.SECRET, MemberState.ACTIVE, False, 404),
        (Visibility.PRIVATE, MemberState.REVOUCHING, False, 403),
        (Visibility.PRIVATE, MemberState.ACTIVE, True, 403),
    ],
)
def test_nobody_asks_otherwise(world: World, make: Any, visibility: Any, state: Any, inside: bool, status: int) -> None:
    group, asker = make(visibility), world.member(state=state)
    if inside:
        world.join(asker, group)
    browser = world.enter(asker)
    assert browser.get(f"{url('groups', group)}/ask").status_code == status
    assert send(browser, f"{url('groups', group)}/ask", reason="Please").status_code == status


# --- leave and remove ---


def traces(member: Member, opening: Any) -> None:
    save(
        Follow(member_id=member.id, thread_id=opening.id),
        ReadMark(member_id=member.id, thread_id=opening.id, read_to=clock.now()),
    )


@pytest.mark.parametrize("how", ["leave", "remove"])
def test_who_goes_is_gone_at_once_with_all_they_kept(world: World, chief: Member, make: Any, how: str) -> None:
    group, member = make(), world.member()
    world.join(member, group)
    opening, elsewhere = world.thread(group, member), world.thread(world.group(visibility=Visibility.PUBLIC), chief)
    for one in (opening, elsewhere):
        traces(member, one)
    traces(chief, opening)
    browser = world.enter(member)
    assert browser.get(url("threads", opening)).status_code == 200
    if how == "leave":
        assert "Leave this group?" in words(browser.get(f"{url('groups', group)}/leave"))
        assert "You have left the group." in after(browser, send(browser, f"{url('groups', group)}/leave"))
    else:
        send(world.enter(chief), f"{url('groups', group)}/people/{ids.encode(member.id)}/remove")
    assert browser.get(url("threads", opening)).status_code == 404
    assert role_of(member, group) is None
    for model in (Follow, ReadMark):
        kept = {(one, where) for one, where in db.session.execute(select(model.member_id, model.thread_id))}
        assert kept == {(member.id, elsewhere.id), (chief.id, opening.id)}
    by = member if how == "leave" else chief
    assert events() == [("MemberRemoved", {"group_id": group.id, "member_id": member.id, "by_id": by.id})]


def test_who_comes_back_begins_anew(world: World, chief: Member, make: Any) -> None:
    group, member = make(Visibility.PRIVATE, hides_history=True), world.member()
    world.join(member, group)
    old = world.thread(group, chief, released_at=clock.now() - timedelta(minutes=1))
    browser = world.enter(member)
    assert browser.get(url("threads", old)).status_code == 200
    send(browser, f"{url('groups', group)}/leave")
    invite(world, chief, group, member)
    send(browser, f"/invitations/{ids.encode(only(GroupInvitation))}/accept")
    assert browser.get(url("groups", group)).status_code == 200
    assert browser.get(url("threads", old)).status_code == 404


def test_lk_099_who_left_a_secret_group_sees_what_a_stranger_sees(world: World, chief: Member, make: Any) -> None:
    """LK-099: an ex-member is an outsider everywhere, also to their own posts there."""
    group, home = make(Visibility.SECRET), world.organization("Home")
    leaver, stranger = world.member("Person", home), world.member("Person", home)
    world.join(leaver, group, Role.MODERATOR)
    mine = world.thread(group, leaver, "My thread", Tlp.RED, recipients=[leaver, chief])
    reply = world.reply(world.thread(group, chief), leaver)
    world.grant(mine, leaver)
    traces(leaver, mine)
    browser = world.enter(leaver)
    invite(world, leaver, group, world.member("Friend"))
    send(browser, f"{url('groups', group)}/leave")
    browser.get("/groups")  # the one line that says it was done
    paths = ["/", "/groups", "/moderation", "/posts/new", *(f"{url('groups', group)}{act}" for act in PAGES)]
    paths += [url("threads", mine), url("threads", reply), url("posts", mine), url("posts", reply)]
    with clock.fixed(clock.now(), "look"):
        for path in paths:
            seen = [bare(world.enter(person).get(path), person) for person in (leaver, stranger)]
            assert seen[0] == seen[1], path


PAGES = ("", "/members", "/settings", "/people", "/leave", "/ask", "/invite", "/narrow")


def bare(answer: Any, person: Member) -> tuple[int, str, str]:
    """What the page says, without the token and the reader's own id."""
    text = answer.get_data(as_text=True).replace(ids.encode(person.id), "me")
    return answer.status_code, answer.headers.get("Location", ""), TOKEN.sub("", text)


def test_who_is_not_in_neither_leaves_nor_is_removed(world: World, chief: Member, make: Any) -> None:
    group, stranger = make(), world.member()
    assert send(world.enter(stranger), f"{url('groups', group)}/leave").status_code == 403
    browser = world.enter(chief)
    for act in ("", "/remove", "/uninvite"):
        answers = [
            send(browser, f"{url('groups', group)}/people/{key}{act}", role="reader")
            for key in (ids.encode(stranger.id), ids.encode(clock.random_id()))
        ]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].data == answers[1].data
    assert kinds() == []
