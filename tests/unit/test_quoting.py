"""Quotes in texts: made, recognized, taken out."""

import pytest

from community import ids
from community.quoting import NOTICE, has_quote, quote, quoted_ids, without

FIRST, OTHER = 0x0123_4567_89AB_CDEF, 0x0FED_CBA9_8765_4321
WORDS = "Mail from evil.example arrived.\n\nWe blocked the address at the gateway."


def test_a_quote_names_its_source() -> None:
    text = quote("Kato [CSIRT]", FIRST, WORDS)
    assert text.startswith(f"> [Kato (CSIRT)](/posts/{ids.encode(FIRST)})\n>\n> Mail from")
    assert quoted_ids(text) == {FIRST}
    assert has_quote(text)


def test_nested_quotes_are_all_found() -> None:
    text = quote("B", OTHER, quote("A", FIRST, WORDS) + "I agree.")
    assert quoted_ids(text) == {FIRST, OTHER}


@pytest.mark.parametrize(
    "text", ["", "[A](/posts/0123456789abc)", "> [A](/posts/ilou456789abc)", "> [A](/threads/0123456789abc)"]
)
def test_what_is_no_header_is_no_quote(text: str) -> None:
    assert quoted_ids(text) == frozenset()


def test_a_quote_is_taken_out_and_the_rest_stays() -> None:
    text = "Before.\n\n" + quote("A", FIRST, WORDS) + "We saw it too."
    assert without(text, FIRST, [WORDS]) == f"Before.\n\n> {NOTICE}\n\nWe saw it too."


def test_a_quote_inside_a_quote_is_taken_out() -> None:
    text = quote("B", OTHER, quote("A", FIRST, WORDS) + "I agree.") + "So do I."
    left = without(text, FIRST, [WORDS])
    assert "evil.example" not in left
    assert f"> > {NOTICE}" in left
    assert "> I agree." in left
    assert left.endswith("So do I.")
    assert quoted_ids(left) == {OTHER}


def test_taking_out_the_outer_quote_takes_the_inner_with_it() -> None:
    text = quote("B", OTHER, quote("A", FIRST, WORDS) + "I agree.") + "So do I."
    assert without(text, OTHER, ["I agree."]) == f"> {NOTICE}\n\nSo do I."


@pytest.mark.parametrize(
    "text",
    [
        "> Mail from evil.example arrived.",
        ">Mail   from evil.example",
        "> > We blocked the address",
        "you wrote: We blocked the address at the gateway. Why?",
        "- Mail from evil.example arrived.",
    ],
)
def test_words_are_found_without_a_header(text: str) -> None:
    assert "evil" not in without(f"Hello.\n{text}\nBye.", FIRST, [WORDS])
    assert "gateway" not in without(f"Hello.\n{text}\nBye.", FIRST, [WORDS])


def test_other_quotes_and_own_words_stay() -> None:
    text = quote("B", OTHER, "Something else entirely.") + "We blocked it.\n\n> ok\n"
    assert without(text, FIRST, [WORDS]) == text


def test_what_the_withdrawn_post_quoted_itself_stays_its_authors() -> None:
    withdrawn = quote("B", OTHER, "The sender was spoofed, see the header.") + "Agreed."
    text = quote("B", OTHER, "The sender was spoofed, see the header.") + "Thanks."
    assert without(text, FIRST, [withdrawn]) == text


def test_the_text_may_be_anything() -> None:
    for text in ("", "\n\n", ">", "> > >", ">>>>" * 100, "\u202e> x", "> \u3042" * 1000):
        assert isinstance(without(text, FIRST, ["", "\n", "> "]), str)
