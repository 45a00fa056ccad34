"""A real mail server on this machine, and what arrived in it; invited people who follow their links."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient

from community import mail
from community.db import db
from tests.authenticator import Device, hold, token_of
from tests.browsing import plain
from tests.wire import free_port

LINK = re.compile(r"^https?://\S+$", re.MULTILINE)


class PostOffice:
    """Keeps every message, in order. ``refuses`` makes the server turn messages away for now."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library asks for it
        if self.refuses:
            return "451 Come back later"
        message = BytesParser(policy=policy.default).parsebytes(envelope.content)
        self.received.append((list(envelope.rcpt_tos), message))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What arrived for one address."""
        return [message for recipients, message in self.received if recipients == [address]]


def deliver() -> None:
    """Have everything sent that is due, as the postman's thread does."""
    db.session.rollback()
    while mail.send_due():
        pass


@contextmanager
def open_post_office(app: Flask) -> Iterator[PostOffice]:
    """Let the application send its mail to a server of this test's own."""
    office = PostOffice()
    port = free_port()
    server = Controller(office, hostname="127.0.0.1", port=port)
    server.start()
    before = app.extensions["musubi"]
    app.extensions["musubi"] = replace(before, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="musubi@musubi.test")
    try:
        yield office
    finally:
        app.extensions["musubi"] = before
        server.stop()


def text_of(message: EmailMessage) -> str:
    """The mail as text."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def link_in(message: EmailMessage) -> str:
    """The path of the link in a mail."""
    found = LINK.search(text_of(message))
    assert found, text_of(message)
    return urlsplit(found[0]).path


def introduce(browser: FlaskClient, link: str, **said: str) -> Any:
    """Say who one is on the page of an invitation."""
    page = browser.get(link).text
    given = {"name": "Nana New", "organization": "same", "terms": "y", "csrf_token": token_of(page)} | said
    return browser.post(link, data=given)


def come_in(app: Flask, link: str, **said: str) -> tuple[FlaskClient, Device]:
    """Follow an invitation to its end: the browser in which the person is signed in now, and their passkey."""
    browser, device = app.test_client(), Device()
    answer = introduce(browser, link, **said)
    assert answer.status_code == 303, plain(answer.text)
    answer = hold(browser, link, device.create, f"{link}/passkey")
    assert answer.json == {"next": "/waiting"}, answer.text
    return browser, device
