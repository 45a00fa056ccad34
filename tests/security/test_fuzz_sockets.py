"""A socket takes no messages: whatever is sent through it changes nothing, reaches nobody and breaks nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from community.live import room_of
from tests.security.fuzzing import WORLD
from tests.security.harness import browser
from tests.security.keys import number
from tests.security.nonsense import TEXTS
from tests.security.rows import settle

FEW = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=60,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
# What the server itself listens to or sends, and what it might be taken for.
EVENTS = ("message", "json", "post", "thread", "access", "ended", "join", "leave", "ping", "*", "", "\0", "é" * 3000)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def _settled(app: Flask) -> None:
    settle(WORLD, WORLD.person["reader"], whole=True)


def opened(client: FlaskClient) -> Any:
    """A socket of this browser, as far as it is let in."""
    app: Any = client.application
    return app.extensions["socketio"].test_client(app, flask_test_client=client)


def test_nonsense_through_a_socket_is_passed_over(app: Flask) -> None:
    sender, hearer = (opened(browser(app, WORLD.person["reader"])) for _ in range(2))
    rooms = [room_of(number("reader")), room_of(number("site")), sender.eio_sid]

    @FEW
    @given(st.sampled_from(EVENTS) | st.text(max_size=20), st.lists(VALUES, max_size=3), st.sampled_from(rooms))
    def shout(event: str, values: list[Any], room: str) -> None:
        sender.emit(event, *values, {"room": room})
        assert sender.is_connected()
        assert (sender.get_received(), hearer.get_received()) == ([], [])

    shout()
    _still_hears(app, hearer)
    sender.disconnect()
    hearer.disconnect()


def _still_hears(app: Flask, hearer: Any) -> None:
    app.extensions["socketio"].emit("access", {}, to=room_of(number("reader")))
    assert [frame["name"] for frame in hearer.get_received()] == ["access"]


def test_nonsense_cookies_open_no_socket(app: Flask) -> None:
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    forged = [{"_user_id": token} for token in ("", "\0", "é" * 200, "0" * 63, "0" * 65, "../x")]
    signed = [signer.dumps(one) for one in [*forged, {}, {"_user_id": "x", "_remember": "set", "_id": "y"}]]
    for cookie in [*signed, *(text.decode("latin-1") for text in TEXTS if len(text) < 1000 and text.isascii())]:
        client = app.test_client()
        client.set_cookie("musubi", cookie, domain="localhost")
        assert not opened(client).is_connected(), cookie
        assert client.get("/").status_code < 500, cookie
