"""Bringing in what was written elsewhere."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import click

from community import ids, importing
from community.cli.base import application
from community.importing import BadLine, Record

BATCH = 100
MOST_NAMED = 20


@click.group("import")
def imports() -> None:
    """Bring in incidents or posts from a file, one JSON object a line (also gzipped)."""


class Lines:
    """The lines of a file, read with progress; bad ones are remembered by number."""

    def __init__(self, path: Path, read: Callable[[str], Record]) -> None:
        self.path = path
        self.read = read
        self.bad: list[str] = []

    def records(self) -> Iterator[Record]:
        """The records of the good lines."""
        bar = click.progressbar(length=self.path.stat().st_size, label=f"Importing {self.path.name}")
        with self.path.open("rb") as raw, self._opened(raw) as lines, bar:
            for number, line in enumerate(self._whole(lines), 1):
                bar.update(max(0, raw.tell() - bar.pos))
                yield from self._record(number, line)

    def _whole(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        try:
            yield from lines
        except (OSError, EOFError, zlib.error):
            self.bad.append("the rest of the file cannot be read")

    def _opened(self, raw: BinaryIO) -> AbstractContextManager[Iterable[bytes]]:
        return gzip.open(raw) if self.path.suffix == ".gz" else nullcontext(raw)

    def _record(self, number: int, line: bytes) -> Iterator[Record]:
        if not line.strip():
            return
        try:
            yield self.read(line.decode())
        except UnicodeDecodeError:
            self.bad.append(f"line {number} is not UTF-8")
        except BadLine as error:
            self.bad.append(f"line {number} {error}")

    def report(self, new: int, seen: int) -> None:
        """Say how it went; exit status 1 when lines were skipped."""
        click.echo(f"{new} imported, {seen - new} were here already, {len(self.bad)} lines skipped.")
        for reason in self.bad[:MOST_NAMED]:
            click.echo(f"  {reason}", err=True)
        if len(self.bad) > MOST_NAMED:
            click.echo(f"  and {len(self.bad) - MOST_NAMED} more", err=True)
        if self.bad:
            raise SystemExit(1)


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, BATCH)):
        yield batch


_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@imports.command()
@_FILE
@click.option(
    "--moderator", default="", help="Mail address of who moderates new groups; else the first site moderator."
)
def incidents(file: Path, moderator: str) -> None:
    """Bring in incidents of the VERIS Community Database: one private group for each sector, TLP:GREEN, original dates.

    May be stopped and run again: what is here already is left alone. Without --moderator the longest-standing site
    moderator gets the new groups.
    """
    from community.actions import imports as actions

    lines, new, seen = Lines(file, importing.incident), 0, 0
    groups: dict[str, int] = {}
    with application().app_context():
        account = actions.import_account(importing.VCDB)
        for batch in _batches(lines.records()):
            for sector in {record.sector for record in batch} - set(groups):
                groups[sector] = _group(sector, moderator)
            new += actions.import_records(account, "vcdb", [(groups[record.sector], record) for record in batch])
            seen += len(batch)
    lines.report(new, seen)


def _group(sector: str, moderator: str) -> int:
    from community.actions import imports as actions
    from community.settings import settings

    name = actions.sector_group_name(sector, settings().default_locale)
    about = f"{importing.VCDB_TERMS}. Past incidents of this sector."
    try:
        return actions.import_group(name, about, sector, moderator)
    except actions.NoModerator:
        raise click.ClickException("A new group needs a moderator: name an active member with --moderator.") from None


@imports.command()
@_FILE
@click.option("--group", required=True, help="The 13 characters at the end of the group's address.")
@click.option("--source", default="", help="What the file is from: shown with each post, and names the account.")
def posts(file: Path, group: str, source: str) -> None:
    """Bring in posts: lines with id, title, text; date (ISO 8601), tlp, language if wanted."""
    from community.actions import imports as actions
    from community.db import db
    from community.models import Group

    lines, new, seen = Lines(file, importing.post), 0, 0
    with application().app_context():
        try:
            group_id = ids.decode(group)
        except ValueError:
            raise click.ClickException("That is not the id of a group: it has 13 characters.") from None
        if db.session.get(Group, group_id) is None:
            raise click.ClickException("There is no such group.")
        account = actions.import_account(source or "Import")
        for batch in _batches(lines.records()):
            new += actions.import_records(account, source or file.name, [(group_id, record) for record in batch])
            seen += len(batch)
    lines.report(new, seen)
