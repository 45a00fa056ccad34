"""The two-worlds equation: what one may not see changes nothing that one observes.

A drawn world is written into the database in full, then without everything that one person may not learn
(``tests.worlds.without_hidden``). In both the same things happen while a page of that person is open, and addresses are
asked as that person, with visible, hidden and missing objects alike: frames and their number, status, headers, body,
redirects and the statements sent to the database must be the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from community import clock
from community.db import db
from tests.oracle_world import Person, World
from tests.security.apart import Look, differences, told
from tests.security.asking import NOT_POSTED, Ask
from tests.worlds import viewers, worlds

Drawn = tuple[World, Person | None]
DRAWN = worlds().flatmap(lambda world: st.tuples(st.just(world), viewers(world)))
LOOSE = settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
PAGES = 14
MANY = int(os.environ.get("MUSUBI_TEST_WORLDS", "2000"))


@pytest.fixture(autouse=True)
def _held_open(app: Flask) -> Iterator[None]:
    """SQLite writes its journal back when the last connection closes: here that would be after every request."""
    with db.engine.connect():
        yield


def compare(app: Flask, part: int, number: int, most: int | None) -> set[str]:
    """Draw worlds and compare; returns the endpoints that were asked, with their methods."""
    asked: set[str] = set()
    turn = count()  # every world is asked something else

    @seed(part)
    @settings(LOOSE, max_examples=number)
    @given(drawn=DRAWN)
    def judge(drawn: Drawn) -> None:
        look = Look(app, *drawn, salt=f"{part} {next(turn)}", most=most)
        asks = look.asks()
        asked.update(_endpoint(app, one) for one in asks)
        if found := differences(look, asks):
            failing = [one for one in asks if any(line.startswith(one.name) for line in found)]
            pytest.fail(told(look, failing if differences(look, failing) else asks))

    judge()
    return asked


def _endpoint(app: Flask, asked: Ask) -> str:
    method = "GET" if asked.form is None else "POST"
    endpoint, _ = app.url_map.bind("localhost").match(asked.path.partition("?")[0], method)
    return f"{method} {endpoint}"


def _all_endpoints(app: Flask) -> set[str]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    pages = {f"GET {rule.endpoint}" for rule in rules if "GET" in (rule.methods or ())}
    forms = {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}
    return pages | {f"POST {one}" for one in forms if not NOT_POSTED.fullmatch(one)}


@pytest.mark.timeout(400)  # a minute on an idle machine
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("part", range(2))
def test_two_worlds_look_the_same(app: Flask, part: int) -> None:
    """Seventy worlds in each part. Every world is asked some addresses; all of them are asked in every part."""
    assert compare(app, part, 70, PAGES) == _all_endpoints(app)


@pytest.mark.postgres
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
@pytest.mark.parametrize("part", range(2))
def test_two_worlds_look_the_same_on_postgresql(app: Flask, part: int) -> None:
    assert compare(app, part, 10, PAGES) <= _all_endpoints(app)


@pytest.mark.soak
@pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)
def test_thousands_of_worlds_look_the_same(app: Flask) -> None:
    """Others every time."""
    assert compare(app, clock.random_id(), MANY, 40) == _all_endpoints(app)


@pytest.mark.soak
@pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)
def test_every_address_of_some_worlds_looks_the_same(app: Flask) -> None:
    assert compare(app, clock.random_id(), MANY // 100, None) == _all_endpoints(app)
