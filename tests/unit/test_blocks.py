"""A block is one of a closed list; everything else between such brackets is ordinary text."""

import pytest

from community.blocks import Block, Missing, block, blocks, replaced


@pytest.mark.parametrize("reason", Missing)
def test_what_is_written_is_read_again(reason: Missing) -> None:
    text = f"At {block(reason)} it stood"
    (found,) = blocks(text)
    assert found.reason is reason
    assert text[found.start : found.end] == block(reason)


@pytest.mark.parametrize(
    "text", ["", "⟦⟧", "⟦nonsense⟧", "⟦ organization ⟧", "⟦Organization⟧", "[organization]", "⟦person"]
)
def test_anything_else_is_ordinary_text(text: str) -> None:
    assert list(blocks(text)) == []
    assert replaced(text, lambda reason: "!") == text


def test_each_is_replaced_where_it_stands() -> None:
    text = f"a{block(Missing.PERSON)}{block(Missing.OTHER)}⟦z⟧"
    assert list(blocks(text)) == [Block(1, 9, Missing.PERSON), Block(9, 16, Missing.OTHER)]
    assert replaced(text, str.upper) == "aPERSONOTHER⟦z⟧"
