"""Opening one post on the record, for site moderators."""

from flask import Blueprint, render_template

from community.access import NotAllowed, NotFound
from community.pages.hook import current_viewer
from community.viewer import Viewer
from moderation.actions.opening import open_as_moderator
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


def _open(viewer: Viewer, post_id: int, reason: str) -> str:
    record = open_as_moderator(viewer, post_id, reason)
    if record is None:
        raise NotFound
    return render_template("moderation/opened.html", post=opened_post(viewer, record))
