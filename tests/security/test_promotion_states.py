"""No sequence of acts publishes a text whose exact form, target and label author and source did not agree to.

Each act is done twice, by the application and by `tests/promotion_model.py`: both must agree on whether it was
possible, on where the proposal stands, and on what those of the targets can read. Old forms, of a page that somebody
opened long ago, are sent as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from community import anonymity, clock
from community.access import NotFound
from community.actions import releasing
from community.actions.editing import withdraw_post
from community.db import db
from community.models import Case, CaseKind, CaseState, Member, Post, PostState, Promotion, Role, Thread
from community.policy import NotAllowed, Refused
from community.tlp import Tlp
from community.viewer import Viewer, viewer_of_member
from community.writing import Unfit
from moderation.actions import consenting, copying, deciding, promoting
from moderation.actions.consenting import Answer
from moderation.actions.deciding import Letter
from moderation.promotions import Prepared
from tests.conftest import empty
from tests.factories import World, save
from tests.promotion_model import Form, Model

START = datetime(2026, 5, 4, 9, 12, tzinfo=UTC)
LASTS = 15
REFUSED = (NotFound, NotAllowed, Refused, Unfit)
PEOPLE = ("author", "chief", "second", "gate", "guard", "both", "reader")
SOURCE, TARGETS = frozenset({"chief", "second", "both"}), {"east": {"gate", "guard", "both"}, "west": {"gate"}}
WHO = st.sampled_from(PEOPLE)
FORMS = st.tuples(
    st.sampled_from(sorted(TARGETS)),
    st.sampled_from(("AMBER", "GREEN", "CLEAR")),
    st.sampled_from(("One", "Two")),
    st.sampled_from(("These words", "Those words")),
)


class Sharing(RuleBasedStateMachine):
    """One post, all whose word it takes, and time."""

    app: Flask
    named: bool

    @initialize(label=st.sampled_from(("AMBER", "GREEN")))
    def furnish(self, label: str) -> None:
        empty(self.app)
        self.now, self.steps = START, 0
        self.old: list[tuple[int, str, int]] = []
        with self.moment():
            world = World(self.app)
            self.rooms = {name: world.group(name) for name in ("here", *TARGETS)}
            self.people = {name: world.member(name) for name in PEOPLE}
            for name, member in self.people.items():
                if name not in ("gate", "guard"):
                    role = Role.MODERATOR if name in SOURCE else Role.CONTRIBUTOR
                    world.join(member, self.rooms["here"], role)
                for target, moderators in TARGETS.items():
                    if name in moderators:
                        world.join(member, self.rooms[target], Role.MODERATOR)
            author = self.people["author"]
            post = world.thread(self.rooms["here"], author if self.named else None, "Ours", tlp=Tlp(label), body="Raw")
            self.post_id = post.id
            if not self.named:
                self.sign(author)
        targets = {name: frozenset(those) for name, those in TARGETS.items()}
        self.model = Model("author", self.named, label, SOURCE, targets)

    def sign(self, author: Member) -> None:
        """What stands in place of a name."""
        scope = b"0123456789abcdef"
        thread, post = db.session.get_one(Thread, self.post_id), db.session.get_one(Post, self.post_id)
        thread.scope = scope
        line = anonymity.byline(author.id, self.post_id, scope, fresh=False)
        post.author_tag, post.pseudonym = line.author_tag, line.pseudonym
        db.session.expunge_all()
        save(thread, post)

    @contextmanager
    def moment(self) -> Iterator[None]:
        self.steps += 1
        with clock.fixed(self.now, f"{self.steps}"):
            yield
        db.session.rollback()

    def viewer(self, who: str) -> Viewer:
        return replace(viewer_of_member(self.people[who].id), passkey_at=self.now)

    def does(self, act: Callable[[], Any]) -> bool:
        with self.moment():
            try:
                act()
            except REFUSED:
                return False
        return True

    def row(self) -> Promotion | None:
        db.session.rollback()
        rows = list(db.session.scalars(select(Promotion).where(Promotion.post_id == self.post_id)))
        open_ones = [one for one in rows if one.stage in ("author", "source", "target", "changes")]
        assert len(open_ones) <= 1
        return open_ones[0] if open_ones else None

    def version(self) -> int:
        row = self.row()
        return row.version if row else 0

    def seen(self) -> promoting.Seen:
        version = self.version()
        return promoting.Seen(version, db.session.scalars(select(Post.version).where(Post.id == self.post_id)).one())

    # --- rules ---

    @rule(who=WHO, form=FORMS, agrees=st.booleans())
    def propose(self, who: str, form: Form, agrees: bool) -> None:
        target, tlp, title, body = form
        prepared = Prepared(self.rooms[target].id, Tlp(tlp), title, body)
        done = self.does(
            lambda: promoting.propose(self.viewer(who), self.post_id, prepared, self.seen(), agrees=agrees)
        )
        assert done == self.model.propose(who, form, agrees)

    def answer(self, who: str, chosen: Answer, agrees: bool = False, version: int | None = None) -> bool:
        seen = self.version() if version is None else version
        if self.named:
            act = lambda: consenting.answer(self.viewer(who), self.post_id, seen, chosen, "So", agrees=agrees)  # noqa: E731
            return self.does(act)
        row = self.row()
        number = row.id if row else 0
        done = self.does(lambda: consenting.answer_unnamed(self.viewer(who), number, seen, chosen, "So", agrees=agrees))
        if done:
            self.now = self.now.replace(hour=0, minute=0) + timedelta(days=1)
            with self.moment():
                releasing.sweep()
            self.model.wait(1, LASTS + 100)
        return done

    @rule(who=WHO, agrees=st.booleans())
    def agree(self, who: str, agrees: bool) -> None:
        assert self.answer(who, Answer.AGREE, agrees) == self.model.agree(who, agrees)

    @rule(who=WHO)
    def ask_as_author(self, who: str) -> None:
        assert self.answer(who, Answer.CHANGES) == self.model.end_as_author(who, "changes")

    @rule(who=WHO)
    def refuse_as_author(self, who: str) -> None:
        if self.named:
            assert self.answer(who, Answer.REFUSE) == self.model.end_as_author(who, "refused")

    @rule(who=WHO)
    def take_back(self, who: str) -> None:
        assert self.answer(who, Answer.TAKE_BACK) == self.model.take_back(who)

    def decide(self, who: str, kind: CaseKind, name: str) -> bool:
        db.session.rollback()
        waiting = select(Case).where(Case.kind == kind, Case.state == CaseState.OPEN)
        cases = list(db.session.scalars(waiting))
        assert len(cases) <= 1
        if not cases:
            return False
        number, version = cases[0].id, cases[0].version
        self.old.append((number, name, version))
        return self.does(lambda: deciding.act(self.viewer(who), number, name, version, Letter(words="So")))

    @rule(
        who=WHO, how=st.sampled_from((("consent", "target"), ("refuse_sharing", "refused"), ("ask_source", "changes")))
    )
    def let_go(self, who: str, how: tuple[str, str]) -> None:
        assert self.decide(who, CaseKind.PROMOTION, how[0]) == self.model.let_go(who, how[1])

    @rule(who=WHO)
    def take_let_go_back(self, who: str) -> None:
        done = self.does(lambda: copying.take_back(self.viewer(who), self.post_id, self.version()))
        assert done == self.model.take_let_go_back(who)

    @rule(
        who=WHO,
        how=st.sampled_from((("publish", "published"), ("refuse_copy", "refused"), ("ask_for_other", "changes"))),
    )
    def decide_there(self, who: str, how: tuple[str, str]) -> None:
        assert self.model.gone or self.decide(who, CaseKind.COPY, how[0]) == self.model.decide(who, how[1])

    @rule(who=WHO)
    def withdraw(self, who: str) -> None:
        done = self.does(lambda: promoting.withdraw(self.viewer(who), self.post_id, self.version()))
        assert done == self.model.withdraw(who)

    @rule(who=WHO, data=st.data())
    def send_an_old_form(self, who: str, data: st.DataObject) -> None:
        """What was decided on a page of before changes nothing."""
        if self.old:
            number, name, version = data.draw(st.sampled_from(self.old))
            db.session.rollback()
            case = db.session.get(Case, number)
            if case is None or case.version != version or case.state != CaseState.OPEN:
                act = lambda: deciding.act(self.viewer(who), number, name, version, Letter(words="So"))  # noqa: E731
                assert not self.does(act)

    @rule(who=WHO, back=st.integers(1, 3))
    def answer_an_old_question(self, who: str, back: int) -> None:
        if self.version() > back and self.named:
            assert not self.answer(who, Answer.AGREE, agrees=True, version=self.version() - back)

    @rule(days=st.sampled_from((1, 7)))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        with self.moment():
            releasing.sweep()
            db.session.rollback()
            promoting.sweep()
        row = db.session.scalars(select(Promotion.stage).order_by(Promotion.due_at.desc()).limit(1)).first()
        if self.model.open() and row == "expired":
            self.model.wait(LASTS + 100, LASTS)

    @rule()
    def take_the_post_back(self) -> None:
        if self.named and not self.model.gone and len(self.model.published) > 0:
            assert self.does(lambda: withdraw_post(self.viewer("author"), self.post_id))
            self.model.shrink()

    # --- what must hold ---

    @invariant()
    def it_stands_where_it_should(self) -> None:
        row, way = self.row(), self.model.open()
        assert (row.stage if row else None) == (way.stage if way else None)

    @invariant()
    def others_read_what_was_agreed_to_and_nothing_else(self) -> None:
        db.session.rollback()
        away = [self.rooms[name].id for name in TARGETS]
        names = {self.rooms[name].id: name for name in TARGETS}
        shown = select(Post.group_id, Post.tlp, Thread.title, Post.body).join(Thread, Thread.id == Post.thread_id)
        rows = db.session.execute(shown.where(Post.group_id.in_(away), Post.state == PostState.PUBLISHED)).all()
        found = sorted((names[row.group_id], str(row.tlp), row.title, row.body) for row in rows)
        expected = [form for number, form in enumerate(self.model.published) if number not in self.model.hidden]
        assert found == sorted(expected)


@pytest.mark.timeout(400)  # half a minute on an idle machine
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("named", [True, False], ids=["named", "anonymous"])
def test_nothing_is_published_that_was_not_agreed_to(app: Flask, named: bool) -> None:
    play(app, named, 6)


@pytest.mark.soak
@pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("named", [True, False], ids=["named", "anonymous"])
def test_nothing_is_published_that_was_not_agreed_to_in_many_ways(app: Flask, named: bool) -> None:
    play(app, named, 300)


def play(app: Flask, named: bool, examples: int) -> None:
    kind = type("Shared", (Sharing,), {"app": app, "named": named})
    many = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(kind, settings=many)
