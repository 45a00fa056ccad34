"""A site moderator suspends a member, or lets them in again."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.models import Member
from community.offers import OVERTAKEN
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Permission, ensure
from trust import deciding
from trust.actions import suspensions
from trust.forms.deciding import ReasonForm, SuspendForm

pages = Blueprint("suspensions", __name__, url_prefix="/trust/people")
Page = str | Response | tuple[str, int]


@pages.route("/<id:member_id>/suspend", methods=["GET", "POST"])
def suspend(member_id: int) -> Page:
    """Stop a member at once; of a site moderator it is proposed."""
    member = about(member_id, "suspend")
    form = SuspendForm()
    if request.method == "POST" and form.validate():
        done = _("Suspended. Their sessions are ended, and they are told by mail.")
        if member.site_moderator:
            done = _("Proposed. The other site moderators who may decide are told.")
        with told(done, form):
            suspensions.suspend(current_viewer(), member_id, form.reason.data, form.is_misuse)
            return to_person(member_id)
    return page("trust/suspensions/suspend.html", form, member)


@pages.route("/<id:member_id>/reinstate", methods=["GET", "POST"])
def reinstate(member_id: int) -> Page:
    """Let a suspended member in again."""
    member = about(member_id, "reinstate")
    form = ReasonForm()
    if request.method == "POST" and form.validate():
        with told(_("Reinstated. They are told by mail."), form):
            suspensions.reinstate(current_viewer(), member_id, form.reason.data)
            return to_person(member_id)
    return page("trust/suspensions/reinstate.html", form, member)


def about(member_id: int, act: str) -> Member:
    """The member, when the viewer may decide about them. Where the act makes no sense now, no form is drawn for it."""
    viewer = current_viewer()
    member = deciding.access_person(viewer, member_id)
    ensure(viewer, Permission.MEMBER_DECIDE, member)
    if request.method == "GET" and act not in [one.name for one in deciding.acts(viewer, member)]:
        flash(str(OVERTAKEN), "error")
        abort(to_person(member_id))
    return member


def by_two(member: Member) -> dict[str, bool]:
    """``alone``: the viewer is the only site moderator; ``second``: there is another one who may decide with them."""
    viewer = current_viewer()
    return {"alone": deciding.is_alone_in_office(viewer), "second": deciding.has_second(viewer, member)}


def page(template: str, form: Any, member: Member, **more: Any) -> tuple[str, int]:
    """The page of a form; when something was wrong, with what was typed and what is missing."""
    answer = render_template(template, form=form, member=member, **by_two(member), **more)
    return answer, 400 if form.errors else 200


def to_person(member_id: int) -> Response:
    """Back to the page about the member."""
    return redirect(url_for("people.show", member_id=member_id), 303)
