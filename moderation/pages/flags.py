"""Flagging a post, and an author's request to take words out of theirs."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.access import access_post
from community.models import FlagReason
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Permission
from moderation.actions import asking, flags
from moderation.forms.base import WordsForm
from moderation.forms.flags import FlagForm
from moderation.told import access_own

pages = Blueprint("flags", __name__)
Page = str | Response | tuple[str, int]


@pages.route("/posts/<id:post_id>/flag", methods=["GET", "POST"])
def flag(post_id: int) -> Page:
    """Tell the moderators that something is wrong with a post."""
    viewer = current_viewer()
    post = access_post(viewer, post_id, Permission.POST_FLAG)
    form = FlagForm()
    if request.method == "POST" and form.validate():
        with told(_("Thank you. The moderators look at it; you are told when they have."), form):
            flags.flag_post(viewer, post_id, FlagReason(form.wrong.data), form.words.data or "")
            return redirect(url_for("posts.in_thread", post_id=post_id), 303)
    return render_template("moderation/flag.html", form=form, post=post), 400 if form.errors else 200


@pages.route("/posts/<id:post_id>/redaction", methods=["GET", "POST"])
def redaction(post_id: int) -> Page:
    """The author asks the moderators to take words out."""
    viewer = current_viewer()
    post = access_own(viewer, post_id)
    form = WordsForm()
    if request.method == "POST" and form.validate():
        with told(_("Sent to the moderators. You are told when they have answered."), form):
            asking.ask_for_redaction(viewer, post_id, form.words.data)
            return redirect(url_for("decisions.show", post_id=post_id), 303)
    return render_template("moderation/redaction.html", form=form, post=post), 400 if form.errors else 200
