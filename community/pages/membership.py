"""Coming into a group and going: join, ask, leave; who is in."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import policy, rosters
from community.access import access_group
from community.actions import memberships
from community.forms.groups import AskForm
from community.models import Visibility
from community.pages.hook import current_viewer
from community.pages.threads import page_number
from community.pages.told import told
from community.policy import Permission

pages = Blueprint("membership", __name__, url_prefix="/groups/<id:group_id>")


@pages.post("/join")
def join(group_id: int) -> Response:
    """Into a public group, at once; who is in already stays in."""
    viewer = current_viewer()
    group = access_group(viewer, group_id)
    if group.role is None:
        with told(_("You are in. What is posted from now on is counted as new for you.")):
            memberships.join_group(viewer, group_id)
    return redirect(url_for("groups.show", group_id=group_id), 303)


@pages.route("/ask", methods=["GET", "POST"])
def ask(group_id: int) -> str | Response | tuple[str, int]:
    """Ask to come into a private group; later, how the request stands."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_ASK)
    if invitation_id := rosters.my_invitation(viewer, group_id):
        return redirect(url_for("invitations.show", invitation_id=invitation_id), 303)
    form = AskForm()
    if request.method == "POST" and form.validate():
        with told(_("Asked. A moderator of the group decides, and you are told."), form):
            memberships.ask_to_join(viewer, group_id, form.reason.data)
            return redirect(url_for(".ask", group_id=group_id), 303)
    asked = rosters.my_request(viewer, group_id)
    page = render_template("community/membership/ask.html", group=group, form=form, asked=asked)
    return page, 400 if form.errors else 200


@pages.post("/ask/withdraw")
def withdraw(group_id: int) -> Response:
    """Ask no more."""
    with told(_("Your request is taken back.")):
        memberships.take_back_request(current_viewer(), group_id)
    return redirect(url_for("groups.show", group_id=group_id), 303)


@pages.route("/leave", methods=["GET", "POST"])
def leave(group_id: int) -> str | Response:
    """What leaving means, then leave: at once. Who leaves a secret group cannot find it any more."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_LEAVE)
    if request.method == "GET":
        return render_template("community/membership/leave.html", group=group)
    with told(_("You have left the group.")):
        memberships.leave_group(viewer, group_id)
        return redirect(url_for("groups.index"), 303)
    return redirect(url_for("groups.show", group_id=group_id), 303)


@pages.get("/members")
def members(group_id: int) -> str:
    """Who is in, for those who may see it; ``?find=`` narrows it by name or organization."""
    viewer = current_viewer()
    group = access_group(viewer, group_id, Permission.GROUP_READ)
    find = request.args.get("find", "")[:100]
    return render_template(
        "community/membership/members.html",
        group=group,
        find=find,
        roster=rosters.members(viewer, group_id, find, page_number()),
        manages=policy.can(viewer, Permission.GROUP_MANAGE, group),
        closed=group.visibility != Visibility.PUBLIC,
    )
