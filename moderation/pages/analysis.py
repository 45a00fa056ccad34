"""Requests for analysis: about one post, and the lists of those who ask and of those who answer."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import ids
from community.access import NotFound, PostRow, access_post
from community.models import AnalysisState
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import NotAllowed, Permission, can
from moderation import analysis
from moderation.actions import analysis as acts
from moderation.forms.analysis import OPENLY, AnswerForm, AskForm
from moderation.forms.base import Form

pages = Blueprint("analysis", __name__)
Page = str | Response | tuple[str, int]


@pages.get("/analysis")
def index() -> str:
    """What the viewer asked, and for analysts what waits for them."""
    viewer = current_viewer()
    waiting, mine = analysis.waiting(viewer), analysis.mine(viewer)
    return render_template("moderation/analysis/index.html", waiting=waiting, mine=mine)


@pages.route("/posts/<id:post_id>/analysis", methods=["GET", "POST"])
def about(post_id: int) -> Page:
    """What was asked about a post and answered, as far as the viewer meets it; asking, and answering."""
    post = access_post(current_viewer(), post_id)
    ask, answer = AskForm(), AnswerForm()
    if request.method == "POST" and _done(post, ask, answer):
        return redirect(url_for(".about", post_id=post_id), 303)
    return _page(post, ask, answer), 400 if ask.errors or answer.errors else 200


def _done(post: PostRow, ask: AskForm, answer: AnswerForm) -> bool:
    """Was what the viewer sent carried out, or refused with nothing typed to keep?"""
    viewer, act = current_viewer(), request.form.get("act", "ask")
    if act == "ask":
        return _asked(post, ask)
    if act == "answer":
        return _answered(post, answer)
    changes = {
        "take": (acts.take, _("It is yours. The others see that you work on it.")),
        "give_back": (acts.give_back, _("It is open to the other analysts again.")),
        "take_back": (acts.take_back, _("Your request is taken back.")),
    }
    if act not in changes:
        raise NotAllowed
    change, done = changes[act]
    with told(done):
        change(viewer, post.id, _chosen())
    return True


def _asked(post: PostRow, form: AskForm) -> bool:
    if not can(current_viewer(), Permission.POST_ASK_ANALYST, post):
        raise NotAllowed
    if not form.validate():
        return False
    with told(_("Sent to the analysts. You are told when one has answered."), form):
        acts.ask(current_viewer(), post.id, form.question.data, openly=form.how.data == OPENLY)
    return not form.errors


def _answered(post: PostRow, form: AnswerForm) -> bool:
    if not can(current_viewer(), Permission.POST_ANALYZE, post):
        raise NotAllowed
    if not form.validate():
        return False
    with told(_("Your answer is sent."), form):
        acts.answer(current_viewer(), post.id, _chosen(), form.answer.data)
    return not form.errors


def _chosen() -> int:
    try:
        return ids.decode(request.form.get("request", ""))
    except ValueError:
        raise NotFound from None


def _page(post: PostRow, ask: Form, answer: Form) -> str:
    viewer, chosen = current_viewer(), request.form.get("request", "")
    asks = can(viewer, Permission.POST_ASK_ANALYST, post)
    requests = analysis.about(viewer, post)
    waiting = [row for row in requests if row.state == AnalysisState.OPEN]
    may_ask = asks and all(row.asker_id != viewer.member_id for row in waiting)
    mine = any(ids.encode(row.id) == chosen and row.analyst_id == viewer.member_id for row in waiting)
    return render_template(
        "moderation/analysis/about.html",
        post=post,
        requests=requests,
        ask=ask,
        answer=answer,
        chosen=chosen,
        may_ask=may_ask,
        # Typed into a form that is not on this page any more.
        unsent=[form for form, shown in ((ask, may_ask), (answer, mine)) if form.errors and not shown],
        may_answer=can(viewer, Permission.POST_ANALYZE, post),
        may_reply=post.in_thread and can(viewer, Permission.POST_REPLY, post.thread),
        answerable=asks and bool(analysis.analysts(viewer, post)),
        analysts=analysis.analysts_reading(viewer, post.id) if asks else [],
        others=analysis.analysts_to_open_to(viewer, post) if asks else [],
    )
