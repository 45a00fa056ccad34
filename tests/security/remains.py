"""Where words still stand: in every value of every table, in every file, in whatever way they may be written.

Tables and files are found here, not listed: what comes later, a search index say, is looked through as well.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from sqlalchemy import inspect, text

from community.db import db

SAMPLES = "SELECT tablename || '.' || attname, most_common_vals::text, histogram_bounds::text FROM pg_stats"


def needles(word: bytes | str) -> set[bytes]:
    """The ways in which a word may be written."""
    if isinstance(word, bytes):
        return {word, word.hex().encode()}
    plain = {word.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be")}
    written = {json.dumps(word)[1:-1].encode(), quote(word).encode(), word.encode().hex().encode()}
    return plain | written | {one for raw in plain for one in _in_base64(raw)}


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """Whatever stands before it: the part that is the same wherever the word begins."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw + b"\0" * 3)
        yield whole[4 if before else 0 : (before + len(raw)) // 3 * 4]


def remains(app: Flask, *words: bytes | str) -> set[str]:
    """Where one of the words stands: names of tables with their columns, and of files."""
    wanted = {one for word in words for one in needles(word)}
    db.session.rollback()
    places = {*_in_tables(wanted), *_in_files(Path(app.extensions["musubi"].data_dir), wanted)}
    return places | (set(_in_postgresql(wanted)) if db.engine.dialect.name == "postgresql" else set())


def _in_tables(wanted: set[bytes]) -> Iterator[str]:
    with db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{table}"'))
            for row in rows.mappings():
                yield from (f"{table}.{name}" for name, value in row.items() if _holds(_bytes(value), wanted))


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "surrogatepass")


def _holds(raw: bytes, wanted: set[bytes]) -> bool:
    return any(one in raw for one in wanted)


def _in_files(folder: Path, wanted: set[bytes]) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file() and _holds(path.read_bytes(), wanted):
            yield f"file {path.relative_to(folder)}"


def _in_postgresql(wanted: set[bytes]) -> Iterator[str]:
    """Every file of the database as it is on the disk, and what is kept for the planner."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name, *samples in connection.execute(text(SAMPLES)):
            if _holds(_bytes(samples), wanted):
                yield f"samples of {name}"
        connection.execute(text("CHECKPOINT"))
        folder = connection.scalar(text("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()"))
        names = connection.scalars(text("SELECT pg_ls_dir(:folder)"), {"folder": folder}).all()
        for name in names:
            given = {"path": f"{folder}/{name}"}
            raw = connection.scalar(text("SELECT pg_read_binary_file(:path, 0, 1000000000, true)"), given)
            if raw is not None and _holds(bytes(raw), wanted):
                yield f"file {_relation(connection, str(name))}"


def _relation(connection: object, name: str) -> str:
    known = text("SELECT relname FROM pg_class WHERE pg_relation_filenode(oid)::text = :number")
    found: object = connection.scalar(known, {"number": name.partition(".")[0]})  # type: ignore[attr-defined]
    return f"of {found or name}"
