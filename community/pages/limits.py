"""How often one address may fail to get in. Nobody can lock a member out by failing on purpose: nothing is counted per
account, and who shows one of our passkeys or an open link is never held up, whoever else shares the address.

The counts live in memory, or in Redis when several processes share them; never in the database. What is counted is not
the address but a keyed hash of it that changes every day.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, request
from flask_limiter import Limiter

from community import clock, passkeys
from community.actions import enrolments
from community.pages import ceremony
from community.settings import Settings, settings

Page = TypeVar("Page", bound=Callable[..., Any])
FAILURES = "30 per minute; 300 per hour"
REQUESTS = "5 per minute; 30 per hour"
_opening: list[Callable[[str], bool]] = [lambda token: enrolments.enrolling(token) is not None]


def _who() -> str:
    words = f"{clock.now():%Y-%m-%d} {request.remote_addr}"
    return hmac.new(settings().session_key.encode(), words.encode(), hashlib.sha256).hexdigest()


def _failed(response: Response) -> bool:
    return response.status_code >= 400


def _familiar() -> bool:
    """Does the request show something that only people of this community have: one of our passkeys, or an open link?"""
    token = (request.view_args or {}).get("token")
    if token:
        return any(opens(token) for opens in _opening)
    return passkeys.is_known(ceremony.sent().get("credential"))


def recognize(opens: Callable[[str], bool]) -> None:
    """Register a kind of link: ``opens`` tells whether a token is that of one that is open."""
    _opening.append(opens)


limiter = Limiter(key_func=_who, headers_enabled=False, in_memory_fallback_enabled=True)
_limit = limiter.shared_limit(FAILURES, scope="attempts", deduct_when=_failed, exempt_when=_familiar)


def attempts(page: Page) -> Page:
    """Answer 429 to an address that has failed at ``page`` too often."""
    return cast(Page, _limit(page))


_limit_requests = limiter.shared_limit(REQUESTS, scope="requests", exempt_when=lambda: request.method != "POST")


def requests(page: Page) -> Page:
    """Answer 429 to an address that sends the form of ``page`` too often: each one may send a mail to somebody."""
    return cast(Page, _limit_requests(page))


def init_app(app: Flask) -> None:
    """Choose where the counts live."""
    chosen: Settings = app.extensions["musubi"]
    app.config["RATELIMIT_STORAGE_URI"] = chosen.redis_url or "memory://"
    if chosen.redis_url:  # nobody waits for a Redis that hangs: the counts live in memory meanwhile
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_timeout": 1, "socket_connect_timeout": 1}
    limiter.init_app(app)
