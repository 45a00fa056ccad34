"""For site moderators: everybody whatever their state, one person, who brought whom. To all others nothing is here."""

from flask import Blueprint, render_template, request

from community.models import MemberState
from community.pages.hook import current_viewer
from community.pages.threads import page_number
from trust import deciding, people, proposing

pages = Blueprint("people", __name__, url_prefix="/trust/people")
LONGEST = 100


@pages.get("")
def index() -> str:
    """Everybody; ``?find=`` narrows by name, mail address or organization, ``?state=`` by state."""
    deciding.ensure_keeper(current_viewer())
    find = request.args.get("find", "").replace("\x00", "")[:LONGEST]
    wanted = request.args.get("state", "")
    state = MemberState(wanted) if wanted in list(MemberState) else None
    page = people.people(find, state, page_number())
    return render_template("trust/people/index.html", page=page, find=find, state=state, states=list(MemberState))


@pages.get("/<id:member_id>")
def show(member_id: int) -> str:
    """Where one person stands, who answers for them, for whom they do, and what can be decided."""
    viewer = current_viewer()
    member = deciding.access_person(viewer, member_id)
    return render_template(
        "trust/people/show.html",
        person=people.one(member_id),
        brought=people.brought(member_id),
        earlier_names=people.earlier_names(member_id),
        received=people.vouches_for([member_id])[member_id],
        given=people.vouches_of(member_id),
        suspensions=people.suspensions([member_id])[member_id],
        proposals=[row for row in proposing.open_proposals() if row.member_id == member_id],
        acts=deciding.acts(viewer, member),
    )
