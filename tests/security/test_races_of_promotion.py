"""Two at one moment: nothing is done twice, and nothing is published that somebody is just taking back."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from community import ids
from community.db import db
from community.models import Case, CaseKind, Post, PostState
from moderation.actions import copying, promoting
from tests.browsing import send
from tests.factories import World
from tests.paperwork import Paper, paper, press
from tests.promoting import TEXT, Trade
from tests.races import held, wait_for_a_lock


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(world)


def published(trade: Trade) -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(Post).where(Post.group_id == trade.target.id)).all()
    return [one.body for one in rows if one.state == PostState.PUBLISHED]


def decide(app: Flask, trade: Trade, name: str, case: Case, act: str) -> int:
    with app.app_context():
        answer = send(trade[name].browser, trade.at(case), act=act, version=str(case.version), words="So")
        return int(answer.status_code)


def at_once(first: Any, second: Any, module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """``first`` stays at the end of the named function until ``second`` waits for it."""
    with ThreadPoolExecutor(2) as pool, held(monkeypatch, module, name) as (there, go):
        one: Future[Any] = pool.submit(first)
        assert there.wait(10)
        other = pool.submit(second)
        wait_for_a_lock()
        go.set()
        return [one.result(20), other.result(20)]


def test_two_moderators_of_the_target_publish_once(app: Flask, trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    trade.waits()
    case = trade.case(CaseKind.COPY)
    at_once(
        lambda: decide(app, trade, "Gate", case, "publish"),
        lambda: decide(app, trade, "Guard", case, "publish"),
        copying,
        "_ensure_agreed",
        monkeypatch,
    )
    assert len(published(trade)) == 1
    assert trade.stage() == "published"


def test_what_the_author_takes_back_first_is_not_published(
    app: Flask, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade.waits()
    case, version = trade.case(CaseKind.COPY), trade.row().version

    def take_back() -> int:
        with app.app_context():
            form = {"answer": "take_back", "version": str(version)}
            return int(send(trade["Author"].browser, trade.path(), **form).status_code)

    publish = lambda: decide(app, trade, "Gate", case, "publish")  # noqa: E731
    at_once(take_back, publish, promoting, "hold_open", monkeypatch)
    assert published(trade) == []
    assert trade.stage() == "author"


def test_a_change_at_the_moment_of_publishing_comes_before_or_after(
    app: Flask, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade.waits()
    case, version = trade.case(CaseKind.COPY), trade.row().version
    seen = db.session.get_one(Post, trade.post.id).version
    db.session.rollback()

    def change() -> int:
        form = {"target": ids.encode(trade.target.id), "tlp": "GREEN", "title": "Other", "body": "Other words"}
        form |= {"post_version": str(seen)}
        with app.app_context():
            path = trade.path("promote")
            return int(send(trade["Second"].browser, path, step="send", version=str(version), **form).status_code)

    publish = lambda: decide(app, trade, "Gate", case, "publish")  # noqa: E731
    at_once(change, publish, promoting, "hold_open", monkeypatch)
    assert "Other words" not in published(trade)
    assert (published(trade), trade.stage()) in (([], "author"), ([TEXT], "published"))


@pytest.mark.parametrize("how", ["taken out", "forgotten"])
def test_words_that_leave_while_a_copy_is_published_leave_it_too(
    app: Flask, trade: Trade, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "forgotten":
        edit(app, trade, TEXT)  # the copy is of this wording
    trade.waits()
    case = trade.case(CaseKind.COPY)
    form = leaving(trade) if how == "taken out" else editing(trade, "It is over.", forget="y")
    page = "redact" if how == "taken out" else "edit"
    answers = at_once(
        lambda: decide(app, trade, "Guard", case, "publish"),
        lambda: sent(app, trade, "Chief" if how == "taken out" else "Author", page, form),
        copying,
        "_ensure_agreed",
        monkeypatch,
    )
    assert answers == [303, 303]
    assert published(trade) == []
    assert trade.stage() == "published"
    trade.take_in(act="show_copy", words="It is fine")
    (body,) = published(trade)
    assert "invoice" not in body


def leaving(trade: Trade) -> Paper:
    browser, path = trade["Chief"].browser, trade.path("redact")
    return paper(press(browser, browser.get(path), "preview", taken="invoice", missing="organization"), "send")


def editing(trade: Trade, body: str, **more: str) -> Paper:
    form = paper(trade["Author"].browser.get(trade.path("edit")), "save")
    form.put(body=body, **more)
    return form


def edit(app: Flask, trade: Trade, body: str) -> None:
    assert sent(app, trade, "Author", "edit", editing(trade, body)) == 303
    db.session.rollback()


def sent(app: Flask, trade: Trade, name: str, page: str, form: Paper) -> int:
    with app.app_context():
        given = MultiDict([*form.fields, ("step", "save" if page == "edit" else "send")])
        return int(trade[name].browser.post(trade.path(page), data=given).status_code)
