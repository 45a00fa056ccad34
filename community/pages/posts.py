"""One post on a page of its own: its words, its readers, its history, and where its links lead."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import bounds, granting, ids, originals, policy, reach, reading_records, rendering, single
from community.access import NotFound, PostRow, access_post
from community.actions.editing import withdraw_post
from community.actions.grants import give_grant, take_grant_back
from community.forms.compose import clean_line
from community.markup import REL
from community.pages.audience import findings, shown
from community.pages.changes import steps
from community.pages.hook import current_viewer
from community.policy import Permission
from community.tlp import Tlp
from community.writing import Unfit

pages = Blueprint("posts", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/posts/<id:post_id>")
def show(post_id: int) -> str:
    """This post alone; for whom it was opened by its author, without anything around it."""
    viewer = current_viewer()
    post = access_post(viewer, post_id)
    return render_template(
        "community/posts/show.html",
        post=post,
        row=single.details(viewer, post_id),
        grants=granting.given(post_id) if post.in_thread else [],
        findings=findings(post.body),
        redactions=originals.redactions(post_id),
        **_acts(post),
    )


def _acts(post: PostRow) -> dict[str, bool]:
    viewer = current_viewer()
    writes = policy.can(viewer, Permission.POST_EDIT, post)
    return {
        "may_edit": writes,
        "may_widen": writes and bool(bounds.labels_to_widen(viewer, post)),
        "may_promote": policy.can(viewer, Permission.POST_PROMOTE, post) and post.tlp != Tlp.RED,
        "may_narrow": policy.can(viewer, Permission.POST_NARROW, post),
        "may_point_out": policy.can(viewer, Permission.POST_POINT_OUT, post),
        "may_redact": policy.can(viewer, Permission.POST_REDACT, post),
        "may_reply": post.in_thread and policy.can(viewer, Permission.POST_REPLY, post.thread),
    }


@pages.get("/posts/<id:post_id>/thread")
def in_thread(post_id: int) -> Response:
    """The post among the others of its thread; alone for whom it was opened only."""
    viewer = current_viewer()
    post = access_post(viewer, post_id)
    if not post.in_thread:
        return redirect(url_for(".show", post_id=post_id), 303)
    number = single.page_in_thread(viewer, post)
    anchor = f"p-{ids.encode(post_id)}"
    return redirect(url_for("threads.show", thread_id=post.thread.id, page=number, _anchor=anchor), 303)


@pages.get("/posts/<id:post_id>/audience")
def audience(post_id: int) -> str:
    """Who can see this post now: in its thread, because the author opened it, and which moderator did."""
    viewer = current_viewer()
    post = _inside(post_id)
    return render_template(
        "community/posts/audience.html",
        post=post,
        audience=shown(reach.reach_of_post(post_id)),
        grants=granting.given(post_id),
        openings=reading_records.openings(viewer, [post_id]).get(post_id, []),
    )


def _inside(post_id: int, may: Permission = Permission.POST_READ) -> PostRow:
    """A post with its surroundings. They are nothing that a grant gives."""
    post = access_post(current_viewer(), post_id, may)
    if not post.in_thread:
        raise NotFound
    return post


@pages.get("/posts/<id:post_id>/history")
def history(post_id: int) -> str:
    """What the post said before, and what changed each time."""
    viewer = current_viewer()
    post = access_post(viewer, post_id)
    before = min(max(request.args.get("before", 0, int), 0), post.version) or None
    wordings = single.wordings(post, single.details(viewer, post_id).edited_at, before)
    return render_template("community/posts/history.html", post=post, steps=steps(wordings), wordings=wordings)


@pages.get("/posts/<id:post_id>/leave/<token>")
def leave(post_id: int, token: str) -> str:
    """Say where an external link of a post leads, before anybody goes there. Nothing of it is kept."""
    post = access_post(current_viewer(), post_id)
    target = rendering.target_of(token, post_id, post.body)
    if target is None:
        raise NotFound
    return render_template("community/posts/leave.html", post=post, target=target, rel=REL)


@pages.route("/posts/<id:post_id>/withdraw", methods=["GET", "POST"])
def withdraw(post_id: int) -> Answer:
    """Take the post back, after saying what that means."""
    viewer = current_viewer()
    if request.method == "POST":
        withdraw_post(viewer, post_id)
        flash(_("The post is withdrawn. Its words are gone."), "success")
        return redirect(url_for(".in_thread", post_id=post_id), 303)
    return render_template("community/posts/withdraw.html", post=access_post(viewer, post_id, Permission.POST_EDIT))


@pages.route("/posts/<id:post_id>/grants", methods=["GET", "POST"])
def grants(post_id: int) -> Answer:
    """Open the post to further people, one by one, or close it to them again."""
    viewer = current_viewer()
    if request.method == "POST":
        return _change_grant(post_id)
    post = access_post(viewer, post_id, Permission.POST_GRANT)
    words = clean_line(request.args.get("q", ""))[:100]
    return render_template(
        "community/posts/grants.html",
        post=post,
        grants=granting.given(post_id),
        words=words,
        found=granting.find(viewer, post, words) if words else [],
        most=granting.MOST_FOUND,
    )


def _change_grant(post_id: int) -> Response:
    change = take_grant_back if "back" in request.form else give_grant
    try:
        change(current_viewer(), post_id, _member())
        flash(
            _("The post is closed to them again.") if "back" in request.form else _("They can read it now."), "success"
        )
    except Unfit as unfit:
        flash(str(unfit.reason), "error")
    return redirect(url_for(".grants", post_id=post_id), 303)


def _member() -> int:
    try:
        return ids.decode(request.form.get("member", ""))
    except ValueError:
        return 0
