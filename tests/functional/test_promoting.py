"""A copy of a post goes into another group when all concerned agree to exactly this; walked as each of them."""

import pytest

from community.models import CaseKind
from tests.browsing import words
from tests.factories import World, url
from tests.promoting import SECRET, TEXT, TITLE, Trade, days_later


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(world)


def test_a_copy_goes_all_the_way(trade: Trade) -> None:
    trade.propose()
    assert trade.stage() == "author"
    assert trade["Author"].told()[0] == "You are asked whether a copy of your post may be shared in another group"
    page = words(trade["Author"].browser.get(trade.path()))
    assert "All waters" in page
    assert TEXT in page
    trade.answer("agree")
    assert trade.stage() == "source"
    trade.let_go()
    assert trade.stage() == "target"
    assert trade.published() == []
    page = words(trade["Gate"].browser.get(trade.at(trade.case(CaseKind.COPY))))
    assert "Visitor" in page
    assert TITLE in page
    assert "Not published: only moderators see it." in page
    trade.take_in()
    assert trade.stage() == "published"
    (copy,) = trade.published()
    assert (copy.body, copy.tlp, copy.author_id, copy.pseudonym) == (TEXT, "GREEN", None, None)
    shown = words(trade["Visitor"].browser.get(url("threads", copy)))
    assert "Not named" in shown
    assert "A copy without names, shared with the consent of its author." in shown
    assert SECRET not in shown
    assert (trade.row().title, trade.row().body) == ("", "")
    days_later(30)
    assert trade.stage() == "published"
