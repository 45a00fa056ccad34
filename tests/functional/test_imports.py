"""Importing from files: dates, labels, attribution; bad lines named; run again without doubling."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from community import ids
from community.cli import main
from community.db import db
from community.models import Group, Member, Post, Thread
from community.tlp import Tlp
from tests.factories import World

INCIDENT = {
    "id": "VCDB-1",
    "year": 2014,
    "month": 4,
    "day": 9,
    "title": "Ransomware at a water utility",
    "summary": "Billing was down for **two** days.",
    "sector": "water",
    "action": ["malware"],
    "action_variety": ["malware:Ransomware", "social:Phishing"],
    "victim": "A utility",
    "references": ["https://news.example/story", "javascript:alert(1)"],
}


def file(folder: Path, *lines: Any) -> Path:
    """A file with one JSON value a line; text is written as it is."""
    path = folder / "lines.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line, working on the test's database."""

    def _run(*words: str) -> Result:
        monkeypatch.setattr("community.cli.imports.application", lambda: app)
        return CliRunner().invoke(main, ["import", *words])

    return _run


def count(model: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_incidents_keep_day_source_and_types(run: Any, world: World, tmp_path: Path) -> None:
    moderator = world.member(site_moderator=True)
    assert run("incidents", str(file(tmp_path, INCIDENT))).exit_code == 0
    group = db.session.scalars(select(Group.visibility)).one()
    thread = db.session.execute(select(Thread.id, Thread.event_type, Thread.cause_types)).one()
    page = world.enter(moderator).get(f"/threads/{ids.encode(thread.id)}").text
    assert "2014-04-09" in page
    assert "TLP:GREEN" in page
    assert "CC BY-SA 4.0, VCDB-1" in page
    assert "<strong>two</strong>" in page
    assert "javascript:" not in page
    assert thread.event_type == "malware"
    assert thread.cause_types == ["suspicious_mail"]
    assert group == "private"


def test_strangers_to_the_sector_read_nothing_of_it(run: Any, world: World, tmp_path: Path) -> None:
    world.member(site_moderator=True)
    run("incidents", str(file(tmp_path, INCIDENT)))
    thread_id = db.session.scalars(select(Thread.id)).one()
    stranger = world.enter(world.member())
    assert stranger.get(f"/threads/{ids.encode(thread_id)}").status_code == 404


def test_a_second_run_adds_only_what_is_new(run: Any, world: World, tmp_path: Path) -> None:
    world.member(site_moderator=True)
    run("incidents", str(file(tmp_path, INCIDENT)))
    again = run("incidents", str(file(tmp_path, INCIDENT, INCIDENT | {"id": "VCDB-2", "sector": "gas"})))
    assert "1 imported, 1 were here already, 0 lines skipped" in again.output
    assert count(Post) == 2
    assert count(Group) == 2
    assert db.session.scalar(select(func.count()).select_from(Member).where(Member.state == "left")) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2 is not a JSON object"),
        (INCIDENT | {"title": ""}, "line 2 has no text in “title”"),
        (INCIDENT | {"title": 7}, "line 2 has no text in “title”"),
        (INCIDENT | {"sector": "moon"}, "line 2 has an unknown “sector”"),
        (INCIDENT | {"year": "soon"}, "line 2 has no “year” that exists"),
        (INCIDENT | {"summary": "x" * 50_001}, "line 2 has more than 50000 characters"),
    ],
)
def test_bad_lines_are_named_and_skipped(run: Any, world: World, tmp_path: Path, line: Any, reason: str) -> None:
    world.member(site_moderator=True)
    result = run("incidents", str(file(tmp_path, INCIDENT, line, INCIDENT | {"id": "VCDB-3"})))
    assert "2 imported" in result.output
    assert reason in result.output


def test_without_anybody_to_moderate_nothing_is_made(run: Any, tmp_path: Path) -> None:
    result = run("incidents", str(file(tmp_path, INCIDENT)))
    assert result.exit_code == 1
    assert "needs a moderator" in result.output
    assert count(Group) == count(Post) == 0


def test_posts_into_a_group(run: Any, world: World, tmp_path: Path) -> None:
    group, reader = world.group(), world.member()
    world.join(reader, group)
    lines = file(
        tmp_path,
        {"id": 1, "title": "一", "text": "本文", "date": "2020-02-03", "tlp": "AMBER", "language": "ja"},
        {"id": 2, "title": "Two", "text": "Text", "tlp": "RED"},
        {"title": "Three", "text": "Text"},
    )
    result = run("posts", str(lines), "--group", ids.encode(group.id), "--source", "Our wiki")
    assert "1 imported" in result.output
    assert "line 2 has a “tlp”" in result.output
    assert "line 3 has no “id”" in result.output
    assert db.session.scalars(select(Post.tlp)).all() == [Tlp.AMBER]
    assert "Our wiki" in world.enter(reader).get(f"/groups/{ids.encode(group.id)}").text


@pytest.mark.parametrize("group", ["nonsense", "0000000000001", ""])
def test_an_unknown_group_is_refused(run: Any, tmp_path: Path, group: str) -> None:
    result = run("posts", str(file(tmp_path, {"id": 1, "title": "T", "text": "T"})), "--group", group)
    assert result.exit_code == 1
    assert count(Post) == 0
