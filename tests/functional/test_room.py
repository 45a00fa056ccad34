"""The threads of a room, page by page, against a plain Python account of what should stand there."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from community import latest
from community.db import db
from community.models import Group, Member, Thread
from community.tlp import Tlp
from tests.factories import World, url

DAY = timedelta(days=1)
BEGIN = datetime(2026, 3, 1, 3, tzinfo=UTC)
TITLE = re.compile(r'class="thread-title" href="[^"]+">(T\d+)<')


class Room(NamedTuple):
    """A group with many threads; ``seen``: for each title, when its posts were written that the reader may read."""

    group: Group
    browser: FlaskClient
    seen: dict[str, list[datetime]]
    pinned: set[str]


@pytest.fixture
def room(world: World, request: pytest.FixtureRequest) -> Room:
    chance = random.Random(request.node.name)
    group, author, reader = world.group("Room"), world.member("Author"), world.member("Reader")
    for member in (author, reader):
        world.join(member, group)
    seen: dict[str, list[datetime]] = {}
    pinned: set[str] = set()
    for number in range(46):
        _thread(world, chance, group, author, f"T{number}", seen, pinned)
    return Room(group, world.enter(reader), seen, pinned)


def _thread(
    world: World,
    chance: random.Random,
    group: Group,
    author: Member,
    title: str,
    seen: dict[str, list[datetime]],
    pinned: set[str],
) -> None:
    """Some threads are hidden as a whole, some by their last replies only; some are pinned."""
    hidden = chance.random() < 0.15
    began = BEGIN + chance.randrange(100) * DAY + timedelta(microseconds=chance.randrange(10**9))
    opening = world.thread(group, author, title, Tlp.RED if hidden else Tlp.GREEN, released_at=began)
    visible = [began]
    for step in range(chance.randrange(4)):
        at = began + chance.randrange(1, 60) * DAY + timedelta(microseconds=step)
        secret = chance.random() < 0.4
        world.reply(opening, author, tlp=Tlp.RED if secret else Tlp.GREEN, released_at=at)
        visible += [] if secret else [at]
    if not hidden:
        seen[title] = visible
    if chance.random() < 0.1:
        db.session.execute(update(Thread).where(Thread.id == opening.id).values(pinned_at=began))
        db.session.commit()
        pinned.add(title)


def expected(room: Room, before: datetime | None = None) -> list[list[str]]:
    """Pages of titles: pinned ones, then the others, each part by its last visible post."""
    last = {title: max(moments) for title, moments in room.seen.items()}
    kept = [title for title, at in last.items() if before is None or at < before]
    ordered = sorted(kept, key=lambda title: (title not in room.pinned, -last[title].timestamp()))
    return [ordered[start : start + 20] for start in range(0, len(ordered), 20)]


def shown(room: Room, query: str = "") -> list[list[str]]:
    """Every page, following the pager."""
    pages, address = [], f"{url('groups', room.group)}?{query}"
    while address:
        page = room.browser.get(address).get_data(as_text=True)
        pages.append(TITLE.findall(page))
        following = re.search(r'<a [^>]*rel="next"[^>]*href="([^"]+)"|<a [^>]*href="([^"]+)"[^>]*rel="next"', page)
        address = (following[1] or following[2]).replace("&amp;", "&") if following else ""
    return pages


@pytest.mark.parametrize("step", [20, 1])
def test_threads_stand_in_the_order_of_what_the_reader_sees(
    room: Room, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest, "_STEP", step)  # with 1 the first walk is too short for every page
    pages = shown(room)
    assert pages == expected(room)
    assert len(pages) > 1


@pytest.mark.parametrize("day", [1, 40, 80, 159])
def test_a_day_shows_the_threads_that_rested_by_then(room: Room, day: int) -> None:
    asked = datetime.combine(
        BEGIN + day * DAY, datetime.min.time(), ZoneInfo("Asia/Tokyo")
    )  # as the reader counts days
    assert shown(room, f"before={asked:%Y-%m-%d}") == (expected(room, asked + DAY) or [[]])


def test_a_page_beyond_the_last_and_nonsense_are_no_error(room: Room) -> None:
    address = url("groups", room.group)
    for query in ("page=99", "page=-1", "page=x", "before=x", "before=9999-99-99", "before=0001-01-01", "page=10**9"):
        assert room.browser.get(f"{address}?{query}").status_code == 200
