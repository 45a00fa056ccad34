"""The mails of the demo, on this very machine only: there they are files instead of being sent."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from flask import Blueprint, abort, render_template

from community import mail
from community.pages.entry import on_this_machine
from community.settings import settings

pages = Blueprint("mails", __name__)
MOST = 30


@pages.get("/demo/mails")
def show() -> str:
    """The latest mails; a 404 anywhere but in a demo without a mail server, asked from this machine."""
    if not settings().demo or settings().smtp_url or not on_this_machine():
        abort(404)
    files = sorted(mail.folder().glob("*.eml"), reverse=True)[:MOST]
    return render_template(
        "community/mails/show.html", mails=[_read(file.read_bytes()) for file in files], origin=settings().origin
    )


def _read(content: bytes) -> dict[str, Any]:
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(content)
    plain = message.get_body(("plain",))
    text = plain.get_content().replace("\r\n", "\n") if plain else ""
    return {
        "to": message["To"],
        "subject": message["Subject"],
        "paragraphs": [part.strip() for part in text.split("\n\n")],
    }
