"""What moderators decided about anonymous posts, for their authors alone. These pages ask for the passkey."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import anonymity, unnamed
from community.pages import entry
from community.pages.hook import current_viewer
from community.pages.told import told
from community.policy import ensure_proved
from community.viewer import Viewer
from moderation import hearing
from moderation.actions.asking import appeal_unnamed
from moderation.actions.hearing import hear
from moderation.forms.base import WordsForm
from moderation.pages.decisions import decision_sent
from moderation.texts import standard_texts
from moderation.told import decisions, steps_about

pages = Blueprint("unnamed_told", __name__, url_prefix="/me/anonymous")


@pages.route("/<id:post_id>/decisions", methods=["GET", "POST"])
def show(post_id: int) -> Response | tuple[str, int]:
    """All decisions about one anonymous post; sending an appeal against one of them (``decision``)."""
    viewer = current_viewer()
    ensure_proved(viewer)
    post = unnamed.own(viewer, post_id)
    form = WordsForm()
    if request.method == "POST" and form.validate():
        with told(_("Sealed. The moderators get your appeal after a while, without your name."), form):
            appeal_unnamed(viewer, post_id, decision_sent(), form.words.data)
            return redirect(url_for(".show", post_id=post_id), 303)
    answer = render_template(
        "moderation/unnamed/decisions.html",
        post=post,
        form=form,
        decisions=decisions(post_id),
        waiting={one.act["step"] for one in anonymity.waiting(viewer) if one.act["act"] == "appeal"},
        **_texts(),
    )
    return answer, 400 if form.errors else 200


@pages.route("/told", methods=["GET", "POST"])
def index() -> str | Response:
    """What the viewer has not read yet: shown first after signing in. Sending says that they have."""
    viewer = current_viewer()
    ensure_proved(viewer)
    onward = entry.safe_next(request.args.get("next", ""))
    if request.method == "POST":
        hear(viewer)
        return redirect(onward, 303)
    known = hearing.unsealed(viewer)
    return render_template("moderation/unnamed/told.html", rows=hearing.unheard(viewer), unsealed=known, onward=onward)


@entry.told_first
def _notice(viewer: Viewer, onward: str) -> str:
    known, decided = hearing.unsealed(viewer), hearing.unheard(viewer)
    return url_for("unnamed_told.index", next=onward) if viewer.sees and (known or decided) else ""


def decided_about(posts: Iterable[Any]) -> dict[str, Any]:
    """What was decided about one's own posts, by their numbers (``steps``), and the standard texts to read it with."""
    found: dict[int, list[Any]] = {}
    for row in steps_about([post.id for post in posts]):
        found.setdefault(row.post_id, []).append(row)
    return {"steps": found, **_texts()}


def _texts() -> dict[str, Any]:
    return {"standard_texts": standard_texts(), "locale_now": str(get_locale())}
