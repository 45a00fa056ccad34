"""What every page has around it: groups, language, colours, the label on paper, and the page for a lost database."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from community.db import db
from community.models import Visibility
from community.tlp import Tlp
from tests.factories import World, url

Enter = Callable[..., FlaskClient]


def printed(page: str) -> set[str]:
    """The labels that this page puts on paper, at head and foot."""
    return set(re.findall(r'class="print-label[^"]*"[^>]*><span[^>]*>(TLP:[A-Z+]+)<', page))


def test_my_groups_show_their_kind_and_what_is_unread(world: World, enter: Enter) -> None:
    me, other = world.member("Me"), world.member("Other")
    quiet, busy = world.group("Quiet"), world.group("Busy", Visibility.SECRET)
    for group in (quiet, busy):
        world.join(me, group)
        world.join(other, group)
    world.thread(busy, other)
    rail = enter(me).get("/").text.split('id="rail-groups"')[1].split("</ul>")[0]
    busy_row, quiet_row = (item for item in rail.split("<li>") if "rail-name" in item)
    assert "Secret group" in busy_row
    assert '<b class="count">1' in busy_row
    assert "Private group" in quiet_row
    assert "count" not in quiet_row


def test_language_and_colours_are_the_members(world: World, enter: Enter) -> None:
    japanese, english = world.member(locale="ja", theme="dark"), world.member(locale="en")
    for _ in range(2):  # what is kept for one reader must not reach the next
        assert '<html lang="ja" data-theme="dark">' in enter(japanese).get("/").text
        assert '<html lang="en" data-theme="auto">' in enter(english).get("/").text


def test_nothing_inline_that_the_content_policy_would_refuse(world: World, enter: Enter) -> None:
    for page in (enter(world.member()).get("/").text, world.app.test_client().get("/").text):
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_names_are_text_in_the_frame(world: World, enter: Enter) -> None:
    me, group = world.member("<b>Me</b>"), world.group("%(num)s <i>x</i>")
    world.join(me, group)
    page = enter(me).get("/").text
    assert "&lt;b&gt;Me&lt;/b&gt;" in page
    assert "%(num)s &lt;i&gt;x&lt;/i&gt;" in page


def test_paper_carries_the_strictest_label_of_what_is_on_it(world: World, enter: Enter) -> None:
    me, other, group = world.member(), world.member(), world.group()
    world.join(me, group)
    world.join(other, group)
    opening = world.thread(group, me, tlp=Tlp.GREEN)
    world.reply(opening, me, tlp=Tlp.RED, recipients=[])
    assert printed(enter(me).get(url("threads", opening)).text) == {"TLP:RED"}
    assert printed(enter(other).get(url("threads", opening)).text) == {"TLP:GREEN"}


def test_lost_database_is_said_in_words(
    app: Flask, world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter(world.member())

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("gone"))

    monkeypatch.setattr(db.session, "execute", fail)
    monkeypatch.setattr(app, "testing", False)
    answer = browser.get("/groups")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "What was sent before is safe." in answer.text
    assert "SELECT" not in answer.text
