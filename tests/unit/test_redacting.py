"""Words are found the way a reader finds them; blocks and the lines above quotes stay whole."""

import pytest

from community.blocks import Missing
from community.redacting import Words, is_empty, places, without

WORKS = Words("Kanariya Works", Missing.ORGANIZATION)
OUT = "⟦organization⟧"


@pytest.mark.parametrize(
    "written",
    [
        "Kanariya Works",
        "KANARIYA works",
        "ＫＡＮＡＲＩＹＡ　ＷＯＲＫＳ",
        "Kanariya\nWorks",
        "Kana**riya** Works",
        "Kana\u200briya\u00a0Works",
        "K&#97;nariya&nbsp;Works",
        "Kanariya\n> Works",
        "`Kanariya` _Works",
        "𝐊𝐚𝐧𝐚𝐫𝐢𝐲𝐚 Works",
        "KanariyaWorks",
    ],
)
def test_however_they_are_written(written: str) -> None:
    assert without(f"at {written}!", [WORKS]).replace("*", "").replace("`", "") == f"at {OUT}!"


@pytest.mark.parametrize(
    ("words", "text", "left"),
    [
        ("ガス", "ｶﾞｽ会社", "⟦other⟧会社"),
        ("10.0.0.1", "10[.]0[.]0[.]1", "⟦other⟧"),
        ("Acme", "Acmesoft", "⟦other⟧soft"),
        ("AB", "AB, cab, ab.", "⟦other⟧, cab, ⟦other⟧."),
        ("水", "水道", "⟦other⟧道"),
        ("posts", "[posts](/posts/0123456789abc)", "[⟦other⟧](/posts/0123456789abc)"),
        ("organization", "⟦organization⟧ organization", "⟦organization⟧ ⟦other⟧"),
        ("nothing", "here", "here"),
    ],
)
def test_what_is_left(words: str, text: str, left: str) -> None:
    assert without(text, [Words(words, Missing.OTHER)]) == left


def test_what_overlaps_goes_as_one() -> None:
    wanted = [Words("Kanariya", Missing.PERSON), WORKS, Words("Works Ltd", Missing.OTHER)]
    assert without("The Kanariya Works Ltd.", wanted) == f"The {OUT}."


def test_what_was_cut_off_leaves_no_half_block() -> None:
    assert without("abcd ab1234", [Words("1234", Missing.ORGANIZATION)], 12) == "abcd ab"


@pytest.mark.parametrize(
    ("words", "empty"), [("", True), ("** ", True), ("\u200b", True), ("⟦other⟧", True), ("a", False)]
)
def test_nothing_to_look_for(words: str, empty: bool) -> None:
    assert is_empty(words) is empty
    assert not empty or places("anything at all", [Words(words, Missing.OTHER)]) == []
