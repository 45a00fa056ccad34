"""Known leaks of such systems (docs/threat-model.md), asked for through the reader's door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import BigInteger, Integer

from community import clock, ids
from community.db import db
from community.models import Group, Member, MemberState, Notification, NotificationKind, Role, Visibility
from community.tlp import Tlp
from tests.browsing import send
from tests.factories import World, save, url

Enter = Callable[[Member], FlaskClient]
CANARY = "Kingfisher"


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author Ai")


@pytest.fixture
def looker(world: World) -> Member:
    return world.member("Looker Lu")


@pytest.fixture
def secret(world: World, author: Member) -> Group:
    group = world.group(CANARY, Visibility.SECRET, description=CANARY)
    world.join(author, group, Role.MODERATOR)
    return group


@pytest.fixture
def shared(world: World, author: Member, looker: Member) -> Group:
    group = world.group("Shared")
    world.join(author, group, Role.MODERATOR)
    world.join(looker, group)
    return group


def pages(browser: FlaskClient, *paths: str) -> str:
    return "\n".join(browser.get(path).get_data(as_text=True) for path in paths)


def told(browser: FlaskClient, path: str) -> dict[str, Any]:
    return dict(browser.get(path).json or {})


LISTS = ("/", "/groups", "/members", "/organizations", "/notifications", "/unread", "/posts/new", "/my/drafts", "/me")


def masked(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "csrf" not in line)


def test_lk_014_the_badge_counts_what_one_sees(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    world.thread(shared, author, "Plain")
    world.thread(shared, author, CANARY, Tlp.RED, recipients=[author])
    assert told(enter(looker), "/unread")["groups"] == {ids.encode(shared.id): 1}


@pytest.mark.parametrize("where", ["secret", "red"])
def test_lk_015_lk_089_a_profile_holds_what_its_reader_sees(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group, secret: Group, where: str
) -> None:
    world.thread(shared, author, "Plain")
    before = masked(pages(enter(looker), url("members", author)))
    named = [author] if where == "red" else ()
    world.thread(
        secret if where == "secret" else shared,
        author,
        CANARY,
        Tlp.RED if where == "red" else Tlp.GREEN,
        recipients=named,
    )
    assert masked(pages(enter(looker), url("members", author))) == before
    assert CANARY in pages(enter(author), url("members", author))


def test_lk_017_last_activity_is_what_the_reader_sees(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    now = clock.now()
    older = world.thread(shared, author, "Older", released_at=now - timedelta(days=3))
    world.thread(shared, author, "Newer", released_at=now - timedelta(days=2))
    world.reply(older, author, CANARY, Tlp.RED, recipients=[author])
    for path in (url("groups", shared), "/"):
        text = pages(enter(looker), path)
        assert 0 < text.index("Newer") < text.index("Older"), path
        assert "just now" not in text
    assert pages(enter(author), url("groups", shared)).index("Older") < pages(
        enter(author), url("groups", shared)
    ).index("Newer")


def test_lk_018_no_row_has_a_running_number(app: Flask, world: World) -> None:
    for table in db.metadata.tables.values():
        for column in table.primary_key:
            if isinstance(column.type, (BigInteger, Integer)) and not column.foreign_keys:
                counted = column.autoincrement is True
                assert not counted or column.name == "number", f"{table.name}.{column.name} counts"
    made = [world.member().id for _ in range(8)]
    assert made not in (sorted(made), sorted(made, reverse=True))


def test_lk_023_a_secret_group_answers_like_none(
    app: Flask, world: World, enter: Enter, looker: Member, secret: Group
) -> None:
    browser = enter(looker)
    for rest in ("", "/members", "/new", "/people", "/settings", "/ask", "/leave"):
        answers = [browser.get(f"/groups/{ids.encode(one)}{rest}") for one in (secret.id, clock.random_id())]
        here, missing = ((one.status_code, dict(one.headers), masked(one.text)) for one in answers)
        assert here[0] == missing[0] == 404
        assert set(here[1]) == set(missing[1])
        assert here[2].replace(ids.encode(secret.id), "") != ""
        assert len(here[2]) == len(missing[2])


def test_lk_024_lk_121_no_form_of_a_hidden_post_says_anything(
    world: World, enter: Enter, author: Member, looker: Member, secret: Group
) -> None:
    post = world.thread(secret, author, CANARY, body=CANARY)
    browser = enter(looker)
    for rest in ("", "/thread", "/audience", "/history", "/live", "/edit", "/grants", "/leave/x", "/withdraw"):
        answer = browser.get(url("posts", post) + rest)
        assert answer.status_code == 404, rest
        assert CANARY not in answer.text
        assert "Location" not in answer.headers


def test_lk_030_no_message_names_a_group_one_may_not_know(
    world: World, enter: Enter, looker: Member, secret: Group
) -> None:
    browser = enter(looker)
    for rest in ("/join", "/ask", "/ask/withdraw", "/leave", "/archive"):
        assert CANARY not in send(browser, url("groups", secret) + rest, reason="Because").text
        assert CANARY not in pages(browser, "/", "/groups")


def test_lk_033_lk_087_before_sign_in_there_is_nothing(
    world: World, client: FlaskClient, author: Member, secret: Group, shared: Group
) -> None:
    world.thread(shared, author, CANARY)
    known, unknown = (client.get(f"/members/{ids.encode(one)}") for one in (author.id, clock.random_id()))
    assert known.status_code == unknown.status_code == 303
    assert len(known.text) == len(unknown.text)
    for path in ("/", "/sign-in", "/terms", "/healthz"):
        text = client.get(path).text
        assert not any(word in text for word in (CANARY, "Shared", author.name)), path


@pytest.mark.parametrize("asked", [CANARY, CANARY.lower(), f"Plain {CANARY}", CANARY[:4]])
def test_lk_038_lk_039_search_finds_what_one_sees(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group, secret: Group, asked: str
) -> None:
    world.thread(shared, author, f"Plain {CANARY}", Tlp.RED, recipients=[author])
    world.thread(secret, author, f"Plain {CANARY}")
    nothing = masked(pages(enter(looker), "/search?q=Nothing-there"))
    found = masked(pages(enter(looker), f"/search?q={asked}"))
    assert found.replace(asked, "").replace(asked.replace(" ", "+"), "").count("<li") == nothing.count("<li")
    assert "/threads/" not in found
    assert "/threads/" in pages(enter(author), f"/search?q={asked}")


def test_lk_042_searching_in_an_unseen_group_is_searching_in_none(
    world: World, enter: Enter, author: Member, looker: Member, secret: Group
) -> None:
    world.thread(secret, author, "Words")
    browser = enter(looker)
    here, missing = (browser.get(f"/search?q=Words&group={ids.encode(one)}") for one in (secret.id, clock.random_id()))
    assert here.status_code == missing.status_code == 404
    assert len(masked(here.text)) == len(masked(missing.text))


def test_lk_044_whom_one_could_name_are_those_who_read_there(
    world: World, enter: Enter, author: Member, looker: Member, secret: Group
) -> None:
    inside = world.member("Inside In")
    world.join(inside, secret)
    browser = enter(author)
    post = world.thread(secret, author, "Inner", Tlp.RED, recipients=[author])
    found = pages(browser, f"{url('posts', post)}/grants?q=i", f"{url('groups', secret)}/new")
    assert "Inside In" in found
    assert "Looker Lu" not in pages(browser, f"{url('posts', post)}/grants?q=Looker", f"{url('groups', secret)}/new")


def test_lk_048_unknown_parameters_do_nothing(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    post = world.thread(shared, author, "Plain")
    browser = enter(looker)
    for path in (url("groups", shared), url("threads", post), "/members", "/search"):
        odd = "?order=body&sort=1;drop&limit=99999&fields=mail&where=1&page[]=2&page=-1&q=&find="
        plain, strange = browser.get(path), browser.get(path + odd)
        assert (plain.status_code, strange.status_code) == (200, 200)
        assert str(author.mail) not in strange.text


def _notify(member: Member, kind: NotificationKind, **about: int) -> None:
    save(Notification(id=clock.random_id(), member_id=member.id, kind=kind, event_key=1, told_at=clock.now(), **about))
    db.session.expunge_all()


def test_lk_050_notifications_are_read_through_the_doors(
    world: World, enter: Enter, author: Member, looker: Member, secret: Group, shared: Group
) -> None:
    hidden = world.thread(secret, author, CANARY)
    _notify(looker, NotificationKind.NAMED, post_id=hidden.id)
    _notify(looker, NotificationKind.GROUP_REMOVED, group_id=secret.id)
    browser = enter(looker)
    assert CANARY not in pages(browser, *LISTS)
    assert told(browser, "/unread")["notifications"] == 0


def test_lk_085_a_withdrawn_post_is_empty_in_every_form(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    post = world.thread(shared, author, CANARY, body=CANARY)
    browser = enter(author)
    assert send(browser, f"{url('posts', post)}/withdraw").status_code == 303
    place = url("posts", post)
    for who in (author, looker):
        forms = (place, f"{place}/history", f"{place}/live", f"{place}/audience", url("threads", post))
        assert CANARY not in pages(enter(who), *forms, url("groups", shared), "/", f"/search?q={CANARY[:5]}")


def test_lk_090_lists_of_what_is_new_are_trimmed(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group, secret: Group
) -> None:
    plain = masked(pages(enter(looker), *LISTS, url("groups", shared)))
    world.thread(secret, author, CANARY)
    world.thread(shared, author, CANARY, Tlp.RED, recipients=[author])
    assert masked(pages(enter(looker), *LISTS, url("groups", shared))) == plain


def test_lk_091_lk_094_what_a_script_is_told_depends_on_who_asks(
    world: World, enter: Enter, author: Member, looker: Member, secret: Group, shared: Group
) -> None:
    opening = world.thread(shared, author, "Open title")
    given = world.reply(opening, author, "Given")
    outsider = world.member("Out")
    world.grant(given, outsider)
    around = {"thread", "group", "html", "title", "at"}
    alone = {"href", "tlp", "severity", "author", "mine"}
    assert set(told(enter(looker), f"{url('posts', given)}/live")) == alone | around
    assert set(told(enter(outsider), f"{url('posts', given)}/live")) == alone
    hidden = world.reply(opening, author, CANARY, Tlp.RED, recipients=[author])
    since = f"{url('threads', opening)}/since?after={ids.encode(opening.id)}"
    assert ids.encode(hidden.id) not in enter(looker).get(since).text
    assert enter(looker).get(f"{url('posts', hidden)}/live").status_code == 404


def test_lk_095_nobody_learns_when_somebody_was_here(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    post = world.thread(shared, author, "Plain", released_at=clock.now() - timedelta(days=2))
    paths = (url("members", looker), url("threads", post), f"{url('groups', shared)}/members", "/members")
    enter(author).get(url("threads", post))
    before = masked(pages(enter(author), *paths))
    enter(looker).get(url("threads", post))
    enter(looker).get("/")
    assert masked(pages(enter(author), *paths)) == before


def test_lk_096_a_moderator_is_shown_their_own_rooms_only(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    other = world.group(CANARY)
    world.join(author, other, Role.MODERATOR)
    world.join(looker, world.group("Own room"), Role.MODERATOR)
    assert CANARY not in pages(enter(looker), "/moderation", "/posts/new")
    assert "Own room" in pages(enter(looker), "/moderation")


def test_lk_100_an_organization_of_nobody_one_may_know_is_not_there(world: World, enter: Enter, looker: Member) -> None:
    waiting = world.organization(CANARY)
    world.member("Waiting", waiting, state=MemberState.PENDING)
    browser = enter(looker)
    assert CANARY not in pages(browser, "/organizations", "/members", "/members?find=Waiting")
    assert browser.get(url("organizations", waiting)).status_code == 404


def test_lk_119_the_history_of_a_post_is_as_closed_as_the_post(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    post = world.thread(shared, author, "Plain", body=f"Once {CANARY}")
    form = {
        "title": "Plain",
        "body": "Now",
        "tlp": "GREEN",
        "severity": "reference",
        "kind": "discussion",
        "version": "1",
    }
    assert send(enter(author), f"{url('posts', post)}/edit", **form).status_code == 303
    history = f"{url('posts', post)}/history"
    assert CANARY in enter(looker).get(history).text
    stranger = enter(world.member())
    for query in ("", "?before=1", "?before=2", "?before=99"):
        assert stranger.get(history + query).status_code == 404


def test_lk_135_no_page_shows_mail_or_address(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    post = world.thread(shared, author, "Plain")
    paths = (url("members", author), url("threads", post), url("organizations", world.organization()))
    found = pages(enter(looker), *LISTS, *paths, f"{url('groups', shared)}/members")
    assert str(author.mail) not in found
    assert "127.0.0.1" not in found
    columns = {column.name for table in db.metadata.tables.values() for column in table.columns}
    assert not {name for name in columns if name in ("ip", "address", "remote_addr", "user_agent", "last_seen_at")}


@pytest.mark.parametrize("path", ["/", "/groups", "/no/such", "/unread", "/sign-in", "/groups/0000000000001"])
def test_lk_155_nothing_is_kept_by_caches(
    world: World, enter: Enter, client: FlaskClient, looker: Member, path: str
) -> None:
    for browser in (client, enter(looker)):
        answer = browser.get(path)
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_lk_138_there_are_no_debug_pages(app: Flask, world: World, enter: Enter, looker: Member) -> None:
    assert not app.debug
    for path in ("/console", "/debug", "/_debug", "/metrics", "/admin", "/audit", "/settings"):
        assert enter(looker).get(path).status_code == 404
    assert enter(looker).get("/?__debugger__=yes&cmd=resource&f=style.css").status_code == 200


def test_lk_001_a_thread_is_counted_as_its_reader_sees_it(
    world: World, enter: Enter, author: Member, looker: Member, shared: Group
) -> None:
    now = clock.now() - timedelta(days=2)
    post = world.thread(shared, author, "Plain", released_at=now)
    for number in range(22):
        world.reply(post, author, f"Said {number}", released_at=now + timedelta(minutes=number))
    paths = (url("threads", post), f"{url('threads', post)}?page=2", url("groups", shared))
    pages(enter(looker), *paths)  # read, both pages in turn
    before = masked(pages(enter(looker), *paths))
    for number in range(20):
        world.reply(post, author, CANARY, Tlp.RED, recipients=[author], released_at=now + timedelta(minutes=number))
    assert masked(pages(enter(looker), *paths)) == before


def test_lk_050_a_grant_shows_neither_group_nor_title(
    world: World, enter: Enter, author: Member, looker: Member
) -> None:
    room = world.group(f"{CANARY} room")
    world.join(author, room)
    reply = world.reply(world.thread(room, author, f"{CANARY} title"), author, "Given")
    world.grant(reply, looker)
    _notify(looker, NotificationKind.GRANT, post_id=reply.id)
    text = pages(enter(looker), "/notifications", url("posts", reply), f"{url('posts', reply)}/history", "/")
    assert CANARY not in text
    assert ids.encode(reply.id) in text
