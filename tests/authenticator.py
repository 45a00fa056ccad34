"""A passkey device made of software: answers ceremonies as a browser would, and wrongly when told to."""

import base64
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from community import clock
from community.db import db
from community.models import Member, Passkey
from tests.factories import save

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding, as browsers write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


class Device:
    """One device with one passkey. ``origin``, ``host``, ``flags`` and ``count`` may be set to lie."""

    def __init__(self, origin: str = "http://localhost:5000", count: int = 1) -> None:
        self.origin, self.host, self.flags, self.count = origin, "localhost", PRESENT | VERIFIED, count
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.handle = os.urandom(32), b""

    @property
    def public_key(self) -> bytes:
        """The public half, as COSE."""
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request for a new passkey."""
        self.handle = decoded(options["user"]["id"])
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self.public_key
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + credential}
        return self._answer(
            {
                "clientDataJSON": encoded(self._client("webauthn.create", options["challenge"])),
                "attestationObject": encoded(cbor2.dumps(attestation)),
            }
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request for a proof."""
        client, data = self._client("webauthn.get", options["challenge"]), self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": encoded(client),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
                "userHandle": encoded(self.handle),
            }
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, more: int = 0) -> bytes:
        head = hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | more])
        data = head + self.count.to_bytes(4, "big")
        self.count += bool(self.count)
        return data

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": encoded(self.id), "rawId": encoded(self.id), "type": "public-key", "response": response}


# --- ceremonies ---

Ask = Callable[[dict[str, Any]], dict[str, Any]]


def token_of(page: str) -> str:
    """What the page's forms carry against forgery."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def begin(browser: FlaskClient, address: str, page: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The options of a ceremony that begins on ``page``, and the headers to answer with."""
    headers = {"X-CSRFToken": token_of(browser.get(page).text)}
    response = browser.post(address, json={}, headers=headers)
    assert response.status_code == 200, response.text
    return cast(dict[str, Any], response.json), headers


def hold(browser: FlaskClient, where: str, device: Ask, page: str, onward: str = "", **more: str) -> TestResponse:
    """One whole ceremony, as static/js/passkey.js holds it; ``more`` goes with the answer."""
    options, headers = begin(browser, f"{where}/begin", page)
    sent = {"credential": device(options), **more}
    return browser.post(f"{where}/finish", query_string={"next": onward} if onward else {}, json=sent, headers=headers)


def sign_in(browser: FlaskClient, device: Device, onward: str = "") -> TestResponse:
    """Sign in with ``device``."""
    return hold(browser, "/sign-in", device.get, "/terms", onward)


def at_once(act: Callable[[int], int], count: int) -> list[int]:
    """What ``act(0)``, ``act(1)`` ... answer when they begin at one moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> int:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def give(member: Member, device: Device) -> Device:
    """Let ``device`` hold a passkey of ``member``, as if it had been registered."""
    row = Passkey(id=clock.random_id(), member_id=member.id, name="Test", added_on=clock.now().date())
    row.credential_id, row.public_key, row.sign_count = device.id, device.public_key, max(0, device.count - 1)
    save(row)
    device.handle = db.session.get_one(Member, member.id).user_handle
    db.session.rollback()
    return device
