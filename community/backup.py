"""Backup and restore: all tables as one file, the same for SQLite and PostgreSQL, checked when it is read.

The file is gzipped JSON lines: a head (format, schema revision), each row as ``[table, values]``, and a foot with the
number of rows and a hash of everything before. It holds everything that the tables hold, and none of the keys: without
the anonymity and draft keys what is sealed stays sealed.
"""

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Date, DateTime, LargeBinary, Table, select
from sqlalchemy.types import TypeDecorator

from community.db import db, one_moment

FORMAT = "musubi-backup-1"
BATCH = 500
Row = dict[str, Any]


class Damaged(Exception):
    """The file is not a whole backup of this format and schema; the message says what is wrong."""


def write(target: Path, revision: str) -> int:
    """Write a backup of the running database to ``target``, readable by its owner only. Returns the number of rows.

    All rows are of one moment. An unfinished file never bears the final name.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wb", compresslevel=6) as file:
        digest, count = hashlib.sha256(), 0
        for line in _lines(revision):
            count += 1
            digest.update(line)
            file.write(line)
        file.write(_line({"rows": count - 1, "sha256": digest.hexdigest()}))
    unfinished.replace(target)
    return count - 1


def _lines(revision: str) -> Iterator[bytes]:
    yield _line({"format": FORMAT, "revision": revision})
    with one_moment():
        for table in db.metadata.sorted_tables:
            statement = select(table).order_by(*table.primary_key).execution_options(yield_per=BATCH)
            for row in db.session.execute(statement).mappings():
                yield _line([table.name, {name: _plain(value) for name, value in row.items()}])


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def check(source: Path, revision: str) -> int:
    """Read a whole backup without restoring it; returns its number of rows. Raises Damaged."""
    return sum(1 for _ in rows(source, revision))


def typed(table: Table, row: Row) -> Row:
    """A row as the database takes it, from what the file holds."""
    return {name: _restored(table.c[name].type, value) for name, value in row.items() if name in table.c}


def _restored(kind: Any, value: Any) -> Any:
    kind = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if value is None or isinstance(kind, JSON):
        return value
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def rows(source: Path, revision: str) -> Iterator[tuple[str, Row]]:
    """The rows of a backup with the names of their tables. Raises Damaged, perhaps only at the end."""
    digest, count, foot = hashlib.sha256(), -1, None
    try:
        with gzip.open(source, "rb") as file:
            for line in file:
                value = json.loads(line)
                if count < 0:
                    _ensure_ours(value, revision)
                elif isinstance(value, dict):
                    foot = value
                    break
                else:
                    yield value[0], value[1]
                digest.update(line)
                count += 1
    except (OSError, EOFError, ValueError, TypeError, LookupError, RecursionError, zlib.error):
        raise Damaged("it is not a whole gzipped backup") from None
    if foot != {"rows": count, "sha256": digest.hexdigest()}:
        raise Damaged("its end is missing or something in it was changed")


def _ensure_ours(head: Any, revision: str) -> None:
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise Damaged("it is not a backup of Musubi")
    if head.get("revision") != revision:
        raise Damaged(f"it was made with schema {head.get('revision')}; this program has {revision}")
