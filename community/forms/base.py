"""What every form of ours shares."""

import unicodedata
from functools import lru_cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms.i18n import messages_path


@lru_cache
def _words(language: str) -> NullTranslations:
    return Translations.load(messages_path(), [language], domain="wtforms")


class Form(FlaskForm):
    """A form whose protection against forgery is checked before any page runs."""

    class Meta:
        csrf = False

        def get_translations(self, _form: Any) -> NullTranslations:
            """The library's own words, read from its catalogue once and not for every form that is sent."""
            return _words(str(get_locale()))


def is_blank(text: str) -> bool:
    """Is there nothing in it that one could see?"""
    return all(unicodedata.category(letter)[0] in "ZC" for letter in text)
