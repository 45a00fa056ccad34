"""Two at one moment, one of whom takes words out: the second is told, and nothing brings the words back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from community import ids
from community.actions import destroying, redacting
from community.db import db
from community.models import Post, Quote, Redaction
from community.quoting import quote
from tests.browsing import send
from tests.cases import CANARY, Scene
from tests.factories import World, save, url
from tests.paperwork import Paper, paper, press
from tests.promoting import SECRET, Trade
from tests.security.test_races_of_promotion import at_once

OUT = "⟦organization⟧"


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def looked(scene: Scene | Trade, name: str, words: str, post: Post | None = None) -> Paper:
    """The form below before and after, as this moderator has it open."""
    browser, path = scene[name].browser, f"{url('posts', post or scene.post)}/redact"
    shown = press(browser, browser.get(path), "preview", taken=words, missing="organization")
    return paper(shown, "send")


def sent(app: Flask, scene: Scene | Trade, name: str, path: str, form: Paper) -> Any:
    with app.app_context():
        return scene[name].browser.post(path, data=MultiDict([*form.fields, ("step", "send")]))


def bodies() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Post.body)))


def test_the_second_moderator_is_told(app: Flask, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{url('posts', scene.post)}/redact"
    first, second = looked(scene, "Chief", CANARY), looked(scene, "Second", "Works")
    answers = at_once(
        lambda: sent(app, scene, "Chief", path, first),
        lambda: sent(app, scene, "Second", path, second),
        redacting,
        "change_everywhere",
        monkeypatch,
    )
    assert [one.status_code for one in answers] == [303, 400]
    assert "The post has changed meanwhile" in answers[1].text
    assert f"It was {OUT} Works" in bodies()


def test_a_reply_of_the_same_moment_does_not_keep_them(
    app: Flask, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = f"{url('threads', scene.opening)}/reply"
    browser = scene["Reader"].browser
    page = browser.get(f"{reply}?quote={ids.encode(scene.post.id)}")
    confirmed = paper(press(browser, page, "check", tlp="GREEN"), "send")
    assert re.search(CANARY, confirmed["body"])
    first = looked(scene, "Chief", CANARY)
    answers = at_once(
        lambda: sent(app, scene, "Chief", f"{url('posts', scene.post)}/redact", first),
        lambda: sent(app, scene, "Reader", reply, confirmed),
        redacting,
        "change_everywhere",
        monkeypatch,
    )
    assert answers[0].status_code == 303
    assert not [body for body in bodies() if CANARY in body]


def test_what_is_destroyed_at_the_same_moment_stays_destroyed(
    app: Flask, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = quote("Author", scene.post.id, f"It was {CANARY} Works") + "So it is"
    made = scene.world.reply(scene.opening, scene["Reader"].member, words)
    save(Quote(post_id=made.id, quoted_id=scene.post.id))
    path = f"{url('posts', made)}/redact"
    assert sent(app, scene, "Chief", path, looked(scene, "Chief", "So it is", made)).status_code == 303
    form = looked(scene, "Chief", CANARY)

    def destroy() -> int:
        with app.app_context():
            return int(send(scene["Reader"].browser, f"{url('posts', made)}/before/destroy").status_code)

    answers = at_once(
        destroy,
        lambda: sent(app, scene, "Chief", f"{url('posts', scene.post)}/redact", form).status_code,
        destroying,
        "forget_originals",
        monkeypatch,
    )
    assert answers == [303, 303]
    db.session.rollback()
    assert db.session.scalars(select(Redaction.sealed).where(Redaction.post_id == made.id)).all() == [None]


def test_source_and_target_take_words_out_of_a_copy_at_once(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade = Trade(world)
    assert trade.propose(body=f"Mails: {SECRET} and {CANARY}.").status_code == 303
    assert trade.answer("agree").status_code == 303
    assert trade.let_go().status_code == 303
    assert trade.take_in().status_code == 303
    (copy,) = trade.published()
    of_copy, of_source = looked(trade, "Gate", CANARY, copy), looked(trade, "Chief", SECRET)
    answers = at_once(
        lambda: sent(app, trade, "Gate", f"{url('posts', copy)}/redact", of_copy),
        lambda: sent(app, trade, "Chief", f"{url('posts', trade.post)}/redact", of_source),
        redacting,
        "change_everywhere",
        monkeypatch,
    )
    assert [one.status_code for one in answers] == [303, 303]
    assert trade.copies()[0].body == f"Mails: {OUT} and {OUT}."
    path = f"/moderation/posts/{ids.encode(copy.id)}/before"
    before = send(trade.site.browser, path, reason="Somebody asked me to look at it.").text
    assert CANARY in before
    assert SECRET not in before
