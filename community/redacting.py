"""Finding words in a text the way a reader finds them: whatever their width, case, spacing, markup and escapes.

Rather too much than too little: words are found inside longer ones, too. Only very short Latin ones must stand alone.
What is between them counts for nothing when a reader does not see it or reads over it.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from community.blocks import Missing, block

SHORT = 3
# A block, and the end of a line that says whose words a quote holds, stay as they are.
_PIECE = re.compile(
    r"(?P<kept>⟦[a-z]+⟧|\]\(/posts/[0-9a-z]{13}\))|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|.",
    re.DOTALL,
)
_READ_OVER = frozenset("*_~`\\>[](){}|")
_UNSEEN = ("Cf", "Cc", "Zs", "Zl", "Zp")
_WALL = "\ue000"
_LATIN = re.compile(r"[a-z0-9]")


class Words(NamedTuple):
    """Words to take out, and what the block in their place says."""

    text: str
    reason: Missing


class Place(NamedTuple):
    """Where words stand that are to go: in ``text[start:end]``."""

    start: int
    end: int
    reason: Missing


class _Folded(NamedTuple):
    """A text for comparing, and for each of its characters where the piece stands that it was made of."""

    text: str
    places: Sequence[tuple[int, int]]


@lru_cache(maxsize=20_000)
def _plain(piece: str) -> str:
    read = unicodedata.normalize("NFKD", html.unescape(piece)).casefold()
    return "".join(one for one in read if one not in _READ_OVER and unicodedata.category(one) not in _UNSEEN)


def _fold(text: str) -> _Folded:
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for match in _PIECE.finditer(text):
        plain = _WALL if match["kept"] else _plain(match[0])
        letters.append(plain)
        places += [match.span()] * len(plain)
    return _Folded("".join(letters), places)


def is_empty(words: str) -> bool:
    """Is there nothing in ``words`` that could be found?"""
    return not _fold(words).text.replace(_WALL, "")


def places(text: str, wanted: Iterable[Words]) -> list[Place]:
    """Where the words stand, in order and apart; of what overlaps all goes, for the reason of the longer one."""
    folded = _fold(text)
    found = [place for one in wanted for place in _found(folded, one)]
    apart: list[Place] = []
    for place in sorted(found):
        if apart and place.start < apart[-1].end:
            apart[-1] = _joined(apart[-1], place)
        else:
            apart.append(place)
    return apart


def _joined(one: Place, other: Place) -> Place:
    longer = other if other.end - other.start > one.end - one.start else one
    return Place(one.start, max(one.end, other.end), longer.reason)


def _found(folded: _Folded, wanted: Words) -> Iterator[Place]:
    words = _fold(wanted.text).text.replace(_WALL, "")
    at = folded.text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        if len(words) > SHORT or not (_goes_on(folded, at) or _goes_on(folded, end)):
            yield Place(folded.places[at][0], folded.places[end - 1][1], wanted.reason)
        at = folded.text.find(words, at + 1)


def _goes_on(folded: _Folded, at: int) -> bool:
    """Do Latin letters or digits stand on both sides of ``at``, with nothing between?"""
    if not 0 < at < len(folded.text) or folded.places[at - 1][1] < folded.places[at][0]:
        return False
    return all(_LATIN.fullmatch(one) for one in folded.text[at - 1 : at + 1])


def without(text: str, wanted: Iterable[Words], limit: int = 0) -> str:
    """``text`` with a block in the place of the words; cut off at ``limit`` characters where blocks made it longer."""
    parts, at = [], 0
    for place in places(text, wanted):
        parts += [text[at : place.start], block(place.reason)]
        at = place.end
    left = "".join([*parts, text[at:]]) if at else text
    return left if not limit or len(left) <= limit else re.sub(r"⟦[a-z]*\Z", "", left[:limit])
