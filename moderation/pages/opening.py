"""Opening one post on the record, for site moderators."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import originals
from community.access import NotAllowed, NotFound
from community.pages.hook import current_viewer
from community.viewer import Viewer
from moderation.actions.opening import destroy_original, open_as_moderator, open_original
from moderation.forms.opening import OpenForm
from moderation.offers import opens_posts
from moderation.opened import opened_post

pages = Blueprint("opening", __name__, url_prefix="/moderation")


@pages.route("/posts/<id:post_id>/open", methods=["GET", "POST"])
def open_post(post_id: int) -> str | tuple[str, int]:
    """Ask why, and say the same whether there is such a post or not; then record it, and only then show it."""
    viewer = current_viewer()
    if not opens_posts(viewer):
        raise NotAllowed
    form = OpenForm()
    if form.validate_on_submit():
        return _open(viewer, post_id, form.reason.data)
    return render_template("moderation/open.html", form=form, post_id=post_id), 400 if form.errors else 200


@pages.route("/posts/<id:post_id>/before", methods=["GET", "POST"])
def before(post_id: int) -> str | tuple[str, int]:
    """The same for what a post said before words were taken out of it."""
    viewer = current_viewer()
    if not opens_posts(viewer):
        raise NotAllowed
    form = OpenForm()
    if not form.validate_on_submit():
        answer = render_template("moderation/open.html", form=form, post_id=post_id, original=True)
        return answer, 400 if form.errors else 200
    record = open_original(viewer, post_id, form.reason.data)
    if record is None:
        raise NotFound
    found = {"post": opened_post(viewer, record), "originals": originals.originals(post_id)}
    return render_template("moderation/before.html", **found)


@pages.post("/posts/<id:post_id>/destroy")
def destroy(post_id: int) -> Response:
    """What a post said before goes for good."""
    destroy_original(current_viewer(), post_id)
    flash(_("It is destroyed. Nobody can read it any more."), "success")
    return redirect(url_for("moderation.home"), 303)


def _open(viewer: Viewer, post_id: int, reason: str) -> str:
    record = open_as_moderator(viewer, post_id, reason)
    if record is None:
        raise NotFound
    return render_template("moderation/opened.html", post=opened_post(viewer, record))
