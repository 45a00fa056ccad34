"""Two site moderators of different organizations learn who wrote an anonymous post; nothing less does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from community import anonymity, clock, ids
from community.db import db
from community.models import (
    AuditEntry,
    Case,
    CaseState,
    Member,
    MemberState,
    Notification,
    Post,
    Role,
    StepKind,
    Suspension,
    Thread,
)
from moderation.actions.unsealing import sweep
from tests.authenticator import Device, at_once, give, sign_in
from tests.browsing import send as post_form
from tests.browsing import words
from tests.factories import World, save, url
from tests.functional.test_unnamed import MINE
from tests.notified import deliver
from tests.paperwork import now, rows
from tests.promoting import days_later
from tests.unnamed import later
from tests.unsealing import REASON, Pair


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


def wrong(pair: Pair, browser: FlaskClient | None = None) -> str:
    """Somebody tries to be the second, is not offered it, and learns nothing; the words of the page they are led to."""
    asked = (browser or pair.agreeing).get(f"/moderation/cases/{ids.encode(pair.case().id)}/unseal")
    assert asked.status_code in (303, 403, 404)
    answer = pair.agree(browser)
    assert answer.status_code in (303, 403, 404), answer.text
    assert pair.author.name not in answer.text
    assert pair.case().outcome != StepKind.UNSEALED
    return words((browser or pair.agreeing).get(answer.location)) if answer.status_code == 303 else ""


def test_two_learn_it_once(pair: Pair) -> None:
    assert pair.ask().status_code == 303
    answer = pair.agree()
    assert answer.status_code == 200
    assert f"{pair.author.name} , House 1" in words(answer)
    assert answer.headers["Cache-Control"] == "no-store, private"
    case = pair.case()
    assert (case.state, case.outcome) == (CaseState.CLOSED, StepKind.UNSEALED)
    again = pair.agree()
    assert again.status_code == 303
    for path in (again.location, f"{again.location}/unseal", "/moderation?which=closed", "/notifications", "/log"):
        for browser in (pair.agreeing, pair.asking):
            answer = browser.get(path, follow_redirects=True)
            assert answer.status_code == 200
            assert pair.author.name not in answer.text, path


def test_what_they_learn_is_nowhere(pair: Pair) -> None:
    pair.ask()
    before = {(table, str(value)) for table, value in rows()}
    pair.agree()
    deliver()
    new = {(table, str(value)) for table, value in rows()} - before
    assert not [row for row in new if str(pair.author.id) in row[1] or pair.author.name in row[1]]
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(2)).all()
    assert [(one.tag, one.actor_id) for one in entries] == [
        ("moderator:unsealing:agreed", pair.second.id),
        ("moderator:unsealing:asked", pair.asker.id),
    ]
    assert entries[0].facts == {"case": pair.case().id, "by": pair.asker.id}
    told = select(Notification.member_id, Notification.kind)
    assert [tuple(row) for row in db.session.execute(told)] == [(pair.second.id, "unsealing")]


def moved(pair: Pair) -> None:
    pair.change(pair.second, organization_id=pair.asker.organization_id)


def newly(pair: Pair) -> None:
    pair.change(pair.second, appointed_at=clock.now() - timedelta(days=29))


def out_of_office(pair: Pair) -> None:
    pair.change(pair.asker, site_moderator=False)


def suspended(pair: Pair) -> None:
    pair.change(pair.asker, state=MemberState.SUSPENDED)


def suspended_meanwhile(pair: Pair) -> None:
    stop = Suspension(member_id=pair.asker.id, by_id=pair.second.id, reason="A precaution", misuse=False)
    stop.was, stop.lifted_at = MemberState.ACTIVE, clock.now()
    save(stop)


def too_late(pair: Pair) -> None:
    db.session.rollback()
    db.session.execute(update(Case).values(due_at=clock.now()))
    db.session.commit()


def taken_back(pair: Pair) -> None:
    case = pair.case()
    answer = post_form(
        pair.asking, f"/moderation/cases/{ids.encode(case.id)}", act="take_back", version=str(case.version)
    )
    assert answer.status_code == 303
    assert pair.case().outcome == StepKind.TAKEN_BACK


def flagged(pair: Pair) -> None:
    post_form(pair.agreeing, f"/posts/{ids.encode(pair.post)}/flag", wrong="conduct")


def office_is_new(pair: Pair) -> None:
    pair.change(pair.asker, appointed_at=clock.now())


@pytest.mark.parametrize(
    "spoil",
    [
        moved,
        newly,
        out_of_office,
        suspended,
        suspended_meanwhile,
        too_late,
        taken_back,
        flagged,
        office_is_new,
    ],
)
def test_nothing_less_opens_it(pair: Pair, spoil: Callable[[Pair], None]) -> None:
    pair.ask()
    spoil(pair)
    wrong(pair)


def test_nobody_agrees_with_themselves(pair: Pair) -> None:
    pair.ask()
    assert "You asked for this yourself" in wrong(pair, pair.asking)


def test_a_moderator_of_the_group_is_none_of_the_two(world: World, pair: Pair) -> None:
    chief = world.member("Chief")
    world.join(chief, pair.room.group, Role.MODERATOR)
    browser = world.enter(chief)
    assert pair.ask(browser).status_code == 404
    pair.ask()
    assert wrong(pair, browser) == ""
    case = f"/moderation/cases/{ids.encode(pair.case().id)}"
    assert browser.get(case).status_code == browser.get(f"{case}/unseal").status_code == 404
    home = browser.get("/moderation")
    assert home.status_code == 200
    assert REASON not in home.text
    assert "Unsealing" not in words(home)


def test_who_has_not_read_the_post_agrees_to_nothing(world: World, pair: Pair) -> None:
    since = (clock.now() - timedelta(days=60)).date()
    outside = world.enter(world.member("Outside", site_moderator=True, joined_on=since))
    assert pair.ask(outside).status_code == 404
    pair.ask()
    assert "Open the post on the record first" in wrong(pair, outside)
    post_form(outside, f"/moderation/posts/{ids.encode(pair.post)}/open", reason="To decide about it")
    assert pair.author.name in pair.agree(outside).text


def test_there_has_to_be_a_second(world: World) -> None:
    pair = Pair(world)
    pair.change(pair.second, site_moderator=False)
    answer = pair.ask(reason=REASON)
    assert answer.status_code == 400
    assert REASON in answer.text
    assert "there is none" in words(answer)


def test_named_posts_have_nothing_to_unseal(pair: Pair) -> None:
    path = f"/moderation/posts/{ids.encode(pair.room.opening.id)}/unseal"
    assert pair.asking.get(path).status_code == 403
    assert post_form(pair.asking, path, reason=REASON).status_code == 403


def test_one_waits_at_a_time_and_lapses(pair: Pair) -> None:
    pair.ask()
    assert pair.ask().status_code == 400
    with clock.fixed(clock.now() + timedelta(hours=73), "later"):
        db.session.rollback()
        sweep()
    assert pair.case().outcome == StepKind.LAPSED
    assert pair.ask().status_code == 303


def test_two_seconds_at_once_are_told_once(app: Flask, world: World, pair: Pair) -> None:
    third = world.enter(pair.keeper("Third"))
    pair.ask()
    case = pair.case()
    path, version = f"/moderation/cases/{ids.encode(case.id)}/unseal", str(case.version)
    answers = at_once(lambda who: post_form((pair.agreeing, third)[who], path, version=version).status_code, 2)
    assert sorted(answers) == [200, 303]


def test_a_page_that_is_too_old_discloses_nothing(pair: Pair) -> None:
    pair.ask()
    case = pair.case()
    note = {"act": "note", "version": "1", "words": "Look at this first"}
    post_form(pair.asking, f"/moderation/cases/{ids.encode(case.id)}", **note)
    assert pair.agree(version=case.version + 1).status_code == 303
    assert pair.case().state == CaseState.OPEN


def test_the_queue_acts_do_not_reach_it(pair: Pair) -> None:
    pair.ask()
    path = f"/moderation/cases/{ids.encode(pair.case().id)}"
    for act in ("unseal", "ask_to_unseal", "dismiss", "remove", "take", "warn", "uphold"):
        answer = post_form(pair.agreeing, path, act=act, version="1", words="Because", standard="conduct")
        assert answer.status_code in (303, 400), act
        assert pair.case().state == CaseState.OPEN
        assert pair.author.name not in words(answer)
    assert pair.agreeing.get(f"{path}?act=unseal").headers["Location"] == f"{path}/unseal"


def test_a_moderator_who_wrote_it_meets_it_as_any_other(world: World) -> None:
    pair = Pair(world)
    author = pair.keeper("Writer")
    browser, other = world.enter(author), world.enter(pair.keeper("Bystander"))
    db.session.rollback()
    scope = now(Thread, pair.room.opening.id).scope or b""
    tag = anonymity.byline(author.id, 0, scope, fresh=False).author_tag
    db.session.execute(update(Post).where(Post.id == pair.post).values(author_tag=tag))
    db.session.commit()
    pair.ask()
    case = f"/moderation/cases/{ids.encode(pair.case().id)}"
    for path in ("/moderation", "/moderation?which=unsealing", case, f"{case}/unseal", "/", "/log"):
        first, second = browser.get(path), other.get(path)
        assert first.status_code == second.status_code == 200
        mine, theirs = words(first), words(second)
        assert mine.replace("Writer", "") == theirs.replace("Bystander", ""), path
    assert author.name in pair.agree(browser).text


def test_what_the_author_did_since_does_not_help(world: World, pair: Pair) -> None:
    """They withdraw the post, recover their account, leave: the two still learn it."""
    author = world.enter(pair.author)
    assert post_form(author, f"{MINE}/{ids.encode(pair.post)}/withdraw", at_once="y").status_code == 303
    pair.change(pair.author, recovered_at=clock.now(), state=MemberState.LEFT)
    pair.ask()
    assert pair.author.name in pair.agree().text


# --- the author is told ---


def led_to(app: Flask, member: Member) -> tuple[FlaskClient, str]:
    browser = app.test_client()
    return browser, str((sign_in(browser, give(member, Device()), "/groups").json or {})["next"])


def test_the_author_finds_the_notice_until_they_say_so(app: Flask, pair: Pair) -> None:
    pair.ask()
    pair.agree()
    later()
    with clock.fixed(clock.now() + timedelta(days=80), "after months"):
        browser, at = led_to(app, pair.author)
        page = words(browser.get(at))
        assert "You became known to two site moderators" in page
        assert "Asker asked, Second agreed" in page
        assert REASON not in page
        assert post_form(browser, at).status_code == 303
        days_later()
    with clock.fixed(clock.now() + timedelta(days=81), "read"):
        browser, at = led_to(app, pair.author)
        assert at == "/groups"
        assert "the author was unsealed" in words(browser.get(MINE))
    for one in (*pair.room.others[1:], pair.second):
        assert led_to(app, one)[1] == "/groups"


def test_nothing_tells_the_author_before(app: Flask, pair: Pair) -> None:
    pair.ask()
    later()
    assert led_to(app, pair.author)[1] == "/groups"
    author = pair.world.enter(pair.author)
    assert "the author" not in words(author.get(MINE)).replace("Only you see this page", "")


def test_who_is_suspended_is_told_and_nobody_else(app: Flask, pair: Pair) -> None:
    pair.ask()
    pair.agree()
    for one in pair.room.others[:2]:
        pair.change(one, state=MemberState.SUSPENDED)
    browser, at = led_to(app, pair.author)
    assert at.startswith("/sign-in/told")
    assert "Asker asked, Second agreed" in words(browser.get(at))
    assert browser.get(at).location == "/sign-in/suspended"
    assert led_to(app, pair.room.others[1])[1] == "/sign-in/suspended"
    assert app.test_client().get(at).status_code == 303


def test_a_recovered_account_learns_that_and_not_which(app: Flask, pair: Pair) -> None:
    pair.ask()
    pair.agree()
    pair.change(pair.author, recovered_at=clock.now() + timedelta(minutes=1))
    browser, at = led_to(app, pair.author)
    page = words(browser.get(at))
    assert "Asker asked, Second agreed" in page
    assert pair.room.group.name not in page.partition("You became known")[2]
    assert "the author was unsealed" not in words(browser.get(MINE))


def test_outside_it_is_a_number_of_a_year_that_is_over(pair: Pair) -> None:
    pair.ask()
    pair.agree()
    reader = pair.world.enter(pair.room.others[2])
    year = clock.now().year
    assert f"{year - 1}: 0" in words(reader.get("/log"))
    assert f"{year}:" not in words(reader.get("/log"))
    with clock.fixed(clock.now() + timedelta(days=366), "next year"):
        assert f"{year}: 1" in words(pair.world.enter(pair.room.others[2]).get("/log"))


def test_no_other_place_asks_for_the_author(app: Flask, pair: Pair) -> None:
    """The function that names one answers only inside the act; outside it refuses, before and after."""
    pair.ask()
    case = pair.case().id
    note = {"act": "note", "version": "1", "words": "I wonder"}
    post_form(pair.agreeing, f"/moderation/cases/{ids.encode(case)}", **note)
    with pytest.raises(anonymity.NotAgreed):
        anonymity.author_behind(case)
    pair.agree()
    with pytest.raises(anonymity.NotAgreed):
        anonymity.author_behind(case)
    assert url("members", pair.author)
