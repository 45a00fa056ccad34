"""How somebody works for their organization, for site moderators."""

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.access import NotFound, access_member
from community.pages.group_admin import Page, form_page
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Permission, can, ensure_proved
from trust.actions import engagement
from trust.doors import access_person
from trust.engagement import waits_to_be_noted
from trust.forms.engagement import EngagementForm

pages = Blueprint("engagement", __name__)
pages.record_once(
    lambda state: state.app.jinja_env.globals.update(
        may=can, Permission=Permission, waits_to_be_noted=waits_to_be_noted
    )
)


@pages.route("/members/<id:member_id>/engagement", methods=["GET", "POST"])
def note(member_id: int) -> Page:
    """Staff or contractor, non-disclosure agreement, analyst, contact of the organization."""
    viewer = current_viewer()
    person = access_person(viewer, member_id)
    ensure_proved(viewer)
    form = EngagementForm(obj=person)
    if request.method == "POST" and form.validate():
        with told(_("Noted. It holds from now on, and this person is told."), form):
            engagement.note_engagement(viewer, member_id, form.draft(), form.version.data)
            return _back(member_id)
        person = access_person(viewer, member_id)
        form.version.data = person.version
    return form_page("trust/engagement/note.html", form, person=person)


def _back(member_id: int) -> Response:
    """To the member's page, where there is one already."""
    try:
        access_member(current_viewer(), member_id)
    except NotFound:
        return redirect(url_for(".note", member_id=member_id), 303)
    return redirect(url_for("members.show", member_id=member_id), 303)
