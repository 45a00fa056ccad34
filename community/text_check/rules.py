"""What a rule is. The rules themselves are data: ``persons``, ``credentials``, ``habits``; ``own`` makes an author's.

They read a text in its plain form (``community.folding``): full-width digits, letters and brackets are ASCII by then.
A group ``what`` is what is marked, or the whole match. The time grows only with the length of the text: every part is
bounded or possessive; a rule begins with a letter or a class (what must not stand before it is asked after that, which
the engine does faster), and is asked only where one of its ``hints`` occurs at all.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from community.text_check import proofs
from community.text_check.proofs import Proof

DASH = "-\u2012-\u2015ーｰ"  # all that people type for a hyphen
DOT = r"(?:\.| ?[\[({](?:\.|dot)[\])}] ?)"
AT = r"(?:@| ?[\[({](?:@|at)[\])}] ?)"
DONE = r"(?![A-Za-z0-9_\[+]|[-./:][0-9])"  # where a number of its own ends


def free(first: str) -> str:
    """One character, ``first``, with which a number of its own begins: no piece of a word, a link or another number."""
    return rf"{first}(?<![A-Za-z0-9_=&?/+]{first})(?<![0-9][-.:]{first})"


class Plain:
    """A text as rules read it: ``plain``, and the same in small letters, of the same length."""

    def __init__(self, plain: str) -> None:
        self.plain = plain
        self.low = plain.replace("\u0130", "I").lower()


@dataclass(frozen=True)
class Rule:
    """One thing to look for: ``why`` says to the author what it gives away, ``proof`` whether a match is one indeed.

    ``low``: it reads small letters. ``hints``, in small letters: without one of them there is no match. ``within``: it
    looks at so many characters from the top.
    """

    name: str
    why: LazyString
    pattern: re.Pattern[str]
    proof: Proof = proofs.always
    hints: tuple[str, ...] = ()
    low: bool = False
    within: int | None = None

    def places(self, text: Plain) -> Iterator[tuple[int, int]]:
        """Where it stands, from and to."""
        if self.hints and not any(hint in text.low for hint in self.hints):
            return
        read = text.low if self.low else text.plain
        what = "what" if "what" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(read, 0, len(read) if self.within is None else self.within):
            if self.proof(match):
                yield match.span(what)


def named(name: str, why: LazyString) -> Callable[..., Rule]:
    """A maker of rules of one name, which differ in how the thing is written."""

    def rule(
        pattern: str,
        proof: Proof = proofs.always,
        *,
        hints: tuple[str, ...] = (),
        low: bool = False,
        within: int | None = None,
    ) -> Rule:
        return Rule(name, why, re.compile(pattern), proof, hints, low, within)

    return rule
