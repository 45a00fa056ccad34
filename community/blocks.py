"""Blocks: what stands in a text where words were left out. Everybody may write one; it says why, never what it was."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple


class Missing(StrEnum):
    """Why words are left out: a closed list. Anything else between the brackets is ordinary text."""

    ORGANIZATION = "organization"
    PERSON = "person"
    ADDRESS = "address"
    SYSTEM = "system"
    CREDENTIAL = "credential"
    OTHER = "other"


class Block(NamedTuple):
    """A block in a text: it stands in ``text[start:end]``."""

    start: int
    end: int
    reason: Missing


_BLOCK = re.compile(f"⟦({'|'.join(Missing)})⟧")


def block(reason: Missing) -> str:
    """What stands in the stored text, whatever was there before and however long it was."""
    return f"⟦{reason}⟧"


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text, in order."""
    return (Block(match.start(), match.end(), Missing(match[1])) for match in _BLOCK.finditer(text))


def replaced(text: str, shown: Callable[[Missing], str]) -> str:
    """``text`` with what ``shown`` makes of each block in its place."""
    return _BLOCK.sub(lambda match: shown(Missing(match[1])), text) if "⟦" in text else text
