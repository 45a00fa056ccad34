"""How the recovery of an account ends: stopped at every step, or with a new passkey that is the only one."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from community import clock, housekeeping
from community.db import db
from community.models import (
    Enrolment,
    Member,
    MemberState,
    Passkey,
    RecoveryState,
    SignIn,
)
from tests.authenticator import Device, at_once, begin, hold, sign_in
from tests.browsing import send, words
from tests.lost import MAIL, SURE, Enter, Lost, count, fresh, later, press
from tests.post_office import deliver, text_of

# --- stopping ---


def test_who_is_asked_may_object(lost: Lost, enter: Enter) -> None:
    lost.open()
    assert send(enter(lost.vouchers[0]), f"{lost.path}/object").status_code == 303
    assert lost.row() is None
    deliver()
    assert "was stopped" in lost.office.to(MAIL)[-1]["Subject"]


def test_the_owner_stops_it_in_a_session_that_is_still_open(lost: Lost, enter: Enter) -> None:
    lost.open()
    browser = enter(lost.nana)
    assert "Somebody asks to recover your account" in words(browser.get(lost.path))
    assert send(browser, lost.path, **SURE).status_code == 404, "nobody speaks for themselves"
    assert send(browser, f"{lost.path}/object").status_code == 404
    assert send(browser, f"{lost.path}/stop").status_code == 303
    assert lost.row() is None
    assert send(browser, f"{lost.path}/stop").status_code == 404


@pytest.mark.parametrize("how", ["sign in", "confirm", "link"])
def test_the_owner_stops_it_at_every_step(app: Flask, lost: Lost, enter: Enter, how: str) -> None:
    enrolment = lost.granted()
    assert lost.state() == RecoveryState.GRANTED
    if how == "sign in":
        assert sign_in(app.test_client(), lost.old).status_code == 200
    elif how == "confirm":
        hold(enter(lost.nana), "/me/confirm", lost.old.get, "/me/confirm")
    else:
        found = next(one for one in text_of(lost.office.to(MAIL)[-1]).splitlines() if "/recover/link/" in one)[21:]
        assert press(lost.guest, found, f"{found}/stop").status_code == 200
    assert (lost.row(), count(Enrolment)) == (None, 0)
    with later(hours=73):
        assert lost.guest.get(enrolment).status_code == 404
    assert sign_in(app.test_client(), lost.old).status_code == 200


def test_coming_in_without_a_passkey_stops_nothing(lost: Lost, enter: Enter) -> None:
    lost.open()
    enter(lost.nana).get("/groups")
    enter(lost.nana).get(lost.path)
    assert lost.state() == RecoveryState.OPENED


# --- the new passkey ---


def test_lk_158_the_link_works_once_at_one_moment_too(app: Flask, lost: Lost) -> None:
    enrolment = lost.granted()
    with later(hours=73):
        browsers = [app.test_client() for _ in range(3)]
        asked = [begin(browser, f"{enrolment}/begin", enrolment) for browser in browsers]
        moment = clock.now()

        def finish(number: int) -> int:
            options, headers = asked[number]
            with clock.fixed(moment, number):
                sent = {"credential": Device().create(options)}
                return browsers[number].post(f"{enrolment}/finish", json=sent, headers=headers).status_code

        assert sorted(at_once(finish, 3)) == [200, 400, 400]
        assert (count(Passkey), count(SignIn)) == (1, 1)


def test_it_dies_when_its_time_is_over(lost: Lost) -> None:
    enrolment = lost.granted()
    with later(hours=72 + 73):
        assert lost.guest.get(enrolment).status_code == 404
        housekeeping.tidy()
        assert (lost.row(), count(Enrolment)) == (None, 0)


@pytest.mark.parametrize("state", [MemberState.DORMANT, MemberState.PENDING, MemberState.REVOUCHING])
def test_the_state_stays(lost: Lost, state: MemberState) -> None:
    until = clock.now() + timedelta(days=14)
    fresh().execute(update(Member).where(Member.id == lost.nana.id).values(state=state, revouch_until=until))
    db.session.commit()
    enrolment = lost.granted()
    with later(hours=73):
        assert hold(lost.guest, enrolment, Device().create, enrolment).status_code == 200
        assert fresh().get_one(Member, lost.nana.id).state == state


def test_who_is_suspended_meanwhile_gets_nothing(lost: Lost) -> None:
    lost.open()
    lost.consent(*lost.vouchers, lost.moderators[0])
    fresh().execute(update(Member).where(Member.id == lost.nana.id).values(state=MemberState.SUSPENDED))
    db.session.commit()
    before = len(lost.office.to(MAIL))
    with later(hours=73):
        housekeeping.tidy()
        deliver()
    assert len(lost.office.to(MAIL)) == before
