"""The two ways in which Musubi is run, as real processes: all in one with SQLite; and as a large site, whose pages,
sockets and outbox are processes of their own, with PostgreSQL and a Redis that belongs to the test alone.
"""

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from community.cli.database import migrate
from community.db import db
from community.models import Member
from community.settings import Settings
from tests.commands import environment, running
from tests.factories import World
from tests.wire import Ear, browse, cookie_of, free_port, until

ONE_THREAD = {"GUNICORN_THREADS": "1", "WEB_CONCURRENCY": "2", "MUSUBI_SOCKETS": "0"}
SOCKETS = {"GUNICORN_THREADS": "60", "WEB_CONCURRENCY": "2"}


class PrivateRedis:
    """A Redis that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        told = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *told], stdout=subprocess.DEVNULL)
        until(self._answers, "Redis does not answer")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number: signal.Signals) -> None:
        """SIGKILL, SIGSTOP or SIGCONT."""
        assert self.process
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(10)


@dataclass
class Site:
    """A running site. ``app`` looks at the same database from the test's own process."""

    app: Flask
    pages: int
    sockets: int
    log: Path
    redis: PrivateRedis | None = None
    ears: list[Ear] = field(default_factory=list)

    @cached_property
    def world(self) -> World:
        """Makes rows."""
        return World(self.app)

    def browser(self, member: Member) -> FlaskClient:
        """Pages for this member."""
        return browse(self.app, self.pages, cookie_of(self.world, member))

    def ear(self, member: Member) -> Ear:
        """An open page of this member."""
        return self.ear_with(cookie_of(self.world, member))

    def ear_with(self, cookie: str) -> Ear:
        """An open page of this session."""
        made = Ear(self.app, self.sockets, cookie)
        self.ears.append(made)
        return made


def _watching(settings: Settings) -> Flask:
    app = create_app(replace(settings, embedded_outbox=False, sockets=False, redis_url=""))
    migrate(app)
    return app


def _ready(port: int) -> str:
    return f"http://127.0.0.1:{port}/healthz"


def _served(settings: Settings, folder: Path) -> Settings:
    mail: dict[str, Any] = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "musubi@musubi.example"}
    return replace(
        settings, demo=False, origin="https://musubi.example", data_dir=str(folder), embedded_outbox=True, **mail
    )


@contextmanager
def small_site(settings: Settings, folder: Path) -> Iterator[Site]:
    """One process with SQLite, as the embedded default."""
    chosen = _served(replace(settings, database_url=f"sqlite:///{folder}/live.sqlite"), folder)
    app, port, log = _watching(chosen), free_port(), folder / "log"
    words = ("serve", "--bind", f"127.0.0.1:{port}")
    with running(environment(chosen), log, *words, ready=_ready(port)):
        yield Site(app, port, port, log)
    with app.app_context():
        db.engine.dispose()


@contextmanager
def large_site(settings: Settings, url: str, folder: Path) -> Iterator[Site]:
    """Pages, sockets and outbox apart, as docs/operations.md says; PostgreSQL at ``url``."""
    redis = PrivateRedis(folder)
    chosen = replace(_served(settings, folder), database_url=url, redis_url=redis.url, embedded_outbox=False)
    app, ports, log = _watching(chosen), (free_port(), free_port()), folder / "log"
    redis.start()
    with ExitStack() as stack:
        stack.callback(redis.signal, signal.SIGKILL)
        for port, more in zip(ports, (ONE_THREAD, SOCKETS), strict=True):
            told = environment(chosen) | more
            words = ("serve", "--bind", f"127.0.0.1:{port}")
            stack.enter_context(running(told, log, *words, ready=_ready(port)))
        stack.enter_context(running(environment(chosen), log, "outbox", "run"))
        yield Site(app, *ports, log, redis)
    with app.app_context():
        db.engine.dispose()
