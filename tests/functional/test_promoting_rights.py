"""A consent is worth something while who gave it could give it now, and can always be taken back."""

import pytest
from sqlalchemy import select

from community.db import db
from community.models import CaseKind, MemberState, Promotion, Role, Visibility
from tests.browsing import send, words
from tests.factories import World, url
from tests.notified import deliver
from tests.promoting import Nameless, Trade


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(world)


def role(trade: Trade, name: str, given: str) -> None:
    person = f"{url('groups', trade.source)}/people/{trade[name].key}"
    assert trade.send("Chief", person, role=given).status_code == 303


def leave(trade: Trade, name: str) -> None:
    assert trade.send(name, f"{url('groups', trade.source)}/leave").status_code == 303


def become(trade: Trade, name: str, state: MemberState) -> None:
    member = db.session.merge(trade[name].member)
    member.state = state
    db.session.commit()
    db.session.expunge_all()


CHANGES = {
    "the author reads only": lambda trade: role(trade, "Author", "reader"),
    "the author left": lambda trade: leave(trade, "Author"),
    "who let it go is no moderator": lambda trade: role(trade, "Second", "contributor"),
    "who let it go is suspended": lambda trade: become(trade, "Second", MemberState.SUSPENDED),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_nothing_is_published_for_somebody_who_could_not_agree_now(trade: Trade, change: str) -> None:
    trade.waits()
    CHANGES[change](trade)
    trade.take_in()
    assert (trade.stage(), trade.published()) == ("target", [])
    assert "Not everybody concerned agrees" in words(trade["Gate"].browser.get(trade.at(trade.case(CaseKind.COPY))))


@pytest.mark.parametrize("which", ["source", "target"])
@pytest.mark.parametrize("kind", [Trade, Nameless])
def test_what_is_proposed_ends_when_a_group_is_archived(world: World, which: str, kind: type[Trade]) -> None:
    trade = kind(world)
    trade.propose()
    group = getattr(trade, which)
    browser = trade["Chief" if which == "source" else "Gate"].browser
    assert send(browser, f"{url('groups', group)}/archive").status_code == 303
    db.session.rollback()
    deliver()
    assert (trade.stage(), trade.copies()) == ("ended", [])


def test_who_may_not_write_any_more_takes_their_consent_back(trade: Trade) -> None:
    trade.waits()
    role(trade, "Author", "reader")
    page = words(trade["Author"].browser.get(trade.path()))
    assert "I take my consent back" in page
    assert "Change the proposal" not in page
    assert trade.answer("take_back").status_code == 303
    assert (trade.stage(), trade.copies()) == ("author", [])
    page = words(trade["Author"].browser.get(trade.path()))
    assert "I agree to exactly this" not in page
    assert trade.answer("agree").status_code == 400
    assert trade.answer("refuse").status_code == 303
    assert trade.stage() == "refused"


def test_what_cannot_be_published_there_can_be_refused(trade: Trade) -> None:
    trade.propose()
    group = db.session.merge(trade.target)
    group.visibility = Visibility.SECRET
    db.session.commit()
    db.session.expunge_all()
    assert trade.answer("agree").status_code == 400
    assert trade.answer("refuse").status_code == 303
    assert trade.stage() == "refused"


def test_where_the_only_moderator_had_a_part_one_of_the_site_decides(trade: Trade) -> None:
    for name in ("Gate", "Guard"):
        person = f"{url('groups', trade.target)}/people/{trade[name].key}"
        trade.world.join(trade["Second"].member, trade.target, Role.MODERATOR) if name == "Gate" else None
        assert trade.send("Second", person, role="contributor").status_code == 303
    trade.waits()
    assert db.session.scalars(select(Promotion.stage)).all() == ["target"]
    case = trade.case(CaseKind.COPY)
    trade.decide("Second", CaseKind.COPY, "publish", case)
    assert trade.published() == []
    page = trade.site.browser.get(trade.at(case))
    assert page.status_code == 200
    opened = send(trade.site.browser, f"/moderation{trade.path('open', trade.copies()[0])}", reason="Nobody else can")
    assert opened.status_code == 200
    trade.decide("Site", CaseKind.COPY, "publish", case)
    assert len(trade.published()) == 1
