"""What an operator or a developer can meet is written down: settings, permissions, events, commands, addresses."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask import Flask

from community.cli import main
from community.events import KINDS
from community.policy import Permission
from community.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def written() -> str:
    """All pages of docs/, without the decisions: those tell of the past."""
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))


def undocumented(names: Iterable[str], text: str) -> list[str]:
    """The names that do not stand, as they are, between backticks in ``text``."""
    spans = {span.strip() for span in re.findall(r"`([^`\n]+)`", text)}
    return sorted(name for name in names if not any(re.match(rf"{re.escape(name)}(?![\w.-])", span) for span in spans))


def commands(command: click.Command, path: str) -> Iterator[str]:
    """``musubi audit verify`` for each command that does something."""
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None, name
        yield from commands(inner, f"{path} {name}")


def test_every_setting_is_documented() -> None:
    assert undocumented((f"MUSUBI_{item.name.upper()}" for item in fields(Settings)), written()) == []


def test_every_permission_is_documented() -> None:
    assert undocumented(Permission, written()) == []


def test_every_event_is_documented() -> None:
    assert undocumented(KINDS, written()) == []


def test_every_command_is_documented() -> None:
    found = list(commands(main, "musubi"))
    assert len(found) > 1
    assert undocumented(found, written()) == []


def test_every_group_of_addresses_is_documented(app: Flask) -> None:
    groups = {"/" + rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    assert undocumented(groups, written()) == []


def broken_links(page: Path) -> Iterator[str]:
    """Links of a page, pictures included, to files of this tree that are not there."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path = link.partition("#")[0]
        if path and "://" not in link and not (page.parent / path).exists():
            yield f"{page.name}: {link}"


def test_no_link_is_broken() -> None:
    pages = [*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")]
    assert [link for page in pages for link in broken_links(page)] == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](page.md#end) [b](https://x.example) [c](#here) ![d](gone.png)", encoding="utf-8")
    assert list(broken_links(page)) == ["page.md: gone.png"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("`MUSUBI_ORIGIN`", []),
        ("set `MUSUBI_ORIGIN=https://x.example`", []),
        ("MUSUBI_ORIGIN, not as code", ["MUSUBI_ORIGIN"]),
        ("`MUSUBI_ORIGIN_OF_SPECIES`", ["MUSUBI_ORIGIN"]),
        ("", ["MUSUBI_ORIGIN"]),
    ],
)
def test_what_is_missing_is_noticed(text: str, missing: list[str]) -> None:
    assert undocumented(["MUSUBI_ORIGIN"], text) == missing
