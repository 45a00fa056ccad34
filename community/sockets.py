"""Open pages: who may listen, and for how long.

Websocket only. A line is opened by a signed-in member who sees the community, joins the room of that member and no
other, and takes no messages. Whether its session still stands is asked of the database twice a second, so that a
session ended anywhere ends its lines everywhere, also while Redis is down.

Every line holds threads of this process. So whoever may not listen gets none, nobody gets very many, and a line that
was closed is cut when the other side does not hang up, read or answer.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from engineio.async_drivers import _websocket_wsgi
from flask import Flask, request
from flask_socketio import SocketIO, join_room
from sqlalchemy import bindparam, select

from community import clock
from community.db import db
from community.exchange import Exchange
from community.live import room_of
from community.models import SEEING, Member, SignIn
from community.pages.hook import current_viewer
from community.settings import Settings
from community.viewer import Viewer, idle_since, last_used

WATCH_SECONDS = 0.5
HANG_UP = timedelta(seconds=2)
MOST_LINES = 30
LONGEST_MESSAGE = 1000  # a page says that it is there, and no more
_STANDING = (
    select(SignIn.id)
    .join(Member, Member.id == SignIn.member_id)
    .where(
        SignIn.id.in_(bindparam("sign_ins", expanding=True)),
        SignIn.expires_at > bindparam("now"),
        last_used > bindparam("idle_since"),
        Member.state.in_(SEEING),
    )
)
_log = structlog.get_logger()


class Line(NamedTuple):
    """One connection: the session and member behind it, and its socket (none in tests that make believe)."""

    sign_in_id: int
    member_id: int
    wire: socket.socket | None


class Sockets:
    """The lines of one process, by the number that the server gives a connection."""

    def __init__(self, app: Flask, socketio: SocketIO) -> None:
        self.app = app
        self.socketio = socketio
        self.lines: dict[str, Line] = {}
        self.leaving: deque[tuple[datetime, socket.socket]] = deque()
        self.is_stopping: Callable[[], bool] = lambda: False
        self._watching = threading.Lock()

    def knocked(self, number: str, environ: dict[str, Any]) -> bool | None:
        """Refuse a connection, before it holds anything, of whoever may not listen or has very many."""
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # packing pointers saves nothing and costs much memory
        with self.app.request_context(environ):
            viewer = current_viewer()
        if not viewer.sees or self._lines_of(viewer.member_id) >= MOST_LINES:
            return False
        self._hold(number, viewer, environ)
        self.socketio.server._handle_eio_connect(number, environ)  # noqa: SLF001 - we stand in front of it
        return None

    def opened(self, _auth: Any = None) -> bool | None:
        """Let a member in who sees the community; refuse everybody else."""
        viewer = current_viewer()
        if not viewer.sees:
            return False
        sid: str = request.sid  # type: ignore[attr-defined]
        self._hold(self.socketio.server.manager.eio_sid_from_sid(sid, "/"), viewer, request.environ)
        join_room(room_of(viewer.member_id))
        return None

    def closed(self, number: str, reason: str) -> None:
        """Forget a line, and see to it that it ends."""
        line = self.lines.pop(number, None)
        if line and line.wire:
            self.leaving.append((clock.now() + HANG_UP, line.wire))
        self.socketio.server._handle_eio_disconnect(number, reason)  # noqa: SLF001 - we stand in front of it

    def _lines_of(self, member_id: int) -> int:
        return sum(line.member_id == member_id for line in list(self.lines.values()))

    def _hold(self, number: str, viewer: Viewer, environ: dict[str, Any]) -> None:
        wire = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        self.lines[number] = Line(viewer.sign_in_id, viewer.member_id, wire)
        if self._watching.acquire(blocking=False):
            threading.Thread(target=self._watch, name="sockets", daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(WATCH_SECONDS):
            self.cut_leaving()
            try:
                self.let_go() if self.is_stopping() else self.end_fallen()
            except Exception:  # noqa: BLE001 - the database may be away for a while
                _log.exception("watching sockets failed", exc_info=True)

    def let_go(self) -> None:
        """Close all lines: this process is to end, and would wait for them. Their pages come back by themselves."""
        for number in list(self.lines):
            self._close(number)

    def cut_leaving(self) -> None:
        """Cut the lines that were closed a while ago. Cutting one that has hung up since does nothing."""
        while self.leaving and self.leaving[0][0] < clock.now():
            with suppress(OSError):
                self.leaving.popleft()[1].shutdown(socket.SHUT_RDWR)

    def end_fallen(self) -> None:
        """Close the lines whose session has ended or whose member sees nothing any more."""
        held = dict(self.lines)
        if not held:
            return
        with self.app.app_context():
            given: dict[str, Any] = {
                "sign_ins": sorted({line.sign_in_id for line in held.values()}),
                "now": clock.now(),
            }
            given["idle_since"] = idle_since()
            standing = set(db.session.scalars(_STANDING, given))
        for number, line in held.items():
            if line.sign_in_id not in standing:
                self._end(number)

    def _end(self, number: str) -> None:
        server = self.socketio.server
        sid = server.manager.sid_from_eio_sid(number, "/")
        if sid:
            server.emit("ended", {}, to=sid, ignore_queue=True)
            server.disconnect(sid, ignore_queue=True)
        self._close(number)

    def _close(self, number: str) -> None:
        connection = self.socketio.server.eio.sockets.get(number)
        if connection:
            connection.close(wait=False)  # waiting until all is read would be for ever, for one who does not read
        self.lines.pop(number, None)

    def look_again(self) -> None:
        """Tell every open page of this process that it may have missed something."""
        server = self.socketio.server
        for number in list(self.lines):
            sid = server.manager.sid_from_eio_sid(number, "/")
            if sid:  # none would be everybody
                server.emit("access", {}, to=sid, ignore_queue=True)


def init_app(app: Flask, settings: Settings) -> SocketIO:
    """Serve sockets beside the pages; with Redis, events reach the sockets of all processes."""
    socketio = SocketIO()
    sockets = Sockets(app, socketio)
    socketio.init_app(
        app,
        async_mode="threading",
        client_manager=Exchange(settings.redis_url, sockets.look_again) if settings.redis_url else None,
        cors_allowed_origins=[settings.origin],
        transports=["websocket"],
        manage_session=False,
        logger=False,
        engineio_logger=False,
    )
    app.extensions["musubi_sockets"] = sockets
    socketio.on_event("connect", sockets.opened)
    _stand_in_front(socketio.server.eio, sockets)
    return socketio


def _stand_in_front(eio: Any, sockets: Sockets) -> None:
    eio.on("connect", sockets.knocked)
    eio.on("disconnect", sockets.closed)
    short = partial(_websocket_wsgi.SimpleWebSocketWSGI, max_message_size=LONGEST_MESSAGE)
    eio._async = {**eio._async, "websocket": short}  # noqa: SLF001 - there is no setting for it
