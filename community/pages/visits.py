"""A page that somebody opens keeps their session going; what is sent, or asked by an open page itself, does not."""

from flask import Flask, request

from community.actions import sign_ins
from community.pages.hook import OPEN, current_viewer

FROM_OUTSIDE = OPEN - {"home.home"}


def is_opened() -> bool:
    """Does somebody open this page, and not another page fetch it by itself?"""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def note() -> None:
    """Take note, if this is a page that a signed-in person opens."""
    if not is_opened() or request.endpoint in FROM_OUTSIDE or current_viewer().is_guest:
        return
    if sign_ins.is_new_visit(current_viewer()):
        sign_ins.visit(current_viewer())


def init_app(app: Flask) -> None:
    """Look at every request that was let in."""
    app.before_request(note)
