"""What sign-in, enrolment and confirmation share: the browser's session, where to go next, and the demo's side door."""

import re
from collections.abc import Callable

from flask import request, session, url_for
from flask_login import login_user, logout_user

from community.demo.personas import Guise, guises
from community.pages.hook import SignedIn
from community.settings import LOOPBACK, settings
from community.viewer import Viewer, hash_token, viewer_of_session

INSIDE = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]{0,2000}")
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
KEPT = ("locale", "theme")
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


_told_first: list[Callable[[Viewer, str], str]] = []


def told_first(call: Callable[[Viewer, str], str]) -> Callable[[Viewer, str], str]:
    """Register who has something to tell right after somebody showed their passkey: ``call`` is given the viewer and
    where they want to go, and answers with the address that tells them, or with an empty one.
    """
    _told_first.append(call)
    return call


def begin_session(token: str, onward: str) -> str:
    """Put a fresh session in place of whatever this browser had; only language and colours carry over.

    Answers where to go: ``onward``, or first to what they have to be told.
    """
    forget_session()
    viewer = viewer_of_session(hash_token(token))
    login_user(SignedIn(token, viewer))
    return first_told(viewer, onward)


def first_told(viewer: Viewer, onward: str) -> str:
    """Where somebody goes who has shown their passkey; all who may have to tell them something are asked."""
    return next(filter(None, [call(viewer, onward) for call in _told_first]), onward)


def forget_session() -> None:
    """Empty the browser's session, but for language and colours."""
    look = {name: session[name] for name in KEPT if name in session}
    logout_user()
    session.clear()
    session.update(look)


def safe_next(address: str) -> str:
    """``address`` when it is a path on this site, else home: a sign-in must not send people to strangers."""
    return address if INSIDE.fullmatch(address) else url_for("home.home")


def browser_words() -> str:
    """The browser in two words, as the list of sessions shows it: "Firefox on Windows"."""
    agent = request.user_agent.string
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(word for word in found if word)


def on_this_machine() -> bool:
    """Does a browser on this very machine ask, by the name localhost and with nothing in between?"""
    direct = request.remote_addr in LOOPBACK and not any(name in request.headers for name in FORWARDED)
    return direct and request.host.partition(":")[0] == "localhost"


def open_guises() -> list[Guise]:
    """The personas that may be entered without a passkey: those of a demo, from this machine; else none."""
    return guises() if settings().demo and on_this_machine() else []


def may_prove_without(viewer: Viewer) -> bool:
    """May this persona of a demo do without showing a passkey?"""
    return any(guise.member_id == viewer.member_id for guise in open_guises())
