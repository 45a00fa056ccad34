"""Correcting a post: other words, and a wider or stricter label."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import bounds, nameless, reach, rendering, single
from community.access import PostRow, access_post
from community.actions.editing import edit_post
from community.actions.labels import narrow_post, widen_post
from community.forms.compose import EditOpeningForm, EditReplyForm, LabelForm
from community.pages.audience import shown
from community.pages.changes import steps
from community.pages.checked import Checked, checked, take_out, texts_of
from community.pages.hook import current_viewer
from community.policy import NotAllowed, Permission
from community.shown import NOTHING_SHOWN, Shown, open_shown, seal_shown
from community.single import Wording
from community.tlp import Tlp
from community.writing import AudienceGrew, Changed, Unfit

pages = Blueprint("correct", __name__)
Answer = str | Response | tuple[str, int]
EditForm = EditOpeningForm | EditReplyForm
_CARRIED = frozenset(
    {"version", "title", "body", "tlp", "severity", "kind", "event_type", "cause_types", "at_once", "forget"}
)


# --- other words ---


class Correction(NamedTuple):
    """A post to be written anew: how it is saved, and what is answered then. ``unnamed``: without telling by whom."""

    post: PostRow
    save: Callable[[EditForm], None]
    done: Callable[[], Response]
    unnamed: bool = False


@pages.route("/posts/<id:post_id>/edit", methods=["GET", "POST"])
def edit(post_id: int) -> Answer:
    """Write the post anew. Who comes second sees both texts and can go on from there."""
    try:
        post = access_post(current_viewer(), post_id, Permission.POST_EDIT)
    except NotAllowed:
        if request.method != "POST":
            raise
        return too_late()
    return correct(Correction(post, lambda form: _edit(post, form), lambda: _edited(post)))


def too_late() -> Answer:
    """Give the words back to who may not send them any more."""
    return render_template("community/compose/too_late.html", form=EditOpeningForm()), 403


def _edit(post: PostRow, form: EditForm) -> None:
    edit_post(current_viewer(), post.id, form.draft(), form.version.data, forget=form.forget.data)


def _edited(post: PostRow) -> Response:
    kept = _("Saved. Who reads the post can also read what it said before.")
    flash(_("Saved. What it said before is gone.") if "forget" in request.form else kept, "success")
    return redirect(url_for("posts.in_thread", post_id=post.id), 303)


def correct(it: Correction) -> Answer:
    """The page on which a post is written anew, and what happens when it is sent."""
    if request.method == "POST":
        return _save(EditOpeningForm() if it.post.is_opening else EditReplyForm(), it)
    return _edit_page(_form_of(it.post), it)


def _form_of(post: PostRow) -> EditForm:
    kind = EditOpeningForm if post.is_opening else EditReplyForm
    return kind(formdata=None, data=_present(post))


def _present(post: PostRow) -> dict[str, Any]:
    thread = post.thread
    of_thread = {name: getattr(thread, name) for name in ("title", "kind", "cause_types")}
    of_post = {name: getattr(post, name) for name in ("body", "tlp", "severity", "version")}
    return of_thread | of_post | {"event_type": thread.event_type or ""}


def _save(form: EditForm, it: Correction) -> Answer:
    form.body.data = nameless.unnamed(current_viewer(), form.body.data)
    if not form.validate() or (take_out(form, anonymous=it.unnamed) and not form.validate()):
        return _edit_page(form, it, 422)
    step = request.form.get("step")
    if step == "back":
        return _edit_page(form, it)
    if step == "preview":
        return _edit_page(form, it, html=rendering.preview(form.body.data))
    look = checked(texts_of(form), anonymous=it.unnamed)
    if step != "send" and (look.places or look.taken):
        return _edit_check(form, it, look)
    return _change(form, it)


def _change(form: EditForm, it: Correction) -> Answer:
    try:
        it.save(form)
    except Changed:
        return _both(form, it)
    except Unfit as unfit:
        form.refuse(unfit.field, unfit.reason)
        return _edit_page(form, it, 422)
    return it.done()


def _edit_check(form: EditForm, it: Correction, look: Checked) -> Answer:
    """What the new words give away, before they are saved."""
    return render_template(
        "community/posts/edit_check.html",
        form=form,
        post=it.post,
        at=request.path,
        checked=look,
        hidden=_fields(form),
        html=rendering.preview(form.body.data),
    )


def _fields(form: EditForm) -> list[tuple[str, str]]:
    """The fields of a form as a page carries them on."""
    values = {field.name: field.data for field in form if field.name in _CARRIED and field.data is not False}
    return [
        (name, str(one)) for name, value in values.items() for one in (value if isinstance(value, list) else [value])
    ]


def _both(form: EditForm, it: Correction) -> Answer:
    """The text as it is now beside the viewer's, which stays in the form and can be saved next."""
    post = it.post
    title = post.thread.title if post.is_opening else ""
    now = Wording(post.version, title, post.body, post.tlp, post.released_at)
    own_title = form.title.data if isinstance(form, EditOpeningForm) else ""
    own = Wording(post.version, own_title, form.body.data, Tlp(form.tlp.data), post.released_at)
    form.version.data, form.version.raw_data = post.version, None
    if form.tlp.data not in bounds.labels_to_narrow(current_viewer(), post):
        form.tlp.data = post.tlp
    return _edit_page(form, it, 409, now=now, step=steps([own, now])[0])


def _edit_page(form: EditForm, it: Correction, status: int = 200, **more: Any) -> Answer:
    labels = bounds.labels_to_narrow(current_viewer(), it.post)
    page = render_template(
        "community/posts/edit.html", form=form, post=it.post, unnamed=it.unnamed, labels=labels, **more
    )
    return page, status


# --- another label ---


@pages.route("/posts/<id:post_id>/widen", methods=["GET", "POST"])
def widen(post_id: int) -> Answer:
    """Choose a wider label, see who will read the post then, and only then change it."""
    post = access_post(current_viewer(), post_id, Permission.POST_EDIT)
    form = LabelForm()
    if request.method != "POST" or not form.validate():
        form.version.data, form.version.raw_data = post.version, None
        return _label_page("widen", form, post, bounds.labels_to_widen(current_viewer(), post))
    if request.form.get("step") != "send":
        return _widen_confirm(form, post, NOTHING_SHOWN, 200)
    return _widen(form, post)


def _widen(form: LabelForm, post: PostRow) -> Answer:
    viewer, label = current_viewer(), Tlp(form.tlp.data)
    seen = open_shown(viewer, _key(post), form.shown.data or "")
    try:
        widen_post(viewer, post.id, label, form.version.data, seen)
    except (AudienceGrew, Changed):
        return _widen_confirm(form, post, seen, 409)
    except Unfit:
        return _label_page("widen", form, post, bounds.labels_to_widen(viewer, post), 422)
    flash(_("The post now carries %(label)s.", label=label.label), "success")
    return redirect(url_for("posts.in_thread", post_id=post.id), 303)


def _widen_confirm(form: LabelForm, post: PostRow, seen: Shown, status: int) -> Answer:
    viewer, label = current_viewer(), Tlp(form.tlp.data)
    if label not in bounds.labels_to_widen(viewer, post):
        return _label_page("widen", form, post, bounds.labels_to_widen(viewer, post), 422)
    who = reach.reach(viewer, bounds.place_of_post(post), label, at=post.released_at)
    page = render_template(
        "community/posts/widen_confirm.html",
        post=post,
        label=label,
        sealed=seal_shown(viewer, _key(post), who.ids),
        audience=shown(who, seen.added(who.ids) if seen.tails else ()),
        html=post.html,
        checked=checked({"title": post.thread.title if post.is_opening else "", "body": post.body}, anonymous=False),
        hidden=_fields(_form_of(post)),
        earlier=len(single.wordings(post, None)) - 1,
    )
    return page, status


def _key(post: PostRow) -> str:
    return f"widen:{post.id}"


@pages.route("/posts/<id:post_id>/narrow", methods=["GET", "POST"])
def narrow(post_id: int) -> Answer:
    """Make somebody's label stricter, as a moderator of the group; the author is told."""
    viewer = current_viewer()
    post = access_post(viewer, post_id, Permission.POST_NARROW)
    labels = tuple(label for label in bounds.labels_to_narrow(viewer, post) if label != post.tlp)
    form = LabelForm()
    if request.method != "POST" or not form.validate():
        form.version.data, form.version.raw_data = post.version, None
        return _label_page("narrow", form, post, labels)
    return _narrow(form, post, labels)


def _narrow(form: LabelForm, post: PostRow, labels: tuple[Tlp, ...]) -> Answer:
    try:
        narrow_post(current_viewer(), post.id, Tlp(form.tlp.data), form.version.data)
    except (Changed, Unfit):
        form.version.data, form.version.raw_data = post.version, None
        return _label_page("narrow", form, post, labels, 409)
    flash(_("The label is stricter now. The author is told."), "success")
    return redirect(url_for("groups.show", group_id=post.group.id), 303)


def _label_page(which: str, form: LabelForm, post: PostRow, labels: tuple[Tlp, ...], status: int = 200) -> Answer:
    return render_template(f"community/posts/{which}.html", form=form, post=post, labels=labels), status
