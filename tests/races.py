"""Two who act at one moment, one of them held where it matters."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from community.db import db

LONGEST = 10
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The first who comes to the end of this function stays there: it says so, and goes on when it may."""
    there, go, inner = threading.Event(), threading.Event(), getattr(module, name)

    def run(*given: Any) -> Any:
        answer = inner(*given)
        if not there.is_set():
            there.set()
            go.wait(LONGEST)
        return answer

    monkeypatch.setattr(module, name, run)
    yield there, go
    go.set()


def wait_for_a_lock() -> None:
    """Until somebody waits for somebody else; where the database does not tell, for a moment."""
    if db.engine.dialect.name != "postgresql":
        time.sleep(0.5)
        return
    end = time.monotonic() + LONGEST
    with db.engine.connect() as looking:
        while not looking.scalar(text(_WAITING)) and time.monotonic() < end:
            time.sleep(0.02)
