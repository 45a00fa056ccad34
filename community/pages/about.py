"""What everybody may read about this place."""

from flask import Blueprint, render_template

pages = Blueprint("about", __name__)


@pages.get("/terms")
def terms() -> str:
    """The terms of use."""
    return render_template("community/about/terms.html")
