"""One person, by those who may vouch for them: vouch, decline, ask others, say that it is somebody else."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import rosters
from community.access import NotAllowed, named
from community.models import WAITING
from community.pages.hook import current_viewer
from community.pages.told import told
from trust import vouching
from trust.actions import vouches
from trust.forms.invitations import AskForm, VouchForm
from trust.vouching import Card

pages = Blueprint("vouching", __name__, url_prefix="/vouch/<id:person_id>")
Page = str | Response | tuple[str, int]


@pages.route("", methods=["GET", "POST"])
def show(person_id: int) -> Page:
    """Who it is, what is missing, and my own word for them."""
    viewer = current_viewer()
    person = vouching.card(viewer, person_id)
    form = VouchForm()
    if request.method == "POST" and form.validate():
        with told(_("Thank you. Your word counts from now on."), form):
            vouches.vouch(viewer, person_id, form.words.data)
            return _onward()
    return _page(person, form)


def _page(person: Card, form: VouchForm) -> tuple[str, int]:
    concerned = person.asked or person.is_sponsor or person.may_ask
    waits = concerned and person.state in WAITING
    page = render_template(
        "trust/vouching/show.html",
        person=person,
        form=form,
        waits=waits,
        progress=vouching.progress(person.id) if waits else None,
        unanswered=vouching.unanswered(person.id) if person.may_ask else [],
    )
    return page, 400 if form.errors else 200


@pages.post("/decline")
def decline(person_id: int) -> Response:
    """I do not vouch."""
    with told(_("You are no longer asked. Nobody is told.")):
        vouches.decline(current_viewer(), person_id)
    return _onward()


@pages.post("/take-back")
def take_back(person_id: int) -> Response:
    """My word does not stand any more."""
    with told(_("Your word no longer stands.")):
        vouches.take_back(current_viewer(), person_id)
    return _onward()


@pages.post("/disown")
def disown(person_id: int) -> Response:
    """This is not the person whom I invited."""
    with told(_("The account is closed, and the site moderators can see it.")):
        vouches.disown(current_viewer(), person_id)
    return _onward()


@pages.route("/ask", methods=["GET", "POST"])
def ask(person_id: int) -> Page:
    """Look for a member (``?find=``) and ask them to vouch."""
    viewer = current_viewer()
    person = vouching.card(viewer, person_id)
    if not person.may_ask:
        raise NotAllowed
    form = AskForm()
    if request.method == "POST":
        with told(_("Asked. This member sees the person's name and organization, and how you know each other.")):
            vouches.ask(viewer, person_id, named(form.member.data))
        return redirect(url_for(".show", person_id=person_id), 303)
    find = request.args.get("find", "").replace("\x00", "")[:100]
    found = rosters.find_people(viewer, find)
    return render_template("trust/vouching/ask.html", person=person, find=find, found=found)


def _onward() -> Response:
    return redirect(url_for("inviting.index"), 303)
