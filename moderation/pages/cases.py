"""One case: what it is about, and what one may do about it."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from community import ids
from community.offers import OVERTAKEN
from community.pages.hook import current_viewer
from community.pages.told import told
from moderation import cases, offers, scope
from moderation.actions import deciding
from moderation.actions.deciding import Letter
from moderation.cases import Matter
from moderation.forms.cases import CaseForm, form_for
from moderation.forms.flags import REASONS
from moderation.offers import Offer
from moderation.texts import standard_texts
from moderation.warnings import warnings_of

pages = Blueprint("cases", __name__, url_prefix="/moderation/cases")
Page = str | Response | tuple[str, int]


@pages.route("/<id:case_id>", methods=["GET", "POST"])
def show(case_id: int) -> Page:
    """The case, with the form of the act that is chosen (``act``); sending it does the act."""
    matter = cases.access_case(current_viewer(), case_id)
    if request.method == "POST":
        return _act(matter, request.form.get("act", ""))
    offer = offers.find(matter, request.args.get("act", ""))
    if offer and offer.page:
        return redirect(page_of(matter, offer), 303)
    return _page(matter, offer, form_for(offer.asks, matter) if offer else None)


def _act(matter: Matter, name: str) -> Page:
    known = next((offer for offer in offers.OFFERS if offer.name == name), None)
    if known and known.page:
        return _elsewhere(matter, known)
    form = form_for(known.asks, matter) if known else None
    if form is None or form.validate():
        with told(_("Done."), form):
            letter = form.letter() if form is not None else Letter()
            deciding.act(current_viewer(), matter.row.id, name, request.form.get("version", 0, int), letter)
            if name in offers.END_IN_NOTHING:
                return redirect(url_for("moderation.home"), 303)
        if form is None or not form.errors:
            return redirect(url_for(".show", case_id=matter.row.id), 303)
        matter = cases.access_case(current_viewer(), matter.row.id)  # somebody else was quicker
    return _page(matter, known, form)


def _elsewhere(matter: Matter, offer: Offer) -> Response:
    """To the page of an act that has one; where it is not offered, the case says why."""
    if offers.find(matter, offer.name):
        return redirect(page_of(matter, offer), 303)
    flash(str(offers.why_not(matter) or OVERTAKEN), "error")
    return redirect(url_for(".show", case_id=matter.row.id), 303)


def page_of(matter: Matter, offer: Offer) -> str:
    """Where an act is done that has a page of its own."""
    case_id, post_id = matter.row.id, matter.row.post_id
    if offer.page == "words":
        return url_for("redacting.redact", post_id=post_id, case=ids.encode(case_id))
    return (
        url_for("unsealing.agree", case_id=case_id)
        if offer.page == "case"
        else url_for("unsealing.ask", post_id=post_id)
    )


def _page(matter: Matter, offer: Offer | None, form: CaseForm | None) -> Page:
    answer = render_template(
        "moderation/case.html",
        matter=matter,
        row=matter.row,
        chosen=offer,
        form=form,
        **_around(matter),
    )
    return answer, 400 if form and form.errors else 200


def _around(matter: Matter) -> dict[str, Any]:
    return {
        "offers": offers.offers(matter),
        "page_of": partial(page_of, matter),
        "why_not": offers.why_not(matter) if matter.is_open else None,
        "said": cases.said(matter),
        "steps": cases.steps(matter),
        "appealed": cases.appealed(matter),
        "reasons": {reason.value: words for reason, words in REASONS.items()},
        "standard_texts": standard_texts(),
        "locale_now": str(get_locale()),
        "keeps": scope.keeps(matter.viewer),
        "warnings": len(warnings_of(matter.viewer, matter.row.author_id)) if matter.row.in_thread else 0,
    }
