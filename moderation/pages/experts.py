"""Pointing out who may know more about a post."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import ids
from community.access import access_post
from community.forms.compose import clean_line
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Permission
from moderation import experts
from moderation.actions.experts import point_out

pages = Blueprint("experts", __name__)


@pages.route("/posts/<id:post_id>/experts", methods=["GET", "POST"])
def choose(post_id: int) -> str | Response:
    """Readers of a post, those first whose sector fits and who wrote most here; telling one of them."""
    viewer = current_viewer()
    post = access_post(viewer, post_id, Permission.POST_POINT_OUT)
    if request.method == "POST":
        with told(_("They are told that they may know more about this post.")):
            point_out(viewer, post_id, _member())
        return redirect(url_for(".choose", post_id=post_id), 303)
    words = clean_line(request.args.get("q", ""))[:100]
    hinted = experts.hinted(post_id)
    return render_template(
        "moderation/experts.html",
        post=post,
        words=words,
        candidates=experts.candidates(viewer, post, words),
        hinted=hinted,
        told={row.member_id for row in hinted},
        most=experts.MOST,
    )


def _member() -> int:
    try:
        return ids.decode(request.form.get("member", ""))
    except ValueError:
        return 0
