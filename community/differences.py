"""What changed between two texts, for people to read.

Words of alphabets and numbers, and blocks, are compared whole, Japanese by its runs of kanji, hiragana and katakana.
First lines are matched, then words inside what is left; what only blanks or punctuation keep apart is one change. The
work is bounded: where two texts have too little order in common, the rest is shown as taken out and put in.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import accumulate
from typing import Any, cast

MOST_WORK = 2_000_000
SHORTEST_AFFIX = 3


class Op(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text and what happened to it."""

    op: Op
    text: str


def differences(old: str, new: str) -> list[Segment]:
    """The way from ``old`` to ``new``: what is the same or removed makes up ``old``, what is the same or added ``new``.

    A removal stands before the addition that takes its place; no segment is empty; no two neighbours are alike.
    """
    work = _Work()
    pairs = [pair for block in work.pairs(_lines(old), _lines(new), str.isspace) for pair in _inside(*block, work)]
    return list(_segments(_grouped(pairs)))


# A pair is what stood and what stands in its place; where both are equal nothing changed.
Pair = tuple[str, str]
Pieces = Sequence[str]

_WORD = re.compile(
    r"⟦[a-z]+⟧|[A-Za-z0-9\u00c0-\u04ff]+(?:[.'’_-][A-Za-z0-9\u00c0-\u04ff]+)*"
    r"|[\u3041-\u309f]+|[\u30a0-\u30ff\uff66-\uff9f]+|[\u3005\u3400-\u9fff]+|\n|\s|.",
    re.DOTALL,
)


def _lines(text: str) -> Pieces:
    return text.splitlines(keepends=True)


@dataclass(slots=True)
class _Work:
    """Matches sequences until what it may spend is spent."""

    left: int = MOST_WORK

    def pairs(self, old: Pieces, new: Pieces, is_junk: Callable[[str], bool]) -> Iterator[tuple[Pieces, Pieces]]:
        """Runs of pieces, by turns different and the same."""
        before, after = 0, 0
        for start, other, size in sorted(self._matches(old, new, is_junk)):
            yield old[before:start], new[after:other]
            yield old[start : start + size], new[other : other + size]
            before, after = start + size, other + size
        yield old[before:], new[after:]

    def _matches(self, old: Pieces, new: Pieces, is_junk: Callable[[str], bool]) -> Iterator[tuple[int, int, int]]:
        """As ``SequenceMatcher.get_matching_blocks`` finds them, but each search is paid for before it is made."""
        matcher = SequenceMatcher(is_junk, old, new)
        places: dict[str, list[int]] = cast(Any, matcher).b2j
        costs = list(accumulate((1 + len(places.get(piece, ())) for piece in old), initial=0))
        waiting = [(0, len(old), 0, len(new))]
        while waiting:
            low, high, other_low, other_high = waiting.pop()
            self.left -= costs[high] - costs[low]
            if self.left < 0 or low == high or other_low == other_high:
                continue
            start, other, size = matcher.find_longest_match(low, high, other_low, other_high)
            if size:
                yield start, other, size
                waiting += [(low, start, other_low, other), (start + size, high, other + size, other_high)]


def _inside(old: Pieces, new: Pieces, work: _Work) -> Iterator[Pair]:
    """The words of lines. As many lines as before are compared one by one: then every line was changed a little."""
    if old == new:
        yield "".join(old), "".join(new)
    elif len(old) == len(new):
        for line, other in zip(old, new, strict=True):
            yield from _of_words(line, other, work)
    else:
        yield from _of_words("".join(old), "".join(new), work)


def _of_words(old: str, new: str, work: _Work) -> Iterator[Pair]:
    for words, others in work.pairs(_WORD.findall(old), _WORD.findall(new), str.isspace):
        yield "".join(words), "".join(others)


# --- for the eye ---


def _grouped(pairs: list[Pair]) -> Iterator[Pair]:
    """Changes that only blanks or punctuation keep apart become one, without what both sides begin and end with."""
    held: Pair = ("", "")
    between = ""
    for old, new in pairs:
        if old == new and held != ("", "") and not _parts(between + old):
            between += old
        elif old == new:
            yield from _trimmed(*held)
            yield between + old, between + old
            held, between = ("", ""), ""
        else:
            held, between = (held[0] + between + old, held[1] + between + new), ""
    yield from _trimmed(*held)
    yield between, between


def _parts(text: str) -> bool:
    """Does this keep two changes apart for a reader?"""
    return "\n" in text or any(character.isalnum() for character in text)


def _trimmed(old: str, new: str) -> Iterator[Pair]:
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    yield old[:start], new[:start]
    yield old[start : len(old) - end], new[start : len(new) - end]
    yield old[len(old) - end :], new[len(new) - end :]


def _common(old: str, new: str) -> int:
    """How much both begin with, short of a word in two; a few letters are not worth a cut, blanks are."""
    size = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    while size and any(_is_cut(text, size) for text in (old, new)):
        size -= 1
    return size if size >= SHORTEST_AFFIX or old[:size].isspace() else 0


def _is_cut(text: str, at: int) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9\u00c0-\u04ff.'’_⟦⟧-]{2}", text[at - 1 : at + 1]))


def _segments(pairs: Iterator[Pair]) -> Iterator[Segment]:
    same = removed = added = ""
    for old, new in pairs:
        if old == new:
            if removed or added:
                yield from _filled(same, removed, added)
                same = removed = added = ""
            same += old
        else:
            removed, added = removed + old, added + new
    yield from _filled(same, removed, added)


def _filled(same: str, removed: str, added: str) -> Iterator[Segment]:
    segments = (Segment(Op.SAME, same), Segment(Op.REMOVED, removed), Segment(Op.ADDED, added))
    yield from (segment for segment in segments if segment.text)
