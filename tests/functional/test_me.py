"""What is mine: profile and organization, passkeys, sessions, and showing my passkey again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from community import clock, ids
from community.db import db
from community.demo.personas import mail_of
from community.models import (
    AuditEntry,
    Engagement,
    Member,
    MemberState,
    Notification,
    NotificationKind,
    OrganizationSector,
    OutboxEvent,
    Passkey,
    SignIn,
)
from community.outbox import deliver_due
from tests.authenticator import Device, at_once, begin, give, hold, sign_in, token_of
from tests.factories import World, save

Enter = Callable[[Member], FlaskClient]
PROFILE = {"name": "Ada King", "profile": "Pumps.", "locale": "ja", "time_zone": "Europe/Paris", "theme": "dark"}


def fresh() -> Any:
    """The database as it is now."""
    db.session.rollback()
    return db.session


def post(browser: FlaskClient, address: str, **fields: str) -> Any:
    return browser.post(address, data={"csrf_token": token_of(browser.get("/me").text), **fields})


# --- profile ---


def test_a_member_sees_profile_and_organization(world: World, enter: Enter) -> None:
    organization = world.organization("Water Works")
    save(OrganizationSector(organization_id=organization.id, sector_code="water"))
    member = world.member("Ada", organization, engagement=Engagement.CONTRACTOR, mail="ada@water.test")
    page = enter(member).get("/me").text
    for words in ("Ada", "Water Works", "Operator", "Water", "Checked by the site moderators", "ada@water.test"):
        assert words in page
    assert "Contractor, no non-disclosure agreement" in page


def test_a_member_changes_their_profile(world: World, enter: Enter) -> None:
    browser = enter(world.member("Ada"))
    assert post(browser, "/me", **PROFILE).location == "/me"
    page = browser.get("/me").text
    assert 'lang="ja" data-theme="dark"' in page
    assert "Ada King" in page
    assert '<option selected value="Europe/Paris">' in page
    assert fresh().scalars(select(AuditEntry.tag)).all() == ["member:member:renamed"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": " \u3000 "},
        {"name": "x" * 101},
        {"name": "Ada\u202eadA"},
        {"name": "A\u200bda"},
        {"profile": "x" * 501},
        {"locale": "xx"},
        {"time_zone": "Mars/Olympus"},
        {"theme": "pink"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(world: World, enter: Enter, wrong: dict[str, str]) -> None:
    browser = enter(world.member("Ada"))
    answer = post(browser, "/me", **(PROFILE | {"profile": "Kept text"} | wrong))
    assert answer.status_code == 400
    assert "Nothing you wrote is lost" in answer.text
    assert wrong.get("profile", "Kept text") in answer.text
    assert fresh().scalar(select(Member.name)) == "Ada"


def test_a_name_is_tidied(world: World, enter: Enter) -> None:
    browser = enter(world.member("Ada"))
    post(browser, "/me", **(PROFILE | {"name": "  Ada \n  King\u3000 "}))
    assert fresh().scalar(select(Member.name)) == "Ada King"


def test_the_state_of_a_member_is_not_theirs_to_send(world: World, enter: Enter) -> None:
    browser = enter(world.member("Ada", engagement=Engagement.CONTRACTOR))
    post(browser, "/me", **PROFILE, engagement="staff", site_moderator="1", state="active", organization_id="1")
    row = fresh().execute(select(Member.engagement, Member.site_moderator)).one()
    assert tuple(row) == (Engagement.CONTRACTOR, False)


# --- language and colours ---


def test_a_guest_chooses_language_and_colours(client: FlaskClient) -> None:
    token = token_of(client.get("/sign-in").text)
    answer = client.post("/preferences", data={"csrf_token": token, "locale": "ja", "back": "/terms"})
    assert answer.location == "/terms"
    client.post("/preferences", data={"csrf_token": token, "theme": "dark", "back": "//evil.example"})
    assert '<html lang="ja" data-theme="dark">' in client.get("/sign-in").text


def test_a_member_chooses_from_any_page(world: World, enter: Enter) -> None:
    browser = enter(world.member())
    post(browser, "/preferences", locale="ja", back="/groups")
    post(browser, "/preferences", theme="light")
    assert '<html lang="ja" data-theme="light">' in browser.get("/me").text


def test_nonsense_changes_nothing(world: World, enter: Enter, client: FlaskClient) -> None:
    browser = enter(world.member())
    assert post(browser, "/preferences", locale="xx", theme="pink").status_code == 303
    assert '<html lang="en" data-theme="auto">' in browser.get("/me").text


# --- passkeys ---


def test_another_passkey_is_added_and_the_member_is_told(app: Flask, world: World, enter: Enter) -> None:
    member, second = world.member(), Device()
    give(member, Device())
    answer = hold(enter(member), "/me/passkeys", second.create, "/me/passkeys", name="  Blue   key ")
    assert answer.json == {"next": "/me/passkeys"}
    assert "Blue key" in enter(member).get("/me/passkeys").text
    assert sign_in(app.test_client(), second).status_code == 200
    fresh()
    deliver_due()
    assert fresh().scalars(select(Notification.kind)).all() == [NotificationKind.PASSKEY_ADDED]
    assert fresh().scalars(select(AuditEntry.tag)).all() == ["member:passkey:added"]
    page = enter(member).get("/notifications").text
    assert "A passkey was added to your account." in page
    assert 'href="/me/passkeys"' in page
    assert "None" not in page


def test_a_device_that_holds_one_already_is_told_so(world: World, enter: Enter) -> None:
    member = world.member()
    device = give(member, Device())
    options, _ = begin(enter(member), "/me/passkeys/begin", "/me/passkeys")
    assert len(options["excludeCredentials"]) == 1
    assert device.create(options)["id"] == options["excludeCredentials"][0]["id"]


def test_lk_158_a_challenge_makes_one_passkey(app: Flask, world: World, enter: Enter) -> None:
    """Also when the cookie that holds it is played back."""
    browser, again = enter(world.member()), app.test_client()
    options, headers = begin(browser, "/me/passkeys/begin", "/me/passkeys")
    cookie = browser.get_cookie("musubi")
    assert cookie
    again.set_cookie("musubi", cookie.value)
    statuses = [
        one.post("/me/passkeys/finish", json={"credential": Device().create(options)}, headers=headers).status_code
        for one in (browser, again)
    ]
    assert statuses == [200, 400]
    assert len(fresh().scalars(select(Passkey.id)).all()) == 1


def remove(browser: FlaskClient, passkey_id: int) -> Any:
    return post(browser, f"/me/passkeys/{ids.encode(passkey_id)}/remove")


def test_a_passkey_is_removed_but_never_the_last(app: Flask, world: World, enter: Enter) -> None:
    member = world.member()
    first, second = give(member, Device()), give(member, Device())
    browser = enter(member)
    held = {row.credential_id: row.id for row in fresh().scalars(select(Passkey))}
    assert remove(browser, held[first.id]).status_code == 303
    assert sign_in(app.test_client(), first).status_code == 400
    assert remove(browser, held[second.id]).status_code == 303
    assert "This is your last passkey" in browser.get("/me/passkeys").text
    assert sign_in(app.test_client(), second).status_code == 200
    fresh()
    deliver_due()
    assert fresh().scalars(select(Notification.kind)).all() == [NotificationKind.PASSKEY_REMOVED]


def test_two_removals_at_one_moment_leave_one(world: World, enter: Enter) -> None:
    member = world.member()
    for _ in range(2):
        give(member, Device())
    browsers, held = [enter(member), enter(member)], fresh().scalars(select(Passkey.id)).all()
    tokens = [token_of(browser.get("/me").text) for browser in browsers]

    def remove_one(number: int) -> int:
        address = f"/me/passkeys/{ids.encode(held[number])}/remove"
        return browsers[number].post(address, data={"csrf_token": tokens[number]}).status_code

    assert at_once(remove_one, 2) == [303, 303]
    assert len(fresh().scalars(select(Passkey.id)).all()) == 1


def test_nobody_removes_the_passkey_of_another(world: World, enter: Enter) -> None:
    victim, thief = world.member(), world.member()
    for member in (victim, victim, thief, thief):
        give(member, Device())
    passkey_id = fresh().scalars(select(Passkey.id).where(Passkey.member_id == victim.id)).first()
    assert remove(enter(thief), passkey_id or 0).status_code == 404
    assert remove(enter(thief), clock.random_id()).status_code == 404
    assert len(fresh().scalars(select(Passkey.id)).all()) == 4


# --- showing it again ---


def age(minutes: int = 11) -> None:
    """Make every proof older."""
    db.session.execute(update(SignIn).values(passkey_at=clock.now() - timedelta(minutes=minutes)))
    db.session.commit()


def test_a_borrowed_browser_changes_no_passkeys(world: World, enter: Enter) -> None:
    member = world.member()
    give(member, Device())
    give(member, Device())
    browser = enter(member)
    age()
    page = browser.get("/me/passkeys").text
    assert "Show your passkey first" in page
    headers = {"X-CSRFToken": token_of(page)}
    assert browser.post("/me/passkeys/begin", json={}, headers=headers).status_code == 400
    assert browser.post("/me/passkeys/finish", json={}, headers=headers).status_code == 400
    passkey_id = fresh().scalars(select(Passkey.id)).first() or 0
    assert remove(browser, passkey_id).status_code == 403
    assert len(fresh().scalars(select(Passkey.id)).all()) == 2


def test_showing_the_passkey_again_opens_it(world: World, enter: Enter) -> None:
    member = world.member()
    device, browser = give(member, Device()), enter(member)
    age()
    answer = hold(browser, "/me/confirm", device.get, "/me/confirm", onward="/me/passkeys")
    assert answer.json == {"next": "/me/passkeys"}
    assert "data-passkey" in browser.get("/me/passkeys").text


def test_the_passkey_of_another_proves_nothing(world: World, enter: Enter) -> None:
    browser, device = enter(world.member()), give(world.member(), Device())
    age()
    assert hold(browser, "/me/confirm", device.get, "/me/confirm").json == {"refused": True}
    assert "Show your passkey first" in browser.get("/me/passkeys").text


def test_a_dormant_member_comes_back_with_the_passkey(world: World, enter: Enter) -> None:
    member = world.member(state=MemberState.DORMANT)
    device, browser = give(member, Device()), enter(member)
    assert browser.get("/groups").location == "/waiting"
    assert 'href="/me/confirm"' in browser.get("/waiting").text
    assert hold(browser, "/me/confirm", device.get, "/me/confirm").json == {"next": "/"}
    assert browser.get("/groups").status_code == 200
    assert fresh().scalar(select(Member.state)) == MemberState.ACTIVE
    assert fresh().scalars(select(OutboxEvent.kind)).all() == ["AccessChanged"]


def test_a_pending_member_cannot_confirm_their_way_in(world: World, enter: Enter) -> None:
    member = world.member(state=MemberState.PENDING)
    device, browser = give(member, Device()), enter(member)
    hold(browser, "/me/confirm", device.get, "/me/confirm")
    assert fresh().scalar(select(Member.state)) == MemberState.PENDING
    assert browser.get("/groups").location == "/waiting"


def test_a_persona_of_the_demo_may_do_without(world: World, enter: Enter) -> None:
    persona, other = world.member(mail=mail_of("kubo")), world.member()
    for member, status in ((persona, 303), (other, 404)):
        browser = enter(member)
        age()
        assert post(browser, "/me/confirm/demo", next="/me/passkeys").status_code == status
        assert ("Show your passkey first" in browser.get("/me/passkeys").text) == (status == 404)
        age()
        token = token_of(browser.get("/me").text)
        answer = browser.post("/me/confirm/demo", data={"csrf_token": token}, headers={"X-Forwarded-For": "::1"})
        assert answer.status_code == 404


# --- sessions ---


def test_a_member_ends_one_session_or_all_others(world: World, enter: Enter) -> None:
    member = world.member()
    here, there, elsewhere, other = enter(member), enter(member), enter(member), enter(world.member())
    rows = fresh().scalars(select(SignIn).where(SignIn.member_id == member.id).order_by(SignIn.began_at)).all()
    assert here.get("/me/sessions").text.count('/end"') == 2
    assert post(here, f"/me/sessions/{ids.encode(rows[1].id)}/end").status_code == 303
    assert [browser.get("/me").status_code for browser in (here, there, elsewhere)] == [200, 303, 200]
    assert post(here, "/me/sessions/end-others").status_code == 303
    assert [browser.get("/me").status_code for browser in (here, elsewhere, other)] == [200, 303, 200]
    assert fresh().scalars(select(OutboxEvent.kind)).all() == ["SignInEnded", "SignInEnded"]


def test_nobody_ends_the_session_of_another(world: World, enter: Enter) -> None:
    victim = world.member()
    theirs, mine = enter(victim), enter(world.member())
    row = fresh().scalars(select(SignIn.id).where(SignIn.member_id == victim.id)).one()
    assert post(mine, f"/me/sessions/{ids.encode(row)}/end").status_code == 404
    assert post(mine, f"/me/sessions/{ids.encode(clock.random_id())}/end").status_code == 404
    assert theirs.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Mobile Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("<script>alert(1)</script>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_the_list_names_the_browser(app: Flask, world: World, agent: str, words: str) -> None:
    browser, device = app.test_client(), give(world.member(), Device())
    browser.environ_base["HTTP_USER_AGENT"] = agent
    sign_in(browser, device)
    assert words in browser.get("/me/sessions").text
