"""A moderator marks words in a post, sees what becomes of it, and takes them out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import originals, rendering
from community.access import NotFound, PostRow, access_post, named
from community.pages.hook import current_viewer
from community.pages.missing import REASONS
from community.pages.told import told
from community.policy import Permission
from moderation import cases, marking, offers
from moderation.actions import deciding
from moderation.cases import Matter
from moderation.forms.redacting import RedactionForm

pages = Blueprint("redacting", __name__)
Page = str | Response | tuple[str, int]


@pages.route("/posts/<id:post_id>/redact", methods=["GET", "POST"])
def redact(post_id: int) -> Page:
    """The form; ``step=preview`` shows before and after, ``step=send`` takes the words out."""
    post = access_post(current_viewer(), post_id, Permission.POST_REDACT)
    form = RedactionForm()
    if request.method != "POST":
        form.version.data = post.version
        _begin(form, post)
        return _page(form, post)
    if not _fits(form, post):
        return _page(form, post)
    step = request.form.get("step")
    if step == "send":
        return _send(form, post)
    return _page(form, post, change=marking.marked(post, form.wanted()) if step == "preview" else None)


def _begin(form: RedactionForm, post: PostRow) -> None:
    """Where the page was reached from a case, that one is decided with it."""
    asked = request.args.get("case")
    if asked:
        form.case.data, form.case_version.data = asked, _matter(asked, post).row.version


def _matter(asked: str, post: PostRow) -> Matter:
    """The case, when the viewer sees it and it is about this post. Raises NotFound."""
    matter = cases.access_case(current_viewer(), named(asked))
    if matter.row.post_id != post.id:
        raise NotFound
    return matter


def _fits(form: RedactionForm, post: PostRow) -> bool:
    if request.form.get("step") == "rows":
        return False
    good = form.validate()
    missing = marking.not_there(post.id, form.wanted()) if good else []
    form.refuse(missing)
    return bool(good and not missing)


def _send(form: RedactionForm, post: PostRow) -> Page:
    with told(_("The words are taken out, here and wherever the post is quoted. The author is told."), form):
        _act(form, post)
        return redirect(url_for("posts.in_thread", post_id=post.id), 303)
    post = access_post(current_viewer(), post.id, Permission.POST_REDACT)
    form.version.data, form.version.raw_data = post.version, None
    return _page(form, post, change=marking.marked(post, form.wanted()))


def _act(form: RedactionForm, post: PostRow) -> None:
    viewer, letter = current_viewer(), form.letter()
    if form.case.data:
        case_id = _matter(form.case.data, post).row.id
        deciding.act(viewer, case_id, "redact", form.case_version.data or 0, letter)
    else:
        deciding.redact_post(viewer, post.id, letter)


def _page(form: RedactionForm, post: PostRow, change: marking.Marked | None = None) -> Page:
    wrong = form.errors or form.form_errors or any(row.error for row in form.rows)
    answer = render_template(
        "moderation/redact.html",
        form=form,
        post=post,
        wrong=wrong,
        reasons=REASONS,
        why_not=offers.COLLEAGUE if marking.is_colleague(current_viewer(), post) else "",
        wordings=originals.wordings(post.id),
        suggestions=_suggestions(form, post),
        change=change,
        after=rendering.preview(change.after.body) if change else "",
    )
    return answer, 400 if wrong else 200


def _suggestions(form: RedactionForm, post: PostRow) -> list[Any]:
    typed = {row.words for row in form.rows}
    return [one for one in marking.suggestions(current_viewer(), post) if one.text not in typed]
