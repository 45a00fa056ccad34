"""How soon open pages hear what others do: from the answer to an act until the frame on another member's line.

    python -m bench.live [--runs 30]

Real processes, started as the tests start them: the small site is one process with SQLite; the large one has pages,
sockets and outbox apart, with PostgreSQL and Redis. Before every act a floor is measured: the shortest frame there and
back on such a line, and on the large site one message through its Redis. Prints what it does to stderr and one JSON
object as the last line. The machine should have nothing else to do.
"""

import argparse
import json
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from redis import Redis
from sqlalchemy import select

from bench.pages import say
from community import ids
from community.models import Member, Role, SignIn
from community.settings import Settings
from tests.browsing import send
from tests.factories import url
from tests.paperwork import last_post, now, send_post
from tests.sites import Site, large_site, small_site
from tests.trusting import keeper, suspend
from tests.wire import Ear, cookie_of, until

KEY = "0123456789abcdefghijklmnopqrstuvwxyz"
DATABASE = "musubi_bench_live"
PROMISED = 1000  # ms
PAUSE = 0.75  # s; longer than the rounds of whatever looks by itself, so that acts fall anywhere between two of them
GOLDEN = 0.618034
Milliseconds = dict[str, float]


def main() -> int:
    """Measure both sites, one after the other; 0 when every target is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432")
    options = parser.parse_args()
    if not shutil.which("redis-server"):
        print("needs redis-server", file=sys.stderr)
        return 2
    results: dict[str, dict[str, Milliseconds]] = {}
    with _small() as site:
        results["small"] = _measure(site, options.runs)
    with _large(options.postgres) as site:
        results["large"] = _measure(site, options.runs)
    targets = [_target(f"{name}: {act}", results[name][act]["p95"]) for name in results for act in ACTS]
    print(json.dumps({"bench": "live", "results": results, "targets": targets}))
    return 0 if all(target["ok"] for target in targets) else 1


def _target(name: str, value: float) -> dict[str, Any]:
    return {"name": f"{name}, p95 ms", "value": value, "target": f"<= {PROMISED}", "ok": value <= PROMISED}


# --- sites ---


def _settings(folder: str) -> Settings:
    return Settings(
        session_key=f"s-{KEY}",
        anonymity_key=f"n-{KEY}",
        audit_key=f"a-{KEY}",
        draft_key=f"d-{KEY}",
        data_dir=folder,
        posts_an_hour=0,
        posts_an_hour_new=0,
    )


@contextmanager
def _small() -> Iterator[Site]:
    with TemporaryDirectory() as folder, small_site(_settings(folder), Path(folder)) as site:
        say("small site: one process, SQLite")
        yield site


@contextmanager
def _large(server: str) -> Iterator[Site]:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'drop database if exists "{DATABASE}" with (force)')
        connection.execute(f'create database "{DATABASE}"')
        address = f"{server}/{DATABASE}".replace("postgresql://", "postgresql+psycopg://")
        try:
            with TemporaryDirectory() as folder, large_site(_settings(folder), address, Path(folder)) as site:
                say("large site: two processes for pages, two for sockets, one for the outbox; PostgreSQL, Redis")
                yield site
        finally:
            connection.execute(f'drop database "{DATABASE}" with (force)')


# --- acts: each does one thing and returns how many seconds after the answer the other side heard of it ---


class Stage:
    """A group with a thread on a site; who moderates it, who reads it, and a site moderator."""

    def __init__(self, site: Site) -> None:
        self.site, world = site, site.world
        author, self.reader, self.group = world.member(), world.member(), world.group()
        world.join(author, self.group, Role.MODERATOR)
        world.join(self.reader, self.group)
        self.path = f"{url('threads', world.thread(self.group, author))}/reply"
        self.author, self.second = site.browser(author), site.browser(self.reader)
        self.keeper = site.browser(keeper(world, "Chief"))
        self.ear = site.ear(self.reader)

    def post(self) -> float:
        """A reply is sent; its pointer."""
        assert send_post(self.author, self.path, body="Seen here, too").status_code == 303
        answered = time.monotonic()
        return self.ear.hears("new", post=ids.encode(last_post().id)) - answered

    def session(self) -> float:
        """The member ends one session in another; that it has ended."""
        cookie = cookie_of(self.site.world, self.reader)
        mine = select(SignIn.id).where(SignIn.member_id == self.reader.id).order_by(SignIn.began_at.desc()).limit(1)
        path = f"/me/sessions/{ids.encode(now(SignIn, mine).id)}/end"
        with self._listening(cookie) as ear:
            assert send(self.second, path).status_code == 303
            answered = time.monotonic()
            return ear.hears("ended") - answered

    def suspension(self) -> float:
        """A site moderator suspends a member; the end of the line."""
        member = self.site.world.member()
        with self._listening(cookie_of(self.site.world, member)) as ear:
            assert suspend(self.keeper, member).status_code == 303
            answered = time.monotonic()
            return ear.ends() - answered

    def removal(self) -> float:
        """A member is taken out of the group; that there is something to look at again."""
        member: Member = self.site.world.member()
        self.site.world.join(member, self.group)
        path = f"{url('groups', self.group)}/people/{ids.encode(member.id)}/remove"
        with self._listening(cookie_of(self.site.world, member)) as ear:
            assert send(self.author, path, role="").status_code == 303
            answered = time.monotonic()
            return ear.hears("access") - answered

    @contextmanager
    def _listening(self, cookie: str) -> Iterator[Ear]:
        ear = Ear(self.site.app, self.site.sockets, cookie)
        try:
            yield ear
        finally:
            ear.close()

    def echo(self) -> float:
        """The floor: a frame of one sign, answered at once by the server's library with another."""
        before = self.ear.said().count("6")
        sent = time.monotonic()
        self.ear.line.send("5")
        until(lambda: self.ear.said().count("6") > before)
        return next(at for at, words in reversed(self.ear.frames) if words == "6") - sent


ACTS = {
    "a post until its pointer": Stage.post,
    "a session's end until its frame": Stage.session,
    "a suspension until the line is closed": Stage.suspension,
    "a removal from a group until its frame": Stage.removal,
}


def _measure(site: Site, runs: int) -> dict[str, Milliseconds]:
    times: dict[str, list[float]] = defaultdict(list)
    with site.app.app_context():
        stage = Stage(site)
        for act in ACTS.values():
            act(stage)  # not counted: the process that delivers may still be starting
        for run in range(runs):
            for number, (name, act) in enumerate(ACTS.items()):
                time.sleep(PAUSE * ((run * len(ACTS) + number) * GOLDEN % 1))
                times["floor: echo on the line"].append(stage.echo())
                if site.redis:
                    times["floor: through Redis"].append(_through(site.redis.url))
                times[name].append(act(stage))
        stage.ear.close()
    return {name: _summary(name, found) for name, found in times.items()}


def _through(address: str) -> float:
    """One message, published and heard."""
    with Redis.from_url(address) as redis, redis.pubsub() as ear:
        ear.subscribe("bench")
        assert ear.get_message(timeout=5)
        sent = time.monotonic()
        redis.publish("bench", "x")
        assert ear.get_message(timeout=5)
        return time.monotonic() - sent


def _summary(name: str, seconds: list[float]) -> Milliseconds:
    """A frame that was there before the answer has taken no time."""
    taken = sorted(max(0.0, one) * 1000 for one in seconds)
    found = {"p50": median(taken), "p95": quantiles(taken, n=20, method="inclusive")[-1], "max": taken[-1]}
    say(f"{name:40}", *(f"{word} {value:7.1f}" for word, value in found.items()), "ms")
    return {word: round(value, 1) for word, value in found.items()}


if __name__ == "__main__":
    sys.exit(main())
