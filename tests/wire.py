"""Real connections to a running server: a browser's pages over HTTP, and what a socket hears, with the moment."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, cast

import websocket
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from community.models import Member
from tests.factories import World

PATIENCE = 15.0  # how long a condition is waited for; a slow machine is not a fault
OPEN = "/socket.io/?EIO=4&transport=websocket"


def until(condition: Callable[[], Any], what: object = "", within: float = PATIENCE) -> Any:
    """Wait until ``condition`` answers something true, and return that."""
    end = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.01)
    return found


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Forward:
    """A WSGI application that hands every request on to a server on a port, so that test helpers can talk to it."""

    def __init__(self, port: int, host: str) -> None:
        self.port, self.host = port, host

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Forward one request."""
        given = {"Host": self.host, "Cookie": environ.get("HTTP_COOKIE", "")}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if body:
            given["Content-Type"] = environ.get("CONTENT_TYPE", "text/plain")
        path = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(environ["REQUEST_METHOD"], path, body, given)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        start_response(f"{answer.status} {answer.reason}", Headers(answer.getheaders()).to_wsgi_list())
        return [text]


def cookie_of(world: World, member: Member) -> str:
    """The cookie of a new session of this member."""
    browser = world.enter(member)
    name = world.app.config["SESSION_COOKIE_NAME"]
    held = browser.get_cookie(name)
    assert held
    return f"{name}={held.value}"


def browse(app: Flask, port: int, cookie: str) -> FlaskClient:
    """A browser with this cookie, at the server on ``port``."""
    host = app.extensions["musubi"].origin.partition("//")[2]
    browser = Client(Forward(port, host))
    browser.set_cookie(*cookie.split("=", 1))
    return cast(FlaskClient, browser)


class Ear:
    """An open page without a page: every frame that the server sends, with the moment at which it came."""

    def __init__(self, app: Flask, port: int, cookie: str = "", **more: Any) -> None:
        more.setdefault("origin", app.extensions["musubi"].origin)
        header = {"Cookie": cookie} if cookie else {}
        self.line = websocket.create_connection(f"ws://127.0.0.1:{port}{OPEN}", header=header, timeout=30, **more)
        self.frames: list[tuple[float, str]] = []
        self.closed_at: float | None = None
        self.line.send("40")
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        until(lambda: self.closed_at or any(one.startswith("4") for one in self.said()), self.said)

    def _listen(self) -> None:
        try:
            while words := self.line.recv():
                self.frames.append((time.monotonic(), str(words)))
                if words == "2":
                    self.line.send("3")
        except (websocket.WebSocketException, OSError):
            pass
        self.closed_at = time.monotonic()

    def said(self) -> list[str]:
        """The frames."""
        return [words for _, words in self.frames]

    def told(self) -> list[tuple[str, Any]]:
        """The events, in order: name and what it carried."""
        return [tuple(json.loads(words[2:])) for words in self.said() if words.startswith("42")]

    def hears(self, name: str, **pointer: str) -> float:
        """Wait for an event, and return when it came."""
        wanted = f"42{json.dumps([name, pointer], separators=(',', ':'))}"
        return cast(float, until(lambda: next((at for at, words in self.frames if words == wanted), None), self.said))

    def ends(self) -> float:
        """Wait until the server hangs up, and return when it did."""
        return cast(float, until(lambda: self.closed_at, self.said))

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError, AttributeError):  # the other side was first
            cast(socket.socket, self.line.sock).shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.line.shutdown()  # type: ignore[no-untyped-call]


def deaf(app: Flask, port: int, cookie: str) -> socket.socket:
    """A line that is opened and then never read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    line.connect(("127.0.0.1", port))
    host = app.extensions["musubi"].origin.partition("//")[2]
    heads = f"GET {OPEN} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: {cookie}"
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    line.sendall(f"{heads}\r\n{key}\r\n\r\n".encode())
    assert line.recv(12) == b"HTTP/1.1 101"
    line.sendall(b"\x81\x82\0\0\0\x0040")  # "40", as a frame of a client
    return line
