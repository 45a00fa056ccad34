"""Whoever does not read, answer or hang up holds no thread for long, and holds up nobody."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from flask import Flask

from community import live
from community.db import action, db
from community.models import Member, SignIn
from tests.browser.conftest import serve
from tests.factories import World
from tests.wire import Ear, cookie_of, deaf, until


class Server(NamedTuple):
    """An application that serves on a port from this process, and its lines."""

    app: Flask
    port: int
    world: World

    @property
    def sockets(self) -> Any:
        return self.app.extensions["musubi_sockets"]

    def deaf(self, member: Member) -> socket.socket:
        """A line of this member that is never read."""
        line = deaf(self.app, self.port, cookie_of(self.world, member))
        until(lambda: self.app.extensions["socketio"].server.manager.rooms.get("/", {}).get(live.room_of(member.id)))
        return line


@pytest.fixture
def server(app: Flask, world: World) -> Iterator[Server]:
    served, running = serve(app.extensions["musubi"])
    yield Server(served, running.port, world)
    running.shutdown()
    running.server_close()
    with served.app_context():
        db.engine.dispose()


def threads() -> set[threading.Thread]:
    """The threads of this process, without those that sleep until it is time for a pulse."""
    return {one for one in threading.enumerate() if "_send_ping" not in one.name}


@action
def sign_out(member: Member) -> None:
    for row in db.session.query(SignIn).filter_by(member_id=member.id):
        db.session.delete(row)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_line_that_is_full_holds_up_nobody_and_ends_with_its_session(server: Server) -> None:
    member, other = server.world.member(), server.world.member()
    ear = Ear(server.app, server.port, cookie_of(server.world, other))
    before = threads()
    line = server.deaf(member)
    emit = server.app.extensions["socketio"].emit
    [number] = [key for key, held in server.sockets.lines.items() if held.member_id == member.id]
    queue = server.app.extensions["socketio"].server.eio.sockets[number].queue
    until(
        lambda: (
            [emit("access", {"filler": "x" * 5000}, to=live.room_of(member.id)) for _ in range(50)] and _stuck(queue)
        )
    )
    asked = time.monotonic()
    emit("access", {}, to=[live.room_of(member.id), live.room_of(other.id)])
    assert ear.hears("access") - asked < 3
    sign_out(member)
    until(lambda: not threads() - before, lambda: threads() - before)
    assert list(server.sockets.lines) != [number]
    line.close()
    ear.close()


def _stuck(queue: Any) -> bool:
    """Does nothing leave the queue any more?"""
    waiting = queue.qsize()
    time.sleep(0.1)
    return waiting > 0 and queue.qsize() == waiting


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_line_that_does_not_answer_the_pulse_is_cut(server: Server) -> None:
    eio = server.app.extensions["socketio"].server.eio
    eio.ping_interval = eio.ping_timeout = 0.5
    Ear(server.app, server.port, cookie_of(server.world, server.world.member())).close()  # starts what runs for all
    until(lambda: not server.sockets.lines)
    before = threads()
    line = server.deaf(server.world.member())
    assert threads() - before
    until(lambda: not threads() - before, lambda: threads() - before)
    assert server.sockets.lines == {}
    line.close()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_one_who_hangs_up_leaves_nothing_behind(server: Server) -> None:
    member = server.world.member()
    Ear(server.app, server.port, cookie_of(server.world, member)).close()
    until(lambda: not server.sockets.lines)
    before = threads()
    for _ in range(5):
        Ear(server.app, server.port, cookie_of(server.world, member)).close()
    until(lambda: not (threads() - before or server.sockets.lines or server.sockets.leaving))
