"""Is everything in order?"""

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta

import click
from flask import Flask

from community.cli.base import application

MOST_WAITING = 1000
MOST_DRIFT = timedelta(seconds=5)
Finding = tuple[bool, str]


def _database(_app: Flask) -> Iterator[Finding]:
    from sqlalchemy import text

    from community.db import db

    db.session.execute(text("SELECT 1"))
    yield True, f"the database answers ({db.engine.dialect.name})"


def _migrations(app: Flask) -> Iterator[Finding]:
    from community.cli.database import is_current

    current = is_current(app)
    yield current, "the schema is up to date" if current else 'the schema is not up to date: run "musubi upgrade"'


def _outbox(_app: Flask) -> Iterator[Finding]:
    from community import outbox

    waiting, failing = outbox.backlog(), outbox.failing()
    yield waiting < MOST_WAITING, f"{waiting} events wait"
    yield not failing, f"{failing} deliveries have failed and are tried again" if failing else "no delivery has failed"


def _audit(_app: Flask) -> Iterator[Finding]:
    from community import audit

    wrong = list(audit.problems())
    yield not wrong, wrong[0] if wrong else "the audit log is whole"


def _clock(_app: Flask) -> Iterator[Finding]:
    from sqlalchemy import text

    from community import clock
    from community.db import db

    if db.engine.dialect.name != "postgresql":
        yield True, "the clock is the database's own"
        return
    drift = abs(clock.now() - db.session.execute(text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC))
    yield drift < MOST_DRIFT, f"the clock is {drift.total_seconds():.1f} s from the database's"


def _redis(app: Flask) -> Iterator[Finding]:
    import redis

    url = app.extensions["musubi"].redis_url
    if not url:
        yield True, "Redis is not used: one process serves all"
        return
    redis.Redis.from_url(url, socket_timeout=3).ping()
    yield True, "Redis answers"


def _mail(app: Flask) -> Iterator[Finding]:
    from community import mail

    if not app.extensions["musubi"].smtp_url:
        yield True, "mails become files: this is a demo"
    waiting, failed = mail.waiting(), mail.failing()
    yield waiting < MOST_WAITING, f"{waiting} letters wait"
    yield not failed, f"{failed} letters were not taken and are tried again" if failed else "none was refused"


CHECKS: tuple[tuple[str, Callable[[Flask], Iterator[Finding]]], ...] = (
    ("database", _database),
    ("migrations", _migrations),
    ("outbox", _outbox),
    ("audit", _audit),
    ("Redis", _redis),
    ("mail", _mail),
    ("clock", _clock),
)


@click.command()
def doctor() -> None:
    """Look at settings, database, migrations, outbox, audit log, Redis, mail, clock. Status 1 when one is wrong."""
    app = application()
    click.echo("ok    settings: they are complete and strong")
    with app.app_context():
        findings = [(name, *finding) for name, check in CHECKS for finding in _tried(check, app)]
    for name, fine, words in findings:
        click.echo(f"{'ok   ' if fine else 'WRONG'} {name}: {words}")
    if not all(fine for _, fine, _ in findings):
        raise SystemExit(1)


def _tried(check: Callable[[Flask], Iterator[Finding]], app: Flask) -> list[Finding]:
    try:
        return list(check(app))
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what the operator wants to hear
        return [(False, f"does not answer ({type(error).__name__})")]
