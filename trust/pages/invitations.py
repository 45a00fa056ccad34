"""Whom did I bring, who waits for my vouch? Inviting a person, and taking an invitation back."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import directory, policy
from community.models import WAITING
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Permission
from trust import inviting, vouching
from trust.actions import invitations
from trust.forms.invitations import InvitationForm

pages = Blueprint("inviting", __name__, url_prefix="/invite")


@pages.get("")
def index() -> str:
    """Who asks me to vouch, whom I brought, what became of my invitations."""
    viewer = current_viewer()
    brought = vouching.brought_by(viewer)
    return render_template(
        "trust/invitations/index.html",
        asked=vouching.asked_of(viewer),
        brought=brought,
        progress={person.id: vouching.progress(person.id) for person in brought if person.state in WAITING},
        sent=inviting.mine(viewer),
        may_invite=policy.can(viewer, Permission.COMMUNITY_INVITE),
        most=invitations.MOST_OPEN,
    )


@pages.route("/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    """Invite a person by mail. The answer is the same whether the address is known here or not."""
    viewer = current_viewer()
    policy.ensure(viewer, Permission.COMMUNITY_INVITE)
    form = InvitationForm(directory.organizations(viewer), data={"locale": str(get_locale())})
    if request.method == "POST" and form.validate():
        with told(_("The invitation is sent, if that is possible. You see here what becomes of it."), form):
            invitations.invite(viewer, form.draft())
            return redirect(url_for(".index"), 303)
    return render_template("trust/invitations/new.html", form=form), 400 if form.errors else 200


@pages.post("/<id:invitation_id>/withdraw")
def withdraw(invitation_id: int) -> Response:
    """Take an invitation back."""
    with told(_("The invitation is taken back. Its link opens nothing any more.")):
        invitations.withdraw(current_viewer(), invitation_id)
    return redirect(url_for(".index"), 303)
