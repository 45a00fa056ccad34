"""Two groups, a post in one of them that is worth telling the other, and all whose word that takes."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from community import clock, ids
from community.actions import releasing
from community.db import db
from community.models import Anonymous, Case, CaseKind, Group, Member, Post, PostState, Promotion, Role, Visibility
from community.outbox import deliver_due
from moderation.actions import promoting
from moderation.promotions import OPEN
from tests import unnamed
from tests.browsing import send
from tests.factories import World, url
from tests.notified import Person
from tests.paperwork import now, press

TITLE, TEXT = "A wave of mails", "Mails with a false invoice go round."
SECRET = "Himitsu-7a2e"


class Trade:
    """Source: Chief and Second moderate, Author wrote, Reader reads. Target: Gate and Guard moderate, Visitor reads."""

    def __init__(self, world: World, source: Visibility = Visibility.PRIVATE, **more: Any) -> None:
        self.world = world
        self.source = world.group("The pumps", source, anonymous=Anonymous.ALLOWED)
        self.target = world.group("All waters", **more)
        names = ("Chief", "Second", "Author", "Reader", "Gate", "Guard", "Visitor")
        self.people = {name: Person(world, name) for name in names}
        self.site = Person(world, "Site", site_moderator=True)
        for name in names:
            group = self.source if name in names[:4] else self.target
            role = Role.MODERATOR if name in ("Chief", "Second", "Gate", "Guard") else Role.CONTRIBUTOR
            world.join(self.people[name].member, group, role)
        self.post = self.write()

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def write(self, **more: Any) -> Post:
        return self.world.thread(
            self.source, self["Author"].member, "Our pumps", body=f"{SECRET} Works: {TEXT}", **more
        )

    def path(self, page: str = "promotion", post: Post | None = None) -> str:
        return f"{url('posts', post or self.post)}/{page}"

    def send(self, name: str, path: str, **form: Any) -> TestResponse:
        answer = send(self[name].browser, path, **form)
        db.session.rollback()
        return answer

    # --- the source ---

    def propose(self, name: str = "Chief", **changes: Any) -> TestResponse:
        """Prepare the copy, look at it, propose it, as a browser does."""
        browser = self[name].browser
        form = {"target": ids.encode(self.target.id), "tlp": "GREEN", "title": TITLE, "body": TEXT} | changes
        post = form.pop("post", None)
        looked = press(browser, browser.get(self.path("promote", post)), "check", **form)
        if looked.status_code != 200:
            return looked
        answer = press(browser, looked, "send", **{name: form[name] for name in ("agrees",) if name in form})
        db.session.rollback()
        return answer

    def answer(self, chosen: str, name: str = "Author", version: int | None = None, **more: Any) -> TestResponse:
        return self.send(name, self.path(), answer=chosen, version=version or self.row().version, **more)

    def row(self) -> Promotion:
        """The open proposal about the post, or the one that came last."""
        mine = select(Promotion.id).where(Promotion.post_id == self.post.id)
        last = mine.order_by(Promotion.stage.in_(OPEN).desc(), Promotion.due_at.desc()).limit(1)
        return now(Promotion, last)

    def stage(self) -> str:
        return str(self.row().stage)

    # --- both ---

    def case(self, kind: CaseKind) -> Case:
        group = self.target if kind == CaseKind.COPY else self.source
        mine = select(Case.id).where(Case.kind == kind, Case.group_id == group.id)
        return now(Case, mine.order_by(Case.state.desc(), Case.opened_at.desc()).limit(1))

    def at(self, case: Case) -> str:
        return f"/moderation/cases/{ids.encode(case.id)}"

    def decide(self, name: str, kind: CaseKind, act: str, case: Case | None = None, **form: Any) -> TestResponse:
        case = case or self.case(kind)
        person = self.site if name == "Site" else self[name]
        answer = send(person.browser, self.at(case), act=act, version=str(case.version), **form)
        db.session.rollback()
        return answer

    def let_go(self, name: str = "Second", act: str = "consent", **form: Any) -> TestResponse:
        return self.decide(name, CaseKind.PROMOTION, act, **form)

    def take_in(self, name: str = "Gate", act: str = "publish", **form: Any) -> TestResponse:
        return self.decide(name, CaseKind.COPY, act, **form)

    # --- the target ---

    def copies(self) -> list[Post]:
        """What stands in the target, published or not."""
        db.session.rollback()
        rows = list(db.session.scalars(select(Post).where(Post.group_id == self.target.id)))
        db.session.expunge_all()
        return rows

    def published(self) -> list[Post]:
        return [one for one in self.copies() if one.state == PostState.PUBLISHED]

    def waits(self) -> None:
        """As far as the target: proposed, agreed to by author and source."""
        assert self.propose().status_code == 303
        assert self.answer("agree").status_code == 303
        assert self.let_go().status_code == 303

    def share(self) -> Post:
        """All of it."""
        self.waits()
        assert self.take_in().status_code == 303
        (copy,) = self.published()
        return copy


class Nameless(Trade):
    """The post is by somebody who did not sign it, with enough people around them."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.crowd: list[Member] = [world.member(f"Person {number}") for number in range(6)]
        for one in self.crowd:
            world.join(one, self.source)
        self.author = world.enter(self.crowd[0])
        how = {"tlp": "GREEN", "at_once": "y"}
        sent = unnamed.send(self.author, f"{url('groups', self.source)}/new", title="Ours", body=TEXT, **how)
        assert sent.status_code == 303
        self.post = now(Post, select(Post.id).where(Post.pseudonym.is_not(None)))

    def question(self) -> str:
        return f"/me/anonymous/promotions/{ids.encode(self.row().id)}"

    def reply(self, chosen: str, browser: FlaskClient | None = None, **more: str) -> int:
        answer = send(browser or self.author, self.question(), answer=chosen, version=self.row().version, **more)
        db.session.rollback()
        return int(answer.status_code)


def days_later(days: int = 1) -> None:
    """What housekeeping does so many days later, at the daily release, and what is told of it."""
    db.session.rollback()
    with clock.fixed(clock.day() + timedelta(days=days, seconds=1), clock.token().hex()):
        releasing.sweep()
        promoting.sweep()
        db.session.rollback()
        while deliver_due():
            db.session.rollback()
    db.session.rollback()


def reads(browser: FlaskClient, group: Group) -> str:
    return browser.get(url("groups", group)).text
