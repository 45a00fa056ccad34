"""A passkey ceremony in a browser: options out, answer in. Both are JSON; the challenge waits in the session, once."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request, session

from community import clock, passkeys
from community.actions.passkeys import CHALLENGE_LASTS
from community.passkeys import Refused

KEY = "ceremony"


def begin(purpose: str) -> bytes:
    """A challenge for ``purpose``, remembered in this browser's session in place of any earlier one."""
    challenge = clock.token(32)
    session[KEY] = [purpose, challenge.hex(), (clock.now() + CHALLENGE_LASTS).timestamp()]
    return challenge


def options(words: str) -> Response:
    """Send the browser what ``passkeys`` asks of it."""
    return Response(words, mimetype="application/json")


def answer(purpose: str) -> tuple[passkeys.Answer, bytes]:
    """What the browser answered, and the challenge it was given for ``purpose``, which is gone from here on.

    Raises Refused when there is no such challenge or its time is over.
    """
    asked, challenge, until = session.pop(KEY, ("", "", 0))
    if asked != purpose or clock.now() > datetime.fromtimestamp(until, UTC):
        raise Refused
    credential = sent().get("credential")
    if not isinstance(credential, dict):
        raise Refused
    return credential, bytes.fromhex(challenge)


def sent() -> dict[str, Any]:
    """The JSON object that was sent; an empty one for anything else."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # brackets in brackets in brackets
        body = None
    return body if isinstance(body, dict) else {}


def words(name: str) -> str:
    """A text that was sent beside the answer; an empty one for anything else."""
    value = sent().get(name)
    return value if isinstance(value, str) else ""


def done(onward: str) -> Response:
    """It worked: tell the browser where to go."""
    return jsonify(next=onward)


def refused(_error: object = None) -> tuple[Response, int]:
    """It did not work. The reason is the same for everybody."""
    return jsonify(refused=True), 400


def serve(pages: Blueprint) -> None:
    """Let ``pages`` hold ceremonies: a refusal there is an answer for the script, not a page."""
    pages.register_error_handler(Refused, refused)
