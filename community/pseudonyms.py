"""The word pairs by which anonymous authors are known in one thread, in English and Japanese (domain.md section 6)."""

from functools import cache

from community import lists


@cache
def _words(which: str) -> tuple[dict[str, str], ...]:
    return tuple(lists.read_data("pseudonyms.yaml")[which])


@cache
def count() -> int:
    """How many pairs there are."""
    return len(_words("first")) * len(_words("second"))


def pseudonym(number: int, locale: str) -> str:
    """The pair of this number (from 0, below ``count()``) in "ja" or any other language, which reads English."""
    behind, before = divmod(number, len(_words("first")))
    first, second = _words("first")[before], _words("second")[behind]
    return first["ja"] + second["ja"] if locale == "ja" else f"{first['en']} {second['en']}"


def in_both(number: int) -> str:
    """The pair in both languages, for texts whose reader's language is not known."""
    return f"{pseudonym(number, 'en')} {pseudonym(number, 'ja')}"
