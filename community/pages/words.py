"""Texts of templates, kept once per language.

A page asks for some hundred texts. Babel's way derives a template context and finds the catalogue anew for each one,
which took more than half of the time of drawing a page. There are two languages and a few hundred texts: each is kept.
"""

from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from typing import Any

from flask import g
from flask.templating import Environment
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Macro
from markupsafe import Markup


def _language() -> str:
    kept = getattr(g, "_flask_babel", None)  # what get_locale() answers from, without its checks
    locale = getattr(kept, "babel_locale", None) or get_locale()
    return str(locale.language)


@lru_cache(maxsize=5000)
def _text(_language: str, context: str, message: str) -> Markup:
    translations = get_translations()
    found = translations.upgettext(context, message) if context else translations.ugettext(message)
    return Markup(found)  # noqa: S704 - the catalogues are ours, and Babel trusts them likewise


@lru_cache(maxsize=5000)
def _filled(language: str, context: str, message: str) -> Markup:
    return _text(language, context, message) % {}


@lru_cache(maxsize=5000)
def _counted(_language: str, singular: str, plural: str, num: int) -> Markup:
    return Markup(get_translations().ungettext(singular, plural, num))  # noqa: S704 - see above


@lru_cache(maxsize=5000)
def _counted_filled(language: str, singular: str, plural: str, num: int) -> Markup:
    return _counted(language, singular, plural, num) % {"num": num}


@lru_cache(maxsize=10_000)
def _drawn(_language: str, macro: Macro, args: tuple[Any, ...]) -> str:
    return macro(*args)


def _out(context: EvalContext, text: Markup, values: dict[str, Any]) -> str:
    safe = text if context.autoescape else str(text)
    return safe % values if values else safe


@pass_eval_context
def gettext(context: EvalContext, message: str, /, **values: Any) -> str:
    """``_()`` of the templates: the message in the reader's language, filled with values."""
    return _out(context, (_text if values else _filled)(_language(), "", message), values)


@pass_eval_context
def pgettext(context: EvalContext, meaning: str, message: str, /, **values: Any) -> str:
    """The same for a message that has several meanings."""
    return _out(context, (_text if values else _filled)(_language(), meaning, message), values)


@pass_eval_context
def ngettext(context: EvalContext, singular: str, plural: str, num: int, /, **values: Any) -> str:
    """The same for a number of things."""
    text = (_counted if values else _counted_filled)(_language(), singular, plural, num)
    return _out(context, text, {"num": num} | values if values else values)


def same(macro: Macro, *args: Any) -> str:
    """What ``macro(*args)`` draws, kept. Only for macros that depend on nothing but arguments and language."""
    return _drawn(_language(), macro, args)


def each(macro: Macro, rows: Iterable[tuple[Any, ...]]) -> Markup:
    """What ``macro`` draws of each row's values, kept like ``same``: a line of a list stays while another changes."""
    language = _language()
    return Markup("\n").join([_drawn(language, macro, row) for row in rows])


class Templates(Environment):
    """Templates whose globals do not change once the application is made.

    Jinja looks at all globals at every import of macros, in case some were added; in a plain dict that takes no time.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of one template: ours, and what belongs to it alone."""
        return {**self.globals, **(d or {})}


def install(environment: Environment) -> None:
    """Put these in the place of Babel's own."""
    environment.globals.update(_=gettext, gettext=gettext, pgettext=pgettext, ngettext=ngettext, same=same, each=each)
