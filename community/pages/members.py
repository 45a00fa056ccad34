"""Members and organizations: who is this, and why are they trusted?"""

from flask import Blueprint, render_template, request

from community import directory, vouched
from community.access import access_member, access_organization
from community.pages.hook import current_viewer
from community.pages.threads import page_number

pages = Blueprint("members", __name__)
LONGEST = 100


@pages.get("/members")
def index() -> str:
    """Everybody in the community, by organization; ``?find=`` narrows by name."""
    find = request.args.get("find", "").replace("\x00", "")[:LONGEST]
    page = directory.members(current_viewer(), find, page_number())
    return render_template("community/members/index.html", page=page, find=find)


@pages.get("/members/<id:member_id>")
def show(member_id: int) -> str:
    """One member: organization, since when, and the threads they opened that the viewer sees."""
    viewer = current_viewer()
    member = access_member(viewer, member_id)
    posts = directory.contributions(viewer, member_id)
    numbers = vouched.numbers(member_id)
    return render_template("community/members/show.html", member=member, posts=posts, vouched=numbers)


@pages.get("/organizations")
def organizations() -> str:
    """The organizations, with sectors and how many members each has."""
    rows = directory.organizations(current_viewer())
    return render_template("community/members/organizations.html", rows=rows)


@pages.get("/organizations/<id:organization_id>")
def organization(organization_id: int) -> str:
    """One organization and its members."""
    viewer = current_viewer()
    found = access_organization(viewer, organization_id)
    people = directory.members_of_organization(viewer, organization_id)
    return render_template("community/members/organization.html", organization=found, people=people)
