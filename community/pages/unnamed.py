"""My anonymous posts: the one page on which an author meets them again. It asks for the passkey."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import originals, unnamed
from community.access import NotFound, PostRow
from community.actions import unnamed as acts
from community.pages.correct import Answer, Correction, EditForm, correct, too_late
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import NotAllowed, ensure_proved
from community.writing import CHANGED, Changed

pages = Blueprint("unnamed", __name__, url_prefix="/me/anonymous")


@pages.get("")
def index() -> str:
    """What waits to be released, and what was."""
    viewer = current_viewer()
    ensure_proved(viewer)
    return render_template(
        "community/unnamed/index.html",
        waiting=unnamed.waiting(viewer),
        rows=unnamed.posts(viewer),
        removed=unnamed.removed(viewer),
    )


@pages.post("/waiting/<id:number>/forget")
def forget(number: int) -> Response:
    """Take back what is not released yet."""
    with told(_("It is gone, and nobody has seen it.")):
        acts.take_back(current_viewer(), number)
    return _back()


@pages.post("/waiting/<id:number>/release")
def release(number: int) -> Response:
    """Release it now."""
    try:
        with told(_("Released without your name.")):
            acts.release_now(current_viewer(), number)
    except Changed:
        flash(str(CHANGED), "error")
    except (NotAllowed, NotFound):
        if number not in {one.id for one in unnamed.waiting(current_viewer())}:
            raise
        flash(_("It cannot be released there any more."), "error")
    return _back()


@pages.route("/<id:post_id>/edit", methods=["GET", "POST"])
def edit(post_id: int) -> Answer:
    """Write the post anew, as its pseudonym."""
    try:
        post = _own(post_id)
    except NotAllowed:
        if request.method != "POST":
            raise
        return too_late()

    def save(form: EditForm) -> None:
        acts.correct(current_viewer(), post_id, form.draft(), form.version.data, at_once=form.at_once.data)

    return correct(Correction(post, save, _taken, unnamed=True))


@pages.route("/<id:post_id>/withdraw", methods=["GET", "POST"])
def withdraw(post_id: int) -> Answer:
    """Take the post back, after saying what that means."""
    post = _own(post_id)
    if request.method == "POST":
        acts.withdraw(current_viewer(), post_id, at_once="at_once" in request.form)
        return _taken()
    return render_template("community/unnamed/withdraw.html", post=post)


@pages.get("/<id:post_id>/before")
def before(post_id: int) -> str:
    """What the post said before words were taken out of it, and why they were."""
    viewer = current_viewer()
    ensure_proved(viewer)
    post = unnamed.own(viewer, post_id)
    return render_template(
        "community/unnamed/before.html",
        post=post,
        originals=originals.originals(post_id),
        gone_on=originals.gone_from_backups,
    )


@pages.post("/<id:post_id>/destroy")
def destroy(post_id: int) -> Response:
    """What was there before goes for good."""
    acts.destroy(current_viewer(), post_id, at_once="at_once" in request.form)
    return _taken()


def _own(post_id: int) -> PostRow:
    ensure_proved(current_viewer())
    return acts.access_own(current_viewer(), post_id)


def _taken() -> Response:
    at_once = "at_once" in request.form
    flash(_("Done.") if at_once else _("Sent. It is released later, without your name."), "success")
    return _back()


def _back() -> Response:
    return redirect(url_for(".index"), 303)
