"""Site moderators appoint and dismiss each other, by two; and one resigns."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.models import ProposalKind
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import Refused
from trust import deciding, proposing
from trust.actions import proposals
from trust.forms.deciding import ReasonForm
from trust.pages.suspensions import Page, about, by_two, page, to_person

pages = Blueprint("proposals", __name__, url_prefix="/trust")


@pages.route("/people/<id:member_id>/appoint", methods=["GET", "POST"])
def appoint(member_id: int) -> Page:
    """Propose to make a member a site moderator."""
    return _propose(member_id, ProposalKind.APPOINT)


@pages.route("/people/<id:member_id>/dismiss", methods=["GET", "POST"])
def dismiss(member_id: int) -> Page:
    """Propose that a site moderator is one no more."""
    return _propose(member_id, ProposalKind.DISMISS)


def _propose(member_id: int, kind: ProposalKind) -> Page:
    member = about(member_id, kind)
    form = ReasonForm()
    if request.method == "POST" and form.validate():
        done = _("Proposed. The other site moderators who may decide are told.")
        if kind == ProposalKind.APPOINT and by_two(member)["alone"]:
            done = _("Done. All members are told.")
        with told(done, form):
            proposals.propose(current_viewer(), member_id, kind, form.reason.data)
            return to_person(member_id)
    return page("trust/proposals/propose.html", form, member, kind=kind)


@pages.route("/proposals/<id:proposal_id>", methods=["GET", "POST"])
def show(proposal_id: int) -> Page:
    """What one site moderator proposed, for the second one to decide (``step``: confirm or refuse)."""
    viewer = current_viewer()
    deciding.ensure_keeper(viewer)
    if request.method == "POST" and request.form.get("step") in ("confirm", "refuse"):
        return _decide(proposal_id, request.form["step"])
    row = proposing.proposal(proposal_id)
    if row is None:
        return _gone(proposal_id)
    return render_template("trust/proposals/show.html", row=row, may_answer=proposing.may_answer(viewer, row))


def _decide(proposal_id: int, step: str) -> Response:
    act = proposals.confirm if step == "confirm" else proposals.refuse
    with told(_("Confirmed. It is done.") if step == "confirm" else _("Refused. Nothing is changed.")):
        act(current_viewer(), proposal_id)
    return redirect(url_for("desk.home"), 303)


def _gone(proposal_id: int) -> Response:
    reason = proposing.gone(proposal_id)
    if not isinstance(reason, Refused):
        raise reason
    flash(str(reason.reason), "info")
    return redirect(url_for("desk.home"), 303)


@pages.post("/proposals/<id:proposal_id>/take-back")
def take_back(proposal_id: int) -> Response:
    """Withdraw one's own proposal."""
    deciding.ensure_keeper(current_viewer())
    with told(_("Taken back. Nothing is changed.")):
        proposals.take_back(current_viewer(), proposal_id)
    return redirect(url_for("desk.home"), 303)


@pages.route("/resign", methods=["GET", "POST"])
def resign() -> Page:
    """Be a site moderator no more."""
    viewer = current_viewer()
    deciding.ensure_keeper(viewer)
    if request.method == "POST":
        with told(_("You are no longer a site moderator. All members are told.")):
            proposals.resign(viewer)
            return redirect(url_for("home.home"), 303)
        return redirect(url_for(".resign"), 303)
    return render_template("trust/proposals/resign.html", last=deciding.is_last_keeper(viewer))
