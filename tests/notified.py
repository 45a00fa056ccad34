"""What somebody finds on the page of notifications and in the frame, and a room in which they are told."""

import re
from typing import Any, NamedTuple

from community import ids, outbox
from community.models import Group, Post, Role
from tests.browsing import send
from tests.factories import World, url
from tests.paperwork import last_post, send_post

ITEM = re.compile(r'<li class="thread[^"]*">.*?</li>', re.DOTALL)
LINK = re.compile(r'thread-title" href="([^"]+)">([^<]+)<')


class Item(NamedTuple):
    """One line of the page of notifications."""

    words: str
    href: str
    new: bool


def _item(text: str) -> Item:
    found = LINK.search(text)
    assert found, text
    return Item(found[2], found[1], "is-unread" in text)


def deliver() -> None:
    while outbox.deliver_due():
        pass


class Person:
    """A member and their browser."""

    def __init__(self, world: World, name: str, **more: Any) -> None:
        self.member = world.member(name, **more)
        self.browser = world.enter(self.member)

    @property
    def key(self) -> str:
        return ids.encode(self.member.id)

    def items(self) -> list[Item]:
        """What the page of notifications shows."""
        deliver()
        return [_item(text) for text in ITEM.findall(self.browser.get("/notifications").text)]

    def told(self) -> list[str]:
        """Their words alone."""
        return [item.words for item in self.items()]

    def count(self) -> int:
        """The number in the frame; an open page is given the same."""
        deliver()
        number: int = (self.browser.get("/unread").json or {})["notifications"]
        badge = re.search(r'data-count="notifications"( hidden)?>(\d+)<', self.browser.get("/").text)
        assert badge
        assert (int(badge[2]), bool(badge[1])) == (number, not number)
        return number


class Room(NamedTuple):
    """A private group: Ai moderates it and wrote the thread, Ben and Cho read it."""

    group: Group
    opening: Post
    ai: Person
    ben: Person
    cho: Person

    def reply(self, who: Person, **more: Any) -> Post:
        assert send_post(who.browser, f"{url('threads', self.opening)}/reply", body="Words", **more).status_code == 303
        return last_post()

    def follow(self, who: Person) -> None:
        assert send(who.browser, f"{url('threads', self.opening)}/follow").status_code == 303


def furnish(world: World) -> Room:
    """Such a room."""
    people = [Person(world, name) for name in ("Ai", "Ben", "Cho")]
    group = world.group("Pumps")
    for one in people:
        world.join(one.member, group, Role.MODERATOR if one is people[0] else Role.CONTRIBUTOR)
    return Room(group, world.thread(group, people[0].member, "A title"), *people)
