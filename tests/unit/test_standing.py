"""The rule of vouches against the model: cases by hand, and whatever Hypothesis thinks of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import standing_model as model
from trust import standing

ORGS = ("own", "sponsor's", "a", "b")


@st.composite
def words(draw: st.DrawFn) -> list[model.Word]:
    """Every voucher vouches once, and at most one of them is the sponsor."""
    count = draw(st.integers(0, 5))
    sponsor = draw(st.integers(0, 5))
    return [
        model.Word(
            str(number), draw(st.sampled_from(ORGS)), draw(st.booleans()), draw(st.booleans()), number == sponsor
        )
        for number in range(count)
    ]


def ours(said: list[model.Word]) -> list[standing.Word]:
    return [
        standing.Word(int(one.voucher), ORGS.index(one.org), one.checked, one.moderator, one.sponsor) for one in said
    ]


@settings(max_examples=500, database=None)
@given(words(), st.integers(1, 3))
def test_the_rule_is_the_models(said: list[model.Word], needed: int) -> None:
    assert standing.is_enough(ORGS.index("own"), ours(said), needed) == model.enough("own", said, needed)


@given(words(), words(), st.integers(1, 3))
def test_another_word_never_harms(said: list[model.Word], more: list[model.Word], needed: int) -> None:
    """Whoever may take part still may when others say that they know them, too."""
    others = [model.Word(f"9{one.voucher}", one.org, one.checked, one.moderator) for one in more]
    if standing.is_enough(ORGS.index("own"), ours(said), needed):
        assert standing.is_enough(ORGS.index("own"), ours([*said, *others]), needed)


SPONSOR = model.Word("0", "sponsor's", sponsor=True)


@pytest.mark.parametrize(
    ("said", "needed", "expected"),
    [
        ([], 1, False),
        ([SPONSOR], 1, False),
        ([SPONSOR, model.Word("1", "a")], 1, True),
        ([SPONSOR, model.Word("1", "a")], 2, False),
        ([SPONSOR, model.Word("1", "a"), model.Word("2", "a")], 2, False),
        ([SPONSOR, model.Word("1", "a"), model.Word("2", "b")], 2, True),
        ([SPONSOR, model.Word("1", "sponsor's")], 1, False),
        ([SPONSOR, model.Word("1", "own")], 1, False),
        ([SPONSOR, model.Word("1", "a", checked=False)], 1, False),
        ([SPONSOR, model.Word("1", "own", moderator=True)], 1, False),
        ([SPONSOR, model.Word("1", "sponsor's", moderator=True)], 3, True),
        ([model.Word("0", "sponsor's", moderator=True, sponsor=True)], 1, False),
        ([model.Word("1", "a"), model.Word("2", "b")], 1, True),
        ([model.Word("1", "a")], 1, False),
    ],
)
def test_cases(said: list[model.Word], needed: int, expected: bool) -> None:
    assert model.enough("own", said, needed) == expected
    assert standing.is_enough(ORGS.index("own"), ours(said), needed) == expected
