"""Whatever is checked: findings are in order and apart, taking them out comes to an end, and the time is bounded."""

import re
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.text_check import Author, check
from community.writing import BODY_LIMIT
from tests.unit.test_text_check import FOUND
from tests.unit.test_text_check_author import FOUND as OWN
from tests.unit.test_text_check_author import TARO

PIECES = [re.sub("[⟦⟧]", "", text) for _, text in (*FOUND, *OWN)]
BITS = [
    *"019.:@/\\()（=-ー\n aAI山田太郎さの市区県〒",
    "12",
    "--",
    "[.]",
    "[at]",
    "://",
    "\n\n",
    "ab",
    "です",
    "と申します",
]
SIGNS = st.sampled_from([*PIECES, *BITS, "\u200b", "　"])
TEXTS = st.lists(SIGNS, max_size=12).map("".join) | st.text(max_size=80)
SLOW = 10.0  # seconds of work for 100 kB; a regular expression that runs away takes minutes
WRITERS = pytest.mark.parametrize("author", [None, TARO], ids=["named", "anonymous"])


@WRITERS
@given(text=TEXTS)
def test_findings_are_in_order_and_apart(author: Author | None, text: str) -> None:
    found = check(text, author)
    assert all(one.start < one.end and one.words == text[one.start : one.end] for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@WRITERS
@pytest.mark.parametrize("block", ["[removed]", "［削除］"])
@given(text=TEXTS)
def test_taking_everything_out_comes_to_an_end(author: Author | None, block: str, text: str) -> None:
    for _ in range(8):
        for one in reversed(check(text, author)):
            text = text[: one.start] + block + text[one.end :]
    assert check(text, author) == []


@WRITERS
@given(text=TEXTS)
def test_a_second_look_finds_the_same(author: Author | None, text: str) -> None:
    assert check(text, author) == check(text, author)


def work(done: Callable[[], object]) -> float:
    began = time.process_time()
    done()
    return time.process_time() - began


def fill(piece: str) -> str:
    """100 kB of it."""
    return (piece * (100_000 // len(piece.encode()) + 1)).encode()[:100_000].decode(errors="ignore")


HOSTILE = [
    *("0", "1-", "0 ", "03-", "(03)", "+1 ", "+1(1)", "1234-5678 ", "4111 1111 ", "41111111111111 ", "1 Aa Aa Aa "),
    *("a.", "A.a ", "a@", "a@a.", "[.]", "a[.]", "10.0.0.1 ", "fe80::", "a_", "\\\\a1\\", "\\\\aa", ".local", "a.lan"),
    *("password:", "password:a1b2 ", "password: ", "パスワードは「", "pass", "pin:", "secret"),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN ", "Private-Lines: 1\nAA\n", "-"),
    *("eyJ", "eyJaaaaaaaaa.", "eyJaaaaaaaaa.eyJaaaaaaaaa.", "sk-", "xoxb-", "bearer ", f"Bearer {'a' * 30} "),
    *("http://a:", "http://a:bbbb", "://a:bbbbb", "-- \na\n", "\n\n-- \n", "━━━━━━\na\n", "\n\n=====\na\n", "*", "━"),
    *(
        "東京都",
        "東京都あ",
        "北区一",
        "一",
        "市",
        "〒100-0001",
        "以上",
        "以上部",
        "担当:",
        "氏名：",
        "と申します",
        "の",
        "です\n",
    ),
    *("お世話になっております", "Best,\n", "Best,\nA", "Reported by A", "My name is Aa ", "We at Aa ", "Aa ", "I am A"),
    *(
        "山田",
        "山田太郎",
        "やまだ",
        "t-yamada@",
        "sakura-power",
        "sakura-",
        "さくら電力",
        "203.0.113.",
        "株式会社",
        "SPC",
    ),
    *(
        "/Home/a",
        "\\users\\aa",
        "hostname:",
        "desktop-",
        "当",
        "当行",
        "our ",
        "\u200b",
        "a\u200b",
        "İ",
        "\n",
        " ",
        "　",
    ),
]


@WRITERS
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_takes_bounded_time(author: Author | None, piece: str) -> None:
    text = fill(piece)
    assert len(text.encode()) > 99_990
    assert work(lambda: check(text, author)) < SLOW


HEADS = ["-----BEGIN PRIVATE KEY-----", "Private-Lines: 9\n", "Bearer ", "eyJ", "password: ", "http://a:", "〒100-0001"]
MORE_HEADS = [
    "東京都",
    "-- \n",
    "━━━━━\n",
    "Best,\n",
    "担当：",
    "10.",
    "+1",
    "a@",
    "\\\\a",
    "sk-",
    "以上",
    "お世話になっております",
]


@WRITERS
@pytest.mark.parametrize("head", [*HEADS, *MORE_HEADS])
@pytest.mark.parametrize("tail", ["A", "a1", "-", "0", "\n", "あ", "Aa ", "a-", "a.", "\\a"])
def test_one_long_run_takes_bounded_time(author: Author | None, head: str, tail: str) -> None:
    text = (head + fill(tail))[:BODY_LIMIT]
    assert work(lambda: check(text, author)) < SLOW


@WRITERS
@settings(max_examples=25, deadline=None)
@given(piece=st.lists(SIGNS, min_size=1, max_size=6).map("".join))
def test_hostile_texts_that_nobody_thought_of_take_bounded_time(author: Author | None, piece: str) -> None:
    text = fill(piece or "a")[:BODY_LIMIT]
    assert work(lambda: check(text, author)) < SLOW
