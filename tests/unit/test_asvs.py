"""The table of the ASVS is whole, and every file, function and test that it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "asvs.md"
# How many requirements each section of ASVS 5.0.0 has.
SECTIONS = {
    "6": (3, 12, 8, 6, 8, 4, 2, 4),
    "7": (3, 4, 2, 5, 3, 2),
    "8": (4, 4, 3, 2),
}
ROW = re.compile(r"^\| (\d\.\d\.\d+) \| ([123]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# What no test can show: it is written above the tables, or it is about something that is not there at all.
UNTESTED = {"6.4.2", "6.5.4", "6.5.7", "7.1.2", "8.1.3", "8.1.4"}
WITHOUT = ("does not apply: ", "not met: ", "not yet: ")
PLACE = re.compile(r"`([\w/.-]+/[\w.-]+\.(?:py|md|html|css|js))(?:: (\w+))?`")


def _numbers() -> list[str]:
    counted = [
        (chapter, number, count) for chapter, counts in SECTIONS.items() for number, count in enumerate(counts, 1)
    ]
    return [f"{chapter}.{section}.{one}" for chapter, section, count in counted for one in range(1, count + 1)]


def _tests() -> set[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)}


def _gone(text: str) -> Iterator[str]:
    """The files that are not there, and the names that their files do not define."""
    for path, name in PLACE.findall(text):
        file = ROOT / path
        if not file.is_file():
            yield path
        elif name and not re.search(rf"^(?:def|class) {name}\b|^{name} = ", file.read_text("utf-8"), re.MULTILINE):
            yield f"{path}: {name}"


def test_every_requirement_has_its_line() -> None:
    assert [row[0] for row in ROW.findall(TABLE.read_text("utf-8"))] == _numbers()


def test_every_line_names_what_holds_it_or_says_why_not() -> None:
    for number, _level, _demand, answer, tests in ROW.findall(TABLE.read_text("utf-8")):
        assert answer.startswith(WITHOUT) or tests.strip() != "–" or number in UNTESTED, number


def test_nothing_that_is_named_is_gone() -> None:
    text = TABLE.read_text("utf-8")
    assert set(re.findall(r"`(test_\w+)`", text)) - _tests() == set()
    assert list(_gone(text)) == []


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("`community/policy.py: ensure`", []),
        ("`community/policy.py: ensured`", ["community/policy.py: ensured"]),
        ("`community/police.py: ensure`", ["community/police.py"]),
        ("`docs/asvs.md`", []),
    ],
)
def test_what_is_gone_is_noticed(text: str, gone: list[str]) -> None:
    assert list(_gone(text)) == gone
