"""Sharing a redacted copy of a post in another group: proposing it, answering as its author, looking at both ends."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import ids, quoting, rendering
from community.access import NotFound, PostRow, access_post
from community.pages.checked import Checked, checked
from community.pages.hook import current_viewer
from community.pages.missing import REASONS
from community.pages.told import told
from community.policy import Permission, can
from community.redacting import Words, without
from community.tlp import is_wider
from community.writing import TITLE_LIMIT, Unfit
from moderation import promotions
from moderation.actions import consenting, copying, promoting
from moderation.forms.promoting import AnswerForm, PromoteForm
from moderation.marking import suggestions_in
from moderation.told import is_author

pages = Blueprint("promoting", __name__)
Page = str | Response | tuple[str, int]


# --- proposing ---


@pages.route("/posts/<id:post_id>/promote", methods=["GET", "POST"])
def propose(post_id: int) -> Page:
    """Prepare the copy, or change what is proposed; look at it once more; send it to those who have to agree."""
    post = access_post(current_viewer(), post_id, Permission.POST_PROMOTE)
    row = promotions.open_of(post_id)
    form = PromoteForm() if request.method == "POST" else _begin(post, row)
    form.offer(promotions.targets(current_viewer(), post))
    if request.method != "POST":
        return _write(form, post, 200)
    return _sent(form, post)


def _begin(post: PostRow, row: Any) -> PromoteForm:
    # What is quoted is not the author's to share, nor is the title of somebody else's thread.
    now = {"title": post.thread.title if post.is_opening else "", "body": quoting.unquoted(post.body), "version": 0}
    if row:
        now = {name: getattr(row, name) for name in ("title", "body", "tlp", "version")}
        now["target"] = ids.encode(row.target_id)
    return PromoteForm(formdata=None, data=now | {"post_version": post.version})


def _sent(form: PromoteForm, post: PostRow) -> Page:
    if not form.validate():
        return _write(form, post, 422)
    if "taken" in request.form:
        _leave_out(form, request.form["taken"])
    elif request.form.get("step") == "send":
        return _send(form, post)
    return _write(form, post, 200) if request.form.get("step") == "back" else _look(form, post)


def _leave_out(form: PromoteForm, words: str) -> None:
    """Put a block in the place of words that were suggested."""
    wanted = [one for one in _suggested(form) if one.text == words]
    form.title.data = without(form.title.data or "", wanted, TITLE_LIMIT)
    form.body.data = without(form.body.data or "", wanted)


def _suggested(form: PromoteForm) -> list[Words]:
    return suggestions_in(current_viewer(), [form.title.data or "", form.body.data or ""])


def _send(form: PromoteForm, post: PostRow) -> Page:
    try:
        with told(_("Proposed. It goes on when those concerned have agreed."), form):
            agrees = bool(form.agrees.data)
            promoting.propose(current_viewer(), post.id, form.prepared(), form.seen(), agrees=agrees)
            return redirect(url_for(".show", post_id=post.id), 303)
    except Unfit as unfit:
        form.refuse(unfit.field, unfit.reason)
    return _write(form, post, 422)


def _write(form: PromoteForm, post: PostRow, status: int) -> Page:
    targets = promotions.targets(current_viewer(), post)
    page = render_template(
        "moderation/promotion/prepare.html",
        form=form,
        post=post,
        targets=targets,
        mine=is_author(current_viewer(), post),
    )
    return page, status


def _look(form: PromoteForm, post: PostRow) -> Page:
    prepared, mine = form.prepared(), is_author(current_viewer(), post)
    return render_template(
        "moderation/promotion/look.html",
        form=form,
        post=post,
        suggested=_suggested(form),
        reasons=REASONS,
        look=checked({"title": prepared.title, "body": prepared.body}, anonymous=True) if mine else None,
        target=promotions.target_named(current_viewer(), prepared.target_id),
        wider=is_wider(prepared.tlp, post.tlp),
        mine=mine,
        html=rendering.preview(form.body.data),
    )


# --- what became of it ---


@pages.route("/posts/<id:post_id>/promotion", methods=["GET", "POST"])
def show(post_id: int) -> Page:
    """What is proposed and who has agreed, for the author and the moderators of the group; the author's answer."""
    viewer = current_viewer()
    post = promotions.access_proposed(viewer, post_id)
    row = promotions.open_of(post_id)
    form = AnswerForm()
    form.offer(consenting.answers(viewer, post, row))
    if request.method == "POST" and form.validate():
        try:
            with told(_("Your answer is kept."), form):
                given = (form.version.data or 0, form.chosen(), form.words.data or "")
                consenting.answer(viewer, post_id, *given, agrees=bool(form.agrees.data))
                return redirect(url_for(".show", post_id=post_id), 303)
        except Unfit as unfit:
            form.refuse(unfit.field, unfit.reason)
    return _show(post, form), 400 if form.errors else 200


def _show(post: PostRow, form: AnswerForm) -> str:
    viewer = current_viewer()
    rows = promotions.of_post(post.id)
    row = rows[0] if rows and rows[0].stage in promotions.OPEN else None
    agreed = promotions.consents(row.id) if row else {}
    return render_template(
        "moderation/promotion/show.html",
        post=post,
        form=form,
        row=row,
        earlier=[(one, promotions.target_of(viewer, one)) for one in rows if one.stage not in promotions.OPEN],
        target=promotions.target_of(viewer, row) if row else None,
        html=rendering.preview(row.body) if row else "",
        wider=bool(row and is_wider(row.tlp, post.tlp)),
        mine=is_author(viewer, post),
        may=can(viewer, Permission.POST_PROMOTE, post),
        took_part=viewer.member_id in [one.member_id for side, one in agreed.items() if side == "source"],
        look=_own_look(post, row),
    )


def _own_look(post: PostRow, row: Any) -> Checked | None:
    """What the words give away, for the eyes of their author."""
    if row is None or not is_author(current_viewer(), post):
        return None
    return checked({"title": row.title, "body": row.body}, anonymous=True)


@pages.post("/posts/<id:post_id>/promotion/end")
def end(post_id: int) -> Response:
    """End the proposal, or take back what the viewer agreed to for the group (``back``)."""
    version = request.form.get("version", 0, int)
    act = copying.take_back if "back" in request.form else promoting.withdraw
    with told(_("Taken back.")):
        act(current_viewer(), post_id, version)
    return redirect(url_for(".show", post_id=post_id), 303)


# --- both ends ---


@pages.get("/posts/<id:post_id>/beside")
def beside(post_id: int) -> str:
    """A post and its copies, or a copy and what it is of, side by side, for whoever reads both ends."""
    viewer = current_viewer()
    post = access_post(viewer, post_id)
    if not post.in_thread:
        raise NotFound
    ends = promotions.other_ends(viewer, post_id)
    return render_template(
        "moderation/promotion/beside.html",
        post=post,
        is_copy=any(not one.is_copy for one in ends),
        others=[access_post(viewer, one.id) for one in ends],
    )
