"""Mail: letters are queued in the transaction of the act, written at the moment they are sent, and sent at least once.

A queued letter is a pointer. Its writer reads everything anew, so that a right lost meanwhile is a letter never sent,
and answers None when there is nothing to say any more. One person per message, and never the text of a post.

Without a mail server, in the demo only, messages become files that a page shows on this very machine.
"""

import hashlib
import hmac
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from flask import Flask, current_app, render_template
from flask_babel import force_locale
from sqlalchemy import select

from community import clock
from community.db import action, after_commit, db
from community.models import Letter, LetterKind
from community.settings import LOOPBACK, settings

BATCH = 20
CLAIM = timedelta(minutes=2)  # longer than a mail server may take
LONGEST_PAUSE = timedelta(hours=1)
STEEPEST = 12
SECONDS = 1.0
TIMEOUT = 20

_wake = threading.Event()
_log = structlog.get_logger()


@dataclass(frozen=True)
class Message:
    """One mail to one person: ``template`` names ``templates/mail/<template>.txt``, ``values`` what it speaks of."""

    to: str
    locale: str
    template: str
    values: dict[str, Any] = field(default_factory=dict)


Writer = Callable[[LetterKind, int], Message | None]
_writers: dict[LetterKind, Writer] = {}


def writes(*kinds: LetterKind) -> Callable[[Writer], Writer]:
    """Register who writes the letters of these kinds, from the kind and the id of what the letter is about."""

    def register(writer: Writer) -> Writer:
        _writers.update(dict.fromkeys(kinds, writer))
        return writer

    return register


def queue(kind: LetterKind, subject_id: int) -> None:
    """Have a letter sent once the running action is through."""
    db.session.add(Letter(kind=kind, subject_id=subject_id))


def link_token(purpose: str, subject_id: int) -> str:
    """The secret of a link that goes by mail: made anew whenever the mail is written, so that no table holds it."""
    words = f"link {purpose} {subject_id}"
    return hmac.new(settings().session_key.encode(), words.encode(), hashlib.sha256).hexdigest()


def send_due() -> int:
    """Send what is due. Returns how many letters were sent, tried, or found to have nothing to say any more."""
    due = select(Letter.id).where(Letter.next_at <= clock.now()).order_by(Letter.next_at, Letter.id).limit(BATCH)
    numbers = list(db.session.scalars(due))
    db.session.rollback()
    return sum(_send(number) for number in numbers)


def waiting() -> int:
    """How many letters wait to be sent."""
    return len(db.session.scalars(select(Letter.id)).all())


def failing() -> int:
    """How many letters could not be sent so far and will be tried again."""
    return len(db.session.scalars(select(Letter.id).where(Letter.error != "")).all())


def _send(number: int) -> bool:
    claimed = _claim(number)
    if claimed is None:
        return False
    kind, subject_id = claimed
    try:
        message = _writers[kind](kind, subject_id)
        db.session.rollback()  # nothing is held while a mail server takes its time
        if message:
            _deliver(written(message, number))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one letter must not stop the others
        _log.warning("mail not sent", kind=str(kind), error=type(error).__name__)
        _postpone(number, type(error).__name__)
    else:
        _done(number)
    return True


@action
def _claim(number: int) -> tuple[LetterKind, int] | None:
    """Take a letter in hand: no other process does for a while, and after a kill it is due again."""
    held = select(Letter).where(Letter.id == number, Letter.next_at <= clock.now())
    letter = db.session.scalar(held.with_for_update(skip_locked=True))
    if letter is None:
        return None
    letter.attempts += 1
    letter.next_at = clock.now() + CLAIM
    return letter.kind, letter.subject_id


@action
def _postpone(number: int, error: str) -> None:
    letter = db.session.get(Letter, number)
    if letter is not None:
        letter.error = error
        pause = timedelta(seconds=2 ** min(letter.attempts, STEEPEST))
        letter.next_at = clock.now() + min(pause, LONGEST_PAUSE)


@action
def _done(number: int) -> None:
    letter = db.session.get(Letter, number)
    if letter is not None:
        db.session.delete(letter)


def written(message: Message, number: int) -> EmailMessage:
    """The mail as text and HTML: its template's first line is the subject, and a paragraph that is a link a link."""
    with current_app.test_request_context("/"), force_locale(message.locale):
        given = message.values | {"community_name": settings().community_name, "origin": settings().origin}
        subject, _, text = render_template(f"mail/{message.template}.txt", **given).strip().partition("\n")
        paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
        page = {"subject": subject, "paragraphs": paragraphs, "locale": message.locale, "origin": settings().origin}
        html = render_template("mail/page.html", **page)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = formataddr((settings().community_name, settings().mail_from or f"musubi@{settings().host}"))
    mail["To"] = message.to
    mail["Date"] = format_datetime(clock.now())
    # The same at every attempt: a mail server that got it twice can tell.
    mail["Message-ID"] = f"<{link_token('mail', number)[:32]}@{settings().host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(paragraphs) + "\n")
    mail.add_alternative(html, subtype="html")
    return mail


def folder() -> Path:
    """Where the demo keeps its mails."""
    return Path(settings().data_dir) / "mail"


def _deliver(mail: EmailMessage) -> None:
    if settings().smtp_url:
        _transmit(mail)
        return
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / f"{clock.now():%Y%m%dT%H%M%S%f}.eml").write_bytes(bytes(mail))


def _transmit(mail: EmailMessage) -> None:
    parts = urlsplit(settings().smtp_url)
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            parts.hostname or "", parts.port or 465, timeout=TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(parts.hostname or "", parts.port or 587, timeout=TIMEOUT)
    with server:
        if parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
            server.starttls(context=context)  # a link that lets somebody in does not travel in the open
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail)


@after_commit
def kick() -> None:
    """Wake the postman of this process, if it has one."""
    _wake.set()


def carry(app: Flask, stop: threading.Event) -> None:
    """Send letters until told to stop: a thread of its own, because mail servers are slow and alerts are not."""
    while not stop.is_set():
        _wake.wait(SECONDS)
        _wake.clear()
        with app.app_context():
            try:
                while send_due():
                    pass
            except Exception:  # noqa: BLE001 - the database may be away for a while; the letters wait in it
                _log.exception("sending mail failed", exc_info=True)
