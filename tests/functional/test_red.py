"""TLP:RED goes to the people named and to nobody else."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from community import ids
from community.db import db
from community.models import (
    Engagement,
    Group,
    Member,
    Membership,
    Post,
    Quote,
    Recipient,
    Role,
    Visibility,
)
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, save, url
from tests.paperwork import last_post, paper, press, send, send_post

Enter = Callable[[Member], FlaskClient]


@pytest.fixture
def people(world: World) -> dict[str, Member]:
    return {name: world.member(name) for name in ("author", "first", "second", "third", "other")}


@pytest.fixture
def room(world: World, people: dict[str, Member]) -> Group:
    group = world.group("Room")
    for member in people.values():
        world.join(member, group)
    return group


def keys(*members: Member) -> list[str]:
    return [ids.encode(member.id) for member in members]


def named(post: Post) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(Recipient.member_id).where(Recipient.post_id == post.id)))


def readers(enter: Enter, people: dict[str, Member], path: str) -> set[str]:
    return {name for name, member in people.items() if enter(member).get(path).status_code == 200}


def reply_at(opening: Post) -> str:
    return url("threads", opening) + "/reply"


def test_three_people_read_it(world: World, enter: Enter, people: dict[str, Member], room: Group) -> None:
    chosen = keys(people["first"], people["second"], people["third"])
    path = f"{url('groups', room)}/new"
    assert (
        send_post(enter(people["author"]), path, title="T", body="B", tlp="RED", recipients=chosen).status_code == 303
    )
    post = last_post()
    assert readers(enter, people, url("threads", post)) == {"author", "first", "second", "third"}
    assert "Only the author and the 3 people named" in words(enter(people["first"]).get(url("threads", post)))
    late = {"late": world.member("late"), "chief": world.member("chief")}
    world.join(late["late"], room)
    world.join(late["chief"], room, Role.MODERATOR)
    assert readers(enter, late, url("threads", post)) == set()


def test_nobody_named_is_said(enter: Enter, people: dict[str, Member], room: Group) -> None:
    browser = enter(people["author"])
    page = browser.get(f"{url('groups', room)}/new")
    for step in ("check", "send"):
        form = paper(page, "check")
        form.put(title="T", body="B", tlp="RED")
        answer = send(browser, page, form, step)
        assert answer.status_code == 422
        assert "Name at least one person" in words(answer)
        assert paper(answer, "check")["body"] == "B"


def test_only_who_reads_there_can_be_named(world: World, enter: Enter, people: dict[str, Member], room: Group) -> None:
    outsider, chosen = world.member("outsider"), people["first"]
    browser = enter(people["author"])
    page = browser.get(f"{url('groups', room)}/new")
    offered = set(paper(page, "check").options("recipients"))
    assert offered == set(keys(*(people[name] for name in ("first", "second", "third", "other"))))
    confirmation = press(browser, page, "check", title="T", body="B", tlp="RED", recipients=keys(outsider, chosen))
    assert "outsider" not in words(confirmation)
    press(browser, confirmation, "send")
    assert named(last_post()) == {chosen.id}
    alone = press(browser, page, "check", title="T", body="B", tlp="RED", recipients=[*keys(outsider), "0" * 13])
    assert alone.status_code == 422


def test_a_contractor_can_be_named(world: World, enter: Enter, people: dict[str, Member], room: Group) -> None:
    loose = world.member("loose", engagement=Engagement.CONTRACTOR)
    world.join(loose, room)
    path = f"{url('groups', room)}/new"
    send_post(enter(people["author"]), path, title="T", body="B", tlp="RED", recipients=keys(loose))
    assert enter(loose).get(url("threads", last_post())).status_code == 200


def test_a_whole_group_means_its_members_of_this_moment(
    world: World, enter: Enter, people: dict[str, Member], room: Group
) -> None:
    team = world.group("Team")
    for name in ("author", "first", "second"):
        world.join(people[name], team)
    world.join(world.member("stranger"), team)
    path = f"{url('groups', room)}/new"
    send_post(enter(people["author"]), path, title="T", body="B", tlp="RED", whole_groups=[ids.encode(team.id)])
    post = last_post()
    assert named(post) == {people["first"].id, people["second"].id}
    world.join(people["third"], team)
    assert readers(enter, people, url("threads", post)) == {"author", "first", "second"}


def test_a_group_that_one_is_not_in_names_nobody(
    world: World, enter: Enter, people: dict[str, Member], room: Group
) -> None:
    secret = world.group("Secret", Visibility.SECRET)
    world.join(people["first"], secret)
    browser = enter(people["author"])
    changes = {"title": "T", "body": "B", "tlp": "RED", "whole_groups": [ids.encode(secret.id)]}
    answer = press(browser, browser.get(f"{url('groups', room)}/new"), "check", **changes)
    assert answer.status_code == 422


def test_a_public_group_takes_no_red(world: World, enter: Enter, people: dict[str, Member]) -> None:
    public = world.group("Square", Visibility.PUBLIC)
    world.join(people["author"], public)
    browser = enter(people["author"])
    changes = {"title": "T", "body": "B", "tlp": "RED", "recipients": keys(people["first"])}
    assert press(browser, browser.get(f"{url('groups', public)}/new"), "check", **changes).status_code == 422


def test_replies_go_to_the_same_people(enter: Enter, people: dict[str, Member], room: Group, world: World) -> None:
    circle = [people["first"], people["second"]]
    opening = world.thread(room, people["author"], tlp=Tlp.RED, recipients=circle)
    browser = enter(people["first"])
    page = browser.get(reply_at(opening))
    assert paper(page, "check").options("tlp") == ["RED"]
    assert paper(page, "check").options("recipients") == []
    send_post(browser, reply_at(opening), body="An answer", recipients=keys(people["other"]))
    reply = last_post()
    assert named(reply) == {people["author"].id, people["second"].id}
    assert readers(enter, people, url("posts", reply)) == {"author", "first", "second"}


def test_who_left_meanwhile_is_not_named_in_the_reply(
    enter: Enter, people: dict[str, Member], room: Group, world: World
) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.RED, recipients=[people["first"], people["second"]])
    db.session.execute(delete(Membership).where(Membership.member_id == people["second"].id))
    db.session.commit()
    send_post(enter(people["first"]), reply_at(opening), body="B")
    reply = last_post()
    assert named(reply) == {people["author"].id}
    world.join(people["second"], room)
    assert readers(enter, people, url("posts", reply)) == {"author", "first"}


def test_a_red_reply_in_a_wider_thread(enter: Enter, people: dict[str, Member], room: Group, world: World) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.GREEN)
    send_post(enter(people["first"]), reply_at(opening), body="B", tlp="RED", recipients=keys(people["second"]))
    assert readers(enter, people, url("posts", last_post())) == {"first", "second"}


def test_who_is_no_longer_staff_reads_no_words_of_staff_in_it(
    enter: Enter, people: dict[str, Member], room: Group, world: World
) -> None:
    """Named when they were staff; what it quotes was for staff only."""
    opening = world.thread(room, people["author"], tlp=Tlp.CLEAR)
    quoted = world.reply(opening, people["author"], tlp=Tlp.AMBER_STRICT)
    named_post = world.reply(opening, people["author"], tlp=Tlp.RED, recipients=[people["first"], people["second"]])
    save(Quote(post_id=named_post.id, quoted_id=quoted.id))
    assert readers(enter, people, url("posts", named_post)) == {"author", "first", "second"}
    now_elsewhere = people["first"]
    now_elsewhere.engagement, now_elsewhere.nda_signed = Engagement.CONTRACTOR, True
    save(now_elsewhere)
    assert readers(enter, people, url("posts", named_post)) == {"author", "second"}
    assert readers(enter, people, url("posts", opening)) == set(people)
