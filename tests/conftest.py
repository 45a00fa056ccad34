"""Every test that touches the database runs on SQLite and on PostgreSQL."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app import create_app
from community import clock
from community.actions.reference import load_sectors
from community.db import db
from community.pages import limits
from community.settings import Settings
from tests.factories import World
from tests.post_office import PostOffice, open_post_office

POSTGRES = os.environ.get("MUSUBI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
KEPT = {"sectors", "alembic_version"}


# Each of their tests makes a database anew, step by step: seconds on PostgreSQL, which the soak takes.
LONG_THERE = {"test_fuzz_cli.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long on PostgreSQL, and has little to do with it, is asked of it in the soak only."""
    for item in items:
        if item.path.name in LONG_THERE and "postgresql" in item.name:
            item.add_marker(pytest.mark.soak)


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of a test: demo mode on localhost, so that the tests may come in as anybody."""
    return Settings(
        origin="http://localhost:5000",
        database_url=url,
        session_key="s-0123456789abcdefghijklmnopqrstuvwxyz",
        anonymity_key="n-0123456789abcdefghijklmnopqrstuvwxyz",
        audit_key="a-0123456789abcdefghijklmnopqrstuvwxyz",
        draft_key="d-0123456789abcdefghijklmnopqrstuvwxyz",
        data_dir=str(folder),
        demo=True,
        embedded_outbox=False,
        posts_an_hour=500,
        posts_an_hour_new=500,
    )


def _database(url: str, name: str, command: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        if command == "create":
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            # Nothing here outlives the run: commits need not wait for the disk.
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of this run's own on the test server."""
    name = f"musubi_test_{os.getpid()}"
    try:
        _database(POSTGRES, name, "create")
    except OperationalError:
        pytest.skip("no PostgreSQL at MUSUBI_TEST_POSTGRES")
    yield urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))
    _database(POSTGRES, name, "drop")


class Browser(FlaskClient):
    """Each request has its own context, as in a server; else the first one's viewer would be everybody's."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


def _build(url: str, folder: Path) -> Flask:
    application = create_app(settings_for(url, folder))
    application.testing = True
    application.test_client_class = Browser
    with application.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        db.create_all()
        load_sectors()
        db.session.remove()
        db.engine.dispose()
    return application


@pytest.fixture(scope="session")
def _sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("sqlite")
    application = _build(f"sqlite:///{folder}/test.sqlite", folder)
    shutil.copy(folder / "test.sqlite", folder / "empty.sqlite")
    return application


@pytest.fixture(scope="session")
def _postgresql_app(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    application = _build(postgres_url, tmp_path_factory.mktemp("postgresql"))
    yield application
    with application.app_context():
        db.engine.dispose()


def _delete_rows(connection: Connection) -> None:
    """Quicker than to truncate: few tables hold anything, and few rows."""
    names = [table for table in db.metadata.tables if table not in KEPT]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for name in connection.scalars(text(asked)).all():
        connection.execute(text(f'DELETE FROM "{name}"'))
    connection.execute(text("SELECT setval(pg_get_serial_sequence('outbox', 'number'), 1, false)"))


def _copy(source: Path, target: Path) -> None:
    """SQLite's own way, under its locks: a thread that still has the old one open does no harm."""
    with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as emptied:
        emptied.execute("PRAGMA synchronous=OFF")
        whole.backup(emptied)


def empty(application: Flask) -> None:
    """Make the database as it was right after it was built."""
    settings: Settings = application.extensions["musubi"]
    folder = Path(settings.data_dir)
    settings.anchor_file.unlink(missing_ok=True)
    with application.app_context():
        if db.engine.dialect.name == "sqlite":
            _copy(folder / "empty.sqlite", folder / "test.sqlite")
            return
        with db.engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
            _delete_rows(connection)


@pytest.fixture(params=BACKENDS)
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on an empty database, once on each backend, with an application context pushed."""
    application: Flask = request.getfixturevalue(f"_{request.param}_app")
    empty(application)
    limits.limiter.reset()
    with application.app_context():
        yield application
        db.session.remove()
    application.extensions["musubi_sockets"].lines.clear()  # else their watch asks a database that is gone at the end


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A guest's browser."""
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> World:
    """Makes people, organizations, groups and posts."""
    return World(app)


@pytest.fixture
def enter(world: World) -> Callable[..., FlaskClient]:
    """``enter(member)``: a browser in which that member is signed in."""
    return world.enter


@pytest.fixture
def office(app: Flask) -> Iterator[PostOffice]:
    """Where the mail of the application arrives."""
    with open_post_office(app) as office:
        yield office


@pytest.fixture(params=BACKENDS)
def bare_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without a single table, in its context."""
    name = f"musubi_bare_{clock.random_id()}"
    url = f"sqlite:///{tmp_path}/bare.sqlite"
    if request.param == "postgresql":
        request.getfixturevalue("postgres_url")  # skips when there is no server
        _database(POSTGRES, name, "create")
        url = urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))
    application = create_app(settings_for(url, tmp_path))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        _database(POSTGRES, name, "drop")
