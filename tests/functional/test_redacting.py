"""A moderator takes words out of a post: from a case, or straight from the post."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community import ids
from community.blocks import Missing, block
from community.db import db
from community.models import Case, CaseKind, CaseState, Organization, Post, Quote, Revision, Thread
from community.outbox import deliver_due
from community.quoting import quote
from tests.browsing import send
from tests.cases import CANARY, Scene
from tests.factories import World, save, url
from tests.notified import Person
from tests.paperwork import press

OUT = block(Missing.ORGANIZATION)


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def redact(scene: Scene, person: Person, post: Post | None = None, case: str = "", **form: Any) -> Any:
    """Mark words, look at before and after, take them out; what is refused before that is answered."""
    shown = look(scene, person, post, case, **form)
    return shown if shown.status_code != 200 else finish(person, shown)


def look(scene: Scene, person: Person, post: Post | None = None, case: str = "", **form: Any) -> Any:
    page = person.browser.get(f"{url('posts', post or scene.post)}/redact{case}")
    given = {"taken": CANARY, "missing": "organization"} | form
    return press(person.browser, page, "preview", **given)


def finish(person: Person, shown: Any) -> Any:
    answer = press(person.browser, shown, "send")
    db.session.rollback()
    return answer


def edit(scene: Scene, post: Post, **form: Any) -> Any:
    browser = scene["Author"].browser
    answer = press(browser, browser.get(f"{url('posts', post)}/edit"), "save", **form)
    return press(browser, answer, "send") if answer.status_code == 200 else answer


def reply_quoting(scene: Scene) -> Post:
    words = quote("Author", scene.post.id, f"It was {CANARY} Works") + "So it is"
    reply = scene.world.reply(scene.opening, scene["Reader"].member, words)
    save(Quote(post_id=reply.id, quoted_id=scene.post.id))
    return reply


def text(scene: Scene, name: str, path: str) -> str:
    return str(scene[name].browser.get(path).get_data(as_text=True))


def body(post: Post) -> str:
    db.session.rollback()
    return db.session.scalars(select(Post.body).where(Post.id == post.id)).one()


def test_words_leave_the_post_and_a_block_stays(scene: Scene) -> None:
    assert redact(scene, scene["Chief"]).status_code == 303
    assert body(scene.post) == f"It was {OUT} Works"
    page = text(scene, "Reader", url("posts", scene.post))
    assert CANARY not in page
    assert '<span class="redacted"><span class="sr">left out: </span>organization name</span>' in page
    assert "Words were taken out on" in page


def test_whoever_may_not_is_told_so(scene: Scene) -> None:
    path = f"{url('posts', scene.post)}/redact"
    for name in ("Reader", "Author"):
        assert scene[name].browser.get(path).status_code == 403
        form = {"taken": CANARY, "missing": "person", "step": "send", "version": "1"}
        assert scene.send(scene[name], path, **form).status_code == 403
    assert scene.site.browser.get(path).status_code == 404
    assert body(scene.post) == f"It was {CANARY} Works"


def test_a_site_moderator_who_reads_it_may(scene: Scene) -> None:
    scene.world.join(scene.site.member, scene.group)
    assert redact(scene, scene.site).status_code == 303
    assert body(scene.post) == f"It was {OUT} Works"


def test_out_of_a_flag(scene: Scene) -> None:
    scene.flag("Reader", words=f"It names {CANARY}")
    assert redact(scene, scene["Chief"], case=f"?case={scene.at().rsplit('/', 1)[1]}").status_code == 303
    case = scene.case()
    assert (case.state, case.outcome) == (CaseState.CLOSED, "redacted")
    page = text(scene, "Second", scene.at(case))
    assert "Words taken out" in page
    assert CANARY not in page


def test_two_at_once(scene: Scene) -> None:
    scene.flag("Reader")
    case = f"?case={scene.at().rsplit('/', 1)[1]}"
    held = look(scene, scene["Second"], case=case)
    redact(scene, scene["Chief"], case=case, taken="Works")
    answer = finish(scene["Second"], held)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert "Already handled by Chief: words were taken out." in page
    assert f'value="{CANARY}"' in page
    assert body(scene.post) == f"It was {CANARY} {OUT}"


def test_an_edit_meanwhile(scene: Scene) -> None:
    held = look(scene, scene["Chief"])
    edit(scene, scene.post, body=f"Not {CANARY}")
    answer = finish(scene["Chief"], held)
    assert "The post has changed meanwhile" in answer.get_data(as_text=True)
    assert body(scene.post) == f"Not {CANARY}"


def test_what_stands_nowhere_is_said_and_nothing_is_lost(scene: Scene) -> None:
    answer = redact(scene, scene["Chief"], taken="Nowhere to be found", words="Please mind")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "This does not stand in the post" in page
    assert 'value="Nowhere to be found"' in page
    assert "Please mind" in page
    assert body(scene.post) == f"It was {CANARY} Works"


@pytest.mark.parametrize(
    ("taken", "missing"), [("", "person"), ("***", "person"), (CANARY, "nonsense"), ("x" * 301, "other")]
)
def test_what_makes_no_sense_is_refused(scene: Scene, taken: str, missing: str) -> None:
    assert redact(scene, scene["Chief"], taken=taken, missing=missing).status_code == 400
    assert body(scene.post) == f"It was {CANARY} Works"


def test_before_and_after_are_shown_first(scene: Scene) -> None:
    answer = look(scene, scene["Chief"])
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Before and after" in page
    assert '<span class="sr">left out: </span>organization name' in page
    assert body(scene.post) == f"It was {CANARY} Works"


def test_names_of_organizations_and_findings_are_suggested(scene: Scene) -> None:
    house = scene.world.organization("Kawabe Waterworks")
    scene.world.member(organization=house)
    post = scene.world.reply(scene.opening, scene["Author"].member, "At Kawabe waterworks write to jo@kawabe.example")
    page = text(scene, "Chief", f"{url('posts', post)}/redact")
    assert 'value="organization:Kawabe Waterworks"' in page
    assert 'value="address:jo@kawabe.example"' in page
    redact(scene, scene["Chief"], post, taken="", suggested="organization:Kawabe Waterworks")
    assert body(post) == f"At {OUT} write to jo@kawabe.example"


def test_revisions_and_the_title(scene: Scene) -> None:
    for title, words in ((f"About {CANARY}", f"See {CANARY}"), ("Another", "Nothing here")):
        assert edit(scene, scene.opening, title=title, body=words).status_code == 303
    assert CANARY in text(scene, "Reader", f"{url('posts', scene.opening)}/history")
    assert redact(scene, scene["Chief"], scene.opening).status_code == 303
    assert CANARY not in text(scene, "Reader", f"{url('posts', scene.opening)}/history")
    assert f"About {OUT}" in db.session.scalars(select(Revision.title)).all()


def test_the_title_of_now(scene: Scene) -> None:
    opening = scene.world.thread(scene.group, scene["Author"].member, f"About {CANARY}", body="The words")
    redact(scene, scene["Chief"], opening)
    db.session.rollback()
    assert db.session.get_one(Thread, opening.id).title == f"About {OUT}"
    assert "About [organization name]" in text(scene, "Reader", url("threads", opening))
    assert "About [organization name]" in text(scene, "Reader", url("groups", scene.group))


def test_quotes_and_quotes_of_quotes(scene: Scene) -> None:
    first = reply_quoting(scene)
    words = f"> > It was {CANARY} Works\n\nSo {CANARY.upper()}"
    second = scene.world.reply(scene.opening, scene["Other"].member, words)
    apart = scene.world.reply(scene.opening, scene["Other"].member, f"I have nothing to do with {CANARY}")
    save(Quote(post_id=second.id, quoted_id=first.id))
    redact(scene, scene["Chief"])
    assert f"> It was {OUT} Works" in body(first)
    assert body(second) == f"> > It was {OUT} Works\n\nSo {OUT}"
    assert body(apart) == f"I have nothing to do with {CANARY}"


def test_the_author_is_told_and_can_read_what_was_there(scene: Scene) -> None:
    redact(scene, scene["Chief"], standard="identifies", words="Please mind this")
    db.session.rollback()
    while deliver_due():
        db.session.rollback()
    assert "The moderators took words out of your post" in text(scene, "Author", "/notifications")
    page = text(scene, "Author", f"{url('posts', scene.post)}/decisions")
    assert "Please mind this" in page
    assert "Leave out who it was" in page
    assert f"It was {CANARY} Works" in text(scene, "Author", f"{url('posts', scene.post)}/before")
    for name in ("Reader", "Chief"):
        assert scene[name].browser.get(f"{url('posts', scene.post)}/before").status_code == 403


def test_a_page_that_was_open_does_not_bring_them_back(scene: Scene) -> None:
    path = f"{url('threads', scene.opening)}/reply"
    held = scene["Reader"].browser.get(f"{path}?quote={ids.encode(scene.post.id)}")
    assert CANARY in held.get_data(as_text=True)
    redact(scene, scene["Chief"])
    confirmed = press(scene["Reader"].browser, held, "check", tlp="GREEN")
    assert CANARY not in confirmed.get_data(as_text=True)
    assert "Words were taken out here" in confirmed.get_data(as_text=True)


def test_of_a_colleague_somebody_else_decides(scene: Scene) -> None:
    house = db.session.get_one(Organization, scene["Chief"].member.organization_id)
    colleague = Person(scene.world, "Colleague", organization=house)
    scene.world.join(colleague.member, scene.group)
    post = scene.world.reply(scene.opening, colleague.member, f"Here {CANARY}")
    path = f"{url('posts', post)}/redact"
    assert "belongs to your organization" in text(scene, "Chief", path)
    given = {"taken": CANARY, "missing": "person", "step": "send", "version": "1"}
    assert "belongs to your organization" in scene.send(scene["Chief"], path, **given).get_data(as_text=True)
    assert body(post) == f"Here {CANARY}"
    assert redact(scene, scene["Second"], post).status_code == 303


def test_an_author_removes_the_old_wordings(scene: Scene) -> None:
    reply = reply_quoting(scene)
    assert edit(scene, scene.post, body="It was somewhere", forget="y").status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Revision)).all() == []
    assert body(reply).endswith("So it is")
    assert CANARY not in body(reply)
    assert CANARY in text(scene, "Author", f"{url('posts', scene.post)}/before")
    assert "removed earlier wordings on" in text(scene, "Reader", url("posts", scene.post))


def test_a_request_of_the_author_is_answered_with_it(scene: Scene) -> None:
    scene.send(scene["Author"], f"{url('posts', scene.post)}/redaction", words="The name of the works, please")
    redact(scene, scene["Chief"])
    (case,) = db.session.scalars(select(Case).where(Case.kind == CaseKind.REDACTION)).all()
    assert case.outcome == "redacted"


def test_a_withdrawn_post_leaves_nothing_to_read(app: Flask, scene: Scene) -> None:
    redact(scene, scene["Chief"])
    send(scene["Author"].browser, f"{url('posts', scene.post)}/withdraw")
    assert CANARY not in text(scene, "Author", f"{url('posts', scene.post)}/before")


def test_who_may_not_decide_sees_why_and_the_way_back_only(scene: Scene) -> None:
    house = db.session.get_one(Organization, scene["Chief"].member.organization_id)
    colleague = Person(scene.world, "Colleague", organization=house)
    scene.world.join(colleague.member, scene.group)
    post = scene.world.reply(scene.opening, colleague.member, f"Here {CANARY}")
    page = text(scene, "Chief", f"{url('posts', post)}/redact").partition("<main")[2].partition("</main>")[0]
    assert "belongs to your organization" in page
    assert f"{url('posts', post)}/thread" in page
    assert 'name="taken"' not in page
    assert 'name="step"' not in page


def test_a_case_leads_to_the_page_on_which_words_are_marked(scene: Scene) -> None:
    scene.flag("Reader")
    path = f"{url('posts', scene.post)}/redact?case={scene.at().rsplit('/', 1)[1]}"
    assert f'href="{path}"' in text(scene, "Chief", scene.at())
    assert scene["Chief"].browser.get(f"{scene.at()}?act=redact").headers["Location"] == path
    assert scene.act(scene["Chief"], "redact").headers["Location"] == path
    assert body(scene.post) == f"It was {CANARY} Works"


def test_where_it_is_not_offered_a_case_says_so(scene: Scene) -> None:
    scene.flag("Chief")
    assert scene["Chief"].browser.get(f"{scene.at()}?act=redact").status_code == 200
    assert scene.act(scene["Chief"], "redact").headers["Location"] == scene.at()
    assert "You told the moderators about this post yourself" in text(scene, "Chief", scene.at())
