"""The pages about moderation."""

from datetime import datetime
from importlib import import_module

from flask import Flask
from markupsafe import Markup

from community.pages.frame import local, wait_for
from moderation import promotions
from moderation.pages import copies
from moderation.pages.unnamed import decided_about
from moderation.queue import count
from moderation.warnings import warnings_of

MODULES: tuple[str, ...] = (
    *("desk", "cases", "flags", "decisions", "unnamed", "outside", "opening", "unsealing", "redacting", "log"),
    *("analysis", "experts"),
    *("promoting", "unnamed_promotions"),
)


def until(moment: datetime) -> Markup:
    """A ``time`` element for a moment to come: the local minute."""
    there = local(moment)
    return Markup('<time datetime="{}">{}</time>').format(there.isoformat("T", "minutes"), f"{there:%Y-%m-%d %H:%M}")


def init_app(app: Flask) -> None:
    """Register every page, and the number beside the link to the queue."""
    wait_for(count)
    app.jinja_env.filters["until"] = until
    app.jinja_env.globals |= {
        "warnings_of": warnings_of,
        "decided_about": decided_about,
        "other_ends": promotions.other_ends,
        "questions": promotions.questions,
        "proposal_in": copies.proposal,
        "audience_of_copy": copies.audience,
    }
    for name in MODULES:
        app.register_blueprint(import_module(f"moderation.pages.{name}").pages)
