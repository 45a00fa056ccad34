"""What is proposed about one's anonymous posts: asked and answered there, told nobody until later."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import rendering
from community.access import PostRow
from community.pages.checked import checked
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import ensure_proved
from community.tlp import is_wider
from community.writing import Unfit
from moderation import promotions
from moderation.actions import consenting
from moderation.forms.promoting import AnswerForm

pages = Blueprint("unnamed_promotions", __name__, url_prefix="/me/anonymous/promotions")


@pages.route("/<id:promotion_id>", methods=["GET", "POST"])
def show(promotion_id: int) -> Response | tuple[str, int]:
    """One question: the post, the copy, the group; and the answer."""
    viewer = current_viewer()
    ensure_proved(viewer)
    post, row = promotions.access_question(viewer, promotion_id)
    form = AnswerForm()
    form.offer(consenting.ANSWERS[row.stage])
    if request.method == "POST" and form.validate():
        try:
            with told(_("Your answer is kept. Nobody sees it before the next day begins."), form):
                given = (form.version.data or 0, form.chosen(), form.words.data or "")
                consenting.answer_unnamed(viewer, promotion_id, *given, agrees=bool(form.agrees.data))
                return redirect(url_for("unnamed.index"), 303)
        except Unfit as unfit:
            form.refuse(unfit.field, unfit.reason)
    return _page(post, row, form), 400 if form.errors else 200


def _page(post: PostRow, row: Any, form: AnswerForm) -> str:
    viewer = current_viewer()
    return render_template(
        "moderation/promotion/question.html",
        post=post,
        row=row,
        form=form,
        target=promotions.target_of(viewer, row),
        waiting=consenting.answer_waiting(viewer, row.id),
        html=rendering.preview(row.body),
        wider=is_wider(row.tlp, post.tlp),
        look=checked({"title": row.title, "body": row.body}, anonymous=True),
    )
