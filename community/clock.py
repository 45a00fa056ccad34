"""The one place where time and randomness come from, so that tests can fix both."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)  # the shortest time that both databases keep
_fixed: ContextVar[tuple[datetime, random.Random] | None] = ContextVar("fixed", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    fixed = _fixed.get()
    return fixed[0] if fixed else datetime.now(UTC)


def hour() -> datetime:
    """When the present hour began."""
    return now().replace(minute=0, second=0, microsecond=0)


def day() -> datetime:
    """When the present day began, in UTC."""
    return hour().replace(hour=0)


def random_id() -> int:
    """A random positive 63-bit number: the primary key of a row, not guessable and in no order."""
    return _bits(63) or 1


def token(size: int = 32) -> bytes:
    """``size`` random bytes for keys, challenges and links."""
    return _bits(size * 8).to_bytes(size, "big")


def between(shortest: timedelta, longest: timedelta) -> timedelta:
    """A random span from ``shortest`` to ``longest``, to the microsecond."""
    return shortest + INSTANT * (_bits(63) % ((longest - shortest) // INSTANT + 1))


def _bits(count: int) -> int:
    fixed = _fixed.get()
    return fixed[1].getrandbits(count) if fixed else secrets.randbits(count)


@contextmanager
def fixed(at: datetime, seed: str | int) -> Iterator[None]:
    """For tests: inside, time stands at ``at`` and randomness follows from ``seed``."""
    mark = _fixed.set((at, random.Random(seed)))  # noqa: S311 (only ever reached from tests)
    try:
        yield
    finally:
        _fixed.reset(mark)
