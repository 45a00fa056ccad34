"""An invitation into a group, as the invited person meets it: name, description, inviter, and two answers."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import policy
from community.access import access_invitation
from community.actions import memberships
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Permission

pages = Blueprint("invitations", __name__, url_prefix="/invitations/<id:invitation_id>")


@pages.get("")
def show(invitation_id: int) -> str:
    """Who invites me into what; gone as soon as it is answered or taken back."""
    viewer = current_viewer()
    invitation = access_invitation(viewer, invitation_id)
    accepts = policy.can(viewer, Permission.GROUP_ACCEPT, invitation)
    return render_template("community/invitations/show.html", invitation=invitation, accepts=accepts)


@pages.post("/accept")
def accept(invitation_id: int) -> Response:
    """Come in."""
    with told(_("You are in.")):
        group_id = memberships.accept_invitation(current_viewer(), invitation_id)
        return redirect(url_for("groups.show", group_id=group_id), 303)
    return redirect(url_for(".show", invitation_id=invitation_id), 303)


@pages.post("/decline")
def decline(invitation_id: int) -> Response:
    """Do not come in."""
    with told(_("Declined. The invitation is gone.")):
        memberships.decline_invitation(current_viewer(), invitation_id)
    return redirect(url_for("groups.index"), 303)
