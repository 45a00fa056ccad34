"""Who is told of what inside the application, in which words; nothing is left of what one may no longer see."""

import pytest
from sqlalchemy import select

from community import ids
from community.db import action, db
from community.models import (
    Engagement,
    Member,
    Membership,
    MemberState,
    Notification,
    NotificationKind,
    Role,
)
from tests.browsing import send, words
from tests.factories import World, url
from tests.notified import Person, Room, deliver, furnish
from tests.paperwork import form_with, last_post, press, send_post
from tests.paperwork import send as send_form


@pytest.fixture
def room(world: World) -> Room:
    return furnish(world)


# --- posts ---


def test_a_reply_is_told_to_who_follows_and_to_nobody_else(room: Room) -> None:
    room.follow(room.ben)
    room.reply(room.ai)
    assert room.ben.told() == ["Ai replied in a thread you follow"]
    assert (room.ai.told(), room.cho.told()) == ([], [])
    assert room.ben.items()[0].href == f"{url('threads', room.opening)}?unread=1"


def test_who_writes_follows_from_then_on_until_they_say_no(room: Room) -> None:
    room.reply(room.ben)
    deliver()
    room.reply(room.cho)
    assert room.ben.told() == ["Cho replied in a thread you follow"]
    assert send(room.ben.browser, f"{url('threads', room.opening)}/follow", stop="1").status_code == 303
    room.reply(room.cho)
    assert len(room.ben.told()) == 1


def test_the_author_of_a_thread_is_told_of_replies(room: Room) -> None:
    send_post(room.ai.browser, f"{url('groups', room.group)}/new", title="Second", body="Words", tlp="GREEN")
    second = last_post()
    deliver()
    send_post(room.ben.browser, f"{url('threads', second)}/reply", body="Words")
    assert room.ai.told() == ["Ben replied in a thread you follow"]
    assert room.ben.told() == []


def test_a_new_thread_is_told_to_nobody_unless_it_warns(room: Room) -> None:
    path = f"{url('groups', room.group)}/new"
    send_post(room.ai.browser, path, title="Quiet", body="Words", tlp="GREEN")
    assert [one.told() for one in room[2:]] == [[], [], []]
    send_post(room.ai.browser, path, title="Loud", body="Words", tlp="GREEN", severity="warning")
    warning = "Warning from Ai: consider action at once"
    assert [one.told() for one in room[2:]] == [[], [warning], [warning]]


def test_whom_a_red_post_names_is_told_and_nobody_else(room: Room) -> None:
    path = f"{url('groups', room.group)}/new"
    send_post(room.ai.browser, path, title="Three", body="Words", tlp="RED", recipients=[room.ben.key])
    assert room.ben.told() == ["Ai wrote to you and the others named"]
    assert (room.ai.told(), room.cho.told()) == ([], [])


def test_one_post_is_told_once_with_its_strongest_reason(room: Room) -> None:
    room.follow(room.ben)
    first = room.reply(room.ben)
    deliver()
    page = room.cho.browser.get(f"{url('threads', room.opening)}/reply?quote={ids.encode(first.id)}")
    confirmed = press(room.cho.browser, page, "check", severity="warning")
    assert press(room.cho.browser, confirmed, "send").status_code == 303
    assert room.ben.told() == ["Cho quoted you"]
    assert room.ai.told() == ["Warning from Cho: consider action at once"]


def test_who_does_not_see_a_post_is_not_told_of_it(world: World, room: Room) -> None:
    contractor = Person(world, "Dan", engagement=Engagement.CONTRACTOR, nda_signed=True)
    world.join(contractor.member, room.group)
    room.follow(contractor)
    room.reply(room.ai, tlp="AMBER+STRICT", severity="warning")
    assert (contractor.told(), contractor.count()) == ([], 0)
    room.reply(room.ai, tlp="AMBER")
    assert contractor.told() == ["Ai replied in a thread you follow"]


def test_a_grant_is_told_to_whom_the_post_was_opened(world: World, room: Room) -> None:
    post, other = room.reply(room.ai, tlp="AMBER"), Person(world, "Eve")
    assert send(room.ai.browser, f"{url('posts', post)}/grants", member=other.key).status_code == 303
    assert [(item.words, item.href) for item in other.items()] == [("Ai opened a post to you", url("posts", post))]
    page = words(other.browser.get("/notifications"))
    assert "A post" in page
    assert "A title" not in page
    assert "Pumps" not in page


# --- what others did with my post, my requests, my place ---


def test_the_author_is_told_when_a_moderator_makes_the_label_stricter(world: World, room: Room) -> None:
    post = room.reply(room.ben)
    path = f"{url('posts', post)}/narrow"
    version = form_with(room.ai.browser.get(path), "version")["version"]
    assert send(room.ai.browser, path, tlp="AMBER", version=version).status_code == 303
    assert room.ben.told() == ["A moderator made the label of your post stricter"]
    own = room.reply(room.ai)
    press(room.ai.browser, room.ai.browser.get(f"{url('posts', own)}/edit"), "save", body="Other", tlp="AMBER")
    assert room.ai.told() == []


def test_the_author_is_told_when_a_site_moderator_opens_the_post(world: World, room: Room) -> None:
    moderator = Person(world, "Miyake", site_moderator=True)
    path = f"/moderation/posts/{ids.encode(room.opening.id)}/open"
    assert send(moderator.browser, path, reason="The author asked me for help with a label.").status_code == 200
    assert room.ai.told() == ["A site moderator opened your post for moderation"]
    assert (room.ben.told(), moderator.told()) == ([], [])


# --- the page and the number ---


def test_newest_first_counted_and_new_until_all_are_marked_as_seen(room: Room) -> None:
    room.follow(room.ben)
    for severity in ("reference", "warning", "reference"):
        room.reply(room.ai, severity=severity)
        deliver()
    reply, warning = "Ai replied in a thread you follow", "Warning from Ai: consider action at once"
    assert [(item.words, item.new) for item in room.ben.items()] == [(reply, True), (warning, True), (reply, True)]
    assert room.ben.count() == 3
    assert send(room.ben.browser, "/notifications/seen").status_code == 303
    assert [item.new for item in room.ben.items()] == [False] * 3
    assert room.ben.count() == 0
    assert "Mark all as seen" not in room.ben.browser.get("/notifications").text
    assert room.cho.count() == 1, "another's are another's"


def test_reading_the_thread_is_seeing_what_was_told_of_it(world: World, room: Room) -> None:
    other = world.thread(room.group, room.cho.member, "Another")
    assert send(room.ben.browser, f"{url('threads', other)}/follow").status_code == 303
    room.follow(room.ben)
    room.reply(room.ai)
    send_post(room.ai.browser, f"{url('threads', other)}/reply", body="Words")
    assert room.ben.count() == 2
    room.ben.browser.get(url("threads", room.opening))
    assert room.ben.count() == 1
    assert [item.new for item in room.ben.items()] == [True, False]


def test_an_open_page_that_shows_a_reply_has_seen_it(room: Room) -> None:
    room.follow(room.ben)
    room.ben.browser.get(url("threads", room.opening))
    post = room.reply(room.ai)
    assert room.ben.count() == 1
    assert send(room.ben.browser, f"{url('threads', room.opening)}/read", to=ids.encode(post.id)).status_code == 204
    assert room.ben.count() == 0


def test_a_moderators_look_at_my_post_stays_new_until_i_have_seen_the_page(world: World, room: Room) -> None:
    moderator = Person(world, "Miyake", site_moderator=True)
    path = f"/moderation/posts/{ids.encode(room.opening.id)}/open"
    send(moderator.browser, path, reason="The author asked me for help with a label.")
    deliver()
    room.ai.browser.get(url("threads", room.opening))
    assert room.ai.count() == 1


def test_what_came_in_after_the_page_was_made_stays_new(room: Room) -> None:
    room.follow(room.ben)
    room.reply(room.ai)
    deliver()
    page = room.ben.browser.get("/notifications")
    form = form_with(page, "until")
    room.reply(room.ai)
    deliver()
    send_form(room.ben.browser, page, form, "")
    assert [item.new for item in room.ben.items()] == [True, False]


@pytest.mark.parametrize("loss", ["removed", "narrowed"])
def test_what_may_no_longer_be_seen_is_gone_with_its_count_and_comes_back_with_it(room: Room, loss: str) -> None:
    room.follow(room.ben)
    room.reply(room.ai)
    before = room.ben.items()
    assert (len(before), room.ben.count()) == (1, 1)
    lose(room, loss)
    assert (room.ben.items(), room.ben.count()) == ([], 0)
    assert "Nothing has come in yet" in words(room.ben.browser.get("/notifications"))
    regain(room)
    assert (room.ben.items(), room.ben.count()) == (before, 1)


@action
def lose(room: Room, loss: str) -> None:
    if loss == "removed":
        db.session.delete(db.session.get_one(Membership, (room.group.id, room.ben.member.id)))
    else:
        db.session.get_one(Member, room.ben.member.id).engagement = Engagement.CONTRACTOR


@action
def regain(room: Room) -> None:
    db.session.get_one(Member, room.ben.member.id).engagement = Engagement.STAFF
    long_ago = db.session.get_one(Membership, (room.group.id, room.cho.member.id)).since
    db.session.merge(
        Membership(group_id=room.group.id, member_id=room.ben.member.id, role=Role.CONTRIBUTOR, since=long_ago)
    )


@pytest.mark.parametrize("state", [MemberState.DORMANT, MemberState.SUSPENDED])
def test_who_does_not_see_the_community_is_told_nothing(room: Room, state: MemberState) -> None:
    room.follow(room.ben)
    become(room.ben.member, state)
    room.reply(room.ai, severity="warning")
    deliver()
    assert room.ben.browser.get("/unread").status_code == 303
    assert db.session.scalars(select(Notification).where(Notification.member_id == room.ben.member.id)).all() == []


@action
def become(member: Member, state: MemberState) -> None:
    db.session.get_one(Member, member.id).state = state


def test_the_page_speaks_the_members_language(world: World, room: Room) -> None:
    reader = Person(world, "読む人", locale="ja")
    world.join(reader.member, room.group)
    room.follow(reader)
    room.reply(room.ai)
    room.reply(room.ai, severity="warning")
    assert reader.told() == [
        "Aiさんからの警報: 直ちに対応を検討してください",
        "Aiさんが、フォロー中のスレッドに返信しました",
    ]


def test_every_kind_has_words_of_its_own_in_both_languages(world: World, room: Room) -> None:
    kinds = list(NotificationKind)
    for locale in ("en", "ja"):
        person = Person(world, locale, locale=locale)
        world.join(person.member, room.group, Role.MODERATOR)
        give(person.member, room, kinds)
        told = person.told()
        assert len(set(told)) == len(kinds)
        assert not [one for one in told if "Something about your account" in one]


@action
def give(member: Member, room: Room, kinds: list[NotificationKind]) -> None:
    for number, kind in enumerate(kinds):
        about = {"group_id": room.group.id} if kind.startswith(("group", "join")) else {"post_id": room.opening.id}
        if kind.startswith("passkey"):
            about = {}
        db.session.add(Notification(member_id=member.id, kind=kind, event_key=number, **about))
