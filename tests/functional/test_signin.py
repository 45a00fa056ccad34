"""Coming in by passkey, by the demo's side door, and going out again."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from community import clock, housekeeping, ids
from community.db import db
from community.demo.personas import mail_of
from community.models import Member, MemberState, OutboxEvent, Passkey, SignIn
from community.pages import limits
from tests.authenticator import PRESENT, Device, at_once, begin, encoded, give, hold, sign_in, token_of
from tests.factories import World

REDIS = os.environ.get("MUSUBI_TEST_REDIS", "redis://127.0.0.1:6379/0")
Enter = Callable[[Member], FlaskClient]


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/me").status_code == 200


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# --- with a passkey ---


def test_a_passkey_signs_in(world: World, client: FlaskClient) -> None:
    device = give(world.member("Ada"), Device())
    answer = sign_in(client, device)
    assert (answer.status_code, answer.json) == (200, {"next": "/"})
    assert "Ada" in client.get("/me").text
    assert db.session.scalar(select(Passkey.sign_count)) == 1
    assert sign_in(client, device).status_code == 200


def test_the_token_is_not_in_the_database(world: World, client: FlaskClient) -> None:
    sign_in(client, give(world.member(), Device()))
    with client.session_transaction() as session:
        token = session["_user_id"]
    assert token.encode() not in db.session.scalars(select(SignIn.token_hash)).one()
    assert len(token) == 64


OUTSIDE = ("//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "")


def test_afterwards_one_goes_on_inside(world: World, client: FlaskClient) -> None:
    device = give(world.member(), Device())
    for onward, goes_to in [("/groups?page=2", "/groups?page=2"), *((address, "/") for address in OUTSIDE)]:
        assert sign_in(client, device, onward).json == {"next": goes_to}
        assert client.get("/sign-in", query_string={"next": onward}).location == goes_to


def lie(device: Device, **lies: Any) -> Device:
    for name, value in lies.items():
        setattr(device, name, value)
    return device


@pytest.mark.parametrize(
    "lies",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:5000"},
        {"host": "evil.example"},
        {"flags": PRESENT},  # nobody verified
        {"flags": 0},
        {"count": 0},  # went back
        {"id": b"nobody has this one"},
        {"handle": b"somebody else"},
        {"key": Device().key},
    ],
)
def test_what_does_not_hold_is_refused_alike(world: World, client: FlaskClient, lies: dict[str, Any]) -> None:
    device = lie(give(world.member(), Device(count=2)), **lies)
    answer = sign_in(client, device)
    assert (answer.status_code, answer.json) == (400, {"refused": True})
    assert not is_in(client)
    assert count(SignIn) == 0


@pytest.mark.parametrize("state", [MemberState.LEFT, MemberState.INVITED])
def test_who_may_not_come_in_hears_the_same(world: World, client: FlaskClient, state: MemberState) -> None:
    answer = sign_in(client, give(world.member(state=state), Device()))
    assert (answer.status_code, answer.json) == (400, {"refused": True})
    assert count(SignIn) == 0


def test_suspension_ends_a_session_at_once(world: World, enter: Enter) -> None:
    member = world.member()
    browser = enter(member)
    assert is_in(browser)
    db.session.execute(update(Member).values(state=MemberState.SUSPENDED))
    db.session.commit()
    assert not is_in(browser)


GARBAGE: list[Any] = [None, [], 7, "x", {}, {"credential": None}, {"credential": []}, {"credential": {"rawId": 5}}]


def test_garbage_is_refused(client: FlaskClient) -> None:
    for sent in GARBAGE:
        _, headers = begin(client, "/sign-in/begin", "/sign-in")
        answer = client.post("/sign-in/finish", data=json.dumps(sent), content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json) == (400, {"refused": True}), sent


BROKEN: tuple[Any, ...] = ("", "!", "AAAA", encoded(b"\xff" * 300), "日本", None, {})


def test_every_part_may_be_broken(world: World, client: FlaskClient) -> None:
    device = give(world.member(), Device())

    def broken(part: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def get(options: dict[str, Any]) -> dict[str, Any]:
            answer = device.get(options)
            answer["response"][part] = value
            return answer

        return get

    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for value in BROKEN:
            assert hold(client, "/sign-in", broken(part, value), "/sign-in").status_code == 400, (part, value)
    assert not is_in(client)


def test_deep_garbage_is_refused(client: FlaskClient) -> None:
    for sent in ("[" * 100_000, '{"credential":' * 50_000, '{"credential": {"rawId": ' + "[" * 900 + "]" * 900 + "}}"):
        _, headers = begin(client, "/sign-in/begin", "/sign-in")
        answer = client.post("/sign-in/finish", data=sent, content_type="application/json", headers=headers)
        assert answer.status_code == 400


def test_no_form_without_its_token(client: FlaskClient) -> None:
    assert client.post("/sign-in/begin", json={}).status_code in (400, 401)


# --- challenges ---


def test_lk_158_a_challenge_is_gone_after_one_answer(world: World, client: FlaskClient) -> None:
    device = give(world.member(), Device(count=0))
    options, headers = begin(client, "/sign-in/begin", "/sign-in")
    wrong = {"credential": lie(Device(count=0), handle=b"x").get(options)}
    assert client.post("/sign-in/finish", json=wrong, headers=headers).status_code == 400
    right = {"credential": device.get(options)}
    assert client.post("/sign-in/finish", json=right, headers=headers).status_code == 400


def test_lk_158_a_cookie_played_back_does_not_bring_a_challenge_back(app: Flask, world: World) -> None:
    """The session is a cookie: whoever recorded it together with the answer has both again."""
    device, first, again = give(world.member(), Device(count=0)), app.test_client(), app.test_client()
    options, headers = begin(first, "/sign-in/begin", "/sign-in")
    cookie = first.get_cookie("musubi")
    assert cookie
    sent = {"credential": device.get(options)}
    assert first.post("/sign-in/finish", json=sent, headers=headers).status_code == 200
    again.set_cookie("musubi", cookie.value)
    assert again.post("/sign-in/finish", json=sent, headers=headers).status_code == 400


def test_lk_158_one_answer_at_one_moment_lets_in_once(app: Flask, world: World) -> None:
    device, first = give(world.member(), Device(count=0)), app.test_client()
    options, headers = begin(first, "/sign-in/begin", "/sign-in")
    cookie = first.get_cookie("musubi")
    assert cookie
    sent, browsers = {"credential": device.get(options)}, [app.test_client() for _ in range(4)]
    for browser in browsers:
        browser.set_cookie("musubi", cookie.value)

    def finish(number: int) -> int:
        return browsers[number].post("/sign-in/finish", json=sent, headers=headers).status_code

    assert sorted(at_once(finish, 4)) == [200, 400, 400, 400]
    assert count(SignIn) == 1


def test_lk_158_a_challenge_serves_its_own_ceremony_only(world: World, enter: Enter) -> None:
    member = world.member()
    device, browser = give(member, Device()), enter(member)
    options, headers = begin(browser, "/me/confirm/begin", "/me/confirm")
    answer = browser.post("/sign-in/finish", json={"credential": device.get(options)}, headers=headers)
    assert answer.status_code == 400


def test_lk_158_a_challenge_grows_old(world: World, client: FlaskClient) -> None:
    device = give(world.member(), Device())
    options, headers = begin(client, "/sign-in/begin", "/sign-in")
    with clock.fixed(clock.now() + timedelta(minutes=6), "later"):
        assert (
            client.post("/sign-in/finish", json={"credential": device.get(options)}, headers=headers).status_code == 400
        )


# --- sessions ---


def test_a_session_is_new_at_every_sign_in(world: World, client: FlaskClient) -> None:
    """What an attacker put into the browser before, or knew of it, is worth nothing after."""
    device = give(world.member(), Device())
    with client.session_transaction() as session:
        session.update({"_user_id": "planted", "planted": True, "locale": "ja"})
    sign_in(client, device)
    with client.session_transaction() as session:
        first = session["_user_id"]
        assert first != "planted"
        assert "planted" not in session
        assert session["locale"] == "ja"
    sign_in(client, device)
    with client.session_transaction() as session:
        assert session["_user_id"] != first


def test_a_session_ends_by_itself_and_is_swept(app: Flask, world: World, client: FlaskClient) -> None:
    sign_in(client, give(world.member(), Device()))
    with clock.fixed(clock.now() + timedelta(hours=12, minutes=1), "later"):
        assert not is_in(client)
        housekeeping.tidy()
    assert count(SignIn) == 0
    assert db.session.scalars(select(OutboxEvent.kind)).all() == ["SignInEnded"]


def test_signing_out_ends_it_for_a_copied_cookie_too(app: Flask, world: World, client: FlaskClient) -> None:
    sign_in(client, give(world.member(), Device()))
    cookie, thief = client.get_cookie("musubi"), app.test_client()
    assert cookie
    thief.set_cookie("musubi", cookie.value)
    assert is_in(thief)
    client.post("/sign-out", data={"csrf_token": token_of(client.get("/me").text)})
    assert not is_in(client)
    assert not is_in(thief)


# --- failing on purpose ---


def test_an_address_that_fails_too_often_is_slowed_down(world: World, client: FlaskClient) -> None:
    device = give(world.member(), Device())
    stranger = lie(Device(), handle=b"nobody")
    answers = [sign_in(client, stranger).status_code for _ in range(31)]
    assert answers == [400] * 30 + [429]
    # Somebody behind the same address, with a passkey of ours, is not held up.
    assert sign_in(client, device).status_code == 200


def test_what_is_counted_names_no_address(client: FlaskClient) -> None:
    sign_in(client, lie(Device(), handle=b"nobody"))
    storage: Any = limits.limiter.storage
    assert storage.storage
    assert not any("127.0.0.1" in key for key in storage.storage)


@pytest.fixture
def counted_in_redis(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The counts live in Redis for the length of a test."""
    kept = [(name, getattr(limits.limiter, name)) for name in ("_storage", "_limiter")]
    other = Flask("other")
    other.extensions["musubi"] = replace(app.extensions["musubi"], redis_url=REDIS)
    limits.init_app(other)
    storage: Any = limits.limiter.storage
    if not storage.check():
        pytest.skip("no Redis at MUSUBI_TEST_REDIS")
    storage.reset()
    yield storage.storage
    storage.reset()
    storage.storage.close()
    for name, value in kept:
        setattr(limits.limiter, name, value)


def test_several_processes_count_together_in_redis(counted_in_redis: Any, client: FlaskClient) -> None:
    stranger = lie(Device(), handle=b"nobody")
    answers = [sign_in(client, stranger).status_code for _ in range(31)]
    assert answers == [400] * 30 + [429]
    keys = counted_in_redis.keys("LIMITS*")
    assert len(keys) == 2
    assert not any(b"127.0.0.1" in key for key in keys)


# --- the demo's side door ---


@pytest.fixture
def persona(world: World) -> Member:
    return world.member("久保 亜希", mail=mail_of("kubo"), locale="ja")


def enter_as(browser: FlaskClient, member: Member, **more: Any) -> Any:
    token = token_of(browser.get("/sign-in").text)
    return browser.post(
        "/sign-in/as", data={"csrf_token": token, "member": ids.encode(member.id), "next": "/me"}, **more
    )


def test_a_visitor_enters_the_demo_as_a_persona(client: FlaskClient, persona: Member) -> None:
    assert "久保 亜希" in client.get("/sign-in").text
    answer = enter_as(client, persona)
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "久保 亜希" in client.get("/me").text


@pytest.mark.parametrize(
    "more",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"base_url": "http://127.0.0.1:5000"},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"Via": "1.1 proxy"}},
    ],
)
def test_the_side_door_is_for_this_machine_only(client: FlaskClient, persona: Member, more: dict[str, Any]) -> None:
    assert "久保 亜希" not in client.get("/sign-in", **more).text
    token = token_of(client.get("/sign-in", **more).text)
    answer = client.post("/sign-in/as", data={"csrf_token": token, "member": ids.encode(persona.id)}, **more)
    assert answer.status_code == 404
    assert not is_in(client)


@pytest.mark.parametrize("host", ["evil.example", "[::1]:5000", "localhost.evil.example"])
def test_another_host_is_nobody(client: FlaskClient, persona: Member, host: str) -> None:
    for address in ("/sign-in", "/nowhere", "/static/icon.svg"):
        assert client.get(address, base_url=f"http://{host}").status_code == 400


def test_there_is_no_side_door_without_the_demo(
    app: Flask, client: FlaskClient, persona: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "musubi", replace(app.extensions["musubi"], demo=False))
    assert "久保 亜希" not in client.get("/sign-in").text
    assert enter_as(client, persona).status_code == 404
    assert not is_in(client)


def test_the_side_door_lets_only_personas_in(client: FlaskClient, persona: Member, world: World) -> None:
    assert enter_as(client, world.member("Grace")).status_code == 404
    assert not is_in(client)


def test_the_numeric_address_says_where_passkeys_work(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/groups", base_url="http://127.0.0.1:5000").text
    assert 'href="http://localhost:5000/sign-in?next=/groups"' in page
    assert "data-passkey" not in page
