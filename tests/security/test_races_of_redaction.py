"""Two at one moment, one of whom takes words out: the second is told, and nothing brings the words back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from community import ids
from community.actions import redacting
from community.db import db
from community.models import Post
from tests.cases import CANARY, Scene
from tests.factories import World, url
from tests.paperwork import Paper, paper, press
from tests.security.test_races_of_promotion import at_once

OUT = "⟦organization⟧"


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def looked(scene: Scene, name: str, words: str) -> Paper:
    """The form below before and after, as this moderator has it open."""
    browser, path = scene[name].browser, f"{url('posts', scene.post)}/redact"
    shown = press(browser, browser.get(path), "preview", taken=words, missing="organization")
    return paper(shown, "send")


def sent(app: Flask, scene: Scene, name: str, path: str, form: Paper) -> Any:
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
