"""A text as it reads, character for character: full-width forms made plain, and what nobody sees left out.

Places stay: what is found in the plain text is marked in the one that was written.
"""

import unicodedata
from collections.abc import Sequence
from itertools import chain

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# NFKC where it turns one character into one: places stay, and a circled digit in front of an address is not part of it.
PLAIN = {ord("【"): "[", ord("】"): "]", 0x2010: "-", 0x2011: "-", 0x2212: "-", 0x3000: " "} | {
    code: folded
    for code in chain([0x2024], range(0xFE50, 0xFE6C), range(0xFF01, 0xFF5F), range(0x1D400, 0x1D800))
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1
}


def without_invisible(text: str) -> tuple[str, Sequence[int] | None]:
    """The text without characters that nobody sees, and where each kept one stood (None: nothing was taken out)."""
    if not any(character in text for character in _INVISIBLE):
        return text, None
    places = [place for place, character in enumerate(text) if character not in _INVISIBLE]
    return "".join([text[place] for place in places]), places
