"""What a post said before loses the words, too, that leave a post which it quotes, or of which it is a copy."""

from typing import Any

import pytest
from sqlalchemy import select

from community import ids, originals
from community.blocks import Missing, block
from community.db import db
from community.models import Post, Quote, Redaction
from community.quoting import quote
from tests.browsing import send
from tests.cases import CANARY, Scene
from tests.factories import World, save, url
from tests.functional.test_redacting import edit, redact
from tests.paperwork import press
from tests.promoting import SECRET, Trade

OUT = block(Missing.ORGANIZATION)
OWN, OTHER = "Sekirei-41ab", "Hibari-77d0"


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def reply(scene: Scene, own: str) -> Post:
    """A reply of Reader that quotes the post, and says ``own`` below."""
    words = quote("Author", scene.post.id, f"It was {CANARY} Works") + own
    made = scene.world.reply(scene.opening, scene["Reader"].member, words)
    save(Quote(post_id=made.id, quoted_id=scene.post.id))
    return made


def sealed(post_id: int) -> str:
    """Everything that the sealed originals of a post open to."""
    db.session.rollback()
    rows = db.session.execute(select(Redaction.id, Redaction.sealed).where(Redaction.post_id == post_id)).all()
    assert rows
    return "\n".join(text for row in rows for one in originals.unseal(row.id, row.sealed) for text in one)


def before(scene: Scene, post: Post) -> str:
    return str(scene["Reader"].browser.get(f"{url('posts', post)}/before").text)


def test_another_word_was_taken_out_of_the_reply(scene: Scene) -> None:
    made = reply(scene, f"So {OWN}")
    redact(scene, scene["Chief"], made, taken=OWN)
    assert CANARY in before(scene, made)
    redact(scene, scene["Chief"])
    assert CANARY not in sealed(made.id)
    assert f"It was {OUT} Works" in sealed(made.id)
    assert OWN in before(scene, made)
    assert CANARY in sealed(scene.post.id)


def test_the_author_of_the_reply_removed_old_wordings(scene: Scene) -> None:
    made = reply(scene, f"So {OWN}")
    page: Any = scene["Reader"].browser.get(f"{url('posts', made)}/edit")
    answer = press(scene["Reader"].browser, page, "save", body="Nothing of it", forget="y")
    if answer.status_code == 200:
        answer = press(scene["Reader"].browser, answer, "send")
    assert CANARY in sealed(made.id)
    redact(scene, scene["Chief"])
    assert CANARY not in sealed(made.id)
    assert OWN in sealed(made.id)


def test_the_quoted_author_removed_old_wordings(scene: Scene) -> None:
    made = reply(scene, f"So {OWN}")
    redact(scene, scene["Chief"], made, taken=OWN)
    edit(scene, scene.post, body="It was somewhere", forget="y")
    assert CANARY not in sealed(made.id)


def test_the_quoted_post_is_withdrawn(scene: Scene) -> None:
    made = reply(scene, f"So {OWN}")
    redact(scene, scene["Chief"], made, taken=OWN)
    send(scene["Author"].browser, f"{url('posts', scene.post)}/withdraw")
    assert CANARY not in sealed(made.id)
    assert OWN in before(scene, made)


def test_the_quoted_post_is_removed(scene: Scene) -> None:
    made = reply(scene, f"So {OWN}")
    redact(scene, scene["Chief"], made, taken=OWN)
    scene.flag("Other")
    assert scene.act(scene["Second"], "remove", words="Please mind").status_code == 303
    assert CANARY not in sealed(made.id)


def test_what_was_destroyed_stays_destroyed(scene: Scene) -> None:
    made = reply(scene, f"So {OWN}")
    redact(scene, scene["Chief"], made, taken=OWN)
    send(scene["Reader"].browser, f"{url('posts', made)}/before/destroy")
    redact(scene, scene["Chief"])
    db.session.rollback()
    assert db.session.scalars(select(Redaction.sealed).where(Redaction.post_id == made.id)).all() == [None]


@pytest.mark.parametrize("way", ["redacted", "withdrawn"])
def test_an_open_page_does_not_bring_back_what_the_reply_said_itself(scene: Scene, way: str) -> None:
    said = f"{CANARY} Works had it too"
    made = reply(scene, f"It was {CANARY} Works, and {said}")
    path = f"{url('threads', scene.opening)}/reply?quote={ids.encode(made.id)}"
    held = scene["Other"].browser.get(path)
    assert said in held.text
    if way == "redacted":
        redact(scene, scene["Chief"])
    else:
        send(scene["Author"].browser, f"{url('posts', scene.post)}/withdraw")
    confirmed = press(scene["Other"].browser, held, "check", tlp="GREEN")
    assert CANARY not in confirmed.text
    assert said not in confirmed.text


def test_an_open_page_does_not_keep_it_in_its_draft(scene: Scene) -> None:
    said = f"{CANARY} had it too"
    made = reply(scene, said)
    path = f"{url('threads', scene.opening)}/reply"
    held = scene["Other"].browser.get(f"{path}?quote={ids.encode(made.id)}")
    redact(scene, scene["Chief"])
    press(scene["Other"].browser, held, "draft")
    kept = scene["Other"].browser.get(path).text
    assert "Words were taken out here" in kept
    assert CANARY not in kept


def test_an_open_page_does_not_bring_back_an_earlier_wording_of_the_reply(scene: Scene) -> None:
    made = reply(scene, f"{CANARY} had it too")
    held = scene["Other"].browser.get(f"{url('threads', scene.opening)}/reply?quote={ids.encode(made.id)}")
    page: Any = scene["Reader"].browser.get(f"{url('posts', made)}/edit")
    press(scene["Reader"].browser, page, "save", body="Nothing of it")
    redact(scene, scene["Chief"])
    assert CANARY not in press(scene["Other"].browser, held, "check", tlp="GREEN").text


@pytest.fixture
def trade(world: World) -> Trade:
    """A copy with a word of its source, and another that the moderators of the target took out of it."""
    trade = Trade(world)
    assert trade.propose(body=f"Mails: {SECRET} and {OTHER}.").status_code == 303
    assert trade.answer("agree").status_code == 303
    assert trade.let_go().status_code == 303
    assert trade.take_in().status_code == 303
    take_out_of(trade, "Gate", trade.published()[0], OTHER)
    return trade


def take_out_of(trade: Trade, name: str, post: Post, words: str) -> None:
    browser = trade[name].browser
    page = browser.get(f"{url('posts', post)}/redact")
    shown = press(browser, page, "preview", taken=words, missing="organization")
    assert press(browser, shown, "send").status_code == 303
    db.session.rollback()


def copy_before(trade: Trade) -> str:
    """What a site moderator reads of it on the record."""
    path = f"/moderation/posts/{ids.encode(trade.copies()[0].id)}/before"
    return send(trade.site.browser, path, reason="Somebody asked me to look at it.").text


def test_words_of_the_source_leave_what_its_copy_said_before(trade: Trade) -> None:
    assert SECRET in copy_before(trade)
    take_out_of(trade, "Chief", trade.post, SECRET)
    assert SECRET not in copy_before(trade)
    assert OTHER in copy_before(trade)


@pytest.mark.parametrize("how", ["before/destroy", "withdraw"])
def test_what_a_copy_said_before_goes_with_what_its_source_said_before(trade: Trade, how: str) -> None:
    take_out_of(trade, "Chief", trade.post, "Works")
    trade.send("Author", trade.path(how))
    assert db.session.scalars(select(Redaction.sealed)).all() == [None, None]
    assert OTHER not in copy_before(trade)
