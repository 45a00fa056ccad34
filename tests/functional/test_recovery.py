"""The way back to an account whose passkeys are all lost (domain, section 5 point 6)."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from community import clock, housekeeping, ids
from community.db import db
from community.models import (
    AuditEntry,
    Enrolment,
    Letter,
    Member,
    MemberState,
    NotificationKind,
    Passkey,
    Recovery,
    RecoveryConsent,
    RecoveryState,
    Vouch,
)
from tests.authenticator import Device, at_once, hold, sign_in, token_of
from tests.browsing import send, words
from tests.factories import World
from tests.lost import MAIL, SURE, Enter, Lost, count, fresh, later, press, told
from tests.post_office import deliver, text_of
from tests.security.harness import _statements
from trust.recovering import Asked, is_enough

# --- the whole way ---


def test_the_whole_way_back(lost: Lost, enter: Enter) -> None:
    link = lost.open()
    assert lost.state() == RecoveryState.OPENED
    assert told(NotificationKind.RECOVERY_OPENED) == {lost.nana.id}
    assert told(NotificationKind.RECOVERY_ASKED) == {one.id for one in (*lost.vouchers, *lost.moderators)}
    assert "Never by mail alone" in words(enter(lost.vouchers[0]).get(lost.path))
    assert lost.consent(*lost.vouchers) == [303, 303]
    assert lost.state() == RecoveryState.OPENED
    assert lost.consent(lost.moderators[0]) == [303]
    assert lost.state() == RecoveryState.WAITING
    deliver()
    opened, waiting = lost.office.to(MAIL)[1:]
    assert "stop it here at once" in text_of(opened)
    assert "in 72 hours" in waiting["Subject"]
    assert "is sent by mail at this time" in words(lost.guest.get(link))
    with later(hours=71, minutes=59):
        housekeeping.tidy()
        assert lost.state() == RecoveryState.WAITING
    with later(hours=72, minutes=1):
        housekeeping.tidy()
        assert lost.state() == RecoveryState.GRANTED


def test_the_new_passkey_is_the_only_one(app: Flask, lost: Lost, enter: Enter) -> None:
    enrolment, new, session = lost.granted(), Device(), enter(lost.nana)
    with later(minutes=1):
        assert hold(lost.guest, enrolment, new.create, enrolment).status_code == 200
        assert lost.guest.get("/groups").status_code == 200
        assert session.get("/groups").status_code == 303
        assert sign_in(app.test_client(), lost.old).status_code == 400
        assert sign_in(app.test_client(), new).status_code == 200
        assert app.test_client().get(enrolment).status_code == 404
        deliver()
    assert "new passkey" in lost.office.to(MAIL)[-1]["Subject"]
    member = fresh().get_one(Member, lost.nana.id)
    assert member.state == MemberState.ACTIVE
    assert member.recovered_at
    assert (count(Passkey), count(Recovery), count(RecoveryConsent)) == (1, 0, 0)
    tags = select(AuditEntry.tag).where(AuditEntry.tag.like("%recovery%")).order_by(AuditEntry.number)
    done = [tag.rsplit(":", 1)[1] for tag in fresh().scalars(tags)]
    assert done == ["opened", *["consented"] * 3, "waiting", "granted", "completed"]


# --- asking ---


def asked(lost: Lost, address: str) -> tuple[Any, ...]:
    token = token_of(lost.guest.get("/recover").text)
    with _statements() as statements:
        answer = lost.guest.post("/recover", data={"mail": address, "csrf_token": token})
    followed = lost.guest.get(answer.location)
    return answer.status_code, answer.location, followed.text.replace(token_of(followed.text), ""), statements


def test_an_unknown_address_is_not_told_from_a_known_one(lost: Lost, world: World) -> None:
    world.member(mail="out@harbour.example", state=MemberState.SUSPENDED)
    answers = [asked(lost, one) for one in (MAIL, "nobody@harbour.example", "out@harbour.example")]
    assert answers[0] == answers[1] == answers[2]
    assert [asked(lost, MAIL)] == [asked(lost, "nobody@harbour.example")]
    deliver()
    assert [to for to, _message in lost.office.received] == [[MAIL]]
    assert count(Letter) == 0


def test_a_running_case_is_not_told_by_asking(lost: Lost) -> None:
    lost.ask("nobody@harbour.example")
    lost.open()
    with later(minutes=11):
        assert asked(lost, MAIL) == asked(lost, "nobody@harbour.example")
        deliver()
    assert len(lost.office.to(MAIL)) == 2, "the link, and that it was followed"


def test_nobody_floods_a_letter_box(lost: Lost) -> None:
    answers = [lost.ask().status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    deliver()
    assert len(lost.office.to(MAIL)) == 1


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT, MemberState.INVITED])
def test_who_was_put_out_meanwhile_opens_nothing(lost: Lost, state: MemberState) -> None:
    link = lost.link()
    fresh().execute(update(Member).where(Member.id == lost.nana.id).values(state=state))
    db.session.commit()
    assert lost.guest.get(link).status_code == 404
    assert count(RecoveryConsent) == 0


def test_guessed_expired_and_stopped_links_answer_alike(lost: Lost) -> None:
    link = lost.open()
    press(lost.guest, link, f"{link}/stop")
    guessed = "/recover/link/" + "0" * 64
    pages = [lost.guest.get(one) for one in (link, guessed, "/recover/link/x")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.replace(page.request.path, "").replace(token_of(page.text), "") for page in pages}) == 1
    other = lost.link()
    with later(hours=24, minutes=1):
        assert lost.guest.get(other).status_code == 404
        housekeeping.tidy()
    assert count(Recovery) == 0


def test_guessing_is_slowed_down(lost: Lost) -> None:
    answers = [lost.guest.get(f"/recover/link/{number:064x}").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]


def test_looking_and_following_twice_change_nothing(lost: Lost) -> None:
    link = lost.link()
    lost.guest.get(link)
    assert count(Recovery) == 1
    assert lost.row() is None
    statuses = [press(lost.guest, link, link).status_code for _ in range(2)]
    assert statuses == [303, 303]
    deliver()
    assert len(lost.office.to(MAIL)) == 2
    token = link.rsplit("/", 1)[1]
    assert token not in str([tuple(row) for row in fresh().execute(select(Recovery.__table__))])


# --- consents ---


def test_only_who_is_asked_sees_the_case(lost: Lost, world: World, enter: Enter) -> None:
    lost.open()
    void = world.member()
    lost.vouch(void, void_at=clock.now())
    for member in (world.member(), lost.colleague, void, world.member(site_moderator=True, state="revouching")):
        browser = enter(member)
        missing = f"/recover/{ids.encode(clock.random_id())}"
        for path in ("", "/object", "/stop"):
            answers = [send(browser, one + path, **SURE) for one in (lost.path, missing)]
            assert [answer.status_code for answer in answers] == [404, 404]
        assert browser.get(lost.path).status_code == 404
        assert "Nana" not in words(browser.get("/recover"))
    assert lost.state() == RecoveryState.OPENED
    assert "Nana" in words(enter(lost.vouchers[0]).get("/recover"))


@pytest.mark.parametrize(
    ("vouchers", "given", "enough"),
    [
        ("v w", "v w m", True),
        ("v w", "v w", False),
        ("v w", "m n", False),
        ("v w", "v m n", False),
        ("v w", "v x m", False),
        ("v w b", "v w b", True),
        ("v w b", "v b", False),
        ("v w b", "v b m", True),
        ("v w b", "b m", False),
        ("v", "v m", False),
        ("v", "m n", True),
        ("v", "m x", False),
        ("", "m", False),
    ],
)
def test_whose_word_is_enough(vouchers: str, given: str, enough: bool) -> None:
    """Two who vouched and a site moderator: three people. ``b`` is both, ``x`` is neither."""
    numbers = {name: number for number, name in enumerate("vwbmnx")}
    said = [numbers[one] for one in given.split()]
    asked = Asked(frozenset(numbers[one] for one in vouchers.split()), frozenset(numbers[one] for one in "bmn"))
    assert is_enough(said, asked) == enough


@pytest.mark.parametrize("state", [MemberState.REVOUCHING, MemberState.ACTIVE])
def test_who_has_no_say_now_reads_no_notice_of_it(lost: Lost, enter: Enter, state: MemberState) -> None:
    """The page of the case is closed to who is vouched for again; so is the notification that names the person."""
    lost.open()
    voucher = lost.vouchers[0]
    assert voucher.id in told(NotificationKind.RECOVERY_ASKED)
    until = clock.now() + timedelta(days=9)
    fresh().execute(update(Member).where(Member.id == voucher.id).values(state=state, revouch_until=until))
    db.session.commit()
    page = words(enter(voucher).get("/notifications"))
    assert ("Nana has lost all passkeys" in page) == (state == MemberState.ACTIVE)


def test_who_vouches_while_a_case_is_open_has_no_say_in_it(lost: Lost, world: World, enter: Enter) -> None:
    """Anybody may vouch for anybody: else two of them could decide a recovery, look for one, or stop one."""
    lost.open()
    stranger = world.member("Stranger")
    browser = enter(stranger)
    assert send(browser, f"/vouch/{ids.encode(lost.nana.id)}", words="We know each other well.").status_code == 303
    assert browser.get(lost.path).status_code == 404
    assert send(browser, lost.path, words=SURE).status_code == 404
    assert send(browser, f"{lost.path}/object").status_code == 404
    assert lost.state() == RecoveryState.OPENED


def test_two_site_moderators_where_too_few_vouched(lost: Lost) -> None:
    fresh().execute(delete(Vouch).where(Vouch.voucher_id == lost.vouchers[0].id))
    db.session.commit()
    lost.open()
    lost.consent(lost.vouchers[1], lost.moderators[0])
    assert lost.state() == RecoveryState.OPENED
    lost.consent(lost.moderators[1])
    assert lost.state() == RecoveryState.WAITING


def test_one_person_counts_once_and_keeps_what_they_wrote(lost: Lost, enter: Enter) -> None:
    lost.open()
    browser = enter(lost.vouchers[0])
    assert send(browser, lost.path, words="short").status_code == 400
    assert send(browser, lost.path, **SURE).status_code == 303
    again = send(browser, lost.path, words="I met her at the harbour.")
    assert again.status_code == 400
    assert "You have said so already." in words(again)
    assert count(RecoveryConsent) == 1
    assert "I called her desk number." in words(enter(lost.moderators[0]).get(lost.path))
    assert "I called her desk number." not in words(enter(lost.vouchers[1]).get(lost.path))


def test_consents_at_one_moment(lost: Lost, enter: Enter) -> None:
    lost.open()
    browsers = [enter(one) for one in (*lost.vouchers, *lost.moderators)]
    tokens = [token_of(browser.get(lost.path).text) for browser in browsers]

    def consent(number: int) -> int:
        return browsers[number].post(lost.path, data=SURE | {"csrf_token": tokens[number]}).status_code

    statuses = at_once(consent, 4)
    assert lost.state() == RecoveryState.WAITING
    assert statuses.count(303) in (3, 4)
    assert set(statuses) <= {303, 400}
    deliver()
    assert len(lost.office.to(MAIL)) == 3


def test_a_voucher_who_was_suspended_does_not_count(lost: Lost, world: World) -> None:
    """Their vouch stands when it was a precaution; their word does not."""
    lost.vouch(third := world.member("Voucher 3"))
    lost.open()
    lost.consent(*lost.vouchers, lost.moderators[0])
    fresh().execute(update(Member).where(Member.id == lost.vouchers[0].id).values(state=MemberState.SUSPENDED))
    db.session.commit()
    with later(hours=73):
        housekeeping.tidy()
        assert lost.state() == RecoveryState.OPENED
        lost.consent(third)
        assert lost.state() == RecoveryState.WAITING


def test_the_word_of_who_lost_their_standing_does_not_count(lost: Lost) -> None:
    lost.open()
    lost.consent(*lost.vouchers, lost.moderators[0])
    fresh().execute(update(Member).where(Member.id == lost.moderators[0].id).values(state=MemberState.SUSPENDED))
    db.session.commit()
    with later(hours=73):
        housekeeping.tidy()
        assert lost.state() == RecoveryState.OPENED
        assert count(Enrolment) == 0
        lost.consent(lost.moderators[1])
        assert lost.state() == RecoveryState.WAITING
        housekeeping.tidy()
        assert lost.state() == RecoveryState.WAITING, "it waits anew"
