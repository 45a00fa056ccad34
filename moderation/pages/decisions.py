"""What the moderators decided about one's post: guidance, reasons, and the appeal."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import ids
from community.pages.hook import current_viewer
from community.pages.told import told
from moderation.actions.asking import appeal
from moderation.forms.base import WordsForm
from moderation.texts import standard_texts
from moderation.told import access_own, asked, decisions

pages = Blueprint("decisions", __name__)


@pages.route("/posts/<id:post_id>/decisions", methods=["GET", "POST"])
def show(post_id: int) -> Response | tuple[str, int]:
    """All decisions about a post of one's own; sending an appeal against one of them (``decision``)."""
    viewer = current_viewer()
    post = access_own(viewer, post_id)
    form = WordsForm()
    if request.method == "POST" and form.validate():
        with told(_("Your appeal is with the moderators. Somebody else decides it; you are told."), form):
            appeal(viewer, post_id, decision_sent(), form.words.data)
            return redirect(url_for(".show", post_id=post_id), 303)
    answer = render_template(
        "moderation/decisions.html",
        post=post,
        form=form,
        decisions=decisions(post_id),
        requests=[row for row in asked(post_id) if not row.step_id],
        standard_texts=standard_texts(),
        locale_now=str(get_locale()),
    )
    return answer, 400 if form.errors else 200


def decision_sent() -> int:
    """The decision that an appeal names; 0 for none."""
    try:
        return ids.decode(request.form.get("decision", ""))
    except ValueError:
        return 0
