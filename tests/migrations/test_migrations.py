"""Migrations up, down and with data, on both databases; at their head the tables are those of the models."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from community.cli.database import MIGRATIONS, alembic, is_current, migrate
from community.db import db
from community.models import Member, Passkey, Post, Sector, SignIn, Suspension
from tests.authenticator import Device, give
from tests.factories import World

FILE = re.compile(r"\d{8}_\d{4}_[0-9a-f]{12}_[a-z0-9_]+\.py")


def words(index: Any) -> str:
    """An index in words; its condition is an object that only shows them when asked."""
    return str({**index, "dialect_options": {key: str(value) for key, value in index["dialect_options"].items()}})


def shape() -> dict[str, Any]:
    """Every table as the database itself describes it."""
    seen = inspect(db.engine)
    tables = [name for name in seen.get_table_names() if name != "alembic_version"]
    return {
        name: {
            # In no order: a later migration adds them at the end.
            "columns": {
                (one["name"], str(one["type"]), one["nullable"], one["default"]) for one in seen.get_columns(name)
            },
            "primary": seen.get_pk_constraint(name),
            "unique": sorted(map(str, seen.get_unique_constraints(name))),
            "foreign": sorted(map(str, seen.get_foreign_keys(name))),
            "checks": sorted((str(one["name"]), one["sqltext"]) for one in seen.get_check_constraints(name)),
            "indexes": sorted(map(words, seen.get_indexes(name))),
        }
        for name in sorted(tables)
    }


def settle() -> None:
    db.session.remove()
    db.engine.dispose()


def test_the_head_is_what_the_models_say(bare_app: Flask) -> None:
    """Down to the last constraint and index, which Alembic itself does not compare."""
    command.upgrade(alembic(), "head")
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, db.metadata) == []
    migrated = shape()
    command.downgrade(alembic(), "base")
    db.create_all()
    assert migrated == shape()


def test_down_leaves_nothing_and_up_brings_all_back(bare_app: Flask) -> None:
    command.upgrade(alembic(), "head")
    before = shape()
    assert len(before) > 20
    command.downgrade(alembic(), "base")
    assert shape() == {}
    command.upgrade(alembic(), "head")
    assert shape() == before


def test_every_step_can_be_taken_back(bare_app: Flask) -> None:
    steps = [one.revision for one in reversed(list(ScriptDirectory.from_config(alembic()).walk_revisions()))]
    for step in steps:
        command.upgrade(alembic(), step)
        after = shape()
        command.downgrade(alembic(), "-1")
        command.upgrade(alembic(), step)
        assert shape() == after, step


def test_there_is_one_head_and_files_are_named_alike() -> None:
    assert len(ScriptDirectory.from_config(alembic()).get_heads()) == 1
    names = [path.name for path in (MIGRATIONS / "versions").glob("*.py")]
    assert names
    assert [name for name in names if not FILE.fullmatch(name)] == []


def test_migrating_twice_changes_nothing(bare_app: Flask) -> None:
    assert not is_current(bare_app)
    migrate(bare_app)
    assert is_current(bare_app)
    World(bare_app).member("Ada")
    migrate(bare_app)
    assert is_current(bare_app)
    assert db.session.scalar(select(Member.name)) == "Ada"
    assert db.session.scalar(select(func.count()).select_from(Sector)) == 16


# --- with data: what a later migration will meet ---

STEP = '''"""a later step"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "00000000ffff", "{head}", None, None


def upgrade() -> None:
    with op.batch_alter_table("members") as members:
        members.alter_column("name", type_=sa.String(200))
        members.add_column(sa.Column("nickname", sa.String(50), nullable=False, server_default="none"))
    {more}


def downgrade() -> None:
    with op.batch_alter_table("members") as members:
        members.alter_column("name", type_=sa.String(100))
        members.drop_column("nickname")
'''


def later(folder: Path, more: str = "pass") -> Config:
    """Alembic with one further migration, which makes the members table anew on SQLite."""
    head = ScriptDirectory.from_config(alembic()).get_current_head()
    (folder / "20991231_0000_00000000ffff_later.py").write_text(STEP.format(head=head, more=more), encoding="utf-8")
    config = alembic()
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}:{folder}")
    return config


def fill(app: Flask) -> dict[str, int]:
    world = World(app)
    member, group = world.member("Ada"), world.group()
    world.join(member, group)
    world.reply(world.thread(group, member), member)
    world.enter(member)
    give(member, Device())
    return numbers()


def numbers() -> dict[str, int]:
    db.session.rollback()
    return {
        kind.__name__: db.session.scalar(select(func.count()).select_from(kind)) or 0
        for kind in (Member, Passkey, Post, SignIn)
    }


def test_a_table_made_anew_loses_none_of_its_children(bare_app: Flask, tmp_path: Path) -> None:
    """With foreign keys on, SQLite would delete passkeys and sessions as the old members table is dropped."""
    migrate(bare_app)
    before = fill(bare_app)
    settle()
    assert before == {"Member": 1, "Passkey": 1, "Post": 2, "SignIn": 1}
    config = later(tmp_path)
    command.upgrade(config, "head")
    assert db.session.scalar(text("SELECT nickname FROM members")) == "none"
    assert numbers() == before
    settle()
    command.downgrade(config, "-1")
    assert numbers() == before
    assert "nickname" not in {column["name"] for column in inspect(db.engine).get_columns("members")}


def test_foreign_keys_hold_again_afterwards(bare_app: Flask, tmp_path: Path) -> None:
    migrate(bare_app)
    command.upgrade(later(tmp_path), "head")
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text("INSERT INTO read_marks (member_id, thread_id, read_to) VALUES (1, 2, '2026-01-01')"))


@pytest.mark.parametrize("fault", ["raise RuntimeError('broken')", 'op.execute("DELETE FROM organizations")'])
def test_a_migration_that_fails_changes_nothing(bare_app: Flask, tmp_path: Path, fault: str) -> None:
    """Also one that would leave rows pointing at nothing, which SQLite does not refuse by itself while keys are off."""
    migrate(bare_app)
    before, tables = fill(bare_app), shape()
    settle()
    with pytest.raises((RuntimeError, IntegrityError)):
        command.upgrade(later(tmp_path, fault), "head")
    settle()
    assert shape() == tables
    assert numbers() == before
    assert is_current(bare_app)


def test_who_was_here_before_vouches_stays(bare_app: Flask) -> None:
    """They need none, how they work is taken as noted, and who was suspended can be reinstated."""
    command.upgrade(alembic(), "000000000001")
    with db.engine.begin() as connection:
        house = {"id": 1, "name": "House", "short_name": "House", "kind": "operator", "verified": True}
        connection.execute(text(insert_words("organizations", house)), house)
        for number, state in enumerate(("active", "pending", "suspended"), 1):
            row = OLD_MEMBER | {
                "id": number,
                "mail": f"M{number}@X.example",
                "state": state,
                "user_handle": bytes([number]),
            }
            connection.execute(text(insert_words("members", row)), row)
    settle()
    command.upgrade(alembic(), "head")
    found = db.session.execute(select(Member.state, Member.founder, Member.engagement_noted).order_by(Member.id)).all()
    assert [tuple(row) for row in found] == [
        ("active", True, True),
        ("pending", False, True),
        ("suspended", True, True),
    ]
    assert db.session.scalars(select(Member.mail).where(Member.id == 1)).one() == "m1@x.example"
    assert db.session.execute(select(Suspension.member_id, Suspension.was)).all() == [(3, "active")]
    assert db.session.scalars(select(Suspension.began_at)).one().tzinfo is not None


OLD_MEMBER = {
    "organization_id": 1,
    "name": "Member",
    "profile": "",
    "engagement": "staff",
    "nda_signed": False,
    "site_moderator": False,
    "analyst": False,
    "locale": "en",
    "time_zone": "UTC",
    "theme": "auto",
    "joined_on": date(2026, 1, 1),
    "guided": True,
}


def insert_words(table: str, row: dict[str, Any]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"
