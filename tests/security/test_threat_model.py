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


YIELDS = re.compile(r"^\| (?!LK-|what |id |-)([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TAKEN = (
    *("the database", "a backup", "the logs", "the index", "the session key", "the anonymity key"),
    *("the database, or a backup of it, and the anonymity key", "a moderator's account", "two moderators' accounts"),
    "the running server",
)


def test_every_theft_says_what_shows_it() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    section = text.partition("## What a theft or compromise yields today")[2].partition("\n## ")[0]
    found = {what: shown for what, _yields, shown in YIELDS.findall(section)}
    assert not [name for name in TAKEN if not any(what.startswith(name) for what in found)]
    for what, shown in found.items():
        named = re.findall(r"`(test_\w+)`", shown)
        assert named or "test_cli.py" in shown or shown.startswith("no test can show"), what
        assert not set(named) - _tests(), what
