"""An anonymous author is asked on a page of their own, answers there, and nobody can tell who or when."""

import pytest
from sqlalchemy import func, select

from community import ids
from community.db import db
from community.models import Consent, Notification, SealedAct
from tests.browsing import send, words
from tests.factories import World, url
from tests.promoting import TEXT, Nameless, days_later


@pytest.fixture
def trade(world: World) -> Nameless:
    return Nameless(world)


def agreed(trade: Nameless) -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).select_from(Consent)) or 0)


def test_an_anonymous_author_agrees(trade: Nameless) -> None:
    trade.propose()
    assert "May a copy be shared in another group?" in words(trade.author.get("/me/anonymous"))
    assert TEXT in words(trade.author.get(trade.question()))
    assert trade.reply("agree") == 303
    assert (trade.stage(), agreed(trade)) == ("author", 0)
    assert "Release it now" not in words(trade.author.get("/me/anonymous"))
    days_later()
    assert (trade.stage(), agreed(trade)) == ("source", 1)
    consent = db.session.scalars(select(Consent)).one()
    assert consent.member_id is None
    trade.let_go()
    trade.take_in()
    assert [one.body for one in trade.published()] == [TEXT]


def test_nobody_else_finds_the_question(trade: Nameless) -> None:
    trade.propose()
    for name in ("Chief", "Second", "Author", "Reader", "Gate"):
        assert trade[name].browser.get(trade.question()).status_code == 404
        assert trade.reply("agree", trade[name].browser) == 404
        assert "Questions to you" not in words(trade[name].browser.get("/me/anonymous"))
    other = trade.world.enter(trade.crowd[1])
    assert other.get(trade.question()).status_code == 404
    assert trade.author.get(trade.question().replace(ids.encode(trade.row().id), "0" * 13)).status_code == 404


def test_a_refusal_looks_like_silence_and_like_lost_access(trade: Nameless) -> None:
    trade.propose()
    before = (trade.stage(), trade.row().version, db.session.scalar(select(func.count()).select_from(SealedAct)))
    assert trade.reply("refuse") == 303
    days_later()
    after = (trade.stage(), trade.row().version, db.session.scalar(select(func.count()).select_from(SealedAct)))
    assert before == after
    days_later(16)
    assert (trade.stage(), trade.row().said) == ("expired", "")


def test_who_left_the_group_has_no_question(trade: Nameless) -> None:
    trade.propose()
    assert trade.reply("agree") == 303
    send(trade.author, f"{url('groups', trade.source)}/leave")
    assert trade.author.get(trade.question()).status_code == 404
    days_later()
    assert (trade.stage(), agreed(trade)) == ("author", 0)


def test_an_answer_waits_for_its_day_whatever_its_author_wishes(trade: Nameless) -> None:
    trade.propose()
    trade.reply("agree")
    number = ids.encode(db.session.scalars(select(SealedAct.id)).one())
    assert send(trade.author, f"/me/anonymous/waiting/{number}/release").status_code == 303
    assert trade.stage() == "author"
    assert send(trade.author, f"/me/anonymous/waiting/{number}/forget").status_code == 303
    days_later()
    assert trade.stage() == "author"


def test_an_answer_to_other_words_is_dropped(trade: Nameless) -> None:
    trade.propose()
    trade.reply("agree")
    trade.propose("Second", body="Quite other words")
    days_later()
    assert (trade.stage(), agreed(trade)) == ("author", 0)


def test_changes_and_second_thoughts(trade: Nameless) -> None:
    trade.propose()
    assert trade.reply("changes") == 400
    assert trade.reply("changes", words="Leave the invoice out") == 303
    assert trade.reply("agree") == 303  # takes the place of the other
    days_later()
    assert trade.stage() == "source"
    assert trade.reply("take_back") == 303
    days_later()
    assert (trade.stage(), agreed(trade)) == ("author", 0)


def test_the_questions_of_all_have_one_deadline(trade: Nameless) -> None:
    trade.propose()
    first = trade.row().due_at
    assert (first.hour, first.minute, first.second, first.microsecond) == (0, 0, 0, 0)
    trade.propose("Second", body="Other words")
    assert trade.row().due_at == first


def test_nobody_is_told_who_was_asked(trade: Nameless) -> None:
    trade.propose()
    trade.reply("agree")
    days_later()
    told = set(db.session.scalars(select(Notification.member_id).where(Notification.post_id == trade.post.id)))
    assert told <= {trade["Chief"].member.id}
