"""Asks the application as one person and keeps all that a client observes: the two-worlds equation compares it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from threading import get_ident
from typing import Any

from flask import Flask
from flask.testing import FlaskClient as Client
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event

from community import clock
from community.db import db
from tests.oracle_world import Person, World
from tests.security.asking import Ask
from tests.security.keys import SESSION, moment

COOKIE = {"_user_id": SESSION, "_fresh": True, "csrf_token": "1" * 40}
# What differs between two answers to one question, and may: tokens that hold the second they were made in.
MASKS = (
    re.compile(rb'(?<=name="csrf_token" value=")[^"]+'),
    re.compile(rb'(?<=name="csrf-token" content=")[^"]+'),
)
# Acts that may move another person to another state: what follows for that person's groups is work, too. Nobody can
# measure it, as such an act is done once. So is flagging a post: the first flag makes a case, others join it.
MOVING = re.compile(r"POST (/vouch/\w+(/take-back|/disown)?|/posts/\w+/flag)$")
SHOWN = re.compile(rb'name="shown"[^>]* value="([^"]+)"')


@dataclass(frozen=True)
class Sight:
    """Everything that a client observes of one request, and what the server asked its database for it."""

    asked: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statements: tuple[str, ...]

    def against(self, other: Sight) -> Iterator[str]:
        """In what the same request was answered differently in the other world."""
        if self.status != other.status:
            yield f"{self.asked}: status {self.status} against {other.status}"
        if self.headers != other.headers:
            yield f"{self.asked}: headers {set(self.headers) ^ set(other.headers)}"
        if self.body != other.body:
            yield "\n".join([f"{self.asked}: body", *_changed(self.body.decode(), other.body.decode())])
        if self.statements != other.statements and not MOVING.match(self.asked):
            yield "\n".join(
                [f"{self.asked}: statements", *_changed("\n".join(self.statements), "\n".join(other.statements))]
            )


def differing(sights: list[Sight], others: list[Sight]) -> Iterator[str]:
    """In what the answers to one request differ; the number of answers counts."""
    if len(sights) != len(others):
        yield f"{sights[0].asked}: {len(sights)} answers against {len(others)}"
    for one, other in zip(sights, others, strict=False):
        yield from one.against(other)


def _changed(text: str, other: str) -> list[str]:
    return list(unified_diff(text.splitlines(), other.splitlines(), "full", "less", n=1, lineterm=""))[:60]


def browser(app: Flask, viewer: Person | None) -> Client:
    """A browser in which ``viewer`` is signed in; a guest's for None."""
    client = app.test_client()
    if viewer is not None:
        signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], signer.dumps(COOKIE), domain="localhost")
    return client


def ask(client: Client, world: World, asked: Ask) -> Iterator[Sight]:
    """Send one request; a form that comes back to be confirmed is confirmed."""
    form = None if asked.form is None else {**asked.form, "csrf_token": csrf_token(client.application)}
    sight = _send(client, world, asked.path, form)
    yield sight
    if form is not None and (sealed := SHOWN.search(sight.body)):
        yield _send(client, world, asked.path, {**form, "step": "send", "shown": sealed[1].decode()})


def csrf_token(app: Flask) -> str:
    signer = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token")
    return str(signer.dumps(COOKIE["csrf_token"]))


def _send(client: Client, world: World, path: str, form: dict[str, str] | None) -> Sight:
    """Time and randomness follow from the request."""
    method = "GET" if form is None else "POST"
    with clock.fixed(moment(world.now), path), _statements() as statements:
        response = client.open(path, method=method, data=form, base_url="http://localhost:5000")
    headers = tuple((name, _masked_header(name, value)) for name, value in response.headers if name != "Date")
    return Sight(f"{method} {path}", response.status_code, headers, _masked(response.get_data()), tuple(statements))


def _masked(body: bytes) -> bytes:
    for mask in MASKS:
        body = mask.sub(b"...", body)
    return body


def _masked_header(name: str, value: str) -> str:
    return re.sub(r"(?<=musubi=)[^;]+", "...", value) if name == "Set-Cookie" else value


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []
    asking = get_ident()  # the thread that watches sockets asks the database whenever it likes

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if get_ident() == asking:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
