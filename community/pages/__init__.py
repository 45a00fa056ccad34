"""The pages: each parses a request, asks one door, calls at most one action, renders one template."""

from importlib import import_module

from flask import Flask

MODULES = (
    "health",
    "home",
    "groups",
    "threads",
    "compose",
    "posts",
    "redactions",
    "correct",
    "signin",
    "enrolment",
    "me",
    "preferences",
    "about",
    "notifications",
    "members",
    "membership",
    "group_admin",
    "invitations",
    "mails",
    "unnamed",
)


def init_app(app: Flask) -> None:
    """Register every page."""
    for name in MODULES:
        app.register_blueprint(import_module(f"community.pages.{name}").pages)
