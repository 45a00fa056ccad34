"""That words were taken out of a post, for who reads it; what was there before, for its author."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import originals
from community.access import NotAllowed, PostRow, access_post
from community.actions.destroying import destroy_own
from community.pages.hook import current_viewer
from community.pages.missing import REASONS
from community.policy import Permission, can

pages = Blueprint("redactions", __name__, url_prefix="/posts")


@pages.get("/<id:post_id>/redactions")
def show(post_id: int) -> str:
    """On which day, by whom and why; nothing of what it was."""
    viewer = current_viewer()
    post = access_post(viewer, post_id)
    return render_template(
        "community/posts/redactions.html",
        post=post,
        redactions=originals.redactions(post_id),
        reasons={reason.value: words for reason, words in REASONS.items()},
        mine=_wrote(post),
        keeps=can(viewer, Permission.COMMUNITY_TRUST),
        gone_on=originals.gone_from_backups,
    )


@pages.get("/<id:post_id>/before")
def before(post_id: int) -> str:
    """What the post said before, for its author."""
    post = _own(post_id)
    return render_template("community/posts/before.html", post=post, originals=originals.originals(post_id))


@pages.post("/<id:post_id>/before/destroy")
def destroy(post_id: int) -> Response:
    """What was there before goes for good."""
    destroy_own(current_viewer(), post_id)
    flash(_("It is destroyed. Nobody can read it any more."), "success")
    return redirect(url_for(".show", post_id=post_id), 303)


def _own(post_id: int) -> PostRow:
    post = access_post(current_viewer(), post_id)
    if not _wrote(post):
        raise NotAllowed
    return post


def _wrote(post: PostRow) -> bool:
    return post.author_id is not None and post.author_id == current_viewer().member_id
