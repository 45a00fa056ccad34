"""The corpus of the benchmarks fits the tables of today: a column that was added must not break a measurement."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from bench import corpus
from community.actions.reference import load_sectors
from community.db import db
from community.models import Group, Post, Recipient, Thread

RED_TOPIC = next(number for number in range(1, 100) if corpus.label(number) == "RED")
TABLES: dict[str, list[corpus.Row]] = {
    "users": [{"id": n, "name": f"member{n:04}", "email": f"m{n}@example.org"} for n in range(1, 31)],
    "forums": [{"id": 1, "name": "Water", "description": "Plants", "restricted": False}],
    "topics": [{"id": RED_TOPIC, "forum": 1, "title": "Pumps", "user": 1, "posts": 2, "time": 1}],
    "posts": [
        {"id": n, "topic": RED_TOPIC, "forum": 1, "user": n, "time": n, "text": "It was\n\nseen."} for n in (1, 2)
    ],
}


@pytest.mark.postgres
@pytest.mark.parametrize("bare_app", ["postgresql"], indirect=True)
def test_a_generated_corpus_is_loaded(bare_app: Flask, tmp_path: Path) -> None:
    """On PostgreSQL, as the benchmarks are."""
    for name, rows in TABLES.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    db.create_all()
    load_sectors()
    corpus.load_ours(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False), tmp_path)
    counted = {model: db.session.scalar(select(func.count()).select_from(model)) for model in (Group, Thread, Post)}
    assert counted == {Group: 1, Thread: 1, Post: 2}
    assert db.session.scalar(select(func.count()).select_from(Recipient)) == 2 * corpus.NAMED
