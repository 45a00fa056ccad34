"""The threat model names a test for every known leak that applies, and the test is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (LK-\d{3}) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = 85


def _tests() -> set[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)}


def test_every_row_has_its_test_or_its_reason() -> None:
    rows = ROW.findall((ROOT / "docs" / "threat-model.md").read_text("utf-8"))
    assert len({row[0] for row in rows}) == len(rows) == ROWS
    for number, _leak, answer in rows:
        named = re.findall(r"`(test_\w+)`", answer)
        assert named or answer.startswith("not yet: "), number
        assert not set(named) - _tests(), number


def test_every_named_test_of_a_leak_is_in_the_table() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    numbers = {number for name in _tests() for number in re.findall(r"lk_(\d{3})", name)}
    assert {f"LK-{number}" for number in numbers} <= {row[0] for row in ROW.findall(text)}
