"""Language and colours, for guests too: one form, two rows of buttons."""

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from community.actions import members
from community.models import Theme
from community.pages.entry import safe_next
from community.pages.hook import current_viewer

pages = Blueprint("preferences", __name__)
LOCALES = ("en", "ja")


@pages.post("/preferences")
def choose() -> Response:
    """Remember a language or colours: for a member in their profile, for a guest in the browser."""
    locale = request.form.get("locale") if request.form.get("locale") in LOCALES else None
    theme = Theme(request.form["theme"]) if request.form.get("theme") in set(Theme) else None
    viewer = current_viewer()
    if viewer.is_guest:
        session.update({name: str(value) for name, value in (("locale", locale), ("theme", theme)) if value})
    else:
        members.choose_look(viewer, locale, theme)
    return redirect(safe_next(request.form.get("back", "")), 303)
