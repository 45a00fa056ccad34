"""Filling an empty database from a backup."""

from pathlib import Path

from sqlalchemy import Table, func, insert, select

from community import backup
from community.db import action, db


class NotEmpty(Exception):
    """The database to restore into holds something already."""


@action
def restore(source: Path, revision: str) -> int:
    """Fill the empty database from a backup, in one transaction. Returns the number of rows.

    Raises Damaged or NotEmpty, and then changes nothing. Lists that the program itself wrote are written over.
    """
    backup.check(source, revision)
    tables = {table.name: table for table in db.metadata.sorted_tables}
    _ensure_empty(tables)
    waiting: list[backup.Row] = []
    current, count = "", 0
    for name, row in backup.rows(source, revision):
        if name not in tables:
            raise backup.Damaged(f"it has a table “{name}” that is not known here")
        if name != current or len(waiting) >= backup.BATCH:
            _insert(tables.get(current), waiting)
            current, waiting = name, []
        waiting.append(row)
        count += 1
    _insert(tables.get(current), waiting)
    _set_sequences(tables)
    return count


def _ensure_empty(tables: dict[str, Table]) -> None:
    for name, table in tables.items():
        if name == "sectors":
            db.session.execute(table.delete())
        elif db.session.scalar(select(func.count()).select_from(table)):
            raise NotEmpty


def _insert(table: Table | None, rows: list[backup.Row]) -> None:
    if table is not None and rows:
        db.session.execute(insert(table), [backup.typed(table, row) for row in rows])


def _set_sequences(tables: dict[str, Table]) -> None:
    if db.engine.dialect.name == "postgresql":
        latest = func.coalesce(func.max(tables["outbox"].c.number), 0) + 1
        sequence = func.pg_get_serial_sequence("outbox", "number")
        db.session.execute(select(func.setval(sequence, select(latest).scalar_subquery(), False)))
