"""Words that moderators take out are nowhere any more: in no table, no file, no free page, however they are written.

What is looked through is found, not listed (``tests.security.remains``). The sealed original stays until it is
destroyed, and does not show them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Enum, LargeBinary, String, select, text, update

from community import clock, ids, originals
from community.actions import purging
from community.db import db, wordy
from community.models import (
    AnalysisRequest,
    Anonymous,
    Draft,
    Group,
    Post,
    PostKind,
    Promotion,
    PromotionStage,
    Redaction,
    Revision,
    SealedAct,
    Severity,
)
from community.outbox import deliver_due
from community.tlp import Tlp
from tests.browsing import send
from tests.cases import Scene
from tests.factories import World, save, url
from tests.notified import Person
from tests.paperwork import last_post, press, send_post
from tests.promoting import Trade
from tests.security.remains import remains
from tests.unnamed import send as send_unnamed

pytestmark = pytest.mark.timeout(200)
QUOTED = "?quote="
ABOUT = {
    *("case_steps.words", "submissions.words", "moderator_readings.reason"),
    *(
        "analysis_requests.question",
        "analysis_requests.answer",
        "promotions.title",
        "promotions.body",
        "promotions.said",
    ),
}
# Tables in which somebody writes, and not about posts.
ELSEWHERE = {
    *("groups", "join_requests", "invitations", "leaver_reports", "members", "organizations"),
    *("organization_domains", "organization_networks", "passkeys", "proposals", "recoveries", "suspensions", "vouches"),
    *(
        "enrolments",
        "group_sectors",
        "organization_sectors",
        "earlier_names",
        "sectors",
        "sign_ins",
        "recovery_consents",
    ),
    # Pointers, tags, hashes and times only (``test_lk_129_…``, ``test_lk_097_…``).
    *("audit_entries", "audit_head", "consents", "deliveries", "letters", "outbox", "spent_challenges"),
}


class Words:
    """Three words that stand nowhere else: in the title, the text, and in an earlier wording only."""

    def __init__(self) -> None:
        key = ids.encode(clock.random_id())
        self.title, self.body, self.old = f"金糸雀{key}", f"Kanariya-{key}", f"formerly{key}x"
        self.all = (self.title, self.body, self.old)

    def __str__(self) -> str:
        return " ".join(self.all)


@pytest.fixture(autouse=True)
def _held_open(app: Flask) -> Iterator[None]:
    """A server holds its connections; when the last one closes, SQLite writes its journal back by itself."""
    with db.engine.connect():
        yield


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def scene(world: World) -> Scene:
    scene = Scene(world)
    db.session.execute(update(Group).values(anonymous=Anonymous.ALLOWED))
    db.session.commit()
    return scene


@pytest.fixture
def post(scene: Scene, words: Words) -> Post:
    """A thread whose words are repeated wherever the application keeps texts about posts."""
    post = opened(scene, words)
    repeated(scene, post)
    spoken_about(scene, post, words)
    settle()
    return post


def opened(scene: Scene, words: Words) -> Post:
    browser, path = scene["Author"].browser, f"{url('groups', scene.group)}/new"
    send_post(browser, path, title=words.title, body=f"Now {words}", tlp="GREEN")
    post = last_post()
    wording = {"title": f"{words.title} again", "body": f"At {words.title} and {words.body}"}
    assert press(browser, browser.get(f"{url('posts', post)}/edit"), "save", **wording).status_code == 303
    return post


def repeated(scene: Scene, post: Post) -> None:
    """Quoted, quoted again, quoted and edited, kept as a draft, waiting without a name."""
    path, browser = f"{url('threads', post)}/reply", scene["Reader"].browser
    send_post(browser, f"{path}{QUOTED}{ids.encode(post.id)}", tlp="GREEN")
    reply = last_post()
    said = now_says(reply)
    assert press(browser, browser.get(f"{url('posts', reply)}/edit"), "save", body=f"{said}\nMore").status_code == 303
    send_post(scene["Other"].browser, f"{path}{QUOTED}{ids.encode(reply.id)}", tlp="GREEN")
    page = scene["Second"].browser.get(f"{path}{QUOTED}{ids.encode(post.id)}")
    assert press(scene["Second"].browser, page, "draft").status_code == 303
    send_unnamed(scene["Other"].browser, f"{path}{QUOTED}{ids.encode(post.id)}", tlp="GREEN")
    db.session.rollback()
    assert db.session.scalar(select(Draft.tag)) is not None
    assert db.session.scalar(select(SealedAct.id)) is not None


def now_says(post: Post) -> str:
    db.session.rollback()
    return db.session.scalars(select(Post.body).where(Post.id == post.id)).one()


def spoken_about(scene: Scene, post: Post, words: Words) -> None:
    """In a flag, a request of the author, a note, and the reason for opening it on the record."""
    scene.flag("Reader", post, words=f"It names {words}")
    scene.act(scene["Chief"], "note", words=f"They mean {words}")
    scene.send(scene["Author"], f"{url('posts', post)}/redaction", words=f"Take out {words}")
    scene.send(scene.site, f"/moderation/posts/{ids.encode(post.id)}/open", reason=f"Because of {words}")
    asked = {"asker_id": scene["Other"].member.id, "openly": False, "question": f"What of {words}"}
    save(AnalysisRequest(id=1, post_id=post.id, answer=f"It is {words}", **asked))
    away = {"target_id": scene.world.group("Elsewhere").id, "due_at": clock.now() + timedelta(days=7)}
    told = {"title": f"Of {words.title}", "body": f"Elsewhere: {words}", "said": f"Not {words}"}
    kinds = {
        "stage": PromotionStage.AUTHOR,
        "tlp": Tlp.GREEN,
        "kind": PostKind.DISCUSSION,
        "severity": Severity.REFERENCE,
    }
    save(Promotion(id=1, post_id=post.id, **away, **told, **kinds))


def settle() -> None:
    """Everything is told; PostgreSQL looks at its tables as it does from time to time."""
    db.session.rollback()
    while deliver_due():
        db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.rollback()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def test_every_table_in_which_somebody_writes_is_known() -> None:
    """Who adds one says whether words of posts come to stand in it: then they must leave it and its file."""
    texts = (String, LargeBinary, JSON)
    writing = {
        table.name
        for table in db.metadata.sorted_tables
        if any(isinstance(column.type, texts) and not isinstance(column.type, Enum) for column in table.columns)
    }
    assert writing - wordy - ELSEWHERE == set()
    assert ELSEWHERE - writing == set()


def redact(person: Person, post: Post, words: Words) -> None:
    path = f"{url('posts', post)}/redact"
    given = {"taken": list(words.all), "missing": ["organization", "person", "other"], "words": f"Not {words}"}
    shown = press(person.browser, person.browser.get(path), "preview", **given)
    assert press(person.browser, shown, "send").status_code == 303
    settle()
    purging.sweep()
    db.session.rollback()


def pages(scene: Scene, post: Post) -> str:
    """What readers, moderators and the author find."""
    at = url("posts", post)
    thread = url("threads", post)
    paths = [
        at,
        f"{at}/history",
        f"{at}/redactions",
        f"{at}/audience",
        thread,
        f"{thread}/reply",
        "/",
        "/notifications",
    ]
    people = [*scene.people.values(), scene.site]
    found = [one.browser.get(path).get_data(as_text=True) for one in people for path in paths]
    return "\n".join([*found, scene["Chief"].browser.get("/moderation").text])


def test_the_words_stand_where_they_were_written(app: Flask, post: Post, words: Words) -> None:
    """Else the others would prove nothing."""
    there = remains(app, *words.all)
    assert {"posts.body", "posts.html", "threads.title", "revisions.body", "revisions.title"} <= there
    assert there >= ABOUT
    assert any(place.startswith("file ") for place in there)
    # Of samples for the planner old versions would stay, compressed, where only a superuser can sweep them out.
    assert not any(place.startswith("samples ") for place in there)


def test_lk_128_words_taken_out_are_nowhere(app: Flask, scene: Scene, post: Post, words: Words, capfd: Any) -> None:
    redact(scene["Chief"], post, words)
    assert remains(app, *words.all) == set()
    seen = pages(scene, post)
    written = "".join(capfd.readouterr())
    assert [word for word in words.all if word in seen or word in written] == []


def test_they_are_sealed_for_the_author_until_destroyed(app: Flask, scene: Scene, post: Post, words: Words) -> None:
    redact(scene["Chief"], post, words)
    before = f"{url('posts', post)}/before"
    page = scene["Author"].browser.get(before).text
    assert all(word in page for word in words.all)
    db.session.rollback()
    row = db.session.execute(select(Redaction.id, Redaction.sealed)).one()
    number, sealed = row.id, row.sealed or b""
    assert originals.unseal(number, sealed) != []
    assert send(scene["Author"].browser, f"{before}/destroy").status_code == 303
    settle()
    purging.sweep()
    assert remains(app, sealed[:60], sealed[-60:], *words.all) == set()
    page = scene["Author"].browser.get(before).text
    assert not any(word in page for word in words.all)


def test_what_waits_sealed_and_drafts_lose_them(scene: Scene, post: Post, words: Words) -> None:
    """They are encrypted in the tables: what comes out of them is what counts."""
    redact(scene["Chief"], post, words)
    path = f"{url('threads', post)}/reply"
    kept = scene["Second"].browser.get(path).text
    assert "⟦person⟧" in kept
    waiting = scene["Other"].browser.get("/me/anonymous").text
    assert not any(word in kept + waiting for word in words.all)
    number = db.session.scalars(select(SealedAct.id)).one()
    send(scene["Other"].browser, f"/me/anonymous/waiting/{ids.encode(number)}/release")
    db.session.rollback()
    assert "⟦person⟧" in now_says(db.session.scalars(select(Post).where(Post.author_tag.is_not(None))).one())


def test_old_wordings_that_their_author_removes_are_nowhere(app: Flask, scene: Scene, post: Post, words: Words) -> None:
    browser, at = scene["Author"].browser, url("posts", post)
    wording = {"title": "Nothing", "body": "Nothing at all", "forget": "y"}
    assert press(browser, browser.get(f"{at}/edit"), "save", **wording).status_code == 303
    settle()
    purging.sweep()
    db.session.rollback()
    assert db.session.scalars(select(Revision.post_id).where(Revision.post_id == post.id)).all() == []
    # What people said about it in their own words is theirs; lines of it that they repeated are not.
    assert {place for place in remains(app, *words.all) if not place.startswith("file ")} <= ABOUT


def test_a_withdrawn_post_leaves_no_original(app: Flask, scene: Scene, post: Post, words: Words) -> None:
    redact(scene["Chief"], post, words)
    sealed = db.session.scalars(select(Redaction.sealed)).one() or b""
    assert send(scene["Author"].browser, f"{url('posts', post)}/withdraw").status_code == 303
    settle()
    purging.sweep()
    assert remains(app, sealed[:60], *words.all) == set()


def test_they_leave_the_copy_in_another_group_and_what_quotes_it(app: Flask, world: World, words: Words) -> None:
    trade = Trade(world)
    trade.post = world.thread(trade.source, trade["Author"].member, words.title, body=f"At {words} again")
    for step in (trade.propose(title=f"About {words.title}", body=f"Mails to {words}"), trade.answer("agree")):
        assert step.status_code == 303
    assert (trade.let_go().status_code, trade.take_in().status_code) == (303, 303)
    (copy,) = trade.published()
    visitor = trade["Visitor"].browser
    send_post(visitor, f"{url('threads', copy)}/reply{QUOTED}{ids.encode(copy.id)}", tlp="GREEN")
    assert words.body in now_says(last_post())
    redact(trade["Second"], trade.post, words)
    assert remains(app, *words.all) == set()
    assert "⟦person⟧" in now_says(copy)
