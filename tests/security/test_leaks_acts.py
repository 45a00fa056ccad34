"""Known leaks of such systems (docs/threat-model.md), asked for by doing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import structlog
from click import Command, Group
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from community import cli, clock, ids, outbox
from community.cli import base
from community.db import db
from community.models import AuditEntry, Follow, Member, Notification, OutboxEvent, Role
from community.models import Group as Room
from community.tlp import Tlp
from tests import oracle
from tests.browsing import TOKEN, send
from tests.factories import World, url
from tests.security.community import community
from tests.security.keys import number, words
from tests.security.rows import settle
from tests.security.test_leaks_reading import CANARY, author, looker, pages, secret, shared

__all__ = ["author", "looker", "secret", "shared"]
Enter = Callable[[Member], FlaskClient]


def deliver() -> None:
    while outbox.deliver_due():
        pass


def notified(member: Member) -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count()).where(Notification.member_id == member.id)).one()


def write(browser: FlaskClient, path: str, **form: Any) -> Any:
    """Look at the confirmation page and send."""
    given = {"title": "Plain", "body": "Said so", "tlp": "GREEN", "severity": "reference", "kind": "discussion"} | form
    page = send(browser, path, step="check", **given)
    sealed = page.text.partition('name="shown"')[2].partition('value="')[2].partition('"')[0]
    return send(browser, path, step="send", shown=sealed, **given)


def test_lk_051_following_ends_with_the_right_to_read(
    world: World, enter: Enter, author: Member, looker: Member, shared: Room
) -> None:
    post = world.thread(shared, author, "Plain")
    assert send(enter(looker), f"{url('threads', post)}/follow").status_code == 303
    assert send(enter(author), f"{url('groups', shared)}/people/{ids.encode(looker.id)}/remove").status_code == 303
    deliver()
    before = notified(looker)
    assert write(enter(author), f"{url('threads', post)}/reply").status_code == 303
    deliver()
    assert notified(looker) == before


def test_lk_051_who_follows_is_told_of_what_they_read_only(
    world: World, enter: Enter, author: Member, shared: Room
) -> None:
    bound = world.member("Bound", engagement="contractor", nda_signed=True)
    world.join(bound, shared)
    post = world.thread(shared, author, "Plain")
    assert send(enter(bound), f"{url('threads', post)}/follow").status_code == 303
    assert write(enter(author), f"{url('threads', post)}/reply", tlp="AMBER+STRICT").status_code == 303
    deliver()
    assert notified(bound) == 0
    assert write(enter(author), f"{url('threads', post)}/reply", tlp="AMBER", body="Again").status_code == 303
    deliver()
    assert notified(bound) == 1


def test_lk_052_one_follows_only_what_one_sees(
    world: World, enter: Enter, author: Member, looker: Member, secret: Room, shared: Room
) -> None:
    for post in (world.thread(secret, author), world.thread(shared, author, tlp=Tlp.RED, recipients=[author])):
        assert send(enter(looker), f"{url('threads', post)}/follow").status_code == 404
    db.session.rollback()
    assert db.session.scalars(select(Follow).where(Follow.member_id == looker.id)).all() == []


def test_lk_059_naming_somebody_who_cannot_read_there_tells_nobody(
    world: World, enter: Enter, author: Member, looker: Member, secret: Room
) -> None:
    inside = world.member("Inside")
    world.join(inside, secret)
    browser, path = enter(author), f"{url('groups', secret)}/new"
    named = [ids.encode(one.id) for one in (inside, looker)]
    answer = write(browser, path, tlp="RED", recipients=named)
    assert answer.status_code == 303
    deliver()
    assert (notified(inside), notified(looker)) == (1, 0)
    post = answer.location.split("/")[2]
    assert looker.name not in pages(browser, f"/posts/{post}/audience")
    unknown = write(browser, path, tlp="RED", recipients=[ids.encode(clock.random_id())], send_key="1" * 32)
    known = write(browser, path, tlp="RED", recipients=[ids.encode(looker.id)], send_key="2" * 32)
    assert unknown.status_code == known.status_code == 422


def test_lk_078_a_preview_knows_no_more_than_its_writer(
    world: World, enter: Enter, author: Member, looker: Member, shared: Room, secret: Room
) -> None:
    here = world.thread(shared, author, "Plain")
    hidden = [
        world.thread(secret, author, CANARY, body=CANARY),
        world.reply(here, author, CANARY, Tlp.RED, recipients=[author]),
    ]
    for post in hidden:
        said = f"> [x](/posts/{ids.encode(post.id)})\n> \n> some words\n\n/posts/{ids.encode(post.id)}"
        for step in ("preview", "check", "send"):
            answer = send(
                enter(looker),
                f"{url('threads', here)}/reply",
                step=step,
                body=said,
                tlp="GREEN",
                severity="reference",
                quotes=ids.encode(post.id),
            )
            assert CANARY not in answer.text
            assert answer.status_code < 500


@pytest.mark.parametrize("twice", ["seen first", "hidden first"])
def test_lk_104_what_is_judged_is_what_is_read(
    world: World, enter: Enter, author: Member, looker: Member, shared: Room, twice: str
) -> None:
    post = world.thread(shared, author, "Plain")
    hidden = world.reply(post, author, CANARY, Tlp.RED, recipients=[author])
    order = [post, hidden] if twice == "seen first" else [hidden, post]
    browser = enter(looker)
    token = TOKEN.search(browser.get("/groups").text)
    assert token
    form = MultiDict([("csrf_token", token[1]), *(("to", ids.encode(one.id)) for one in order)])
    answer = browser.post(f"{url('threads', post)}/read", data=form)
    assert answer.status_code == (204 if order[0] is post else 404)
    listed = browser.get(
        f"{url('threads', post)}/since?after={ids.encode(order[0].id)}&after={ids.encode(order[1].id)}"
    )
    assert ids.encode(hidden.id) not in listed.text


def test_lk_126_who_moderates_no_more_sees_no_requests(
    world: World, enter: Enter, author: Member, shared: Room
) -> None:
    asker, second = world.member(CANARY), world.member("Second")
    world.join(second, shared, Role.MODERATOR)
    assert send(enter(asker), f"{url('groups', shared)}/ask", reason="Let me in").status_code == 303
    browser = enter(second)
    assert CANARY in pages(browser, "/moderation")
    person = f"{url('groups', shared)}/people/{ids.encode(second.id)}"
    assert send(enter(author), person, role="contributor").status_code == 303
    assert CANARY not in pages(browser, "/moderation", f"{url('groups', shared)}/people", "/", "/notifications")


def tables() -> str:
    """Every text in every table, as it is stored."""
    db.session.rollback()
    found = []
    for table in db.metadata.tables.values():
        for column in table.columns:
            found += [str(value) for value in db.session.scalars(select(column))]
    return "\n".join(found)


def test_lk_128_withdrawn_words_are_in_no_table(
    world: World, enter: Enter, author: Member, looker: Member, shared: Room
) -> None:
    browser = enter(author)
    answer = write(browser, f"{url('groups', shared)}/new", title=f"About {CANARY}", body=f"A {CANARY} flew by there")
    post = answer.location.split("/")[2]
    quote = f"> [Author Ai](/posts/{post})\n> \n> A {CANARY} flew by there\n\nIndeed."
    assert write(enter(looker), f"/threads/{post}/reply", body=quote, quotes=post).status_code == 303
    deliver()
    assert CANARY in tables()
    assert send(browser, f"/posts/{post}/withdraw").status_code == 303
    deliver()
    assert CANARY not in tables()


def test_lk_097_lk_129_lk_136_audit_and_outbox_hold_no_words(
    world: World, enter: Enter, author: Member, shared: Room
) -> None:
    answer = write(enter(author), f"{url('groups', shared)}/new", title=CANARY, body=CANARY)
    post = answer.location.split("/")[2]
    assert (
        send(
            enter(author),
            f"/posts/{post}/edit",
            title=CANARY,
            body=f"{CANARY} 2",
            tlp="GREEN",
            severity="reference",
            kind="discussion",
            version="1",
        ).status_code
        == 303
    )
    db.session.rollback()
    for model in (AuditEntry, OutboxEvent, Notification):
        for column in model.__table__.columns:
            assert CANARY not in str(db.session.scalars(select(column)).all()), column


def test_lk_134_a_moderator_acts_only_on_what_they_read(
    world: World, enter: Enter, author: Member, looker: Member, shared: Room
) -> None:
    chief = world.member("Chief")
    world.join(chief, shared, Role.MODERATOR)
    red = world.thread(shared, looker, CANARY, Tlp.RED, recipients=[author])
    browser = enter(chief)
    acts = [f"{url('threads', red)}/{act}" for act in ("lock", "unlock", "pin", "unpin")]
    for path in (*acts, f"{url('posts', red)}/narrow"):
        answer = send(browser, path, tlp="RED", version="1")
        assert answer.status_code == 404, path
        assert CANARY not in answer.text


def test_lk_170_the_log_holds_no_words(
    app: Flask, world: World, enter: Enter, author: Member, shared: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    configured = structlog.get_config()["processors"]
    structlog.configure(processors=[*configured[:-1], lambda _logger, _name, entry: _kept(lines, entry)])

    def fail(*_given: Any, **_named: Any) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("search.find.titles", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = enter(author).get(f"/search?q={CANARY}", headers={"Cookie2": CANARY})
    finally:
        structlog.configure(processors=configured)
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    assert lines
    assert CANARY not in "\n".join(lines)
    assert CANARY not in answer.text.replace(f"q={CANARY}", "")


def _kept(lines: list[str], entry: Any) -> Any:
    lines.append(json.dumps(dict(entry), default=str))
    raise structlog.DropEvent


# --- commands ---------------------------------------------------------------------------------------------------------

# What each command may say. Commands are the operator's, who runs the server; none of them shows words of a post.
COMMANDS = {
    ("audit", "anchor"),
    ("audit", "verify"),
    ("backup",),
    ("bootstrap",),
    ("demo",),
    ("doctor",),
    ("explain",),
    ("import", "incidents"),
    ("import", "posts"),
    ("outbox", "run"),
    ("outbox", "status"),
    ("restore",),
    ("serve",),
    ("upgrade",),
}


def _walk(command: Command, *path: str) -> set[tuple[str, ...]]:
    if not isinstance(command, Group):
        return {path}
    context = None
    names = command.list_commands(context)  # type: ignore[arg-type]
    return {one for name in names for one in _walk(command.get_command(context, name), *path, name)}  # type: ignore[arg-type]


def test_every_command_is_known() -> None:
    assert _walk(cli.main) == COMMANDS


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", ["explain", "doctor", "audit verify", "outbox status"])
def test_commands_say_no_words_of_posts(app: Flask, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    world = community()
    settle(world, None, whole=True)
    monkeypatch.setattr(base, "application", lambda: app)
    for module in ("explain", "doctor", "audit", "outbox"):
        monkeypatch.setattr(f"community.cli.{module}.application", lambda: app)
    for note, person in product((world.note["closed mixed 2"], world.note["closed mixed 3"]), world.people):
        more = [_mail(person.key), ids.encode(number(note.key))] if command == "explain" else []
        said = CliRunner().invoke(cli.main, [*command.split(), *more]).output
        assert not any(words(one) in said for one in (note.key, "title " + note.key, "title closed mixed"))
        if command == "explain":
            last = said.strip().splitlines()[-1]
            assert last.startswith("yes") == oracle.sees_post(world, person, note), (person.key, said)
        else:
            break


def _mail(key: str) -> str:
    db.session.rollback()
    return str(db.session.scalars(select(Member.mail).where(Member.id == number(key))).one())


def test_lk_030_who_was_put_out_of_a_secret_group_is_told_no_name(
    world: World, enter: Enter, author: Member, looker: Member, secret: Room
) -> None:
    world.join(looker, secret)
    person = f"{url('groups', secret)}/people/{ids.encode(looker.id)}"
    assert send(enter(author), person, role="contributor").status_code == 303
    assert send(enter(author), f"{person}/remove").status_code == 303
    deliver()
    browser = enter(looker)
    assert CANARY not in pages(browser, "/", "/notifications", "/groups")
    assert browser.get("/unread").json == {"notifications": 0, "groups": {}}


def test_who_is_shown_is_who_reads(world: World, enter: Enter, author: Member, looker: Member) -> None:
    """A reply in a thread from before somebody came into a group that hides its history."""
    room = world.group("Past", hides_history=True)
    world.join(author, room, Role.MODERATOR)
    old = world.thread(room, author, "Old", released_at=clock.now() - timedelta(days=2))
    world.join(looker, room, since=clock.now() - timedelta(days=1))
    page = send(
        enter(author), f"{url('threads', old)}/reply", step="check", body="Said so", tlp="GREEN", severity="reference"
    )
    assert page.status_code == 200
    assert looker.name not in page.text
    answer = write(enter(author), f"{url('threads', old)}/reply")
    assert looker.name not in pages(enter(author), f"/posts/{answer.location.split('/')[2]}/audience")
    assert enter(looker).get(f"/posts/{answer.location.split('/')[2]}").status_code == 404
