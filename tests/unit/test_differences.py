"""Readable differences: they tell the truth, they are grouped for people, and they end."""

import dataclasses
import random
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.differences import MOST_WORK, Op, Segment, differences

SIGNS = {Op.SAME: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "[+{}+]"}


def drawn(old: str, new: str) -> str:
    return "".join(SIGNS[segment.op].format(segment.text) for segment in differences(old, new))


def tells_the_truth(old: str, new: str) -> list[Segment]:
    segments = differences(old, new)
    assert "".join(segment.text for segment in segments if segment.op is not Op.ADDED) == old
    assert "".join(segment.text for segment in segments if segment.op is not Op.REMOVED) == new
    assert all(segment.text for segment in segments)
    neighbours = [(one.op, other.op) for one, other in pairwise(segments)]
    assert all(one is not other for one, other in neighbours)
    assert (Op.ADDED, Op.REMOVED) not in neighbours
    return segments


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        ("東京の会社", "大阪の学校", "[-東京-][+大阪+]の[-会社-][+学校+]"),
        ("感染しました", "感染していません", "感染[-しました-][+していません+]"),
        ("当社のVPN装置に", "当社のVPN装置2台に", "当社のVPN装置[+2台+]に"),
        ("送信元は192.0.2.1です。", "送信元は192.0.2.10です。", "送信元は[-192.0.2.1-][+192.0.2.10+]です。"),
        ("jumps over the dog", "jumped over the dog", "[-jumps-][+jumped+] over the dog"),
        ("The quick brown fox", "A slow brown fox", "[-The quick-][+A slow+] brown fox"),
        ("version 10.2 is out", "version 10.3 is out", "version [-10.2-][+10.3+] is out"),
        ("one\ntwo\nthree\n", "one\nTWO\nthree\nfour\n", "one\n[-two-][+TWO+]\nthree\n[+four\n+]"),
        ("されているようでした", "されているようです", "されているようで[-した-][+す+]"),
        ("a\n\nb\n", "a\n\nnew\n\nb\n", "a\n\n[+new\n\n+]b\n"),
    ],
)
def test_reads_well(old: str, new: str, expected: str) -> None:
    tells_the_truth(old, new)
    assert drawn(old, new) == expected


def test_a_small_change_in_every_paragraph_stays_small() -> None:
    old = "\n\n".join(f"段落{number}では旧システムを使う。This paragraph says more about it." for number in range(1000))
    segments = tells_the_truth(old, old.replace("旧", "新"))
    assert sum(len(segment.text) for segment in segments if segment.op is Op.REMOVED) <= 1000 * len("旧システム")


def test_a_segment_cannot_be_changed() -> None:
    (segment,) = differences("a", "a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        segment.text = "b"  # type: ignore[misc]


MARKS = "the a fox 10.2 192.0.2.1 東京 の は しました VPN 。 、 - ' . é"
WORDS = st.sampled_from([*MARKS.split(" "), " ", "\n", "\n\n", "\r\n", "\u2028"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(WORDS | st.text(max_size=3), max_size=40), st.lists(WORDS | st.text(max_size=3), max_size=40), st.data()
)
def test_the_truth_about_any_two_texts(one: list[str], other: list[str], data: st.DataObject) -> None:
    tells_the_truth("".join(one), "".join(other))
    cut = data.draw(st.integers(0, len(one)))
    tells_the_truth("".join(one), "".join(one[:cut] + other + one[cut:]))


def chaos(seed: int, size: int) -> str:
    return "".join(random.Random(seed).choices("あいうの、。漢字 ab\n", k=size))


HARD: list[tuple[Callable[[int], str], Callable[[int], str]]] = [
    (lambda n: chaos(1, n), lambda n: chaos(2, n)),
    (lambda n: chaos(1, n).replace("\n", ""), lambda n: chaos(2, n).replace("\n", "")),
    (lambda n: "x a " * (n // 4), lambda n: "x b " * (n // 4)),
    (lambda n: "x " * (n // 2), lambda n: "x y " * (n // 4)),
    (lambda n: "\n" * n, lambda n: "a\n" * (n // 2)),
    (lambda n: "a\n" * (n // 2), lambda n: "b\na\n" * (n // 4)),
    (
        lambda n: " ".join(f"x{i % 150}" for i in range(n // 4)),
        lambda n: " ".join(f"x{i * 7 % 150}" for i in range(n // 4)),
    ),
    (lambda n: " ".join(map(str, range(n // 5))), lambda n: " ".join(map(str, range(n // 5, 0, -1)))),
    (lambda n: "。".join(f"x{i % 7}" for i in range(n // 3)), lambda n: "。".join(f"x{i % 11}" for i in range(n // 3))),
]


@pytest.mark.parametrize("case", range(len(HARD)))
def test_the_work_is_bounded(case: int) -> None:
    def cost(characters: int) -> float:
        old, new = (make(characters) for make in HARD[case])
        start = time.process_time()
        differences(old, new)
        return time.process_time() - start

    def unit() -> float:
        start = time.process_time()
        counts: dict[int, int] = {}
        for number in range(MOST_WORK):
            counts[number & 1023] = counts.get(number & 1023, 0) + 1
        return time.process_time() - start

    # What may be spent on matching, in simple steps of this very machine, and then only reading the text.
    assert cost(40_000) <= 8 * unit() + 10 * cost(4_000)
