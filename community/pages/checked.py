"""What a text gives away, shown to its author before it is sent, and taken out with one click. Kept nowhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask import request

from community import quoting
from community.knowing import author_of
from community.pages.hook import current_viewer
from community.text_check import Author, Finding, block_for, check

MOST_ROWS = 100
AROUND = 120  # characters shown before and after what is marked
LONGEST_WORDS, LONGEST_NAMED = 300, 80
FIELDS = ("title", "body")
Texts = Mapping[str, str]
Kind = tuple[str, str]


class Found(NamedTuple):
    """A finding, and the field in which it stands."""

    field: str
    finding: Finding

    @property
    def kind(self) -> Kind:
        """The same words, found for the same reason, are taken out together."""
        return self.finding.rule, self.finding.words

    @property
    def value(self) -> str:
        """How a button names it."""
        return f"{self.field}:{self.finding.start}:{self.finding.end}"


class Piece(NamedTuple):
    """A stretch of the text; ``number`` is that of the row it is explained in, 0 where nothing was found."""

    text: str
    number: int


class Row(NamedTuple):
    """The same words, found for the same reason, in one or more places. ``value`` is what its button sends."""

    number: int
    words: str
    why: str
    places: int
    value: str


class Checked(NamedTuple):
    """What was found, as the macro of ``community/compose/checked.html`` shows it.

    ``more`` rows are not shown; ``taken``: something was taken out just now.
    """

    rows: list[Row]
    more: int
    places: int
    title: list[Piece]
    body: list[Piece]
    taken: bool


def texts_of(form: Any) -> dict[str, str]:
    """The words of a form that will be readable for others."""
    return {name: form[name].data or "" for name in FIELDS if name in form}


def checked(texts: Texts, *, anonymous: bool) -> Checked:
    """The findings of the viewer's own texts; of an ``anonymous`` post also what says who wrote it."""
    found = _found(texts, anonymous)
    same: dict[Kind, list[Found]] = {}
    for one in found:
        same.setdefault(one.kind, []).append(one)
    listed = list(same.values())[:MOST_ROWS]
    numbers = {ones[0].kind: number for number, ones in enumerate(listed, 1)}
    pieces = {name: list(_pieces(texts.get(name, ""), name, found, numbers)) for name in FIELDS}
    rows = [_row(number, ones) for number, ones in enumerate(listed, 1)]
    return Checked(rows, len(same) - len(rows), len(found), pieces["title"], pieces["body"], "remove" in request.form)


def take_out(form: Any, *, anonymous: bool) -> bool:
    """Put a block in the place of what the pressed button names, in the form itself. Was any such button pressed?"""
    asked = request.form.get("remove")
    if asked is None:
        return False
    texts = texts_of(form)
    found = _found(texts, anonymous)
    kinds = {one.kind for one in found if asked in ("all", one.value)}
    block = block_for("".join(texts.values()))
    for name, text in texts.items():
        form[name].data = _without(text, [one for one in found if one.field == name and one.kind in kinds], block)
    return True


def _found(texts: Texts, anonymous: bool) -> list[Found]:
    author = author_of(current_viewer()) if anonymous else None
    return [Found(name, one) for name in FIELDS for one in _checked_text(texts.get(name, ""), author)]


def _checked_text(text: str, author: Author | None) -> list[Finding]:
    """The findings, but for lines above quotes: they name who is quoted, and a broken one no longer makes a quote."""
    headers = list(quoting.headers(text))
    return [
        one for one in check(text, author) if not any(one.start < end and start < one.end for start, end in headers)
    ]


def _without(text: str, found: Iterable[Found], block: str) -> str:
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.finding.start], block]
        at = one.finding.end
    return "".join([*parts, text[at:]])


def _row(number: int, same: Sequence[Found]) -> Row:
    return Row(
        number, _short(same[0].finding.words, LONGEST_NAMED // 2), str(same[0].finding.why), len(same), same[0].value
    )


def _pieces(text: str, name: str, found: Iterable[Found], numbers: Mapping[Kind, int]) -> Iterator[Piece]:
    """What was found with some words around it; long stretches between are cut short. Nothing when nothing was."""
    at = 0
    for one in (one for one in found if one.field == name and one.kind in numbers):
        before = text[at : one.finding.start]
        yield Piece(_short(before, AROUND) if at else _end(before), 0)
        yield Piece(_short(one.finding.words, LONGEST_WORDS // 2), numbers[one.kind])
        at = one.finding.end
    if at:
        yield Piece(text[at:] if len(text) - at <= AROUND else f"{text[at : at + AROUND]} […]", 0)


def _short(text: str, around: int) -> str:
    return text if len(text) <= 2 * around + 20 else f"{text[:around]} […] {text[-around:]}"


def _end(text: str) -> str:
    return text if len(text) <= AROUND else f"[…] {text[-AROUND:]}"
