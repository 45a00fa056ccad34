"""Every command, met with nonsense: a line that says what is wrong, a status that says so, and nothing half done."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from community import ids
from community.cli import main
from community.cli.database import migrate
from community.db import db
from community.models import Thread
from tests.commands import musubi
from tests.factories import World

NONSENSE = ("", "nonsense", "--nonsense", "\udcff", "9" * 300, "é\u202e", "../..", "-1", "%s", "a\nb")
FILES: dict[str, bytes] = {
    "empty": b"",
    "nul": b"\0" * 1000,
    "binary": bytes(range(256)) * 50,
    "huge": b"[" * 2_000_000,
    "long": b"x" * 2_000_000,
    "no_json": b"{'id': 1}\nnull\n7\n[]\n\"text\"\n{}\n",
    "wrong": b'{"id": {}, "title": [], "text": 7, "sector": ["x"], "year": 1e999, "tlp": "PINK"}\n',
    "surrogate": b'{"id": "\\ud800", "title": "\\ud800\\u0000", "text": "\\u0000", "sector": "water"}\n',
    "number": b'{"id": "a", "title": "t", "text": 7, "year": 99999999999999999999, "month": -1, "sector": "water"}\n',
    "deep": b'{"id": ' + b"[" * 100_000 + b"\n",
    "digits": b'{"id": ' + b"9" * 6000 + b"}\n",
    "not.gz": b"not gzipped at all",
    "cut.gz": gzip.compress(b"{}\n" * 1000)[:-20],
    "rows.gz": gzip.compress(b'{"format":"musubi-backup-1","revision":"x"}\n7\n'),
}
CONTENT = ("threads", "posts", "groups", "revisions")


def commands(group: click.Group = main, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*way, name))
        else:
            yield (*way, name)


ALL = sorted(set(commands()) - {("backup",)})  # any word is a file to write to: it has a test of its own


@pytest.fixture
def run(bare_app: Flask) -> Callable[..., Result]:
    """A command on a community that holds one group and its moderator, or on an empty one."""
    chosen = bare_app.extensions["musubi"]
    migrate(bare_app)
    return lambda *words: musubi(chosen, *words)


def rows() -> dict[str, int]:
    """How much there is of everything."""
    db.session.rollback()
    tables = db.metadata.tables.items()
    return {name: db.session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables}


def in_words(result: Result) -> bool:
    """Refused, in a few short lines, of which none is a program's."""
    lines = result.output.strip().splitlines()
    ours = not re.search('Traceback|sqlalchemy|psycopg|File "', result.output)
    return ours and result.exit_code != 0 and 0 < len(lines) <= 40 and len(lines[-1]) < 6000


@pytest.fixture
def group(bare_app: Flask, run: Callable[..., Result]) -> str:
    world = World(bare_app)
    world.member(site_moderator=True)
    return ids.encode(world.group().id)


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_nonsense_for_arguments_is_refused(run: Callable[..., Result], group: str, command: tuple[str, ...]) -> None:
    before = rows()
    for word in NONSENSE:
        for words in ((word,), (word, word), (f"--{word or 0}",)):
            assert in_words(run(*command, *words)), (command, words)
    assert rows() == before


OPTIONS = (
    ("import", "posts", "FILE", "--group"),
    ("bootstrap", "--name", "A", "--mail", "a@b.test", "--organization", "C", "--kind"),
    ("demo", "--port"),
    ("explain", "nobody@example.test"),
)


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_nonsense_for_options_is_refused(
    run: Callable[..., Result], group: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before, file = rows(), tmp_path / "empty"
    file.touch()
    for nonsense in NONSENSE:
        sent = [str(file) if word == "FILE" else word for word in words]
        assert in_words(run(*sent, nonsense)), nonsense
    assert rows() == before


@pytest.mark.parametrize("name", [*FILES, "folder", "missing"])
def test_files_of_nonsense_change_nothing(run: Callable[..., Result], group: str, tmp_path: Path, name: str) -> None:
    before, path = rows(), tmp_path / name
    if name in FILES:
        path.write_bytes(FILES[name])
    if name == "folder":
        path.mkdir()
    for words in (("import", "incidents", str(path)), ("import", "posts", str(path), "--group", group)):
        result = run(*words)
        assert in_words(result) or (result.exit_code == 0 and "0 imported" in result.output), words
    after = rows()
    assert {kind: after[kind] for kind in CONTENT} == {kind: before[kind] for kind in CONTENT}


@pytest.mark.parametrize("name", [*FILES, "folder", "missing"])
def test_nonsense_is_not_restored(bare_app: Flask, run: Callable[..., Result], tmp_path: Path, name: str) -> None:
    before, path = rows(), tmp_path / name
    if name in FILES:
        path.write_bytes(FILES[name])
    if name == "folder":
        path.mkdir()
    assert in_words(run("restore", str(path)))
    assert rows() == before


def test_a_backup_that_cannot_be_written_leaves_nothing(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("no/such/folder/x", "file/x", "file", "x" * 300):
        assert in_words(run("backup", str(tmp_path / name))), name
    assert [path.name for path in tmp_path.iterdir() if "sqlite" not in path.name] == ["file"]


def test_a_line_is_imported_as_far_as_it_makes_sense(run: Callable[..., Result], group: str, tmp_path: Path) -> None:
    """Halves of characters and NULs go, lists that are none count as empty, a moment of no calendar is refused."""
    lines = (
        {"id": "a\ud800", "title": "Half\udc00 a title", "text": "NUL\0 and more"},
        {"id": "b", "title": "Too early", "text": "t", "date": "0001-01-01T00:00:00+14:00"},
    )
    path = tmp_path / "lines"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    result = run("import", "posts", str(path), "--group", group)
    assert result.exit_code == 1
    assert "1 imported" in result.output
    assert "line 2 has no ISO 8601" in result.output
    db.session.rollback()
    assert db.session.scalars(select(Thread.title)).all() == ["Half a title"]
    odd = {"id": "c", "title": "T", "summary": "s", "sector": "water", "year": 2014, "victim": "V\0"}
    odd |= {"references": 7, "action": {"x": 1}, "action_variety": [["y"], None], "month": 1e999}
    path.write_text(json.dumps(odd), encoding="utf-8")
    assert "1 imported" in run("import", "incidents", str(path)).output
