"""The pages about trust."""

from importlib import import_module

from flask import Flask

from community.policy import Permission, can
from community.viewer import Viewer
from trust.desk import count as waiting_on_desk

MODULES: tuple[str, ...] = (
    *("invitations", "vouching", "joining", "waiting"),
    *("departures", "employment", "engagement", "organizations"),
    *("desk", "people", "suspensions", "proposals", "parting", "recovery"),
)


def keeps_trust(viewer: Viewer) -> bool:
    """Are the pages about people there for the viewer? Asked by templates that lead to them."""
    return can(viewer, Permission.COMMUNITY_TRUST)


def init_app(app: Flask) -> None:
    """Register every page, and what templates of others ask before they lead there."""
    app.jinja_env.globals.update(keeps_trust=keeps_trust, waiting_on_desk=waiting_on_desk)
    for name in MODULES:
        app.register_blueprint(import_module(f"trust.pages.{name}").pages)
