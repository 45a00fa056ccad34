"""Coming in for the first time, by an enrolment link."""

from datetime import timedelta
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import clock, housekeeping
from community.actions import enrolments
from community.db import db
from community.models import AuditEntry, Enrolment, Member, MemberState, OrganizationKind, Passkey, SignIn
from community.terms import VERSION
from community.viewer import hash_token
from tests.authenticator import Device, at_once, begin, hold, sign_in, token_of
from tests.factories import World, save


@pytest.fixture
def link(app: Flask) -> str:
    """The first site moderator's link."""
    return "/enrol/" + enrolments.found("Ada", "ada@example.test", "Hub", OrganizationKind.HUB)


def fresh() -> Any:
    """The database as it is now."""
    db.session.rollback()
    return db.session


def state_of(name: str) -> MemberState | None:
    return cast(MemberState | None, fresh().scalar(select(Member.state).where(Member.name == name)))


def test_a_link_makes_a_passkey_and_lets_in(link: str, client: FlaskClient) -> None:
    assert "Ada" in client.get(link).text
    device = Device()
    assert hold(client, link, device.create, link).json == {"next": "/"}
    assert "Ada" in client.get("/me").text
    assert state_of("Ada") == MemberState.ACTIVE
    assert fresh().scalar(select(Member.terms)) == VERSION
    assert fresh().scalar(select(func.count()).select_from(Enrolment)) == 0


def test_afterwards_the_passkey_signs_in_anywhere(app: Flask, link: str, client: FlaskClient) -> None:
    device, other = Device(), app.test_client()
    hold(client, link, device.create, link)
    assert sign_in(other, device).status_code == 200
    assert "Ada" in other.get("/me").text


def test_used_expired_and_guessed_links_answer_alike(app: Flask, link: str, client: FlaskClient) -> None:
    hold(app.test_client(), link, Device().create, link)
    answers = [client.get(link), client.get("/enrol/" + "0" * 64), client.get("/enrol/x")]
    late = "/enrol/" + _link_for(Member(name="Late", mail="late@example.test"), timedelta(seconds=-1))
    answers.append(client.get(late))
    assert {answer.status_code for answer in answers} == {404}
    paths = (link, "/enrol/" + "0" * 64, "/enrol/x", late)
    # The page repeats its own address where it offers another language, beside the token of that form.
    pages = {
        answer.text.replace(path, "").replace(token_of(answer.text), "")
        for answer, path in zip(answers, paths, strict=True)
    }
    assert len(pages) == 1


def _link_for(member: Member, lasts: timedelta) -> str:
    token, organization_id = clock.token().hex(), db.session.scalars(select(Member.organization_id)).first()
    member.id, member.organization_id, member.joined_on = clock.random_id(), organization_id or 0, clock.now().date()
    member.state = member.state or MemberState.INVITED
    save(member)
    save(
        Enrolment(
            id=clock.random_id(), member_id=member.id, token_hash=hash_token(token), expires_at=clock.now() + lasts
        )
    )
    return token


def test_looking_uses_nothing_up(link: str, client: FlaskClient) -> None:
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert hold(client, link, Device().create, link).status_code == 200


def test_a_link_works_once(app: Flask, link: str) -> None:
    """Also when two browsers had it open before either finished."""
    first, second = app.test_client(), app.test_client()
    asked = [begin(browser, f"{link}/begin", link) for browser in (first, second)]
    answers = [
        browser.post(f"{link}/finish", json={"credential": Device().create(options)}, headers=headers)
        for browser, (options, headers) in zip((first, second), asked, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert fresh().scalar(select(func.count()).select_from(Passkey)) == 1
    assert fresh().scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_link_works_once_at_one_moment_too(app: Flask, link: str) -> None:
    browsers = [app.test_client() for _ in range(3)]
    asked = [begin(browser, f"{link}/begin", link) for browser in browsers]

    def finish(number: int) -> int:
        options, headers = asked[number]
        sent = {"credential": Device().create(options)}
        return browsers[number].post(f"{link}/finish", json=sent, headers=headers).status_code

    assert sorted(at_once(finish, 3)) == [200, 400, 400]
    assert fresh().scalar(select(func.count()).select_from(Passkey)) == 1


def test_a_link_dies_when_its_time_is_over(link: str, client: FlaskClient) -> None:
    options, headers = begin(client, f"{link}/begin", link)
    with clock.fixed(clock.now() + timedelta(hours=72, minutes=1), "later"):
        sent = {"credential": Device().create(options)}
        assert client.post(f"{link}/finish", json=sent, headers=headers).status_code == 400
        housekeeping.tidy()
    assert fresh().scalar(select(func.count()).select_from(Enrolment)) == 0


@pytest.mark.parametrize(
    "lies", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"flags": 1}, {"id": b""}]
)
def test_a_wrong_answer_leaves_the_link_as_it_was(link: str, client: FlaskClient, lies: dict[str, object]) -> None:
    device = Device()
    for name, value in lies.items():
        setattr(device, name, value)
    assert hold(client, link, device.create, link).json == {"refused": True}
    assert state_of("Ada") == MemberState.INVITED
    assert client.get(link).status_code == 200


def test_a_passkey_of_somebody_else_cannot_be_registered_again(link: str, client: FlaskClient, world: World) -> None:
    device = Device()
    hold(client, link, device.create, link)
    other = "/enrol/" + _link_for(Member(name="Eve", mail="eve@example.test"), timedelta(hours=1))
    assert hold(client, other, device.create, other).status_code == 400
    assert state_of("Eve") == MemberState.INVITED


def test_everybody_but_the_first_waits_to_be_vouched_for(link: str, client: FlaskClient) -> None:
    other = "/enrol/" + _link_for(Member(name="Grace", mail="grace@example.test"), timedelta(hours=1))
    assert hold(client, other, Device().create, other).status_code == 200
    assert state_of("Grace") == MemberState.PENDING
    assert client.get("/groups").location == "/waiting"


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT])
def test_a_link_of_somebody_put_out_is_closed(link: str, client: FlaskClient, state: MemberState) -> None:
    other = "/enrol/" + _link_for(Member(name="Out", mail="out@example.test", state=state), timedelta(hours=1))
    assert client.get(other).status_code == 404


def test_it_is_recorded_without_a_name(link: str, client: FlaskClient) -> None:
    hold(client, link, Device().create, link)
    entries = fresh().execute(select(AuditEntry.tag, AuditEntry.actor_id, AuditEntry.facts)).all()
    assert [tuple(entry) for entry in entries] == [
        ("operator:member:founded", None, {}),
        ("member:member:enrolled", None, {}),
    ]


def test_guessing_is_slowed_down(client: FlaskClient, link: str) -> None:
    answers = [client.get(f"/enrol/{number:064x}").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]
    assert client.get(link).status_code == 200
