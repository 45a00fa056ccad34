"""Somebody no longer works for their organization: its contact says so, site moderators decide."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.access import named
from community.pages.group_admin import Page, form_page
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import NotAllowed, ensure_proved
from trust import departures as reported
from trust.actions import departures
from trust.doors import access_person
from trust.forms.departures import LeaverForm

pages = Blueprint("departures", __name__)
pages.record_once(
    lambda state: state.app.jinja_env.globals.update(speaks_for_organization=reported.speaks_for_organization)
)


@pages.route("/organizations/leavers", methods=["GET", "POST"])
def report() -> Page:
    """For the contact of an organization: who has left it?"""
    viewer = current_viewer()
    if not reported.speaks_for_organization(viewer):
        raise NotAllowed
    form = LeaverForm(reported.colleagues(viewer))
    if request.method == "POST" and form.validate():
        with told(_("The site moderators are told. You hear what they decide; the person hears nothing before."), form):
            departures.report(viewer, named(form.member.data), form.words.data)
            return redirect(url_for("members.organization", organization_id=viewer.organization_id), 303)
    return form_page("trust/departures/report.html", form)


@pages.get("/members/<id:member_id>/departure")
def decide(member_id: int) -> str:
    """What is reported, and what each decision means."""
    viewer = current_viewer()
    person = access_person(viewer, member_id)
    ensure_proved(viewer)
    row = reported.report_about(viewer, member_id)
    return render_template("trust/departures/decide.html", person=person, report=row)


@pages.post("/members/<id:member_id>/departure/confirm")
def confirm(member_id: int) -> Response:
    """They have left."""
    with told(_("The person has left the organization. Their groups, vouches and sessions are ended.")):
        departures.confirm(current_viewer(), member_id)
    return redirect(url_for(".decide", member_id=member_id), 303)


@pages.post("/members/<id:member_id>/departure/dismiss")
def dismiss(member_id: int) -> Response:
    """They stay."""
    with told(_("The report is dismissed. The person stays, and has not heard of it.")):
        departures.dismiss(current_viewer(), member_id)
    return redirect(url_for(".decide", member_id=member_id), 303)
