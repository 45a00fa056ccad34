"""The way back for who has lost all passkeys: ask by mail, be vouched for anew, wait, make a new passkey.

Asking answers alike for every address. Expired, stopped and guessed links answer alike.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community.access import NotFound
from community.pages import limits
from community.pages.hook import current_viewer
from community.pages.told import told
from trust import recovering
from trust.actions import recoveries
from trust.forms.recoveries import ConsentForm, RecoverForm
from trust.recovering import Case, opened

pages = Blueprint("recovery", __name__, url_prefix="/recover")
limits.recognize(lambda token: opened(token) is not None)
Page = str | Response | tuple[str, int]


@pages.route("", methods=["GET", "POST"])
@limits.requests
def ask() -> Page:
    """For guests: which account. For members: who asks for their word."""
    if request.method == "GET" and not current_viewer().is_guest:
        return render_template("trust/recovery/index.html", cases=recovering.cases(current_viewer()))
    form = RecoverForm()
    if form.validate_on_submit():
        recoveries.ask(form.address)
        return redirect(url_for(".asked"), 303)
    return render_template("trust/recovery/ask.html", form=form), 400 if form.errors else 200


@pages.get("/asked")
def asked() -> str:
    """What happens next, whether or not there is such an account."""
    return render_template("trust/recovery/asked.html")


@pages.route("/link/<token>", methods=["GET", "POST"])
@limits.attempts
def link(token: str) -> Page:
    """Where the mail leads: open the case by a button; later, how far it is. Looking uses nothing up."""
    if request.method == "POST":
        try:
            recoveries.open_case(token)
        except NotFound:
            return _gone()
        return redirect(url_for(".link", token=token), 303)
    row = opened(token)
    return render_template("trust/recovery/link.html", row=row, token=token) if row else _gone()


@pages.post("/link/<token>/stop")
@limits.attempts
def stop_by_link(token: str) -> Page:
    """Whoever reads the mail of the account stops it."""
    try:
        recoveries.stop_by_link(token)
    except NotFound:
        return _gone()
    return render_template("trust/recovery/stopped.html")


@pages.route("/<id:member_id>", methods=["GET", "POST"])
def show(member_id: int) -> Page:
    """The case, for its owner to stop and for those asked to judge."""
    viewer = current_viewer()
    case = recovering.case(viewer, member_id)
    form = ConsentForm()
    if request.method == "POST" and form.validate():
        with told(_("Thank you. Your word counts."), form):
            recoveries.consent(viewer, member_id, form.words.data)
            return redirect(url_for(".show", member_id=member_id), 303)
    return _page(case, form)


def _page(case: Case, form: ConsentForm) -> tuple[str, int]:
    name = "mine" if case.is_mine else "show"
    return render_template(f"trust/recovery/{name}.html", case=case, form=form), 400 if form.errors else 200


@pages.post("/<id:member_id>/object")
def object_to(member_id: int) -> Response:
    """It is somebody else."""
    recoveries.object_to(current_viewer(), member_id)
    flash(_("It is stopped. The owner of the account gets a mail."), "success")
    return redirect(url_for(".ask"), 303)


@pages.post("/<id:member_id>/stop")
def stop(member_id: int) -> Response:
    """It is my account, and I have not lost it."""
    viewer = current_viewer()
    if member_id != viewer.member_id:
        raise NotFound
    recoveries.stop(viewer)
    flash(_("It is stopped. Your account stays as it is."), "success")
    return redirect(url_for("home.home"), 303)


def _gone() -> tuple[str, int]:
    return render_template("trust/recovery/gone.html"), 404
