"""Texts of templates are kept per language, and values in them stay text."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale, get_locale

from community.pages import words


class Shouting:
    """Translations that upper-case, so that a language shows."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def ugettext(self, message: str) -> str:
        return f"{self.mark}:{message}"

    def upgettext(self, context: str, message: str) -> str:
        return f"{self.mark}:{context}:{message}"

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        return f"{self.mark}:{singular if num == 1 else plural}"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    forget()
    application = Flask("small")
    Babel(application, default_locale="en")
    words.install(application.jinja_env)
    monkeypatch.setattr(words, "get_translations", lambda: Shouting(str(get_locale())))
    with application.app_context():
        yield application
    forget()


def forget() -> None:
    """Neither what other tests drew nor what is drawn here may be met again."""
    for kept in (words._text, words._filled, words._counted, words._counted_filled, words._drawn):
        kept.cache_clear()


def drawn(application: Flask, template: str, **values: Any) -> str:
    """The template drawn with values."""
    return application.jinja_env.from_string(template).render(values)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ _('100%% of it') }}", "100% of it"),
        ("{{ _('Hello %(name)s', name=name) }}", "Hello &lt;b&gt;"),
        ("{{ pgettext('kind', 'Advisory') }}", "kind:Advisory"),
        ("{{ ngettext('%(num)s reply', '%(num)s replies', 1) }}", "1 reply"),
        ("{{ ngettext('%(num)s reply', '%(num)s replies', 2) }}", "2 replies"),
        ("{{ ngettext('%(num)s by %(who)s', '%(num)s by %(who)s', 3, who=name) }}", "3 by &lt;b&gt;"),
        ("{% macro m(x) %}{{ _('In') }} {{ x }}{% endmacro %}{{ same(m, name) }}", "In &lt;b&gt;"),
    ],
)
def test_text_in_each_language(small: Flask, template: str, text: str) -> None:
    for language in ("en", "ja", "en"):
        with force_locale(language):
            assert drawn(small, template, name="<b>") == f"{language}:{text}"


def test_plain_templates_do_not_escape(small: Flask) -> None:
    plain = "{% autoescape false %}{{ _('Hello %(name)s', name=name) }}{% endautoescape %}"
    assert drawn(small, plain, name="<b>") == "en:Hello <b>"
