"""What happens at one moment, or across a recovery, with what has no name; and old decisions beside newer ones."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from community import ids, outbox
from community.actions import releasing
from community.db import db
from community.models import CaseKind, CaseStep, Organization, Post, PostState, Recipient, SealedAct
from community.tlp import Tlp
from tests.authenticator import Device, at_once, hold
from tests.browsing import send as post_form
from tests.browsing import words
from tests.cases import Scene
from tests.factories import World, save, url
from tests.functional.test_unnamed import MINE, Enter, author, count, room, unnamed
from tests.lost import Lost
from tests.lost import later as after_hours
from tests.paperwork import now, press
from tests.post_office import PostOffice
from tests.races import held, wait_for_a_lock
from tests.unnamed import Crowd, crowd, later, look, reply_at, send

__all__ = ["author", "room"]


def test_a_double_click_sends_once(room: Crowd, enter: Enter) -> None:
    browsers = [enter(room.others[0]) for _ in range(2)]
    pages = [look(one, reply_at(room.opening), body="Once", tlp="GREEN", send_key="a" * 32) for one in browsers]
    codes = at_once(lambda who: press(browsers[who], pages[who], "send", send_key="a" * 32).status_code, 2)
    assert codes == [303, 303]
    assert count(SealedAct) == 1
    later()
    assert len(unnamed()) == 1


def one_after_the_other(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """The first act stays in the middle of releasing until the second waits for it."""
    first, second = (threading.Thread(target=act) for act in acts)
    with held(monkeypatch, releasing, "_scope") as (there, go):
        first.start()
        assert there.wait(10)
        second.start()
        wait_for_a_lock()
        go.set()
        for one in (first, second):
            one.join(10)


def test_what_is_released_at_this_moment_is_not_taken_back_as_well(
    app: Flask, room: Crowd, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(author, reply_at(room.opening), body="Too late", tlp="GREEN")
    number = db.session.scalars(select(SealedAct.id)).one()
    db.session.rollback()
    answers: list[int] = []

    def release() -> None:
        with app.app_context():
            releasing.release(number)

    def take_back() -> None:
        answers.append(post_form(author, f"{MINE}/waiting/{ids.encode(number)}/forget").status_code)

    one_after_the_other(monkeypatch, release, take_back)
    # Where the second waits before it looks, there is nothing left to take back by then.
    assert answers in ([303], [404])
    assert (answers == [303]) == ("released at this very moment" in words(author.get(MINE)))
    assert [post.body for post in unnamed()] == ["Too late"]


def test_what_is_taken_back_first_is_not_released(room: Crowd, author: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="In time", tlp="GREEN")
    number = db.session.scalars(select(SealedAct.id)).one()
    assert post_form(author, f"{MINE}/waiting/{ids.encode(number)}/forget").status_code == 303
    db.session.rollback()
    releasing.release(number)
    assert unnamed() == []


def test_what_waited_before_a_recovery_is_gone(world: World, office: PostOffice) -> None:
    lost, room = Lost(world, office), crowd(world)
    world.join(lost.nana, room.group)
    path, new = lost.granted(), Device()
    send(world.enter(lost.nana), reply_at(room.opening), body="Before", tlp="GREEN")
    assert count(SealedAct) == 1
    with after_hours(hours=72, minutes=2):
        assert hold(lost.guest, path, new.create, path).status_code == 200
    assert count(SealedAct) == 0
    later()
    assert unnamed() == []
    assert "Before" not in words(world.enter(lost.nana).get(MINE))


# --- cases ---


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_before_the_record_a_case_names_neither_author_nor_organization(scene: Scene) -> None:
    writer = scene["Author"].member
    red = scene.world.reply(scene.opening, writer, "Between us", Tlp.RED)
    save(Recipient(post_id=red.id, member_id=scene["Reader"].member.id))
    scene.flag("Reader", red)
    house = now(Organization, writer.organization_id).short_name
    for path in (scene.at(), "/moderation", "/moderation?which=flag", "/notifications"):
        text = words(scene.site.browser.get(path))
        assert writer.name not in text, path
        assert house not in text, path
    post_form(scene.site.browser, f"/moderation/posts/{ids.encode(red.id)}/open", reason="To decide about it")
    assert "Remove the post" in words(scene.site.browser.get(scene.at()))


def decide(scene: Scene, who: str, act: str) -> None:
    assert scene.act(scene[who], act, words="So it is", standard="conduct").status_code == 303
    while outbox.deliver_due():
        db.session.rollback()


def test_an_appeal_against_an_old_removal_leaves_the_newer_one(scene: Scene) -> None:
    scene.flag("Reader")
    decide(scene, "Chief", "remove")
    first = db.session.scalars(select(CaseStep.id).where(CaseStep.what == "removed")).one()
    decide(scene, "Chief", "restore")
    scene.flag("Other")
    decide(scene, "Chief", "remove")
    path = f"{url('posts', scene.post)}/decisions"
    answer = scene.send(scene["Author"], path, decision=ids.encode(first), words="It was wrong then")
    assert answer.status_code == 303
    case = scene.case(CaseKind.APPEAL)
    assert scene.act(scene["Second"], "overturn", case=case, words="It was").status_code == 303
    assert now(Post, scene.post.id).state == PostState.REMOVED
    assert "The author is right" in words(scene["Author"].browser.get(path))
