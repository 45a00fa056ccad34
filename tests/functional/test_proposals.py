"""Site moderators are appointed, dismissed and suspended by two of them; all members are told who is one."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from community import clock, ids
from community.db import action, db
from community.models import Engagement, Member, MemberState, Proposal, SignIn
from tests.authenticator import at_once
from tests.browsing import after, send, words
from tests.factories import World
from tests.notified import Person
from tests.rooms import change, tags
from tests.trusting import REASON, about, keeper, state


class Three:
    """Three site moderators of different organizations, and a member who could be one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.members = [keeper(world, name) for name in ("Ai", "Ben", "Cho")]
        self.ai, self.ben, self.cho = map(world.enter, self.members)
        self.dan = world.member("Dan")

    def propose(self, kind: str, member: Member | None = None, by: FlaskClient | None = None) -> str:
        browser = by or self.ai
        return after(browser, send(browser, about(member or self.dan, kind), reason=REASON, cause="misuse"))


@pytest.fixture
def three(world: World) -> Three:
    return Three(world)


def path(number: int | None = None) -> str:
    db.session.rollback()
    return f"/trust/proposals/{ids.encode(number or db.session.scalars(select(Proposal.id)).one())}"


def decide(browser: FlaskClient, step: str, where: str = "") -> TestResponse:
    return send(browser, where or path(), step=step)


def is_keeper(member: Member) -> bool:
    db.session.rollback()
    return db.session.scalars(select(Member.site_moderator).where(Member.id == member.id)).one()


def test_a_second_one_appoints_and_all_are_told(three: Three, world: World) -> None:
    anybody = Person(world, "Anybody")
    assert "It waits for a second site moderator" in three.propose("appoint")
    assert not is_keeper(three.dan)
    assert "Waits for you" in words(three.ben.get("/trust"))
    assert "Waits for you" not in words(three.ai.get("/trust"))
    assert "It is done" in after(three.ben, decide(three.ben, "confirm"))
    assert is_keeper(three.dan)
    db.session.rollback()
    assert db.session.get_one(Member, three.dan.id).appointed_at is not None
    assert anybody.told() == ["Dan is a site moderator now"]
    assert tags() == ["moderator:proposal:made", "moderator:proposal:confirmed", "moderator:member:appointed"]


def test_a_second_one_refuses_and_the_third_reads_who_it_was(three: Three) -> None:
    three.propose("appoint")
    where = path()
    assert "Nothing is changed" in after(three.ben, decide(three.ben, "refuse"))
    assert "Handled already by Ben: refused." in after(three.cho, decide(three.cho, "confirm", where))
    assert "Handled already by Ben: refused." in after(three.cho, three.cho.get(where))
    assert not is_keeper(three.dan)
    assert three.cho.get(path(clock.random_id())).status_code == 404


def test_nobody_is_the_second_one_of_their_own_proposal(three: Three) -> None:
    three.propose("appoint")
    decide(three.ai, "confirm")
    assert not is_keeper(three.dan)
    assert "same is proposed already" in words(send(three.ai, about(three.dan, "appoint"), reason=REASON))
    send(three.ben, f"{path()}/take-back")
    where = path()
    assert send(three.ai, f"{where}/take-back").status_code == 303
    assert "Handled already by Ai: taken back." in after(three.ben, decide(three.ben, "confirm", where))


@pytest.mark.parametrize("kind", ["appoint", "dismiss", "suspend"])
def test_nobody_decides_about_their_own(three: Three, world: World, kind: str) -> None:
    """Neither the person concerned nor a colleague of theirs, neither as the first nor as the second."""
    colleague = keeper(world, "Eri")
    change(three.dan, organization_id=colleague.organization_id, site_moderator=kind != "appoint")
    eri = world.enter(colleague)
    assert send(eri, about(three.dan, kind), reason=REASON, cause="misuse").status_code == 403
    three.propose(kind)
    assert decide(eri, "confirm").status_code == 403
    if kind != "appoint":
        assert decide(world.enter(three.dan), "refuse").status_code == 403
    assert (is_keeper(three.dan), state(three.dan)) == (kind != "appoint", MemberState.ACTIVE)


@pytest.mark.parametrize(
    "unfit",
    [
        {"state": MemberState.REVOUCHING},
        {"state": MemberState.DORMANT},
        {"state": MemberState.SUSPENDED},
        {"engagement": Engagement.CONTRACTOR},
        {"site_moderator": True},
    ],
)
def test_only_who_is_active_and_trusted_is_appointed(three: Three, unfit: dict[str, object]) -> None:
    three.propose("appoint")
    change(three.dan, **unfit)
    assert "no longer possible" in after(three.ben, decide(three.ben, "confirm"))
    assert is_keeper(three.dan) == ("site_moderator" in unfit)
    assert send(three.cho, about(three.dan, "appoint"), reason=REASON).status_code == 400


def test_one_with_the_account_of_one_cannot_lock_the_others_out(three: Three) -> None:
    _, ben, cho = three.members
    three.propose("suspend", ben)
    three.propose("suspend", cho)
    three.propose("dismiss", cho)
    assert [state(one) for one in three.members] == [MemberState.ACTIVE] * 3
    assert all(map(is_keeper, three.members))
    number = db.session.scalars(select(Proposal.id).where(Proposal.member_id == ben.id)).one()
    decide(three.cho, "confirm", path(number))
    assert state(ben) == MemberState.SUSPENDED
    assert three.ben.get("/trust").status_code == 303


def test_a_proposal_lapses_when_its_proposer_is_stopped_or_its_time_is_over(three: Three, world: World) -> None:
    three.propose("appoint")
    where = path()
    change(three.members[0], state=MemberState.SUSPENDED)
    assert "has lapsed" in after(three.ben, decide(three.ben, "confirm"))
    assert "Make Dan" not in words(three.ben.get("/trust"))
    three.propose("appoint", by=three.ben)
    assert path() != where
    _age()
    assert "has lapsed" in after(three.cho, decide(three.cho, "confirm"))
    assert not is_keeper(three.dan)


@action
def _age() -> None:
    db.session.execute(update(Proposal).values(expires_at=clock.now() - timedelta(seconds=1)))


def test_the_page_says_what_one_proposes(three: Three) -> None:
    pages = [words(three.ai.get(about(*one))) for one in ((three.dan, "appoint"), (three.members[1], "dismiss"))]
    for page, title, what in zip(
        pages, ("Make Dan a site", "Dismiss Ben as a site"), ("open single", "stays"), strict=True
    ):
        assert all(said in page for said in (title, what, "This takes two", "Propose it", "All members are told"))


def test_where_one_alone_may_decide_they_do(world: World) -> None:
    ai, dan = keeper(world, "Ai"), world.member("Dan")
    browser = world.enter(ai)
    assert "You decide this alone" in words(browser.get(about(dan, "appoint")))
    assert "takes two" in words(browser.get("/trust"))
    send(browser, about(dan, "appoint"), reason=REASON)
    assert is_keeper(dan)


def test_one_of_two_removes_nobody(world: World) -> None:
    """Whoever holds one of two accounts must not get the other one out of the way."""
    ai, ben = keeper(world, "Ai"), keeper(world, "Ben")
    browser = world.enter(ai)
    for kind in ("dismiss", "suspend"):
        answer = send(browser, about(ben, kind), reason=REASON, cause="misuse")
        assert answer.status_code == 400
        assert "It takes a second site moderator" in words(answer)
        assert REASON in answer.text
    assert (state(ben), is_keeper(ben)) == (MemberState.ACTIVE, True)


@pytest.mark.parametrize("made", [MemberState.REVOUCHING, MemberState.DORMANT, MemberState.PENDING])
def test_nobody_is_alone_because_the_other_cannot_act_now(world: World, made: MemberState) -> None:
    ai, ben, dan = keeper(world, "Ai"), keeper(world, "Ben"), world.member("Dan")
    change(ben, state=made)
    send(world.enter(ai), about(dan, "appoint"), reason=REASON)
    assert not is_keeper(dan)
    assert len(db.session.scalars(select(Proposal.id)).all()) == 1


def test_one_resigns_but_not_the_last(world: World) -> None:
    ai, ben = keeper(world, "Ai"), keeper(world, "Ben")
    first, second = world.enter(ai), world.enter(ben)
    assert "no longer a site moderator" in after(first, send(first, "/trust/resign"))
    assert not is_keeper(ai)
    assert first.get("/trust").status_code == 404
    assert "last site moderator" in words(second.get("/trust/resign"))
    assert "last site moderator" in after(second, send(second, "/trust/resign"))
    assert is_keeper(ben)


def test_a_stale_passkey_does_nothing(three: Three) -> None:
    _tire()
    for kind, target in (("suspend", three.dan), ("appoint", three.dan), ("dismiss", three.members[1])):
        answer = send(three.ai, about(target, kind), reason=REASON, cause="misuse")
        assert answer.status_code == 403
        assert REASON in answer.text
    assert send(three.ai, "/trust/resign").status_code == 403
    assert tags() == []


@action
def _tire() -> None:
    db.session.execute(update(SignIn).values(passkey_at=clock.now() - timedelta(minutes=11)))


def test_two_who_confirm_at_once_do_it_once(three: Three) -> None:
    three.propose("appoint")
    where = path()
    browsers = (three.ben, three.cho)
    assert at_once(lambda number: decide(browsers[number], "confirm", where).status_code, 2) == [303, 303]
    assert tags().count("moderator:member:appointed") == 1
    assert is_keeper(three.dan)
