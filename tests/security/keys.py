"""Everything about an object follows from its key alone: number, words, times.

So the same object looks the same in every world in which it stands.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SESSION = "0" * 64


def number(key: str) -> int:
    """The primary key of the object with this key."""
    return int.from_bytes(hashed(key)[:8]) >> 1 or 1


def words(key: str) -> str:
    """A word that stands in the texts of this object and nowhere else."""
    return f"zq{hashed(key).hex()[:10]}"


def mail_of(key: str) -> str:
    """The address of a person."""
    return f"{words(key)}@example.test"


def pick(key: str, *options: Any) -> Any:
    """One of ``options``, always the same for the same key."""
    return options[hashed(key)[0] % len(options)]


def moment(tick: int) -> datetime:
    return START + tick * HOUR


def hashed(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=32).digest()
