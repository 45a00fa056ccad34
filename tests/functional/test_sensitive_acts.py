"""What asks for the passkey again: with an old proof nothing happens, nothing is lost, and one goes on from there."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from community import clock, ids, originals
from community.db import db
from community.demo.personas import mail_of
from community.models import (
    Group,
    Invitation,
    InvitationState,
    LeaverReport,
    Member,
    MemberState,
    ModeratorReading,
    Passkey,
    Post,
    Proposal,
    Recovery,
    RecoveryState,
    Redaction,
    SealedAct,
    SignIn,
    Vouch,
    VouchRequest,
)
from community.policy import Unproved
from tests import trusting, unnamed_acts
from tests.authenticator import Device, begin, give, hold
from tests.browsing import send
from tests.factories import World, save, url
from tests.paperwork import Paper, form_with, rows
from tests.unnamed import crowd, reply_at
from tests.unnamed import send as send_unnamed

PASSING = {"sign_ins", "spent_challenges", "audit_head"}
ROOT = Path(__file__).parents[2]
PACKAGES = ("community", "moderation", "search", "trust")


class Try(NamedTuple):
    """Somebody at a browser, about to do it: a form, or the answer of a device at the end of a ceremony."""

    browser: FlaskClient
    path: str
    form: dict[str, str]
    json: bool = False

    def send(self) -> Any:
        """Do it."""
        if not self.json:
            return send(self.browser, self.path, **self.form)
        options, headers = begin(self.browser, self.path.replace("finish", "begin"), "/me")
        age()
        return self.browser.post(self.path, json={"credential": Device().create(options)}, headers=headers)


def adds_a_passkey(world: World) -> Try:
    return Try(world.enter(world.member()), "/me/passkeys/finish", {}, json=True)


def removes_a_passkey(world: World) -> Try:
    member = world.member(mail=mail_of("kubo"))
    give(member, Device())
    give(member, Device())
    key = ids.encode(db.session.scalars(select(Passkey.id)).first() or 0)
    return Try(world.enter(member), f"/me/passkeys/{key}/remove", {})


def opens_a_post(world: World) -> Try:
    author, reader = world.member(), world.member(site_moderator=True, mail=mail_of("kubo"))
    post = world.thread(world.group(), author)
    path = f"/moderation/posts/{ids.encode(post.id)}/open"
    return Try(world.enter(reader), path, {"reason": "Somebody asked\nme to look."})


def redacted(world: World, author: Member | None) -> Post:
    """A post out of which words were taken."""
    post = world.thread(world.group(), author or world.member())
    save(Redaction(id=1, post_id=post.id, by_author=True, reasons=[], sealed=originals.seal(1, [])))
    return post


def destroys_their_own(world: World) -> Try:
    author = world.member(mail=mail_of("kubo"))
    post = redacted(world, author)
    world.join(author, db.session.get_one(Group, post.group_id))
    return Try(world.enter(author), f"{url('posts', post)}/before/destroy", {})


def opens_an_original(world: World) -> Try:
    path = f"/moderation/posts/{ids.encode(redacted(world, None).id)}/before"
    return Try(keeper(world), path, {"reason": "Somebody asked\nme to look."})


def destroys_an_original(world: World) -> Try:
    post, member = redacted(world, None), world.member(site_moderator=True, mail=mail_of("kubo"))
    save(ModeratorReading(post_id=post.id, moderator_id=member.id, reason="Somebody asked me."))
    return Try(world.enter(member), f"/moderation/posts/{ids.encode(post.id)}/destroy", {})


def vouches(world: World) -> Try:
    person = world.member()
    path = f"/vouch/{ids.encode(person.id)}"
    return Try(world.enter(world.member(mail=mail_of("kubo"))), path, {"words": "We ran the exercise together."})


def disowns(world: World) -> Try:
    sponsor, person = world.member(mail=mail_of("kubo")), world.member(state=MemberState.PENDING)
    link = Invitation(sponsor_id=sponsor.id, mail=person.mail, locale="en", knows="Well", member_id=person.id)
    link.state, link.expires_at, link.token_hash = InvitationState.USED, clock.now(), bytes(32)
    save(link, VouchRequest(person_id=person.id, asked_id=sponsor.id, asker_id=person.id))
    return Try(world.enter(sponsor), f"/vouch/{ids.encode(person.id)}/disown", {})


def changes_employer(world: World) -> Try:
    browser = world.enter(world.member(mail=mail_of("kubo")))
    return Try(browser, "/me/organization", {"employer_name": "Elsewhere", "step": "send"})


def keeper(world: World) -> FlaskClient:
    return world.enter(world.member(site_moderator=True, mail=mail_of("kubo")))


def notes_engagement(world: World) -> Try:
    browser, path = keeper(world), f"{url('members', world.member())}/engagement"
    return Try(
        browser, path, {"engagement": "contractor", "version": form_with(browser.get(path), "version")["version"]}
    )


def decides_about_a_leaver(world: World, word: str) -> Try:
    contact, member = world.member(contact=True), world.member()
    save(LeaverReport(member_id=member.id, by_id=contact.id))
    return Try(keeper(world), f"{url('members', member)}/departure/{word}", {})


def corrects_an_organization(world: World) -> Try:
    browser, path = keeper(world), f"{url('organizations', world.organization())}/keep"
    form = form_with(browser.get(path), "short_name")
    form.put(name="Corrected", csrf_token=None)
    return Try(browser, path, dict(form.fields))


def checks_an_organization(world: World) -> Try:
    browser, path = keeper(world), url("organizations", world.organization(verified=False))
    form = form_with(browser.get(f"{path}/keep"), "verified")
    form.put(csrf_token=None)
    return Try(browser, f"{path}/verify", dict(form.fields))


def merges_organizations(world: World) -> Try:
    browser, path = keeper(world), f"{url('organizations', world.organization())}/merge"
    page = send(browser, path, into=ids.encode(world.organization().id), step="check")
    form = form_with(page, "into")
    form.put(csrf_token=None)
    return Try(browser, path, dict(form.fields))


def speaks_for_who_lost_their_passkeys(world: World) -> Try:
    person, voucher = world.member(), world.member(mail=mail_of("kubo"))
    case = Recovery(mail=person.mail, member_id=person.id, state=RecoveryState.OPENED, token_hash=bytes(32))
    case.expires_at, word = clock.now() + clock.DAY, Vouch(person_id=person.id, voucher_id=voucher.id, words="Yes")
    word.organization_id, word.given_on = voucher.organization_id, (clock.now() - timedelta(days=60)).date()
    save(case, word)
    return Try(world.enter(voucher), f"/recover/{ids.encode(person.id)}", {"words": "I called her desk number."})


def stops(world: World) -> Try:
    form = {"cause": "misuse", "reason": trusting.REASON}
    return Try(keeper(world), trusting.about(world.member(), "suspend"), form)


def lets_in_again(world: World) -> Try:
    member, browser = world.member(), keeper(world)
    trusting.suspend(browser, member)
    return Try(browser, trusting.about(member, "reinstate"), {"reason": trusting.REASON})


def proposes(world: World) -> Try:
    return Try(keeper(world), trusting.about(world.member(), "appoint"), {"reason": trusting.REASON})


def decides_a_proposal(world: World, step: str) -> Try:
    browser = keeper(world)
    first = world.enter(trusting.keeper(world, "First"))
    send(first, trusting.about(world.member(), "appoint"), reason=trusting.REASON)
    db.session.rollback()
    number = db.session.scalars(select(Proposal.id)).one()
    return Try(browser, f"/trust/proposals/{ids.encode(number)}", {"step": step})


def resigns(world: World) -> Try:
    trusting.keeper(world, "Stays")
    return Try(keeper(world), "/trust/resign", {})


def leaves(world: World) -> Try:
    return Try(world.enter(world.member(mail=mail_of("kubo"))), "/me/leave", {"signed": "named"})


def writes_without_a_name(world: World, which: str) -> Try:
    """An author with one anonymous post released, and one that waits."""
    room = crowd(world)
    author = world.member(mail=mail_of("kubo"))
    world.join(author, room.group)
    browser = world.enter(author)
    send_unnamed(browser, reply_at(room.opening), body="Released", tlp="GREEN", at_once="y")
    send_unnamed(browser, reply_at(room.opening), body="Waits", tlp="GREEN")
    db.session.rollback()
    post = ids.encode(db.session.scalars(select(Post.id).where(Post.author_tag.is_not(None))).one())
    number = ids.encode(db.session.scalars(select(SealedAct.id)).one())
    wording = {"body": "Otherwise", "tlp": "GREEN", "severity": "reference", "version": "1", "step": "save"}
    path, form = {
        "correct": (f"{post}/edit", wording),
        "withdraw": (f"{post}/withdraw", {}),
        "destroy": (f"{post}/destroy", {}),
        "take_back": (f"waiting/{number}/forget", {}),
        "release_now": (f"waiting/{number}/release", {}),
    }[which]
    return Try(browser, f"/me/anonymous/{path}", form)


# One for each function that calls ensure_proved. Who is at the browser is a persona of the demo where it is a form.
ACTS: dict[str, Callable[[World], Try]] = {
    "community.actions.passkeys.add": adds_a_passkey,
    "community.actions.passkeys.remove": removes_a_passkey,
    "community.actions.unnamed.destroy": lambda world: writes_without_a_name(world, "destroy"),
    "community.actions.unnamed.correct": lambda world: writes_without_a_name(world, "correct"),
    "community.actions.unnamed.release_now": lambda world: writes_without_a_name(world, "release_now"),
    "community.actions.unnamed.take_back": lambda world: writes_without_a_name(world, "take_back"),
    "community.actions.unnamed.withdraw": lambda world: writes_without_a_name(world, "withdraw"),
    "moderation.actions.opening.open_as_moderator": opens_a_post,
    "moderation.actions.asking.appeal_unnamed": lambda world: Try(*unnamed_acts.answers_moderators(world, "appeal")),
    "moderation.actions.consenting.answer_unnamed": lambda world: Try(*unnamed_acts.answers_a_question(world)),
    "moderation.actions.hearing.hear": lambda world: Try(*unnamed_acts.answers_moderators(world, "hear")),
    "moderation.actions.unsealing.ask": lambda world: Try(*unnamed_acts.unseals(world, "asking")),
    "moderation.actions.unsealing.agree": lambda world: Try(*unnamed_acts.unseals(world, "agreeing")),
    "trust.actions.recoveries.consent": speaks_for_who_lost_their_passkeys,
    "community.actions.destroying.destroy_own": destroys_their_own,
    "moderation.actions.opening.open_original": opens_an_original,
    "moderation.actions.opening.destroy_original": destroys_an_original,
    "trust.actions.vouches.disown": disowns,
    "trust.actions.vouches.vouch": vouches,
    "trust.actions.departures.confirm": lambda world: decides_about_a_leaver(world, "confirm"),
    "trust.actions.departures.dismiss": lambda world: decides_about_a_leaver(world, "dismiss"),
    "trust.actions.employment.change_employer": changes_employer,
    "trust.actions.engagement.note_engagement": notes_engagement,
    "trust.actions.organizations.correct": corrects_an_organization,
    "trust.actions.organizations.merge": merges_organizations,
    "trust.actions.organizations.verify": checks_an_organization,
    "trust.actions.suspensions.suspend": stops,
    "trust.actions.suspensions.reinstate": lets_in_again,
    "trust.actions.proposals.propose": proposes,
    "trust.actions.proposals.confirm": lambda world: decides_a_proposal(world, "confirm"),
    "trust.actions.proposals.refuse": lambda world: decides_a_proposal(world, "refuse"),
    "trust.actions.proposals.resign": resigns,
    "trust.actions.leaving.leave": leaves,
}
FORMS = [name for name in ACTS if not name.endswith("passkeys.add")]


def asking() -> Iterator[str]:
    """The actions that call ensure_proved."""
    for path in (file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        names = path.relative_to(ROOT).with_suffix("").parts
        if "actions" not in names:
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and "ensure_proved(" in ast.unparse(function):
                yield ".".join((*names, function.name))


def age() -> None:
    """Let every proof be eleven minutes old."""
    db.session.rollback()
    db.session.execute(update(SignIn).values(passkey_at=clock.now() - timedelta(minutes=11)))
    db.session.commit()


def everything() -> list[tuple[str, str]]:
    """Every value of the database but for sessions, challenges, and what holds acts up until others are through."""
    return sorted((table, str(value)) for table, value in rows() if table not in PASSING)


def test_the_list_is_what_the_code_does() -> None:
    text = (ROOT / "docs/security-flow.md").read_text(encoding="utf-8")
    section = text.partition("## Acts that ask for the passkey again")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| .* \| `([\w.]+)` \|$", section, re.MULTILINE)
    assert sorted(listed) == sorted(asking()) == sorted(ACTS)


@pytest.mark.parametrize("name", ACTS)
def test_with_an_old_proof_nothing_happens(world: World, name: str) -> None:
    act = ACTS[name](world)
    act.browser.get("/me")
    if not act.json:
        age()
    before = everything()
    answer = act.send()
    assert answer.status_code == (400 if act.json else 403)
    assert everything() == before
    if act.json:
        assert answer.json == {"refused": True}
        return
    held = holding(answer, act)
    assert [pair for pair in held.fields if pair[0] != "csrf_token"] == list(act.form.items())


@pytest.mark.parametrize("name", FORMS)
def test_with_a_fresh_one_it_is_done(world: World, name: str) -> None:
    act = ACTS[name](world)
    before = everything()
    assert act.send().status_code in (200, 303)
    assert everything() != before


@pytest.mark.parametrize("name", FORMS)
def test_a_persona_of_the_demo_goes_on_without(world: World, name: str) -> None:
    """One button: the form is sent on as it was, by the browser that follows a 307."""
    act = ACTS[name](world)
    age()
    before, page = everything(), act.send()
    found = re.search(r'formaction="(/me/confirm/demo[^"]*)"', page.text)
    assert found
    answer = act.browser.post(found[1], data=dict(holding(page, act).fields))
    assert (answer.status_code, answer.location) == (307, act.path)
    assert everything() == before
    assert act.browser.post(answer.location, data=dict(holding(page, act).fields)).status_code in (200, 303)
    assert everything() != before


def holding(answer: Any, act: Try) -> Paper:
    """The form on the page that was held up."""
    name = next(iter(act.form), "csrf_token")
    held = form_with(answer, name)
    assert held.action == act.path
    return held


def test_showing_the_passkey_on_that_page_lets_the_form_through(world: World) -> None:
    act = opens_a_post(world)
    device = give(db.session.scalars(select(Member).where(Member.site_moderator)).one(), Device())
    age()
    page = act.send()
    assert 'data-then="hold"' in page.text
    assert 'id="hold"' in page.text
    assert hold(act.browser, "/me/confirm", device.get, "/me").status_code == 200
    answer = act.browser.post(act.path, data=dict(holding(page, act).fields))
    assert answer.status_code == 200
    assert "Text" in answer.text


def test_nobody_is_sent_to_strangers(world: World) -> None:
    browser = world.enter(world.member(mail=mail_of("kubo")))
    assert send(browser, "/me/confirm/demo?held=//evil.example").location == "/"


def test_a_page_that_asks_leads_there_and_back(app: Flask, world: World) -> None:
    """By GET nothing was typed: the way leads over the page of confirmation."""
    with app.test_request_context("/groups?page=2"):
        answer: Any = app.handle_user_exception(Unproved())
        assert (answer.status_code, answer.location) == (303, "/me/confirm?next=/groups?page%3D2")
