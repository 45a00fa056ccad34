"""The search page: titles one may see that hold the words asked for."""

from flask import Blueprint, Flask, render_template, request

from community import ids
from community.access import GroupRow, NotFound, access_group
from community.pages.hook import current_viewer
from search import find

pages = Blueprint("search", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/search")
def titles() -> str:
    """Threads whose title holds every word of ``q``, in all groups or in ``group``. An unknown group has no threads."""
    viewer = current_viewer()
    asked = request.args.get("q", "")[: find.LONGEST]
    group = _group(request.args.get("group", ""))
    found = find.titles(viewer, asked, group.id if group else None) if asked.strip() else []
    return render_template("search/titles.html", asked=asked, group=group, found=found, most=find.MOST)


def _group(text: str) -> GroupRow | None:
    if not text:
        return None
    try:
        return access_group(current_viewer(), ids.decode(text))
    except ValueError:
        raise NotFound from None
