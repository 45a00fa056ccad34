"""What everybody may read about this place, and what members agree to before anything else."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from community.actions import members
from community.pages.entry import safe_next
from community.pages.hook import OPEN, current_viewer, hold
from community.pages.visits import is_opened
from community.terms import VERSION

pages = Blueprint("about", __name__)
WITHOUT = OPEN - {"home.home"} | {"about.accept", "signin.sign_out"}


@pages.get("/terms")
def terms() -> str:
    """The terms of use."""
    return render_template("community/about/terms.html", version=VERSION)


@pages.route("/terms/accept", methods=["GET", "POST"])
def accept() -> str | Response | tuple[str, int]:
    """The terms of use have changed: read and accept them. ``next`` says where to go on."""
    onward = safe_next(request.args.get("next", ""))
    if request.method == "POST" and request.form.get("version") == VERSION:
        members.accept_terms(current_viewer(), VERSION)
        return redirect(onward, 303)
    page = render_template("community/about/accept.html", version=VERSION, onward=onward)
    return page, 400 if request.method == "POST" else 200


def ask() -> Response | tuple[str, int] | None:
    """Nobody goes on under terms they have not seen. What is sent is held, what an open page asks by itself goes on."""
    if request.endpoint in WITHOUT or not current_viewer().sees or current_viewer().terms == VERSION:
        return None
    if request.method == "POST":
        return hold(403)
    return redirect(url_for("about.accept", next=request.full_path.rstrip("?")), 303) if is_opened() else None


def init_app(app: Flask) -> None:
    """Look at every request that was let in."""
    app.before_request(ask)
