"""Members ask the analysts about a post; an analyst answers in private or with an assessment for all readers."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from community import ids
from community.db import db
from community.models import AnalysisRequest, AnalysisState, Anonymous, Member, Membership, Post, PostState, Role
from community.tlp import Tlp
from tests.browsing import words
from tests.cases import CANARY, Scene
from tests.factories import World, url
from tests.notified import Person
from tests.paperwork import last_post, now, paper, send_post
from tests.paperwork import press as click


class Desk(Scene):
    """The scene with an analyst in the group, another, and one who is not in it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        for name in ("Ana", "Aki"):
            self.people[name] = Person(world, name, analyst=True)
            world.join(self[name].member, self.group, Role.CONTRIBUTOR)
        self.people["Far"] = Person(world, "Far", analyst=True)

    def path(self, post: Post | None = None) -> str:
        return f"{url('posts', post or self.post)}/analysis"

    def ask(self, name: str, post: Post | None = None, **form: Any) -> Any:
        given = {"act": "ask", "question": f"Who has seen it? {CANARY}", "how": "privately"} | form
        return self.send(self[name], self.path(post), **given)

    def press(self, name: str, act: str, **form: str) -> Any:
        return self.send(self[name], self.path(), act=act, request=ids.encode(self.request().id), **form)

    def request(self) -> AnalysisRequest:
        return now(AnalysisRequest, select(AnalysisRequest.id).order_by(AnalysisRequest.asked_at.desc()).limit(1))

    def leaves(self, name: str) -> None:
        db.session.execute(delete(Membership).where(Membership.member_id == self[name].member.id))
        db.session.commit()

    def page(self, name: str) -> str:
        return self[name].browser.get(self.path()).get_data(as_text=True)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def count() -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count()).select_from(AnalysisRequest)).one()


def test_one_asks_in_private_and_is_answered(desk: Desk) -> None:
    page = words(desk["Reader"].browser.get(desk.path()))
    assert "2 analysts read this post" in page
    assert "Far" not in page
    assert desk.ask("Reader").status_code == 303
    for name, meets in (("Ana", True), ("Aki", True), ("Reader", True), ("Other", False), ("Author", False)):
        assert (CANARY in desk.page(name)) == meets, name
    assert any("asked for help" in one for one in desk["Ana"].told())
    assert not any("asked for help" in one for one in desk["Other"].told())
    assert "Who has seen it?" in words(desk["Ana"].browser.get("/analysis"))
    assert desk.press("Ana", "take").status_code == 303
    assert "by Ana" in words(desk["Aki"].browser.get(desk.path()))
    assert desk.press("Ana", "answer", answer="Three others, since May").status_code == 303
    assert "Ana answered:" in words(desk["Reader"].browser.get(desk.path()))
    assert any("has answered you" in one for one in desk["Reader"].told())
    for name in ("Other", "Author"):
        assert "since May" not in desk.page(name)
    assert "Answered" in words(desk["Reader"].browser.get("/analysis"))


def test_one_asks_openly_and_an_assessment_answers_it(desk: Desk) -> None:
    desk.ask("Reader", how="openly")
    assert CANARY in desk.page("Other")
    desk.press("Ana", "take")
    thread = url("threads", desk.opening)
    page = desk["Ana"].browser.get(f"{thread}/reply?assessment=1&quote={ids.encode(desk.post.id)}")
    assert paper(page, "check").all("assessment") == ["y"]
    sent = click(desk["Ana"].browser, click(desk["Ana"].browser, page, "check", severity="warning"), "send")
    assert sent.status_code == 303
    made = last_post()
    assert made.assessment
    desk["Reader"].told()
    assert (desk.request().state, desk.request().answer_id) == (AnalysisState.ANSWERED, made.id)
    assert "Assessment by an analyst" in words(desk["Other"].browser.get(thread))
    assert "Assessment by an analyst" in words(desk["Other"].browser.get(url("posts", made)))
    assert f"/posts/{ids.encode(made.id)}/thread" in desk.page("Other")
    assert any("has answered you" in one for one in desk["Reader"].told())


def test_only_analysts_assess_and_under_their_name(desk: Desk) -> None:
    path = url("threads", desk.opening) + "/reply"
    assert "This is an assessment" not in words(desk["Reader"].browser.get(path))
    refused = send_post(desk["Reader"].browser, path, body="B", assessment="y")
    assert refused.status_code == 422
    assert "Only an analyst" in words(refused)
    desk.group.anonymous = Anonymous.ALLOWED
    db.session.merge(desk.group)
    db.session.commit()
    page = desk["Ana"].browser.get(path)
    unnamed = click(desk["Ana"].browser, page, "check", body="B", assessment="y", without_name="y")
    assert "under one's name" in words(unnamed)
    assert last_post().id == desk.post.id


def test_who_does_not_read_the_post_hears_nothing(desk: Desk) -> None:
    desk.ask("Reader", how="openly")
    far = desk["Far"].browser
    assert far.get(desk.path()).status_code == 404
    assert desk.press("Far", "take").status_code == 404
    assert CANARY not in far.get("/analysis").get_data(as_text=True)
    assert not any("asked for help" in one for one in desk["Far"].told())
    desk.leaves("Reader")
    assert CANARY not in desk["Reader"].browser.get("/analysis").get_data(as_text=True)


def test_an_author_opens_their_post_to_an_analyst(desk: Desk) -> None:
    for name in ("Ana", "Aki"):
        desk.leaves(name)
    assert "No analyst can read this post" in desk.page("Reader")
    refused = desk.ask("Reader")
    assert refused.status_code == 400
    assert CANARY in refused.get_data(as_text=True)
    assert count() == 0
    page = desk.page("Author")
    assert page.count("Open it to them") == 3
    assert "Open it to them" not in desk.page("Reader")
    desk.send(desk["Author"], f"{url('posts', desk.post)}/grants", member=ids.encode(desk["Far"].member.id))
    assert desk.page("Author").count("Open it to them") == 2
    assert desk.ask("Author").status_code == 303
    far = desk["Far"].browser
    listed = far.get("/analysis").get_data(as_text=True)
    assert CANARY in listed
    assert "A title" not in listed
    assert "The pumps" not in desk.page("Far")
    assert desk.press("Far", "take").status_code == 303
    assert desk.press("Far", "answer", answer="Known since May").status_code == 303
    assert "since May" in desk.page("Author")


def test_nothing_is_asked_twice_and_nothing_answered_twice(desk: Desk) -> None:
    desk.ask("Reader")
    again = desk.ask("Reader", question="Again")
    assert again.status_code == 400
    assert count() == 1
    desk.press("Ana", "take")
    held = desk.press("Aki", "answer", answer="My long answer")
    assert held.status_code == 400
    assert "My long answer" in held.get_data(as_text=True)
    assert "Ana has taken this request" in words(held)
    desk.press("Ana", "give_back")
    desk.press("Aki", "answer", answer="Mine")
    late = desk.press("Ana", "answer", answer="Too late")
    assert "answered or taken back meanwhile" in words(late)
    assert desk.request().answer == "Mine"


def test_who_asked_takes_it_back_and_nobody_else(desk: Desk) -> None:
    desk.ask("Reader", how="openly")
    assert desk.press("Other", "take_back").status_code == 403
    assert desk.press("Reader", "take").status_code == 403
    assert desk.press("Other", "take").status_code == 403
    assert desk.press("Reader", "take_back").status_code == 303
    assert desk.request().state == AnalysisState.TAKEN_BACK
    assert desk.ask("Reader").status_code == 303


def test_an_analyst_does_not_answer_themselves(desk: Desk) -> None:
    assert "1 analyst reads this post" in words(desk["Ana"].browser.get(desk.path()))
    desk.ask("Ana")
    assert desk.press("Ana", "take").status_code == 403
    assert CANARY not in words(desk["Ana"].browser.get("/analysis")).split("What you asked")[0]


def test_what_was_withdrawn_leaves_questions_and_answers(desk: Desk) -> None:
    said = f"It was {CANARY} Works"
    desk.ask("Reader", question=f"Is this true:\n{said}\nWe wonder")
    desk.press("Ana", "answer", answer=f"Yes:\n{said}")
    desk.send(desk["Author"], f"{url('posts', desk.post)}/withdraw")
    request = desk.request()
    assert CANARY not in request.question + request.answer
    assert "We wonder" in request.question
    assert desk["Reader"].browser.get(desk.path()).status_code == 200
    assert desk.ask("Other").status_code == 403


def test_a_private_answer_is_private_though_all_see_the_question(desk: Desk) -> None:
    desk.ask("Reader", how="openly")
    desk.press("Ana", "take")
    desk.press("Ana", "answer", answer="Known since May")
    for name, reads in (("Reader", True), ("Aki", True), ("Other", False), ("Author", False)):
        assert ("since May" in desk.page(name)) == reads, name
    assert "Answered" in desk.page("Other")


def test_an_assessment_that_the_asker_does_not_read_answers_nothing(desk: Desk) -> None:
    desk.ask("Reader", how="openly")
    desk.press("Ana", "take")
    path = url("threads", desk.opening) + "/reply"
    recipients = ids.encode(desk["Author"].member.id)
    sent = send_post(desk["Ana"].browser, path, body="B", assessment="y", tlp="RED", recipients=recipients)
    assert sent.status_code == 303
    desk["Reader"].told()
    assert desk.request().state == AnalysisState.OPEN
    assert "The assessment that answers it" not in desk.page("Author")


def test_an_assessment_is_linked_for_those_who_read_it(desk: Desk) -> None:
    desk.ask("Reader", how="openly")
    desk.press("Ana", "take")
    send_post(desk["Ana"].browser, url("threads", desk.opening) + "/reply", body="B", assessment="y")
    desk["Reader"].told()
    assert "The assessment that answers it" in desk.page("Other")
    db.session.execute(update(Post).where(Post.id == last_post().id).values(state=PostState.REMOVED))
    db.session.commit()
    assert "The assessment that answers it" not in desk.page("Other")


def test_whoever_has_the_post_alone_meets_what_its_author_asks(desk: Desk, world: World) -> None:
    desk.ask("Reader", how="openly")
    for name in ("Far", "Guest"):
        desk.people.setdefault(name, Person(world, name))
        world.grant(desk.post, desk[name].member)
        assert CANARY not in desk.page(name)
        assert "Reader" not in desk.page(name)
    assert CANARY not in desk["Far"].browser.get("/analysis").get_data(as_text=True)
    assert desk.press("Far", "take").status_code == 404
    desk.ask("Author")
    assert CANARY in desk.page("Far")
    assert CANARY not in desk.page("Guest")
    assert desk.press("Far", "take").status_code == 303


def test_requests_that_cannot_be_taken_back_hold_nobody_up(desk: Desk, world: World) -> None:
    for number in range(5):
        desk.ask("Reader", world.reply(desk.opening, desk["Author"].member, f"Number {number}"))
    assert desk.ask("Reader").status_code == 400
    db.session.execute(update(Post).where(Post.body.startswith("Number")).values(state=PostState.REMOVED))
    db.session.commit()
    assert desk.ask("Reader").status_code == 303


@pytest.mark.parametrize("change", [{"state": "suspended"}, {"analyst": False}])
def test_what_an_analyst_left_behind_another_takes(desk: Desk, change: dict[str, Any]) -> None:
    desk.ask("Reader")
    desk.press("Ana", "take")
    assert desk.press("Aki", "take").status_code == 303
    assert desk.request().analyst_id == desk["Ana"].member.id
    db.session.execute(update(Member).where(Member.id == desk["Ana"].member.id).values(**change))
    db.session.commit()
    assert "Waiting" in desk.page("Reader")
    desk.press("Aki", "take")
    assert desk.request().analyst_id == desk["Aki"].member.id


def test_removed_posts_take_their_requests_with_them(desk: Desk) -> None:
    desk.ask("Reader")
    db.session.execute(update(Post).where(Post.id == desk.post.id).values(state=PostState.REMOVED))
    db.session.commit()
    assert desk["Reader"].browser.get(desk.path()).status_code == 404
    assert CANARY not in desk["Ana"].browser.get("/analysis").get_data(as_text=True)


@pytest.mark.parametrize(
    "form",
    [{"question": ""}, {"question": "x" * 1001}, {"question": "\u200b"}, {"how": "nonsense"}, {"how": ""}],
)
def test_nonsense_is_said_and_nothing_is_lost(desk: Desk, form: dict[str, Any]) -> None:
    answer = desk.ask("Reader", **form)
    assert answer.status_code == 400
    assert count() == 0
    assert (form.get("question", "").strip() or "analysts") in answer.get_data(as_text=True)


@pytest.mark.parametrize("act", ["take", "give_back", "answer", "take_back"])
def test_requests_of_nowhere_are_not_there(desk: Desk, act: str) -> None:
    desk.ask("Reader")
    elsewhere = desk.world.reply(desk.opening, desk["Author"].member, "Another", tlp=Tlp.GREEN)
    given = {"act": act, "answer": "Words"}
    for number in ("", "nonsense", ids.encode(7)):
        assert desk.send(desk["Ana"], desk.path(), request=number, **given).status_code == 404
    there = ids.encode(desk.request().id)
    assert desk.send(desk["Ana"], desk.path(elsewhere), request=there, **given).status_code == 404
    assert desk.send(desk["Ana"], desk.path(), request=there, act="nonsense").status_code == 403


def test_five_requests_wait_at_most(desk: Desk, world: World) -> None:
    posts = [world.reply(desk.opening, desk["Author"].member, f"Number {one}") for one in range(6)]
    assert [desk.ask("Reader", post).status_code for post in posts] == [303] * 5 + [400]
