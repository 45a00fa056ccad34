"""A backup, restored into an empty database, is equal; anything else is refused and changes nothing."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community import backup
from community.actions import restoring
from community.db import action, db
from community.events import PostPublished, record
from community.models import OutboxEvent, Severity
from community.tlp import Tlp
from tests.conftest import empty
from tests.factories import World

REVISION = "test"


def everything() -> dict[str, list[Any]]:
    """All rows of all tables."""
    tables = {
        table.name: db.session.execute(select(table).order_by(*table.primary_key)).all()
        for table in db.metadata.sorted_tables
    }
    db.session.rollback()
    return {name: [tuple(row) for row in rows] for name, rows in tables.items()}


@action
def publish(post_id: int) -> None:
    record(PostPublished(post_id))


@pytest.fixture
def saved(world: World, tmp_path: Path) -> Path:
    """A backup of a small community."""
    group, author, reader = world.group("運用の部屋"), world.member("久保 亜希"), world.member()
    world.join(author, group)
    world.join(reader, group)
    opening = world.thread(group, author, "題名 “title”", tlp=Tlp.RED, recipients=[reader], severity=Severity.WARNING)
    world.reply(opening, author, "本文\n\n`code` 😀")
    world.enter(author)
    publish(opening.id)
    target = tmp_path / "backup.gz"
    assert backup.write(target, REVISION) == backup.check(target, REVISION) > 20
    return target


def test_a_restored_backup_is_equal(app: Flask, saved: Path) -> None:
    before = everything()
    empty(app)
    assert everything() != before
    restoring.restore(saved, REVISION)
    assert everything() == before


def test_work_goes_on_after_restoring(app: Flask, saved: Path) -> None:
    empty(app)
    restoring.restore(saved, REVISION)
    publish(1)
    assert db.session.scalars(select(OutboxEvent.number).order_by(OutboxEvent.number)).all() == [1, 2]


def test_only_its_owner_reads_it(saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0


def test_a_database_that_holds_something_is_left_alone(saved: Path) -> None:
    before = everything()
    with pytest.raises(restoring.NotEmpty):
        restoring.restore(saved, REVISION)
    assert everything() == before


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _changed(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b"title", b"other"))


def _without_a_row(content: bytes) -> bytes:
    lines = gzip.decompress(content).splitlines(keepends=True)
    return gzip.compress(b"".join(lines[:5] + lines[6:]))


@pytest.mark.parametrize("damage", [_cut, _changed, _without_a_row, lambda _content: b"nonsense", lambda _content: b""])
def test_a_damaged_file_changes_nothing(app: Flask, saved: Path, damage: Any) -> None:
    empty(app)
    before = everything()
    saved.write_bytes(damage(saved.read_bytes()))
    with pytest.raises(backup.Damaged):
        restoring.restore(saved, REVISION)
    assert everything() == before


def test_another_schema_is_refused(app: Flask, saved: Path) -> None:
    empty(app)
    with pytest.raises(backup.Damaged, match="schema test"):
        restoring.restore(saved, "later")
