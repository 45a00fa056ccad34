"""Known leaks of such systems (docs/threat-model.md) where a copy crosses from one group into another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from community import ids
from community.actions import removing
from community.db import action, db
from community.models import AuditEntry, CaseKind, Notification, OutboxEvent, Post, Promotion, Visibility
from community.tlp import Tlp
from community.viewer import NOBODY
from moderation import promotions
from tests.browsing import send, words
from tests.factories import World, url
from tests.paperwork import press
from tests.promoting import SECRET, TEXT, TITLE, Trade, reads
from tests.security.test_leaks_acts import deliver, tables

ADDRESS = re.compile(r"\b[0-9a-hj-km-np-tv-z]{13}\b")


@pytest.fixture(params=list(Visibility))
def trade(world: World, request: pytest.FixtureRequest) -> Trade:
    """Once from each kind of group: the copy must look the same from all."""
    return Trade(world, request.param)


def seen_by_target(trade: Trade) -> Iterator[str]:
    """All that those of the target are shown while and after they are asked."""
    case = trade.at(trade.case(CaseKind.COPY))
    for name in ("Gate", "Guard"):
        for path in ("/moderation", "/moderation?which=copy", case, "/notifications", "/", url("groups", trade.target)):
            yield trade[name].browser.get(path).text
    trade.take_in()
    deliver()
    (copy,) = trade.published()
    pages = [url("threads", copy), url("posts", copy), f"{url('posts', copy)}/audience", f"{url('posts', copy)}/live"]
    for name in ("Gate", "Guard", "Visitor"):
        for path in (case, *pages, f"{url('posts', copy)}/history", "/", "/notifications", "/log"):
            yield trade[name].browser.get(path).text


def test_lk_081_the_copy_shows_nothing_of_its_origin(trade: Trade) -> None:
    trade.waits()
    ours = {ids.encode(one.id) for one in (trade.source, trade.post, trade.row())}
    ours |= {trade[name].key for name in ("Chief", "Second", "Author", "Reader")}
    told = {SECRET, "Our pumps", *(trade[name].member.name for name in ("Chief", "Second", "Author"))}
    if trade.source.visibility != Visibility.PRIVATE:
        told.discard("The pumps")
    for text in seen_by_target(trade):
        outside = re.sub(r'(?s)<(nav|aside|header class="top).*?</(nav|aside|header)>', " ", text)
        assert not ours & set(ADDRESS.findall(outside))
        seen = words_of(outside)
        assert not [one for one in told if re.search(rf"\b{one}\b", seen)]


def words_of(text: str) -> str:
    return re.sub(r"<[^>]+>", " ", text)


def test_lk_081_the_pages_of_a_copy_are_the_same_from_every_kind_of_group(world: World) -> None:
    shown = []
    for kind in Visibility:
        trade = Trade(world, kind)
        copy = trade.share()
        text = words(trade["Visitor"].browser.get(url("threads", copy)))
        shown.append(text.replace(ids.encode(copy.id), "-"))
    assert len(set(shown)) == 1


def test_lk_081_the_time_of_a_copy_is_its_day(trade: Trade) -> None:
    (copy,) = [trade.share()]
    assert copy.released_at == promotions.today()
    assert copy.released_at.astimezone(ZoneInfo("Asia/Tokyo")).time() == time()
    said = (trade["Visitor"].browser.get(f"{url('posts', copy)}/live").json or {})["at"]
    assert "T15:00:00" in said  # midnight in Tokyo
    page = trade["Visitor"].browser.get(url("threads", copy)).text
    stamps = re.findall(r'author-when"><time datetime="([^"]+)"', page)
    assert stamps
    assert all(len(one) == len("2026-01-01") for one in stamps)


def test_lk_126_until_it_is_published_it_is_not_there(trade: Trade) -> None:
    before = {name: outside_tokens(reads(trade[name].browser, trade.target)) for name in ("Visitor", "Gate")}
    trade.waits()
    deliver()
    (copy,) = trade.copies()
    assert outside_tokens(reads(trade["Visitor"].browser, trade.target)) == before["Visitor"]
    for path in (url("threads", copy), url("posts", copy), f"{url('posts', copy)}/audience"):
        assert trade["Visitor"].browser.get(path).status_code == 404
        assert trade["Reader"].browser.get(path).status_code == 404
    assert TITLE not in trade["Visitor"].browser.get("/").text
    trade.take_in(act="refuse_copy", words="No, thank you")
    trade["Gate"].browser.get("/")  # which tells that it is done
    assert outside_tokens(reads(trade["Gate"].browser, trade.target)) == before["Gate"]


def outside_tokens(page: str) -> str:
    return re.sub(r'(csrf[-_]token" (?:value|content)=")[^"]+', r"\1", page)


def test_lk_081_both_ends_are_shown_to_who_reads_both(trade: Trade) -> None:
    copy = trade.share()
    both = trade["Reader"]
    paths = [f"{url('posts', one)}/beside" for one in (trade.post, copy)]
    inside = trade.source.visibility == Visibility.PUBLIC
    for name in ("Author", "Reader", "Chief"):
        assert trade[name].browser.get(paths[1]).status_code == 404
        assert nothing_beside(trade, name, paths[0])
        assert "/beside" not in trade[name].browser.get(url("posts", trade.post)).text
    for name in ("Visitor", "Gate"):
        assert trade[name].browser.get(paths[0]).status_code == (200 if inside else 404)
        assert nothing_beside(trade, name, paths[1]) == (not inside)
    trade.world.join(both.member, trade.target)
    for path in paths:
        page = words(both.browser.get(path))
        assert SECRET in page
        assert TITLE in page
    assert "/beside" in both.browser.get(url("posts", copy)).text


def nothing_beside(trade: Trade, name: str, path: str) -> bool:
    page = words(trade[name].browser.get(path))
    assert (SECRET in page and TITLE in page) != ("There is no copy that you read" in page)
    return "There is no copy that you read" in page


def test_lk_129_what_is_recorded_of_a_copy_holds_no_words(trade: Trade) -> None:
    trade.waits()
    trade.take_in(act="ask_for_other", words=f"Not {SECRET}")
    trade.propose("Second")
    trade.answer("refuse", words=f"No {SECRET}")
    deliver()
    db.session.rollback()
    for model in (AuditEntry, OutboxEvent, Notification):
        for column in model.__table__.columns:
            text = str(db.session.scalars(select(column)).all())
            assert SECRET not in text
            assert TEXT not in text


@action
def remove(post_id: int) -> None:
    removing.remove_post(NOBODY, post_id)


def shrink(trade: Trade, how: str) -> None:
    """What befalls the source."""
    at = url("posts", trade.post)
    if how == "withdrawn":
        assert send(trade["Author"].browser, f"{at}/withdraw").status_code == 303
    elif how == "narrowed":
        narrowed = {"tlp": "AMBER+STRICT", "version": "1"}
        assert send(trade["Chief"].browser, f"{at}/narrow", **narrowed).status_code == 303
    elif how == "edited":
        edited = {"title": "Our pumps", "body": "Less", "tlp": "AMBER", "kind": "discussion", "severity": "reference"}
        done = send(trade["Author"].browser, f"{at}/edit", version="1", step="send", **edited)
        assert done.status_code == 303, words(done)
    elif how == "redacted":
        browser = trade["Chief"].browser
        form = {"taken": "false invoice", "missing": "other"}
        assert press(browser, press(browser, browser.get(f"{at}/redact"), "preview", **form), "send").status_code == 303
    else:
        remove(trade.post.id)
    db.session.rollback()


SHRUNK = ["withdrawn", "narrowed", "edited", "removed", "redacted"]


@pytest.fixture
def private(world: World) -> Trade:
    return Trade(world)


@pytest.mark.parametrize("how", SHRUNK)
def test_a_copy_is_hidden_until_its_moderators_decide(private: Trade, how: str) -> None:
    trade = private
    copy = trade.share()
    shrink(trade, how)
    assert trade["Visitor"].browser.get(url("threads", copy)).status_code == 404
    page = words(trade["Gate"].browser.get(trade.at(trade.case(CaseKind.COPY))))
    assert "Hidden until you decide: something changed where this copy comes from." in page
    assert not [one for one in ("ithdr", "stricter", SECRET) if one in page.partition("What happened")[0]]
    assert trade.take_in(act="show_copy").status_code == 303
    assert trade["Visitor"].browser.get(url("threads", copy)).status_code == 200


def test_lk_128_words_taken_out_of_the_source_leave_its_copies_at_once(private: Trade) -> None:
    private.share()
    assert tables().count("false invoice") == 4  # source and copy, their words and how they are drawn
    shrink(private, "redacted")
    assert tables().count("false invoice") == 0


def test_a_hidden_copy_may_stay_so(private: Trade) -> None:
    copy = private.share()
    shrink(private, "withdrawn")
    private.take_in(act="keep_hidden")
    assert private.published() == []
    assert private["Visitor"].browser.get(url("threads", copy)).status_code == 404


@pytest.mark.parametrize("how", SHRUNK)
def test_what_is_proposed_ends_when_the_source_shrinks(private: Trade, how: str) -> None:
    private.waits()
    case = private.case(CaseKind.COPY)
    shrink(private, how)
    assert (private.stage(), private.copies(), private.row().body) == ("ended", [], "")
    assert private.decide("Gate", CaseKind.COPY, "publish", case).status_code == 404


def test_a_reply_goes_with_what_it_stands_below(private: Trade) -> None:
    opening = private.post
    private.post = private.world.reply(opening, private["Author"].member, "It goes on")
    copy = private.share()
    remove(opening.id)
    assert private["Visitor"].browser.get(url("threads", copy)).status_code == 404


def test_nothing_is_published_in_a_group_that_became_secret(private: Trade) -> None:
    private.waits()
    narrowed = send(private["Gate"].browser, f"{url('groups', private.target)}/narrow", visibility="secret")
    assert narrowed.status_code == 303
    assert private.take_in().status_code == 303
    assert private.published() == []
    assert private.target.name not in words(private["Chief"].browser.get(private.path()))


def test_a_copy_waits_for_everybody_even_if_its_row_is_changed(private: Trade) -> None:
    """The copy itself is held against what was agreed to, whatever a fault elsewhere wrote into it."""
    private.waits()
    (copy,) = private.copies()
    change(copy.id, SECRET)
    assert private.take_in().status_code == 303
    assert private.published() == []


@action
def change(post_id: int, body: str) -> None:
    db.session.get_one(Post, post_id).body = body


def test_labels_are_never_wider_than_agreed(private: Trade) -> None:
    private.post = private.write(tlp=Tlp.AMBER)
    for label in ("RED", "AMBER+STRICT", "AMBER"):
        assert private.propose(tlp=label).status_code == 422
    private.propose(tlp="GREEN")
    private.answer("agree", agrees="y")
    private.propose("Second", tlp="CLEAR")
    assert private.stage() == "author"
    assert db.session.scalars(select(Promotion.tlp)).all() == ["CLEAR"]
    assert private.answer("agree").status_code == 400
    assert private.published() == []
