"""Asking who wrote an anonymous post, agreeing to it, and the one answer in which the author stands."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import NotAllowed, Refused
from community.settings import settings
from moderation import cases, offers, unsealing
from moderation.actions import unsealing as acts
from moderation.forms.unsealing import UnsealForm

pages = Blueprint("unsealing", __name__, url_prefix="/moderation")
Page = str | Response | tuple[str, int]


@pages.route("/posts/<id:post_id>/unseal", methods=["GET", "POST"])
def ask(post_id: int) -> Page:
    """Say why, and ask a second site moderator."""
    viewer = current_viewer()
    subject = unsealing.access_subject(viewer, post_id)
    if subject.pseudonym is None:
        raise NotAllowed
    form = UnsealForm()
    if request.method == "POST" and form.validate():
        with told(_("Asked. The site moderators who may agree are told."), form):
            case_id = acts.ask(viewer, post_id, form.reason.data)
            return redirect(url_for("cases.show", case_id=case_id), 303)
    why_not = unsealing.why_not_ask(viewer, post_id)
    answer = render_template(
        "moderation/unsealing/ask.html", form=form, post=subject, why_not=why_not, hours=settings().unsealing_hours
    )
    return answer, 400 if form.errors else 200


@pages.route("/cases/<id:case_id>/unseal", methods=["GET", "POST"])
def agree(case_id: int) -> Page:
    """Look at what one agrees to; sending it answers, this once, with who it is."""
    viewer = current_viewer()
    matter = cases.access_case(viewer, case_id)
    if request.method == "POST":
        try:
            person = acts.agree(viewer, case_id, request.form.get("version", 0, int))
        except Refused as error:
            flash(str(error.reason), "error")
            return redirect(url_for("cases.show", case_id=case_id), 303)
        return render_template("moderation/unsealing/author.html", person=person, case_id=case_id)
    if offers.find(matter, "unseal") is None:
        return redirect(url_for("cases.show", case_id=case_id), 303)
    return render_template("moderation/unsealing/agree.html", row=matter.row, said=cases.said(matter))
