"""I work somewhere else now."""

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _

from community import directory, mine
from community.models import MemberState
from community.pages.frame import nav
from community.pages.group_admin import Page, form_page
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import ensure_proved
from trust.actions import employment
from trust.forms.employment import EmployerForm

pages = Blueprint("employment", __name__)


@pages.route("/me/organization", methods=["GET", "POST"])
def change() -> Page:
    """Name the new organization, read what happens, confirm."""
    viewer = current_viewer()
    if viewer.state == MemberState.DORMANT:
        return redirect(url_for("waiting.show"), 303)
    ensure_proved(viewer)
    form = EmployerForm([one for one in directory.organizations(viewer) if one.id != viewer.organization_id])
    ready = request.method == "POST" and form.validate()
    if ready and request.form.get("step") == "send":
        with told(_("Noted. Ask people who know you to vouch for you in your new organization."), form):
            employment.change_employer(viewer, form.draft())
            return redirect(url_for("home.home"), 303)
        ready = False
    name = "confirm" if ready else "change"
    page = f"trust/employment/{name}.html"
    return form_page(page, form, me=mine.profile(viewer), groups=nav().groups if viewer.sees else ())
