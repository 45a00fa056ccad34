"""A removed post is gone for all but its author and moderators, with all that repeats it; and it can come back."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import events, ids, live, outbox
from community.db import db
from community.models import CaseKind, CaseStep, Draft, Post, PostState, Thread
from tests.browsing import after, words
from tests.cases import CANARY, Scene
from tests.factories import World, url
from tests.paperwork import last_post, now, press, rows, send_post


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def remove(scene: Scene, post: Post | None = None) -> None:
    scene.flag("Reader", post)
    assert scene.act(scene["Chief"], "remove", standard="identifies", words="See line 1").status_code == 303
    while outbox.deliver_due():
        pass
    db.session.rollback()


def sights(browser: FlaskClient, post: Post) -> str:
    paths = (url("posts", post), url("threads", post), "/", "/notifications", url("groups", Post(id=post.group_id)))
    return "".join(browser.get(path).get_data(as_text=True) for path in (*paths, "/search?q=Title"))


def test_for_others_it_is_as_if_it_were_not_there(scene: Scene) -> None:
    opening = scene.world.thread(scene.group, scene["Author"].member, f"Title {CANARY}", body=f"Body {CANARY}")
    reply = scene.world.reply(opening, scene["Reader"].member, f"About {CANARY}")
    guest = scene.world.member("Guest")
    scene.world.grant(opening, guest)
    missing = url("posts", Post(id=1))
    remove(scene, opening)
    for browser in (scene["Other"].browser, scene["Reader"].browser, scene.world.enter(guest)):
        assert CANARY not in sights(browser, opening)
        assert CANARY not in sights(browser, reply)
        hidden, none = browser.get(url("posts", opening)), browser.get(missing)
        assert (hidden.status_code, hidden.data) == (none.status_code, none.data)
    for name in ("Author", "Chief", "Second"):
        text = words(scene[name].browser.get(url("threads", opening)))
        assert f"Body {CANARY}" in text
        assert "Removed by moderators" in text


def test_its_words_leave_quotes_and_drafts(scene: Scene) -> None:
    at = f"{url('threads', scene.opening)}/reply?quote={ids.encode(scene.post.id)}"
    send_post(scene["Other"].browser, at, body=f"> It was {CANARY} Works\n\nIndeed.")
    quoting = last_post()
    press(scene["Reader"].browser, scene["Reader"].browser.get(at), "draft")
    db.session.rollback()
    assert db.session.scalars(select(Draft)).all()
    send_post(scene["Other"].browser, at)
    remove(scene)
    holding = {table for table, value in rows() if CANARY in str(value)}
    assert holding == {"posts"}
    assert {one.id for one in db.session.scalars(select(Post).where(Post.body.contains(CANARY)))} == {scene.post.id}
    assert "The quoted post was withdrawn or removed" in now(Post, quoting.id).body
    assert CANARY not in scene["Reader"].browser.get("/my/drafts").text
    late = press(scene["Chief"].browser, scene["Chief"].browser.get(f"{url('threads', scene.opening)}/reply"), "check",
                 body=f"> [x](/posts/{ids.encode(scene.post.id)})\n> {CANARY}\n\nIndeed")  # fmt: skip
    assert late.status_code == 422


def test_the_author_is_told_why_and_it_comes_back(scene: Scene) -> None:
    remove(scene)
    assert scene["Author"].told() == ["The moderators removed your post"]
    text = words(scene["Author"].browser.get(f"{url('posts', scene.post)}/decisions"))
    assert "Leave out who it was" in text
    assert "See line 1" in text
    assert scene.act(scene["Chief"], "restore", words="It is mended").status_code == 303
    assert now(Post, scene.post.id).state == PostState.PUBLISHED
    assert CANARY in words(scene["Other"].browser.get(url("threads", scene.opening)))
    assert "The moderators restored your post" in scene["Author"].told()


def test_nobody_writes_below_it_and_its_author_changes_nothing(scene: Scene) -> None:
    remove(scene, scene.opening)
    for path in ("edit", "withdraw", "grants", "widen"):
        assert scene["Author"].browser.get(f"{url('posts', scene.opening)}/{path}").status_code == 403
    assert scene["Chief"].browser.get(f"{url('threads', scene.opening)}/reply").status_code == 403
    assert now(Thread, scene.opening.id).title == "A title"


def appeal(scene: Scene, why: str = "It is public already") -> str:
    scene.send(
        scene["Author"],
        f"{url('posts', scene.post)}/decisions",
        decision=ids.encode(db.session.scalars(select(CaseStep.id).where(CaseStep.what == "removed")).one()),
        words=why,
    )
    return scene.at(scene.case(CaseKind.APPEAL))


def test_an_appeal_is_decided_by_somebody_else(scene: Scene) -> None:
    remove(scene)
    at = appeal(scene)
    assert "The appeal is against your own decision" in words(scene["Chief"].browser.get(at))
    case = scene.case(CaseKind.APPEAL)
    assert "your own decision" in after(scene["Chief"].browser, scene.act(scene["Chief"], "take", case=case))
    page = words(scene["Second"].browser.get(at))
    assert "It is public already" in page
    assert "See line 1" in page
    assert scene.act(scene["Second"], "overturn", case=case, words="You are right").status_code == 303
    assert now(Post, scene.post.id).state == PostState.PUBLISHED
    assert scene["Author"].told()[0] == "Your appeal was decided"
    assert "You are right" in words(scene["Author"].browser.get(f"{url('posts', scene.post)}/decisions"))


def test_one_appeals_once(scene: Scene) -> None:
    remove(scene)
    appeal(scene)
    again = scene.send(
        scene["Author"],
        f"{url('posts', scene.post)}/decisions",
        decision=ids.encode(db.session.scalars(select(CaseStep.id).where(CaseStep.what == "removed")).one()),
        words="Once more",
    )
    assert again.status_code == 400
    assert "Nobody can appeal against this" in words(again)
    foreign = scene.send(scene["Reader"], f"{url('posts', scene.opening)}/decisions", decision="x", words="No")
    assert foreign.status_code == 403


def test_with_one_moderator_a_site_moderator_decides_the_appeal(scene: Scene) -> None:
    put_out = f"{url('groups', scene.group)}/people/{scene['Second'].key}/remove"
    assert scene.send(scene["Chief"], put_out).status_code == 303
    remove(scene)
    at = appeal(scene)
    page = words(scene.site.browser.get(at))
    assert "It is public already" in page
    assert CANARY not in page
    assert "The pumps" not in page
    assert scene.act(scene.site, "uphold", case=scene.case(CaseKind.APPEAL), words="It stays").status_code == 400
    path = f"/moderation/posts/{ids.encode(scene.post.id)}/open"
    assert CANARY in words(scene.send(scene.site, path, reason="An appeal that I decide"))
    assert scene.act(scene.site, "uphold", case=scene.case(CaseKind.APPEAL), words="It stays").status_code == 303
    assert now(Post, scene.post.id).state == PostState.REMOVED
    assert "It stays" in words(scene["Author"].browser.get(f"{url('posts', scene.post)}/decisions"))


def test_words_of_a_withdrawn_post_leave_the_cases_about_it(scene: Scene) -> None:
    scene.flag("Reader", words=f"It says: It was {CANARY} Works")
    scene.act(scene["Chief"], "note", words=f"> It was {CANARY} Works\nI ask the author")
    assert scene.send(scene["Author"], f"{url('posts', scene.post)}/withdraw").status_code == 303
    assert {table for table, value in rows() if CANARY in str(value)} == set()
    assert "I ask the author" in words(scene["Chief"].browser.get(scene.at()))


def test_an_author_asks_to_have_words_taken_out(scene: Scene) -> None:
    path = f"{url('posts', scene.post)}/redaction"
    assert scene["Reader"].browser.get(path).status_code == 403
    assert scene.send(scene["Author"], path, words="The name in line 1").status_code == 303
    assert "waits already" in words(scene.send(scene["Author"], path, words="Again"))
    case = scene.case(CaseKind.REDACTION)
    assert "The name in line 1" in words(scene["Chief"].browser.get(scene.at(case)))
    scene.act(scene["Chief"], "dismiss", case=case, words="Please edit it yourself")
    assert scene["Author"].told() == ["The moderators answered your request about your post"]
    assert "Please edit it yourself" in words(scene["Author"].browser.get(f"{url('posts', scene.post)}/decisions"))


def test_a_label_of_what_was_removed_is_no_news(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    remove(scene)
    told: set[int] = set()
    monkeypatch.setattr("community.live._send", lambda members, *_what: told.update(members))
    live.show_relabelled(events.PostRelabelled(scene.post.id, 1, "CLEAR"), 1)
    assert told == {scene[name].member.id for name in ("Author", "Chief", "Second")}
