"""Whose words a copy carries: those of the author who agrees, and none that left the source meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from community import anonymity, clock, ids, quoting
from community.actions import releasing
from community.db import db
from community.models import Case, CaseKind, CaseState, Post, Promotion
from community.viewer import viewer_of_member
from moderation.actions import promoting
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import now, paper, press, send_post
from tests.promoting import SECRET, TEXT, TITLE, Nameless, Trade

ANNS = "Our plant at Kobe was hit"
OWN = "We saw the same thing here."


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(world)


def quoting_post(trade: Trade) -> Post:
    """Reader's words, and Author's reply that quotes them; the reply is what is shared."""
    opening = trade.world.thread(trade.source, trade["Second"].member, "Kobe, at night", body="Who knows more?")
    first = trade.world.reply(opening, trade["Reader"].member, ANNS)
    said = quoting.quote(trade["Reader"].member.name, first.id, ANNS) + OWN
    answer = send_post(trade["Author"].browser, f"{url('threads', opening)}/reply", body=said)
    assert answer.status_code == 303
    db.session.rollback()
    trade.post = now(Post, select(Post.id).where(Post.body.endswith(OWN)))
    return first


def test_what_a_post_quotes_is_not_proposed_by_itself(trade: Trade) -> None:
    quoting_post(trade)
    fields = dict(paper(trade["Chief"].browser.get(trade.path("promote")), "check").fields)
    assert fields["body"].strip() == OWN
    assert fields["title"] == ""


@pytest.mark.parametrize("body", [f"> {ANNS}\n\n{OWN}", f"{ANNS}\n{OWN}", f"{OWN} They said: {ANNS}!", "> Somebody"])
def test_nobodys_words_are_shared_with_the_consent_of_another(trade: Trade, body: str) -> None:
    quoting_post(trade)
    answer = trade.propose(body=body)
    assert answer.status_code == 422
    assert "Whoever said that was not asked" in words(answer)
    assert trade.propose(body=OWN).status_code == 303


def reply_is_shared(trade: Trade) -> None:
    assert trade.propose(body=OWN).status_code == 303
    assert trade.answer("agree").status_code == 303
    assert trade.let_go().status_code == 303


@pytest.mark.parametrize("leaving", ["withdrawn", "removed"])
def test_what_quotes_words_that_leave_is_not_shared_as_if_nothing_was(trade: Trade, leaving: str) -> None:
    first = quoting_post(trade)
    reply_is_shared(trade)
    assert trade.take_in().status_code == 303
    if leaving == "withdrawn":
        assert trade.send("Reader", f"{url('posts', first)}/withdraw").status_code == 303
    else:
        assert trade.send("Author", f"{url('posts', first)}/flag", wrong="identifies", words="So").status_code == 303
        assert trade.decide("Chief", CaseKind.FLAG, "remove", words="Too much").status_code == 303
    assert trade.published() == []
    assert trade.case(CaseKind.COPY).state == "open"


def test_a_proposal_of_what_quotes_words_that_leave_is_over(trade: Trade) -> None:
    first = quoting_post(trade)
    reply_is_shared(trade)
    assert trade.send("Reader", f"{url('posts', first)}/withdraw").status_code == 303
    assert (trade.stage(), trade.copies()) == ("ended", [])


# --- words that left the post itself ---


def redact(trade: Trade, name: str, taken: str) -> None:
    browser, path = trade[name].browser, trade.path("redact")
    looked = press(browser, browser.get(path), "preview", taken=taken, missing="organization")
    assert press(browser, looked, "send").status_code == 303
    db.session.rollback()


@pytest.mark.parametrize("how", ["redacted", "forgotten"])
def test_a_form_of_before_does_not_bring_words_back(trade: Trade, how: str) -> None:
    browser = trade["Chief"].browser
    form = {"target": ids.encode(trade.target.id), "tlp": "GREEN", "title": TITLE}
    looked = press(browser, browser.get(trade.path("promote")), "check", **form)
    assert SECRET in looked.text
    if how == "redacted":
        redact(trade, "Second", SECRET)
    else:
        author = trade["Author"].browser
        edited = press(author, author.get(trade.path("edit")), "save", body="Other words", forget="y")
        assert edited.status_code == 303
    answer = press(browser, looked, "send")
    assert answer.status_code == 422
    assert "was changed or answered meanwhile" in words(answer)
    assert SECRET in answer.text
    assert db.session.scalars(select(Promotion)).all() == []
    assert trade.propose().status_code == 303


def test_words_that_are_taken_out_leave_an_answer_that_waits(world: World) -> None:
    trade = Nameless(world)
    trade.propose()
    assert trade.reply("changes", words=f"Leave {TEXT} out") == 303
    redact(trade, "Chief", "invoice")
    waiting = anonymity.waiting(viewer_of_member(trade.crowd[0].id))
    assert waiting
    assert "invoice" not in repr([one.act for one in waiting])


# --- a copy that is away already ---


def removed_copy(trade: Trade) -> tuple[Post, Case]:
    """A copy that the moderators of the target have removed after a flag."""
    copy = trade.share()
    assert trade.send("Visitor", f"{url('posts', copy)}/flag", wrong="identifies", words="So").status_code == 303
    flagged = now(Case, select(Case.id).where(Case.kind == CaseKind.FLAG))
    assert trade.decide("Gate", CaseKind.FLAG, "remove", flagged, words="Too much").status_code == 303
    return copy, now(Case, select(Case.id).where(Case.id == flagged.id))


def test_a_removed_copy_of_what_shrank_does_not_come_back_unasked(trade: Trade) -> None:
    _copy, flagged = removed_copy(trade)
    assert "Restore" in words(trade["Gate"].browser.get(trade.at(flagged)))
    redact(trade, "Chief", SECRET)
    assert "Restore" not in words(trade["Gate"].browser.get(trade.at(flagged)))
    trade.decide("Gate", CaseKind.FLAG, "restore", flagged, words="It is fine")
    assert trade.published() == []
    assert trade.take_in(act="show_copy", words="It is fine").status_code == 303
    assert len(trade.published()) == 1


def test_who_decides_about_a_copy_looks_again_when_its_source_shrinks_again(trade: Trade) -> None:
    trade.share()
    redact(trade, "Chief", SECRET)
    before = trade.case(CaseKind.COPY)
    redact(trade, "Chief", "Works")
    trade.take_in(act="show_copy", case=before)
    assert trade.published() == []
    assert trade.take_in(act="show_copy").status_code == 303
    open_ones = select(Case).where(Case.kind == CaseKind.COPY, Case.state == CaseState.OPEN)
    assert db.session.scalars(open_ones).all() == []


# --- the last day ---


def test_an_anonymous_answer_of_the_last_day_counts(world: World) -> None:
    trade = Nameless(world)
    trade.propose()
    last = trade.row().due_at - timedelta(hours=1)
    with clock.fixed(last, "last"):
        assert trade.reply("agree", trade.world.enter(trade.crowd[0])) == 303
    with clock.fixed(last + timedelta(hours=1, seconds=1), "next"):
        releasing.sweep()
        db.session.rollback()
        promoting.sweep()
        db.session.rollback()
    assert trade.stage() == "source"


# --- news ---


def test_a_copy_is_news_to_whoever_was_here_already_today(world: World) -> None:
    with clock.fixed(clock.day() + timedelta(hours=9), "day"):  # it began at 15:00 where the community is
        trade = Trade(world)
        visitor = trade["Visitor"].browser
        assert visitor.get("/").status_code == 200
        trade.share()
        assert TITLE in words(visitor.get("/"))
