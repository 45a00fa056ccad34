"""Can a member tell hidden from missing by the clock? The statements are the same; here time is measured too."""

from __future__ import annotations

import os
import random
import statistics
import sys
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from community import clock, ids
from community.db import db
from tests.security.community import community
from tests.security.harness import browser
from tests.security.keys import moment, number
from tests.security.rows import settle

PAIRS = int(os.environ.get("MUSUBI_TEST_PAIRS", "1000"))
WORLD = community()
HIDDEN = {"groups": "hidden", "threads": "hidden RED", "posts": "closed mixed 1"}


def _milliseconds(client: FlaskClient, path: str) -> float:
    began = time.perf_counter()
    assert client.get(path, base_url="http://localhost:5000").status_code == 404
    return (time.perf_counter() - began) * 1000


@pytest.mark.soak
@pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("kind", HIDDEN)
def test_hidden_is_as_quick_as_missing(app: Flask, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In pairs and in random order; whoever guesses by the slower one is right about half the time."""
    viewer = WORLD.person["outsider"]
    settle(WORLD, viewer, whole=True)
    client, dice = browser(app, viewer), random.Random(7)
    path = f"/{kind}/{ids.encode(number(HIDDEN[kind]))}"
    taken: dict[bool, list[float]] = {True: [], False: []}
    with clock.fixed(moment(WORLD.now), kind):
        for pair in range(PAIRS + 50):
            for hidden in dice.sample([True, False], 2):
                other = f"/{kind}/{ids.encode(number(f'missing {pair}'))}"
                taken[hidden].append(_milliseconds(client, path if hidden else other))
    pairs = list(zip(taken[True], taken[False], strict=True))[50:]
    slower = sum(one > other for one, other in pairs) / len(pairs)
    apart = statistics.median(one - other for one, other in pairs)
    report = f"{kind} {db.engine.dialect.name}: {len(pairs)} pairs, hidden slower in {slower:.1%}"
    with capsys.disabled():
        sys.stdout.write(f"\n{report}, median difference {apart:+.3f} ms\n")
    assert abs(slower - 0.5) < 2.6 / len(pairs) ** 0.5
