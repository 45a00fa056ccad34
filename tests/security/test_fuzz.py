"""Every address and every form, met with nonsense by every kind of person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from werkzeug.routing import Rule

from community.db import db
from tests.security.fuzzing import WORLD, judge, requests
from tests.security.nonsense import Raw
from tests.security.rows import settle

LOOSE = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
import os

FEW = int(os.environ.get("FEW", "8"))


@pytest.fixture(autouse=True)
def _as_in_production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with db.engine.connect():
        yield


def fuzz(app: Flask, rule: Rule, number: int) -> None:
    """This address, that often."""

    @settings(LOOSE, max_examples=number)
    @given(asked=requests(app, rule))
    def ask(asked: tuple[str | None, Raw]) -> None:
        settle(WORLD, WORLD.person[asked[0]] if asked[0] else None, whole=True)
        assert list(judge(app, *asked)) == []

    ask()


def test_x(app: Flask) -> None:
    import traceback

    fails = []
    for rule in sorted(app.url_map.iter_rules(), key=str):
        print("RULE", rule, flush=True)
        try:
            fuzz(app, rule, FEW)
        except BaseException as e:
            subs = e.exceptions if isinstance(e, BaseExceptionGroup) else [e]
            for x in subs:
                notes = getattr(x, "__notes__", [])
                tb = traceback.extract_tb(x.__traceback__)
                fails.append(
                    f"=== {rule} {rule.endpoint}\n{type(x).__name__} {str(x)[:300]}\n{str(notes)[:700]}\n{tb[-1]}"
                )
    print("\n".join(fails))
    print(len(fails))
    assert not fails
