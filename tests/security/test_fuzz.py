"""Every address and every form, met with nonsense by every kind of person: nothing breaks, nothing typed is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from werkzeug.routing import Rule

from community import clock
from community.db import db
from tests.security.fuzzing import WORLD, judge, requests
from tests.security.nonsense import Raw
from tests.security.rows import settle

pytestmark = pytest.mark.timeout(400)  # a minute at most on an idle machine

LOOSE = settings(
    database=None, deadline=None, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck)
)
FEW = {"sqlite": 2, "postgresql": 1}  # for every address, at every run
MANY = int(os.environ.get("MUSUBI_TEST_NONSENSE", "300"))


@pytest.fixture(autouse=True)
def _as_in_production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Errors become pages; SQLite keeps its journal open."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with db.engine.connect():
        yield


def fuzz(app: Flask, rule: Rule, number: int, start: int) -> None:
    """Ask one address that often."""

    @seed(start)
    @settings(LOOSE, max_examples=number)
    @given(asked=requests(app, rule))
    def ask(asked: tuple[str | None, Raw]) -> None:
        settle(WORLD, WORLD.person[asked[0]] if asked[0] else None, whole=True)
        assert list(judge(app, *asked)) == []

    ask()


def test_nonsense_breaks_nothing_and_loses_nothing(app: Flask) -> None:
    for rule in sorted(app.url_map.iter_rules(), key=str):
        fuzz(app, rule, FEW[db.engine.dialect.name], 1)


@pytest.mark.soak
def test_much_nonsense_breaks_nothing_and_loses_nothing(app: Flask) -> None:
    """Other nonsense every time."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        fuzz(app, rule, MANY, clock.random_id())
