"""An audience held against the one that was shown: the same, smaller, greater, in another order."""

import pytest

from community.shown import NOTHING_SHOWN, Shown, in_line, sealed_parts

SHOWN = frozenset({5, 70_000_000_001, (1 << 62) + 3})


@pytest.mark.parametrize(
    ("now", "grew"),
    [
        (SHOWN, False),
        (SHOWN - {5}, False),
        (frozenset(), False),
        (SHOWN | {6}, True),
        (SHOWN - {5} | {6}, True),
    ],
)
def test_only_who_is_added_makes_an_audience_grow(now: frozenset[int], grew: bool) -> None:
    assert Shown(*sealed_parts(SHOWN)).grew(in_line(now)) is grew


def test_the_order_of_the_database_does_not_matter() -> None:
    assert not Shown(*sealed_parts(SHOWN)).grew(",".join(map(str, sorted(SHOWN, reverse=True))))


def test_everybody_is_new_to_who_was_shown_nothing() -> None:
    assert NOTHING_SHOWN.grew("5")
    assert not NOTHING_SHOWN.grew("")
