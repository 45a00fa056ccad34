"""Group moderators lock and pin threads."""

from typing import Any

import pytest

from community import clock, ids
from community.db import db
from community.models import Engagement, Group, Member, MemberState, Role, Thread, Visibility
from community.tlp import Tlp
from tests.browsing import after, send, words
from tests.factories import World, url
from tests.rooms import events, kinds, tags

ACTS = {"lock": "locked_at", "unlock": "locked_at", "pin": "pinned_at", "unpin": "pinned_at"}


def mark_of(opening: Any, column: str) -> Any:
    db.session.rollback()
    return getattr(db.session.get_one(Thread, opening.id), column)


def test_a_moderator_locks_and_unlocks(world: World, chief: Member, make: Any) -> None:
    group, writer = make(), world.member()
    world.join(writer, group)
    opening = world.thread(group, writer)
    browser, path, other = world.enter(chief), url("threads", opening), world.enter(writer)
    assert other.get(f"{path}/reply").status_code == 200
    assert "Locked: nobody can reply" in after(browser, send(browser, f"{path}/lock"))
    assert "This thread is locked" in words(other.get(path))
    assert other.get(f"{path}/reply").status_code == 403
    assert "Unlocked" in after(browser, send(browser, f"{path}/unlock"))
    assert other.get(f"{path}/reply").status_code == 200
    assert events() == [("ThreadChanged", {"thread_id": opening.id})] * 2
    assert tags() == ["moderator:thread:lock", "moderator:thread:unlock"]


def test_a_pinned_thread_stands_on_top(world: World, chief: Member, make: Any) -> None:
    group = make()
    old = world.thread(group, chief, "Old rules", released_at=clock.now() - clock.DAY)
    world.thread(group, chief, "New noise")
    browser = world.enter(chief)

    def order() -> bool:
        page = words(browser.get(url("groups", group)))
        return page.index("Old rules") < page.index("New noise")

    assert not order()
    assert "Pinned" in after(browser, send(browser, f"{url('threads', old)}/pin"))
    assert order()
    assert "No longer pinned" in after(browser, send(browser, f"{url('threads', old)}/unpin"))
    assert not order()


@pytest.mark.parametrize("act", ACTS)
def test_what_is_so_already_is_not_done_twice(world: World, chief: Member, make: Any, act: str) -> None:
    on = act in ("lock", "pin")
    opening = world.thread(make(), chief)
    browser, path = world.enter(chief), url("threads", opening)
    if not on:
        send(browser, f"{path}/{act.removeprefix('un')}")
    send(browser, f"{path}/{act}")
    count, mark = len(events()), mark_of(opening, ACTS[act])
    assert "done already" in after(browser, send(browser, f"{path}/{act}"))
    assert (len(events()), mark_of(opening, ACTS[act])) == (count, mark)
    assert (mark is not None) == on


def personas(world: World, group: Group) -> dict[str, tuple[Member, int]]:
    """Everybody who does not moderate the group, and what they are told about a thread under TLP:GREEN there."""
    unseen = 200 if group.visibility == Visibility.PUBLIC else 404
    people = {
        "outsider": (world.member(), unseen),
        "site moderator": (world.member(site_moderator=True), unseen),
        "reader": (world.member(), 200),
        "contributor": (world.member(), 200),
        "moderator elsewhere": (world.member(), unseen),
        "moderator in re-vouching": (world.member(state=MemberState.REVOUCHING), 200),
        "moderator without agreement": (world.member(engagement=Engagement.CONTRACTOR), 404),
    }
    roles = {"reader": Role.READER, "contributor": Role.CONTRIBUTOR}
    for name, (member, _) in people.items():
        if name in roles or name.startswith("moderator "):
            where = world.group() if name == "moderator elsewhere" else group
            world.join(member, where, roles.get(name, Role.MODERATOR))
    return people


@pytest.mark.parametrize("visibility", Visibility)
def test_nobody_else_does(world: World, make: Any, visibility: Visibility) -> None:
    group, author = make(visibility), world.member()
    world.join(author, group)
    opening = world.thread(group, author)
    for name, (member, status) in {**personas(world, group), "author": (author, 200)}.items():
        browser = world.enter(member)
        assert browser.get(url("threads", opening)).status_code == status, name
        said = {send(browser, f"{url('threads', opening)}/{act}").status_code for act in ACTS}
        assert said == {403 if status == 200 else 404}, name
        assert "/lock" not in browser.get(url("threads", opening)).get_data(as_text=True), name
    assert kinds() == []


def test_a_moderator_marks_only_what_they_read(world: World, chief: Member, make: Any) -> None:
    group, author = make(), world.member()
    world.join(author, group)
    secret = world.thread(group, author, tlp=Tlp.RED, recipients=[author])
    browser = world.enter(chief)
    answers = [send(browser, f"/threads/{key}/lock") for key in (ids.encode(secret.id), ids.encode(clock.random_id()))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data
    assert mark_of(secret, "locked_at") is None
