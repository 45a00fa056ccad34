"""Site moderators keep the organizations."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.access import NotFound, access_organization
from community.pages.group_admin import Page, form_page
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Permission, ensure, ensure_proved
from trust import organizing
from trust.actions import organizations
from trust.doors import KeptRow, access_judged, access_kept
from trust.forms.organizations import MergeForm, OrganizationForm

pages = Blueprint("organizations", __name__)


@pages.get("/organizations/all")
def index() -> str:
    """Every organization, also those whose people nobody sees yet."""
    viewer = current_viewer()
    ensure(viewer, Permission.COMMUNITY_TRUST)
    return render_template("trust/organizations/all.html", rows=organizing.everything(viewer))


@pages.route("/organizations/<id:organization_id>/keep", methods=["GET", "POST"])
def keep(organization_id: int) -> Page:
    """What is said of an organization; who belongs to it; checking and merging it."""
    viewer = current_viewer()
    kept = access_kept(viewer, organization_id)
    ensure_proved(viewer)
    form = OrganizationForm(kept)
    if request.method == "POST" and form.validate():
        with told(_("Saved."), form):
            organizations.correct(viewer, organization_id, form.draft(), form.version.data)
            return redirect(url_for(".keep", organization_id=organization_id), 303)
        kept = access_kept(viewer, organization_id)
        form.version.data = kept.version
    given = {"kept": kept, "alike": organizing.alike(viewer, kept), "people": organizing.people(viewer, kept.id)}
    return form_page("trust/organizations/keep.html", form, **given)


@pages.post("/organizations/<id:organization_id>/verify")
def verify(organization_id: int) -> Response:
    """Checked (``verified`` is ``yes``), or not any more."""
    viewer = current_viewer()
    access_judged(viewer, organization_id)
    checked = request.form.get("verified") == "yes"
    with told(_("The organization is checked.") if checked else _("The organization is no longer checked.")):
        organizations.verify(viewer, organization_id, checked, request.form.get("version", ""))
    return redirect(url_for(".keep", organization_id=organization_id), 303)


@pages.route("/organizations/<id:organization_id>/merge", methods=["GET", "POST"])
def merge(organization_id: int) -> Page:
    """Choose into which other one it goes, look at what moves, do it."""
    viewer = current_viewer()
    source = access_judged(viewer, organization_id)
    ensure_proved(viewer)
    form = MergeForm(organizing.others(viewer, organization_id))
    target_id = form.pick() if request.method == "POST" else None
    if target_id and request.form.get("step") == "send":
        with told(_("The two are one now."), form):
            organizations.merge(viewer, organization_id, target_id, form.version.data)
            return _to(target_id)
        source = access_judged(viewer, organization_id)
        form.offer(organizing.others(viewer, organization_id))
        target_id = form.pick()
    if target_id:
        return _look(form, source, target_id)
    return form_page("trust/organizations/merge.html", form, kept=source, alike=organizing.alike(viewer, source))


def _look(form: MergeForm, source: KeptRow, target_id: int) -> Page:
    """What will move, and the version of what is shown."""
    viewer = current_viewer()
    target = access_judged(viewer, target_id)
    form.version.data = organizations.version_of_both(source, target)
    moving = organizing.people(viewer, source.id)
    return form_page("trust/organizations/look.html", form, kept=source, target=target, moving=moving)


def _to(organization_id: int) -> Response:
    """To the organization's page, where members see it."""
    try:
        access_organization(current_viewer(), organization_id)
    except NotFound:
        return redirect(url_for(".keep", organization_id=organization_id), 303)
    return redirect(url_for("members.organization", organization_id=organization_id), 303)
