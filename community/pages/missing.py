"""Blocks as a reader meets them: in the text a bar of one width with its reason, in one line of words the reason."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from community.blocks import Missing, replaced

REASONS = {
    Missing.ORGANIZATION: _l("organization name"),
    Missing.PERSON: _l("name of a person"),
    Missing.ADDRESS: _l("address or number"),
    Missing.SYSTEM: _l("system or host"),
    Missing.CREDENTIAL: _l("password or key"),
    Missing.OTHER: _l("words"),
}
_HEARD = _l("left out:")


def shown(html: str) -> Markup:
    """The kept HTML of a text, its blocks in the reader's language."""
    return Markup(replaced(html, _bar))  # noqa: S704 - it was made safe before it was kept


def _bar(reason: Missing) -> str:
    return f'<span class="sr">{escape(_HEARD)} </span>{escape(REASONS[reason])}'


def said(words: object) -> object:
    """A title or an excerpt with the reason in brackets in the place of each block."""
    if "⟦" not in str(words):
        return words
    return type(words)(replaced(str(words), lambda reason: f"[{REASONS[reason]}]"))  # type: ignore[call-arg]


def init_app(app: Flask) -> None:
    """Give the templates these filters."""
    app.jinja_env.filters.update(shown=shown, said=said)
