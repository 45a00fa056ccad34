"""The two sides of the page benchmark: databases, sessions and requests of ours and of the floor."""

import hashlib
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import create_engine

from app import create_app
from bench import corpus
from bench.server import Request, Server
from community import bounds, ids, reach
from community.actions.reference import load_sectors
from community.db import db
from community.settings import Settings
from community.shown import seal_shown
from community.tlp import Tlp
from community.viewer import viewer_of_member

SESSIONS = 40
REPLIES = 200
OPEN_GROUPS = 35
KEY = "0123456789abcdefghijklmnopqrstuvwxyz"
Paths = list[str]


class Side(ABC):
    """One side: where its data is, how its pages are addressed, how its members are signed in."""

    name: str
    target: str

    def __init__(self, server_url: str, folder: Path, posts: int, generator: Path) -> None:
        self.corpus = corpus.generate(generator, folder, posts)
        self.database = f"musubi_bench_{self.name}_{posts}"
        self.url = f"{server_url}/{self.database}"
        if _create(f"{server_url}/postgres", self.database):
            self._fill_or_drop(f"{server_url}/postgres")
        topics = corpus.read(self.corpus, "topics")
        seen = [t for t in topics if t["forum"] <= OPEN_GROUPS and corpus.label(t["id"]) != "RED"]
        self.topics = [t for t in seen if t["posts"] == 20]
        # Those whose page is full for everybody: a corpus of few posts has fewer groups, and some short ones.
        threads = Counter(t["forum"] for t in seen)
        self.groups = sorted(forum for forum, shown in threads.items() if shown >= corpus.THREADS_SHOWN)
        users = corpus.read(self.corpus, "users")
        self.members = [user["id"] for user in users if user["id"] % 20 not in (5, 10, 15)][:SESSIONS]

    def _fill_or_drop(self, server_url: str) -> None:
        try:
            self.fill()
        except BaseException:
            with psycopg.connect(server_url, autocommit=True) as connection:
                connection.execute(f'drop database "{self.database}" with (force)')
            raise

    @abstractmethod
    def fill(self) -> None:
        """Make tables and load the corpus."""

    def start(self, workers: int = 2) -> Server:
        """Start its server."""
        return Server(self.target, self.environ(), workers)

    @abstractmethod
    def environ(self) -> dict[str, str]:
        """The environment of its server."""

    @abstractmethod
    def pages(self) -> dict[str, list[Request]]:
        """The requests of each page."""

    @abstractmethod
    def replies(self) -> list[Request]:
        """Replies to threads."""

    @abstractmethod
    def cookie(self, member: int) -> str:
        """The session cookie of a member."""

    def spread(self, paths: Paths) -> list[Request]:
        """Each path asked for by some member, in a fixed shuffle."""
        cookies = [self.cookie(member) for member in self.members]
        chosen = [Request("GET", path, cookies[n % len(cookies)]) for n, path in enumerate(paths)]
        random.Random(7).shuffle(chosen)
        return chosen


def _create(server_url: str, name: str) -> bool:
    with psycopg.connect(server_url, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            return False
        connection.execute(f'create database "{name}"')
        return True


class Floor(Side):
    """The least that can be done."""

    name = "floor"
    target = "bench.floor:app"

    def fill(self) -> None:
        """Make tables and load the corpus."""
        floor = self._module()
        floor.Base.metadata.create_all(create_engine(self.environ()["FLOOR_DATABASE"]))
        corpus.load_floor(self.url, self.corpus)

    def environ(self) -> dict[str, str]:
        """Its database."""
        return {"FLOOR_DATABASE": self.url.replace("postgresql://", "postgresql+psycopg://"), "FLOOR_KEY": KEY}

    def cookie(self, member: int) -> str:
        """A signed session that holds the member."""
        return f"session={_sign(self._module().app, {'member': member, 'csrf': 'c'})}"

    def _module(self) -> Any:
        import os
        from importlib import import_module

        os.environ.update(self.environ())
        return import_module("bench.floor")

    def pages(self) -> dict[str, list[Request]]:
        """The requests of each page."""
        return {
            "thread": self.spread([f"/thread/{t['id']}" for t in self.topics]),
            "group": self.spread([f"/group/{n}" for n in self.groups] * 12),
            "home": self.spread(["/"] * SESSIONS),
        }

    def replies(self) -> list[Request]:
        """Replies to threads."""
        return [
            Request("POST", one.path, one.cookie, "csrf=c&body=Seen+here+too%2C+number+@.")
            for one in self.pages()["thread"]
        ]


class Ours(Side):
    """Musubi."""

    name = "ours"
    target = "app:create_app()"

    def __init__(self, server_url: str, folder: Path, posts: int, generator: Path) -> None:
        self.folder = folder
        self._apps: list[Flask] = []
        super().__init__(server_url, folder, posts, generator)
        self._sign_in()

    def settings(self) -> Settings:
        """Settings of a site on loopback; the outbox is delivered by a process of its own."""
        return Settings(
            origin="http://localhost:5000",
            database_url=self.url.replace("postgresql://", "postgresql+psycopg://"),
            session_key=f"s-{KEY}",
            anonymity_key=f"n-{KEY}",
            audit_key=f"a-{KEY}",
            draft_key=f"d-{KEY}",
            data_dir=str(self.folder),
            demo=True,
            embedded_outbox=False,
            posts_an_hour=0,
            posts_an_hour_new=0,
        )

    def environ(self) -> dict[str, str]:
        """The same settings as variables."""
        settings = self.settings()
        names = ("origin", "database_url", "session_key", "anonymity_key", "audit_key", "draft_key", "data_dir")
        given = {f"MUSUBI_{name.upper()}": str(getattr(settings, name)) for name in names}
        unlimited = {"MUSUBI_POSTS_AN_HOUR": "0", "MUSUBI_POSTS_AN_HOUR_NEW": "0"}
        return given | unlimited | {"MUSUBI_DEMO": "1", "MUSUBI_EMBEDDED_OUTBOX": "0", "MUSUBI_SOCKETS": "0"}

    @property
    def app(self) -> Flask:
        """The application, in this process: signs cookies and counts statements."""
        if not self._apps:
            self._apps.append(create_app(self.settings()))
        return self._apps[0]

    def fill(self) -> None:
        """Make tables and load the corpus."""
        with self.app.app_context():
            db.create_all()
            load_sectors()
            db.session.remove()
        corpus.load_ours(self.url, self.corpus)

    def _sign_in(self) -> None:
        now = datetime.now(UTC)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("delete from sign_ins")
            statement = (
                "insert into sign_ins(id,member_id,token_hash,began_at,expires_at,passkey_at,browser) "
                "values(%s,%s,%s,%s,%s,%s,'bench')"
            )
            for member in self.members:
                hashed = hashlib.sha256(f"bench-{member}".encode()).digest()
                connection.execute(
                    statement, (member, corpus.BASE + member, hashed, now, now + timedelta(hours=12), now)
                )

    def cookie(self, member: int) -> str:
        """A signed session that holds the member's token."""
        return f"musubi={_sign(self.app, self._session(member))}"

    def _session(self, member: int) -> dict[str, Any]:
        return {"_user_id": f"bench-{member}", "_fresh": True, "csrf_token": "c"}

    def replies(self) -> list[Request]:
        """Replies to threads, each with the audience that its writer was shown a moment ago."""
        pairs = [(self.members[n % len(self.members)], topic["id"]) for n, topic in enumerate(self.topics[:REPLIES])]
        return [self._reply(member, corpus.BASE + topic) for member, topic in pairs]

    def _reply(self, member: int, thread_id: int) -> Request:
        with self.app.test_request_context():
            viewer = viewer_of_member(corpus.BASE + member)
            place = bounds.place_for_reply(viewer, thread_id)
            tlp = place.thread.tlp if place.thread else Tlp.GREEN
            shown = seal_shown(viewer, place.key, reach.reach(viewer, place, tlp, frozenset()).ids)
            session.update(self._session(member))
            form = {"csrf_token": generate_csrf(), "step": "send", "send_key": "@", "tlp": tlp, "shown": shown}
            body = urlencode(form | {"body": "Seen here too, number @.", "severity": "reference"}, safe="@")
        return Request("POST", f"/threads/{ids.encode(thread_id)}/reply", self.cookie(member), body)

    def pages(self) -> dict[str, list[Request]]:
        """The requests of each page."""
        return {
            "thread": self.spread([f"/threads/{ids.encode(corpus.BASE + t['id'])}" for t in self.topics]),
            "group": self.spread([f"/groups/{ids.encode(corpus.BASE + n)}" for n in self.groups] * 12),
            "home": self.spread(["/"] * SESSIONS),
        }


def _sign(app: Flask, session: dict[str, Any]) -> str:
    serializer: Callable[[Flask], Any] = app.session_interface.get_signing_serializer  # type: ignore[attr-defined]
    return str(serializer(app).dumps(session))
