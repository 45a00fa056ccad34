"""The benchmark of moderation: the queue beside the floor's, and taking words out with everything that follows.

    python -m bench.moderation [--seconds 5] [--rounds 3] [--posts 50000] [--cases 5000] [--small 20000] [--times 40]

The queue on PostgreSQL, as ``bench.pages`` measures pages: two workers a side, by turns. Taking words out on SQLite, in
this process, purging included. Prints what it does to stderr and one JSON object as the last line.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from sqlalchemy import create_engine, insert, select, update

from app import create_app
from bench import corpus
from bench.pages import GENERATOR, count_statements, say
from bench.server import Load, Request, Server
from bench.sides import Floor, Ours
from bench.words import QUOTED, WORDS, write_posts
from community import clock
from community.actions import purging
from community.blocks import Missing
from community.db import db
from community.models import Case, CaseKind, CaseState, Membership, Post, Role
from community.redacting import Words
from community.settings import Settings
from community.viewer import viewer_of_member
from moderation.actions.deciding import Letter, redact_post

MODERATORS = 20
KEY = "0123456789abcdefghijklmnopqrstuvwxyz"


def main() -> int:
    """Run both; 0 when the targets are met."""
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    share, statements = _queue(options)
    seconds = sorted(_redactions(options))
    p95 = quantiles(seconds, n=20)[-1]
    targets = [
        {"name": "queue at 16, share of floor", "value": share, "target": ">= 0.5", "ok": share >= 0.5},
        {"name": "words taken out, p95, s", "value": round(p95, 3), "target": "<= 2", "ok": p95 <= 2},
    ]
    results = {"statements": statements, "words_p50_s": round(median(seconds), 3), "words_max_s": round(seconds[-1], 3)}
    print(json.dumps({"bench": "moderation", "results": results, "targets": targets}))
    return 0 if all(target["ok"] for target in targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432")
    parser.add_argument("--generator", type=Path, default=GENERATOR)
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    return parser.parse_args()


# --- the queue ---


def _queue(options: argparse.Namespace) -> tuple[float, int]:
    """The share of the floor's rate at 16 connections, the median of the rounds; the statements of our page."""
    given = (options.postgres, options.folder.resolve(), options.posts, options.generator)
    floor, ours = Floor(*given), Ours(*given)
    topics = [one["id"] for one in corpus.read(ours.corpus, "topics")][: options.cases]
    _cases_of_floor(floor, topics)
    _cases_of_ours(ours, topics)
    mine = [Request("GET", "/moderation", ours.cookie(member)) for member in ours.members[:MODERATORS]]
    theirs = [Request("GET", "/queue", floor.cookie(member)) for member in floor.members[:MODERATORS]]
    servers = floor.start(), ours.start()
    try:
        shares = list(_rounds(options, servers, theirs, mine))
    finally:
        for server in servers:
            server.stop()
    return round(median(shares), 3), count_statements(ours, mine[0])


def _rounds(
    options: argparse.Namespace, servers: tuple[Server, Server], theirs: list[Request], mine: list[Request]
) -> Iterator[float]:
    for number in range(options.rounds + 1):
        floor, ours = (
            server.load(asked, 16, options.seconds) for server, asked in zip(servers, (theirs, mine), strict=True)
        )
        if number:
            say("round", number, *map(_told, (floor, ours)))
            yield ours.rate / floor.rate


def _told(load: Load) -> str:
    return f"{load.rate:.1f}/s p95 {load.p95:.1f} ms, wrong {load.wrong};"


def _cases_of_floor(floor: Floor, topics: list[int]) -> None:
    module = floor._module()  # noqa: SLF001 - where its tables are
    engine = create_engine(floor.environ()["FLOOR_DATABASE"])
    module.Base.metadata.create_all(engine)
    rows = [{"id": topic, "topic_id": topic, "due": _due(topic).replace(tzinfo=None)} for topic in topics]
    with engine.begin() as connection:
        connection.execute(module.Case.__table__.delete())
        connection.execute(insert(module.Case), rows)


def _cases_of_ours(ours: Ours, topics: list[int]) -> None:
    with ours.app.app_context():
        db.session.execute(Case.__table__.delete())  # type: ignore[attr-defined]
        wanted = [corpus.BASE + topic for topic in topics]
        found = db.session.execute(select(Post.id, Post.group_id).where(Post.id.in_(wanted))).all()
        db.session.execute(insert(Case), [_case(row) for row in found])
        people = [corpus.BASE + member for member in ours.members[:MODERATORS]]
        mine = update(Membership).where(Membership.member_id.in_(people))
        db.session.execute(mine.values(role=Role.MODERATOR))
        db.session.commit()


def _case(row: Any) -> dict[str, Any]:
    about = {"id": clock.random_id(), "kind": CaseKind.FLAG, "post_id": row.id, "group_id": row.group_id, "version": 1}
    return about | {"state": CaseState.OPEN, "opened_at": _due(0), "due_at": _due(row.id)}


def _due(number: int) -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number % 9973)


# --- taking words out ---


def _redactions(options: argparse.Namespace) -> Iterator[float]:
    """Seconds that each took, from the act to the files that hold the words no more."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(_settings(Path(folder)))
        with app.app_context():
            moderator = viewer_of_member(write_posts(options.small))
            openings = select(Post.id).where(Post.id == Post.thread_id).limit(options.times)
            chosen = db.session.scalars(openings).all()
            for post_id in chosen:
                db.session.rollback()
                yield _timed(moderator, post_id)
            say(len(chosen), "redactions among", options.small, "posts, each quoted", QUOTED, "times")
            db.session.remove()
            db.engine.dispose()


def _timed(moderator: Any, post_id: int) -> float:
    begun = perf_counter()
    redact_post(moderator, post_id, Letter(wanted=(Words(WORDS, Missing.ORGANIZATION),), post_version=1))
    purging.sweep()
    return perf_counter() - begun


def _settings(folder: Path) -> Settings:
    keys: dict[str, Any] = {f"{name}_key": f"{name[0]}-{KEY}" for name in ("session", "anonymity", "audit", "draft")}
    keys["anonymity_key"] = f"n-{KEY}"
    url = f"sqlite:///{folder}/bench.sqlite"
    return Settings(database_url=url, data_dir=str(folder), demo=True, embedded_outbox=False, **keys)


if __name__ == "__main__":
    sys.exit(main())
