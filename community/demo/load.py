"""Fills an empty database with the demo community, its dates counted back from now.

The actions would date everything today, so rows are made straight. Texts are rendered as the actions render them, and
``rules`` has held every post to the policy that the actions ask.
"""

from collections.abc import Iterator

from community import clock, events
from community.db import Base
from community.demo import cases, people, trust
from community.demo.actions import plant
from community.demo.content import content
from community.demo.garden import A_DAY, Garden
from community.demo.posts import thread as thread_rows
from community.demo.rules import check
from community.events import Event


def load_demo() -> bool:
    """Fill an empty community. Answers False, and does nothing, when there is anybody in it already.

    Raises ContentError when the content is wrong.
    """
    check(content())
    garden = Garden(content(), clock.now())
    return plant(rows(garden), news(garden))


def rows(garden: Garden) -> Iterator[Base]:
    """Every row of the demo community."""
    for organization in garden.community.organizations.values():
        yield from people.organization(garden, organization)
    for member in garden.community.members.values():
        yield from people.member(garden, member)
    yield from trust.rows(garden)
    for group in garden.community.groups.values():
        yield from people.group(garden, group)
    for number, thread in enumerate(garden.community.threads):
        yield from thread_rows(garden, number, thread)
    yield from cases.rows(garden)


def news(garden: Garden) -> Iterator[Event]:
    """What the listeners make alerts of: grants, posts of the last day, and who stands at a door. Oldest first."""
    posts = [post for thread in garden.community.threads for post in thread.posts]
    for post in sorted(posts, key=lambda post: post.ago, reverse=True):
        for key, _ in post.grants:
            yield events.PostGranted(garden.id("post", post.key), garden.id("member", key))
        if post.ago < A_DAY:
            yield events.PostPublished(garden.id("post", post.key))
    for group in garden.community.groups.values():
        for asker in group.asked:
            yield events.JoinAsked(garden.id("group", group.key), garden.id("member", asker.member))
        for guest in group.invited:
            yield events.MemberInvited(garden.id("group", group.key), garden.id("member", guest.member))
