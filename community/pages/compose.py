"""Writing: a text, then the page that says who exactly will read it, then sending. Works without JavaScript."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from community import bounds, drafts, ids, mine, nameless, quota, quoting, reach, rendering
from community.actions import drafts as draft_actions
from community.actions import unnamed
from community.actions.posts import publish_reply, publish_thread
from community.bounds import Bounds, Place
from community.crowd import Crowd
from community.forms.base import is_blank
from community.forms.compose import ReplyForm, ThreadForm, clean
from community.pages.audience import findings, shown
from community.pages.checked import FIELDS, checked, take_out, texts_of
from community.pages.frame import nav
from community.pages.hook import current_viewer
from community.policy import NotAllowed, Permission, can
from community.shown import NOTHING_SHOWN, Shown, open_shown, seal_shown
from community.tlp import Tlp
from community.writing import AlreadySent, AudienceGrew, Draft, Unfit

pages = Blueprint("compose", __name__)
Answer = str | Response | tuple[str, int]
Form = ThreadForm | ReplyForm
Publish = Callable[[Draft, Shown], int]
Door = Callable[[], Place]
STEERING = frozenset({"csrf_token", "step", "remove", "send_key", "shown"})
WRITERS = ("contributor", "moderator")


@pages.get("/posts/new")
def choose() -> str:
    """Where to write: my groups, and what I have not sent yet."""
    groups = [group for group in nav().groups if group.role in WRITERS and not group.archived_at]
    return render_template("community/compose/choose.html", groups=groups, waiting=drafts.waiting(current_viewer()))


@pages.get("/my/drafts", endpoint="mine")
def my_drafts() -> str:
    """What I have not sent yet."""
    return render_template("community/compose/drafts.html", waiting=drafts.waiting(current_viewer()))


@pages.route("/groups/<id:group_id>/new", methods=["GET", "POST"])
def new_thread(group_id: int) -> Answer:
    """Open a thread in a group."""
    viewer = current_viewer()
    door = partial(bounds.place_for_thread, viewer, group_id)
    publish = partial(publish_thread, viewer, group_id)
    return _run(ThreadForm, bounds.thread_key(group_id), door, publish)


@pages.route("/threads/<id:thread_id>/reply", methods=["GET", "POST"])
def reply(thread_id: int) -> Answer:
    """Reply in a thread; ``?quote=`` puts the words of one of its posts into the text."""
    viewer = current_viewer()
    door = partial(bounds.place_for_reply, viewer, thread_id)
    publish = partial(publish_reply, viewer, thread_id)
    return _run(ReplyForm, bounds.reply_key(thread_id), door, publish)


def _run(kind: type[Form], key: str, door: Callable[[], Place], publish: Publish) -> Answer:
    if request.method != "POST":
        return _begin(kind, door())
    form = kind()
    form.ensure_key()
    form.body.data = nameless.unnamed(current_viewer(), form.body.data)
    step = request.form.get("step", "check")
    try:
        if step == "send":
            return _send(form, key, door, publish)
        return STEPS.get(step, _check)(form, door())
    except NotAllowed:
        # The thread was locked, say, while they wrote: the words are theirs to take along.
        return render_template("community/compose/too_late.html", form=form), 403


def _begin(kind: type[Form], place: Place) -> Answer:
    kept = drafts.kept(current_viewer(), place.key)
    form = kind(MultiDict(kept.fields)) if kept else kind()
    form.fresh_key()
    form.without_name.data = form.without_name.data or "unnamed" in request.args
    if "assessment" in form:
        form.assessment.data = form.assessment.data or "assessment" in request.args
    _quote_into(form, place)
    return _write(form, place, kept=kept)


def _quote_into(form: Form, place: Place) -> None:
    try:
        asked = ids.decode(request.args.get("quote", ""))
    except ValueError:
        return
    if not place.thread:
        return
    name, body = bounds.words_to_quote(current_viewer(), place.thread.id, asked)
    if asked not in quoting.quoted_ids(form.body.data):
        form.body.data = f"{form.body.data}\n\n{quoting.quote(name, asked, body)}".lstrip("\n")
    form.quotes.data |= {asked}


# --- the steps ---


def _check(form: Form, place: Place) -> Answer:
    if not form.validate() or (take_out(form, anonymous=form.without_name.data) and not form.validate()):
        return _write(form, place, 422)
    return _confirm(form, place, NOTHING_SHOWN, 200)


def _send(form: Form, key: str, door: Callable[[], Place], publish: Publish) -> Answer:
    if not form.validate():
        return _write(form, door(), 422)
    seen = open_shown(current_viewer(), key, form.shown.data or "")
    try:
        return _publish(form, door, publish, seen)
    except AudienceGrew:
        return _confirm(form, door(), seen, 409)
    except AlreadySent as other:
        form.fresh_key()
        return _write(form, door(), 409, sent=other.post_id)
    except Unfit as unfit:
        form.refuse(unfit.field, unfit.reason)
        return _write(form, door(), 422)


def _publish(form: Form, door: Door, publish: Publish, seen: Shown) -> Response:
    how = form.unnamed()
    if how is None:
        return redirect(url_for("posts.in_thread", post_id=publish(form.draft(), seen)), 303)
    place = door()
    unnamed.send(current_viewer(), place, form.draft(), how, seen)
    released = _("Released without your name.")
    flash(released if how.at_once else _("Sent. It is released later, without your name."), "success")
    if place.thread:
        return redirect(url_for("posts.in_thread", post_id=place.thread.id), 303)
    return redirect(url_for("groups.show", group_id=place.group.id), 303)


def _confirm(form: Form, place: Place, seen: Shown, status: int) -> Answer:
    """Who exactly will read it, computed by the rule that will guard it."""
    draft = form.draft()
    try:
        quota.ensure_left(current_viewer())
        who, hidden_among = _audience(place, draft), _crowd(form, place, draft)
    except Unfit as unfit:
        form.refuse(unfit.field, unfit.reason)
        return _write(form, place, 422)
    form.shown.data = seal_shown(current_viewer(), place.key, who.ids)
    return render_template(
        "community/compose/confirm.html",
        form=form,
        place=place,
        draft=draft,
        audience=shown(who, seen.added(who.ids) if seen.tails else ()),
        checked=checked(texts_of(form), anonymous=form.without_name.data),
        findings=findings(f"{draft.title}\n{draft.body}"),
        html=rendering.preview(draft.body),
        hidden=_hidden(form),
        crowd=hidden_among,
        how=form.unnamed(),
    ), status


def _crowd(form: Form, place: Place, draft: Draft) -> Crowd | None:
    how = form.unnamed()
    return unnamed.check(current_viewer(), place, draft, how).rounded if how else None


def _audience(place: Place, draft: Draft) -> reach.Reach:
    viewer = current_viewer()
    limits = bounds.bounds(viewer, place, draft.quoted)
    named = bounds.named_by(viewer, draft, limits)
    who = reach.reach(viewer, place, draft.tlp, named)
    bounds.ensure_somebody(draft, limits, named & who.ids)
    return who


def _hidden(form: Form) -> list[tuple[str, str]]:
    """Everything that was typed, to be carried through the next page; the words as they are after the check."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in (*STEERING, *FIELDS)]
    return [(name, clean(value)) for name, value in typed] + list(texts_of(form).items())


def _back(form: Form, place: Place) -> Answer:
    return _write(form, place)


def _preview(form: Form, place: Place) -> Answer:
    return _write(form, place, html=rendering.preview(form.body.data))


def _save(_form: Form, place: Place) -> Answer:
    draft_actions.save_draft(current_viewer(), place, _fields())
    flash(_("The draft is kept. Only you can open it."), "success")
    return redirect(request.path, 303)


def _autosave(form: Form, place: Place) -> Answer:
    if is_blank(form.body.data):
        draft_actions.discard_draft(current_viewer(), place)
    else:
        draft_actions.save_draft(current_viewer(), place, _fields())
    return "", 204


def _fields() -> drafts.Fields:
    return {name: values for name, values in request.form.lists() if name not in STEERING}


def _discard(_form: Form, place: Place) -> Answer:
    draft_actions.discard_draft(current_viewer(), place)
    flash(_("The draft is gone."), "success")
    return redirect(request.path, 303)


STEPS: dict[str, Callable[[Form, Place], Answer]] = {
    "back": _back,
    "preview": _preview,
    "draft": _save,
    "autosave": _autosave,
    "discard": _discard,
}


# --- the form ---


def _write(form: Form, place: Place, status: int = 200, **more: Any) -> Answer:
    limits = _limits(form, place)
    if form.tlp.data is None and place.thread and limits.labels:
        form.tlp.data = limits.labels[-1]
    page = render_template(
        "community/compose/write.html",
        form=form,
        place=place,
        labels=limits.labels,
        circle=None if limits.circle is None else shown(_circle(place, limits.circle)),
        candidates=shown(reach.candidates(current_viewer(), place)) if _chooses(limits) else None,
        sectors=mine.sectors(current_viewer()) if _offers_unnamed(place) else None,
        **more,
    )
    return page, status


def _limits(form: Form, place: Place) -> Bounds:
    typed = Draft(form.body.data, Tlp.RED, quotes=form.quotes.data if place.thread else frozenset())
    try:
        return bounds.bounds(current_viewer(), place, typed.quoted)
    except Unfit as unfit:
        if not form.body.errors:
            form.refuse(unfit.field, unfit.reason)
        return bounds.bounds(current_viewer(), place)


def _offers_unnamed(place: Place) -> bool:
    return can(current_viewer(), Permission.GROUP_WRITE_UNNAMED, place.group)


def _chooses(limits: Bounds) -> bool:
    return Tlp.RED in limits.labels and limits.circle is None


def _circle(place: Place, circle: frozenset[int]) -> reach.Reach:
    return reach.reach(current_viewer(), place, Tlp.RED, circle)
