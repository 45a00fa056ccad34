"""What a theft yields, line by line as docs/threat-model.md says: tried with what the thief would have."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import anonymity, backup
from community.db import db
from community.explaining import explain
from community.models import Member, Post, SealedAct, Thread
from tests.factories import World
from tests.unnamed import Crowd, crowd, reply_at, send, unnamed_post


@pytest.fixture
def room(world: World) -> Crowd:
    """One post is released without a name, another waits."""
    room = crowd(world)
    author = world.enter(room.others[0])
    send(author, reply_at(room.opening), body="It was us", tlp="GREEN", at_once="y")
    send(author, reply_at(room.opening), body="And again", tlp="GREEN")
    return room


def named() -> list[int]:
    """Whose tag the post has, for who tries all members under the key that the server has."""
    post = db.session.get_one(Post, unnamed_post())
    scope = db.session.get_one(Thread, post.thread_id).scope or b""
    return [one for one in db.session.scalars(select(Member.id)) if post.author_tag in set(anonymity._tags(one, scope))]


def test_database_and_key_name_every_author(room: Crowd) -> None:
    """The threat model says it first: nothing but the key stands between."""
    assert named() == [room.others[0].id]
    waiting = db.session.scalars(select(SealedAct)).one()
    assert anonymity.unseal(waiting.id, waiting.sealed)["member"] == room.others[0].id


@pytest.mark.parametrize("other", ["session_key", "audit_key", "draft_key"])
def test_the_database_under_any_other_key_names_nobody(
    app: Flask, room: Crowd, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    held = app.extensions["musubi"]
    monkeypatch.setitem(app.extensions, "musubi", replace(held, anonymity_key=getattr(held, other)))
    assert named() == []


def test_a_backup_holds_what_the_tables_hold_and_nothing_beside(room: Crowd, tmp_path: Path) -> None:
    """What two databases do not tell, two backups do not tell either."""
    target = tmp_path / "backup.gz"
    db.session.rollback()
    backup.write(target, "test")
    found = dict.fromkeys(db.metadata.tables, 0)
    for name, row in backup.rows(target, "test"):
        assert set(row) <= set(db.metadata.tables[name].columns.keys())
        found[name] += 1
    held = {
        name: db.session.scalar(select(func.count()).select_from(table)) for name, table in db.metadata.tables.items()
    }
    assert {name for name in found if found[name] != held[name]} <= {"sign_ins"}
    assert "And again" not in gzip.decompress(target.read_bytes()).decode()


def test_the_session_key_alone_opens_no_session(app: Flask, room: Crowd, client: FlaskClient) -> None:
    """Whoever signs a cookie of their own is nobody: a session is a row, under a hash of a random token."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    for token in (str(room.others[0].id), "0" * 64):
        client.set_cookie("musubi", signer.dumps({"_user_id": token, "_fresh": True}))
        assert client.get("/groups").status_code == 303


def test_explaining_says_of_the_author_what_it_says_of_anybody(room: Crowd) -> None:
    post = db.session.get_one(Post, unnamed_post())
    mine, theirs = (list(explain(db.session.get_one(Member, one.id), post)) for one in room.others[:2])
    assert mine == theirs != []
