"""What moderators do with a group: create it, keep its rules and its people, answer, invite, keep order in threads."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import directory, offers, policy, rosters
from community.access import NotFound, access_group, named
from community.actions import groups, memberships
from community.forms.groups import InviteForm, NarrowForm, NewGroupForm, RoleForm, RulesForm
from community.models import Role, Visibility
from community.pages.hook import current_viewer
from community.pages.threads import page_number
from community.pages.told import told
from community.policy import Permission, Refused

pages = Blueprint("group_admin", __name__)
pages.record_once(lambda state: state.app.jinja_env.globals.update(offers=offers.offers, offer_address=offers.address))
Page = str | Response | tuple[str, int]


def form_page(template: str, form: Any, **more: Any) -> tuple[str, int]:
    """The page of a form; when something was wrong, with what was typed and what is missing."""
    return render_template(template, form=form, **more), 400 if form.errors else 200


@pages.route("/groups/new", methods=["GET", "POST"])
def new() -> Page:
    """A new group and its first moderator, by a site moderator."""
    viewer = current_viewer()
    policy.ensure(viewer, Permission.COMMUNITY_CREATE_GROUP)
    form = NewGroupForm()
    found = rosters.find_people(viewer, form.moderator.data or "")
    moderator = form.pick(found) if request.method == "POST" and form.validate() else None
    if moderator:
        try:
            return _created(groups.create_group(viewer, form.draft(moderator)))
        except Refused as refused:
            form.moderator.errors = [str(refused.reason)]
    return form_page("community/group_admin/new.html", form, found=found)


def _created(group_id: int) -> Response:
    """To the new group; from a secret one its creator is shut out at once, unless they moderate it."""
    with told(_("The group is there, and its first moderator is told.")):
        try:
            access_group(current_viewer(), group_id)
        except NotFound:
            return redirect(url_for("moderation.home"), 303)
    return redirect(url_for("groups.show", group_id=group_id), 303)


@pages.route("/groups/<id:group_id>/settings", methods=["GET", "POST"])
def settings(group_id: int) -> Page:
    """Name, description, sectors, labels, history, and the acts on the whole group."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_MANAGE)
    form = RulesForm(group)
    if request.method == "POST" and form.validate():
        with told(_("Saved."), form):
            groups.change_rules(viewer, group_id, form.draft(), form.version.data)
            return _back_to_settings(group_id)
        group = access_group(viewer, group_id, Permission.GROUP_MANAGE)
        form.version.data = directory.version_of_rules(group)
    sectors = directory.sectors_of_group(group)
    return form_page("community/group_admin/settings.html", form, group=group, sectors=sectors)


@pages.route("/groups/<id:group_id>/narrow", methods=["GET", "POST"])
def narrow(group_id: int) -> Page:
    """Make the group private or secret; wider is not possible."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_MANAGE)
    form = NarrowForm()
    if request.method == "POST" and form.validate():
        with told(_("The group is stricter now.")):
            groups.narrow_group(viewer, group_id, Visibility(form.visibility.data))
        return _back_to_settings(group_id)
    return form_page("community/group_admin/narrow.html", form, group=group)


@pages.post("/groups/<id:group_id>/archive")
def archive(group_id: int) -> Response:
    """Nobody writes in the group any more."""
    with told(_("The group is archived: it can be read and not written in.")):
        groups.archive_group(current_viewer(), group_id)
    return _back_to_settings(group_id)


@pages.post("/groups/<id:group_id>/unarchive")
def unarchive(group_id: int) -> Response:
    """The group can be written in again."""
    with told(_("The group is open again.")):
        groups.unarchive_group(current_viewer(), group_id)
    return _back_to_settings(group_id)


@pages.get("/groups/<id:group_id>/people")
def people(group_id: int) -> str:
    """Who is in, who asks, who is invited; whom one could invite (``?find=``)."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_MANAGE)
    find = request.args.get("find", "")[:100]
    return render_template(
        "community/group_admin/people.html",
        group=group,
        roster=rosters.members(viewer, group_id, find, page_number()),
        requests=rosters.requests(viewer, [group_id]),
        invitations=rosters.invitations(viewer, [group_id]),
        find=find,
    )


@pages.route("/groups/<id:group_id>/people/<id:member_id>", methods=["GET", "POST"])
def person(group_id: int, member_id: int) -> Page:
    """One member: role, and how to put them out."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_MANAGE)
    who = rosters.member(viewer, group_id, member_id)
    if who is None:
        raise NotFound
    form = RoleForm(obj=who)
    if request.method == "POST" and form.validate():
        with told(_("Saved.")):
            memberships.change_role(viewer, group_id, member_id, Role(form.role.data))
        return _back_to_people(group_id)
    return form_page("community/group_admin/person.html", form, group=group, who=who)


@pages.post("/groups/<id:group_id>/people/<id:member_id>/remove")
def remove(group_id: int, member_id: int) -> Response:
    """Out, at once."""
    with told(_("Removed. This person no longer reads what is posted here.")):
        memberships.remove_member(current_viewer(), group_id, member_id)
    return _back_to_people(group_id)


@pages.post("/groups/<id:group_id>/requests/<id:request_id>/admit")
def admit(group_id: int, request_id: int) -> Response:
    """Let in who asks."""
    with told(_("Let in. This person is told.")):
        memberships.admit(current_viewer(), group_id, request_id)
    return _back_to_people(group_id)


@pages.post("/groups/<id:group_id>/requests/<id:request_id>/refuse")
def refuse(group_id: int, request_id: int) -> Response:
    """Do not let in who asks."""
    with told(_("Not let in. This person is told.")):
        memberships.refuse(current_viewer(), group_id, request_id)
    return _back_to_people(group_id)


@pages.route("/groups/<id:group_id>/invite", methods=["GET", "POST"])
def invite(group_id: int) -> Page:
    """Look for a member (``?find=``) and invite them."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_MODERATE)
    form = InviteForm(role=group.join_role)
    if request.method == "POST" and form.validate():
        with told(_("Invited. This person sees the name of the group, what it is for, and your name.")):
            memberships.invite(viewer, group_id, named(form.member.data), Role(form.role.data))
        return _back_to_people(group_id)
    find = request.values.get("find", "")[:100]
    found = rosters.find_people(viewer, find)
    return form_page("community/group_admin/invite.html", form, group=group, find=find, found=found)


@pages.post("/groups/<id:group_id>/people/<id:member_id>/uninvite")
def uninvite(group_id: int, member_id: int) -> Response:
    """Take an invitation back."""
    with told(_("The invitation is taken back.")):
        memberships.withdraw_invitation(current_viewer(), group_id, member_id)
    return _back_to_people(group_id)


@pages.post("/threads/<id:thread_id>/lock")
def lock(thread_id: int) -> Response:
    """No more replies."""
    return _mark(thread_id, "lock", _("Locked: nobody can reply any more."))


@pages.post("/threads/<id:thread_id>/unlock")
def unlock(thread_id: int) -> Response:
    """Replies again."""
    return _mark(thread_id, "unlock", _("Unlocked: members can reply again."))


@pages.post("/threads/<id:thread_id>/pin")
def pin(thread_id: int) -> Response:
    """On top of the group's list."""
    return _mark(thread_id, "pin", _("Pinned: it stands on top of the list of threads."))


@pages.post("/threads/<id:thread_id>/unpin")
def unpin(thread_id: int) -> Response:
    """Back among the other threads."""
    return _mark(thread_id, "unpin", _("No longer pinned."))


def _mark(thread_id: int, act: str, done: str) -> Response:
    with told(done):
        groups.mark_thread(current_viewer(), thread_id, act)
    return redirect(url_for("threads.show", thread_id=thread_id), 303)


def _back_to_people(group_id: int) -> Response:
    return redirect(url_for(".people", group_id=group_id), 303)


def _back_to_settings(group_id: int) -> Response:
    return redirect(url_for(".settings", group_id=group_id), 303)
