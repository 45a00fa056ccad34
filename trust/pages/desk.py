"""The desk of the site moderators: what waits about people; and who brought whom."""

from flask import Blueprint, render_template, request

from community.access import NotFound, named
from community.pages.hook import current_viewer
from community.pages.threads import page_number
from trust import deciding, desk, tree

pages = Blueprint("desk", __name__, url_prefix="/trust")


@pages.get("")
def home() -> str:
    """What waits, most urgent first."""
    viewer = current_viewer()
    deciding.ensure_keeper(viewer)
    return render_template("trust/desk.html", waiting=desk.waiting(viewer), keepers=len(deciding.keepers()))


@pages.get("/tree")
def invitations() -> str:
    """Who brought whom, from the top or below one person (``?from=``)."""
    deciding.ensure_keeper(current_viewer())
    branch = tree.branch(named(sent) if (sent := request.args.get("from")) else None, page_number())
    if branch is None:
        raise NotFound
    return render_template("trust/tree.html", branch=branch)
