"""A member takes a copy of what is theirs, or leaves."""

import json

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from community.pages.entry import forget_session
from community.pages.hook import current_viewer
from community.policy import Refused, ensure_proved
from trust import deciding, exporting
from trust.actions import leaving
from trust.forms.leaving import LeaveForm

pages = Blueprint("parting", __name__)


@pages.route("/me/export", methods=["GET", "POST"])
def export() -> str | Response:
    """What the file holds and what it does not; then the file."""
    if request.method == "GET":
        return render_template("trust/leaving/export.html")
    viewer = current_viewer()
    ensure_proved(viewer)
    text = json.dumps(exporting.export(viewer), ensure_ascii=False, indent=2)
    return Response(
        text, mimetype="application/json", headers={"Content-Disposition": 'attachment; filename="musubi-export.json"'}
    )


@pages.route("/me/leave", methods=["GET", "POST"])
def leave() -> str | BaseResponse | tuple[str, int]:
    """What goes and what stays; then it is done."""
    viewer = current_viewer()
    form = LeaveForm()
    if request.method == "POST" and form.validate():
        try:
            leaving.leave(viewer, form.is_named)
        except Refused as refused:
            form.form_errors.append(refused.reason)
        else:
            forget_session()
            return redirect(url_for(".goodbye"), 303)
    last = deciding.is_last_keeper(viewer)
    return render_template("trust/leaving/leave.html", form=form, last=last), 400 if form.errors else 200


@pages.get("/goodbye")
def goodbye() -> str:
    """For whoever has just left: no longer a member, so a guest. It says the same to everybody."""
    return render_template("trust/leaving/goodbye.html")
