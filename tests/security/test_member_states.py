"""Whatever people do to each other's standing, in any order and in two processes: everybody is where the model says.

Hypothesis chooses who does what; recovery of accounts is among it. The acts are in `states.py` and `recoveries.py`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app import create_app
from community.db import db
from tests.security.recoveries import TROUBLED, Recoveries
from tests.security.states import FIRST

pytestmark = pytest.mark.timeout(400)  # a minute at most on an idle machine


@pytest.fixture
def both_apps(app: Flask) -> Iterator[tuple[Flask, Flask]]:
    """The application twice on one database, as two processes have it."""
    other = create_app(app.extensions["musubi"])
    other.testing, other.test_client_class = True, app.test_client_class
    with db.engine.connect():  # else SQLite puts its files in order whenever nobody is there
        yield app, other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def machine(apps: tuple[Flask, Flask]) -> type[Recoveries]:
    class Here(Recoveries):
        pass

    Here.apps, Here.played = apps, Counter()
    db.session.remove()
    return Here


def play(chosen: type[Recoveries], examples: int, steps: int, **more: Any) -> None:
    told = settings(
        max_examples=examples,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
    run_state_machine_as_test(chosen, settings=told)


def play_troubled_ways(chosen: type[Recoveries]) -> None:
    for number, ways in enumerate(TROUBLED):
        community = chosen()
        community.begin(len(FIRST))
        for told in ways:
            community.go_back(who=number, whom=number, **told)
            community.it_all_holds()
        community.teardown()


def test_everybody_is_where_they_should_be(both_apps: tuple[Flask, Flask]) -> None:
    here = machine(both_apps)
    play_troubled_ways(here)
    play(here, 8, 20, phases=[Phase.generate], derandomize=True)
    assert set(here.played) >= {"opened", "waiting", "voided", "granted", "stopped", "taken over"}, "nothing was proved"


@pytest.mark.soak
def test_everybody_is_where_they_should_be_for_long(both_apps: tuple[Flask, Flask]) -> None:
    play(machine(both_apps), 300, 60)
