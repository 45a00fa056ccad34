"""A running site and a real browser.

``site.page(member)`` opens a page in which that member is signed in (nobody without one). Whatever the browser
complains of (errors in scripts, what our content policy refuses, anything asked of another server) fails the test at
its end, unless the test took it out of ``site.complaints``, or expects it.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, expect, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from community.db import db
from community.models import Member
from community.settings import Settings
from tests.factories import World

CHROMIUM = Path(os.environ.get("MUSUBI_TEST_CHROMIUM", "/usr/bin/chromium"))
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
expect.set_options(timeout=15_000)  # other tests run beside these
ADDRESSES = ("http://localhost:", "http://127.0.0.1:")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives Chromium. What is not about other processes asks PostgreSQL in the soak only."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if "postgresql" in item.name and item.path.name != "test_live.py":
                item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at MUSUBI_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Authenticator:
    """A virtual device for passkeys, plugged into one page."""

    def __init__(self, session: CDPSession, transport: str) -> None:
        self.session = session
        session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": transport,
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def set(self, **what: bool) -> None:
        """``isUserVerified=False``: the person fails to show finger or face."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, **what})

    def credentials(self) -> list[dict[str, Any]]:
        """What it holds, private keys included."""
        held = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(held["credentials"])

    def take(self, credential: dict[str, Any]) -> None:
        """Put a credential of another device into this one, as a synchronised passkey is."""
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})


class Site:
    """The application on a free port of this machine, and pages in a browser."""

    def __init__(self, world: World, chromium: Browser, served: Flask) -> None:
        self.world, self.chromium, self.served = world, chromium, served
        self.origin: str = served.extensions["musubi"].origin
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()  # parts of complaints that a test knows it will cause
        self.contexts: list[BrowserContext] = []

    def page(self, member: Member | None = None, *, width: int = 1280, height: int = 900, **more: Any) -> Page:
        """A fresh browser window. ``more`` goes to Playwright: locale, color_scheme, java_script_enabled ..."""
        more.setdefault("locale", "en")
        more.setdefault("reduced_motion", "reduce")  # axe would measure colours in the middle of their change
        size: Any = {"width": width, "height": height}
        context = self.chromium.new_context(base_url=self.origin, viewport=size, **more)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        if member:
            self._sign_in(context, member)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", self._hear)
        page.on("request", lambda request: self._check(request.url))
        return page

    def authenticator(self, page: Page, transport: str = "internal") -> Authenticator:
        """Plug a device for passkeys into ``page``; a second one is not built in but comes by "usb"."""
        return Authenticator(page.context.new_cdp_session(page), transport)

    def serious(self, page: Page) -> list[str]:
        """What axe finds wrong with ``page`` and calls serious or critical."""
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}: {node['html']}" for one in grave for node in one["nodes"]]

    def _sign_in(self, context: BrowserContext, member: Member) -> None:
        cookie = self.world.enter(member).get_cookie("musubi")
        assert cookie
        context.add_cookies([{"name": "musubi", "value": cookie.value, "url": self.origin, "httpOnly": True}])

    def _hear(self, words: ConsoleMessage) -> None:
        said = f"{words.text} {words.location['url']}"
        if words.type == "error" and not any(part in said for part in self.expected):
            self.complaints.append(said)

    def _check(self, address: str) -> None:
        if not address.startswith((*ADDRESSES, "data:", "blob:")):
            self.complaints.append(f"asked of another server: {address}")


def serve(settings: Settings) -> tuple[Flask, BaseWSGIServer]:
    """The application on a port of its own, which its settings know: passkeys and sockets belong to an address."""
    server = make_server("127.0.0.1", 0, Flask("none yet"), threaded=True)
    served = create_app(replace(settings, origin=f"http://localhost:{server.port}"))
    server.app = served
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return served, server


@pytest.fixture
def site(app: Flask, world: World, chromium: Browser) -> Iterator[Site]:
    """The site, served for real, on each database."""
    served, server = serve(app.extensions["musubi"])
    made = Site(world, chromium, served)
    yield made
    for context in made.contexts:
        context.close()
    server.shutdown()
    server.server_close()
    with served.app_context():
        db.engine.dispose()
    assert made.complaints == []
