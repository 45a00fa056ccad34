"""Known leaks of such systems (docs/threat-model.md) in queues and in what moderators do, asked for by doing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from community import ids
from community.db import db
from community.models import AuditEntry, Case, CaseStep, Notification, OutboxEvent, Recipient
from community.tlp import Tlp
from tests.browsing import words
from tests.cases import CANARY, Scene
from tests.factories import World, save, url
from tests.security.test_leaks_acts import deliver, tables


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_lk_126_who_moderates_no_more_sees_no_cases(scene: Scene) -> None:
    scene.flag("Reader")
    second = scene["Second"]
    assert CANARY in words(second.browser.get(scene.at()))
    person = f"{url('groups', scene.group)}/people/{second.key}"
    assert scene.send(scene["Chief"], person, role="contributor").status_code == 303
    assert second.browser.get(scene.at()).status_code == 404
    assert second.browser.get("/moderation").status_code == 403
    assert scene.act(second, "dismiss", words="Mine").status_code == 404
    assert 'href="/moderation"' not in second.browser.get("/").text


def test_lk_134_nobody_acts_in_a_case_about_what_they_may_not_read(scene: Scene) -> None:
    red = scene.world.reply(scene.opening, scene["Author"].member, CANARY, Tlp.RED)
    save(Recipient(post_id=red.id, member_id=scene["Reader"].member.id))
    scene.flag("Reader", red)
    for name in ("Chief", "Second", "Other"):
        for act in ("take", "note", "remove", "dismiss"):
            answer = scene.act(scene[name], act, words="Let me")
            assert answer.status_code == 404
            assert CANARY not in answer.text
    assert scene.act(scene.site, "remove", words="Unread").status_code == 400
    assert db.session.scalars(select(CaseStep.what)).all() == ["opened"]


def test_lk_135_who_flagged_is_in_no_answer_to_author_or_group_moderators(scene: Scene) -> None:
    scene.flag("Reader")
    scene.act(scene["Chief"], "guide", standard="identifies")
    deliver()
    told = (scene["Reader"].member.name, scene["Reader"].key, scene["Reader"].member.mail or "-")
    own = f"{url('posts', scene.post)}/decisions"
    seen = [scene["Author"].browser.get(path).text for path in (own, "/notifications", url("threads", scene.opening))]
    seen += [scene[name].browser.get(path).text for name in ("Chief", "Second") for path in (scene.at(), "/moderation")]
    assert not [one for one in told for text in seen if one in text]


def test_lk_129_acts_of_moderators_are_recorded_without_words(scene: Scene) -> None:
    scene.flag("Reader", words=CANARY)
    scene.act(scene["Chief"], "note", words=CANARY)
    scene.act(scene["Chief"], "remove", words=CANARY)
    deliver()
    db.session.rollback()
    for model in (AuditEntry, OutboxEvent, Notification):
        for column in model.__table__.columns:
            assert CANARY not in str(db.session.scalars(select(column)).all()), column


def test_lk_128_words_of_a_removed_post_are_where_it_stands_and_nowhere_else(scene: Scene) -> None:
    quote = f"> [x](/posts/{ids.encode(scene.post.id)})\n> It was {CANARY} Works\n\nIndeed"
    path = f"{url('threads', scene.opening)}/reply"
    form = {"body": quote, "quotes": ids.encode(scene.post.id), "tlp": "GREEN", "severity": "reference"}
    scene.send(scene["Other"], path, step="draft", **form)
    scene.flag("Reader")
    scene.act(scene["Chief"], "remove", words="See line 1")
    assert tables().count(CANARY) == 2  # its words, and how they are drawn


def test_lk_050_what_was_removed_is_news_no_more(scene: Scene) -> None:
    assert scene.send(scene["Other"], f"{url('threads', scene.opening)}/follow").status_code == 303
    quoted = f"{url('threads', scene.opening)}/reply"
    assert scene["Other"].browser.get(quoted).status_code == 200
    scene.flag("Reader", scene.opening)
    scene.act(scene["Chief"], "remove", words="All of it")
    deliver()
    for name in ("Other", "Reader"):
        text = "".join(scene[name].browser.get(path).text for path in ("/", "/notifications", "/groups"))
        assert "A title" not in text
        assert ids.encode(scene.opening.id) not in text


def test_two_moderators_at_once_do_it_once(scene: Scene) -> None:
    scene.flag("Reader")
    version = scene.case().version
    for name in ("Chief", "Second"):
        scene.act(scene[name], "remove", version, words="Away")
    db.session.rollback()
    assert db.session.scalars(select(CaseStep.what).order_by(CaseStep.at)).all() == ["opened", "removed"]
    assert db.session.scalars(select(Case.version)).one() == version + 1
