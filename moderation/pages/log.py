"""The log that every member can read."""

from flask import Blueprint, render_template

from community.pages.frame import local
from community.pages.hook import current_viewer
from moderation.log import lines
from moderation.unsealing import by_year

pages = Blueprint("log", __name__)


@pages.get("/log")
def show() -> str:
    """What kind of act happened in which public group on which day."""
    return render_template("moderation/log.html", lines=lines(current_viewer(), local), unsealed=by_year())
