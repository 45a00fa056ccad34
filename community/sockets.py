"""Open pages: who may listen, and for how long.

Websocket only. A socket is opened by a signed-in member who sees the community, joins the room of that member and no
other, and takes no messages. Whether its session still stands is asked of the database twice a second, so that a
session ended anywhere ends its sockets everywhere, also while Redis is down.
"""

import threading
from typing import Any

import structlog
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

WATCH_SECONDS = 0.5
_STANDING = (
    select(SignIn.id)
    .join(Member, Member.id == SignIn.member_id)
    .where(
        SignIn.id.in_(bindparam("sign_ins", expanding=True)),
        SignIn.expires_at > bindparam("now"),
        Member.state.in_(SEEING),
    )
)
_log = structlog.get_logger()


class Sockets:
    """The sockets of one process: which session stands behind each."""

    def __init__(self, app: Flask, socketio: SocketIO) -> None:
        self.app = app
        self.socketio = socketio
        self.sign_ins: dict[str, int] = {}
        self._watching = threading.Lock()

    def opened(self, _auth: Any = None) -> bool | None:
        """Let a member in who sees the community; refuse everybody else."""
        viewer = current_viewer()
        if not viewer.sees:
            return False
        sid: str = request.sid  # type: ignore[attr-defined]
        self.sign_ins[sid] = viewer.sign_in_id
        join_room(room_of(viewer.member_id))
        self._watch()
        return None

    def closed(self, _reason: Any = None) -> None:
        """Forget a socket."""
        self.sign_ins.pop(request.sid, None)  # type: ignore[attr-defined]

    def _watch(self) -> None:
        if self._watching.acquire(blocking=False):
            threading.Thread(target=self._watch_while_open, name="sockets", daemon=True).start()

    def _watch_while_open(self) -> None:
        pause = threading.Event()
        while not pause.wait(WATCH_SECONDS):
            try:
                self.end_fallen()
            except Exception:  # noqa: BLE001 - the database may be away for a while
                _log.exception("watching sockets failed", exc_info=True)

    def end_fallen(self) -> None:
        """Close the sockets whose session has ended or whose member sees nothing any more."""
        held = dict(self.sign_ins)
        if not held:
            return
        with self.app.app_context():
            given = {"sign_ins": sorted(set(held.values())), "now": clock.now()}
            standing = set(db.session.scalars(_STANDING, given))
        for sid, sign_in in held.items():
            if sign_in not in standing:
                self._end(sid)

    def _end(self, sid: str) -> None:
        self.sign_ins.pop(sid, None)
        server = self.socketio.server
        connection = server.manager.eio_sid_from_sid(sid, "/")
        server.emit("ended", {}, to=sid, ignore_queue=True)
        server.disconnect(sid, ignore_queue=True)
        # Our page hangs up by itself; another client might not, and would keep a thread. Whoever does not even read
        # must not hold up the watch, so this waits aside. None, for one that has just gone, would close all.
        if connection:
            server.start_background_task(server.eio.disconnect, connection)

    def look_again(self) -> None:
        """Tell every open page of this process that it may have missed something."""
        for sid in list(self.sign_ins):
            self.socketio.server.emit("access", {}, to=sid, ignore_queue=True)


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
    socketio.on_event("disconnect", sockets.closed)
    return socketio
