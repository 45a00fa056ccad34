"""When something cannot be done: a page in plain words, in the reader's language, that gives back what was typed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.test import TestResponse

from app import create_app
from community import ids
from community.models import MemberState, Role, Visibility
from community.pages import hook
from community.pages.typed import OWN_WORDS
from tests.browsing import send
from tests.conftest import Browser, settings_for
from tests.factories import World, url
from tests.security.fuzzing import NAMING, PROTECTING, TRACES, WORLD, free_texts, path_of
from tests.security.harness import browser, csrf_token

Enter = Callable[..., FlaskClient]
TYPED = {"title": "Pumps <stopped>", "body": "Since Friday.\n\nAll & sundry."}
SHOWN = ("Pumps &lt;stopped&gt;", "Since Friday.\n\nAll &amp; sundry.")
JAPANESE = {"Accept-Language": "ja"}


def gives_back(page: str) -> bool:
    return all(text in page for text in SHOWN)


# --- what was typed ---


def test_who_was_put_out_while_writing_keeps_the_words(world: World, enter: Enter) -> None:
    group = world.group(visibility=Visibility.SECRET)
    answer = send(enter(world.member()), f"{url('groups', group)}/new", **TYPED)
    assert answer.status_code == 404
    assert gives_back(answer.text)


def test_who_may_no_longer_keeps_the_words(world: World, enter: Enter) -> None:
    group, member = world.group(), world.member()
    world.join(member, group, Role.CONTRIBUTOR)
    answer = send(enter(member), f"{url('groups', group)}/settings", description="What we now do", name="New name")
    assert answer.status_code == 403
    assert "What we now do" in answer.text
    assert "New name" in answer.text


def test_who_fell_dormant_while_writing_keeps_the_words(world: World, enter: Enter) -> None:
    member = enter(world.member(state=MemberState.DORMANT))
    answer = member.post(f"/groups/{ids.encode(1)}/new", data=TYPED)
    assert answer.status_code == 403
    assert "because your account is waiting" in answer.text
    assert gives_back(answer.text.replace('value="Pumps', ">Pumps"))


def test_words_are_given_back_to_who_typed_them_only(world: World, enter: Enter) -> None:
    """Another site must not put its words on a page of ours, and what is no text of one's own is not shown."""
    member = enter(world.member())
    foreign = member.post("/no/such/place", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 400
    assert "Pumps" not in foreign.text
    answer = send(member, "/no/such/place", **TYPED, secret="not to be shown")
    assert answer.status_code == 404
    assert gives_back(answer.text)
    assert "not to be shown" not in answer.text
    assert csrf_token(world.app) not in answer.text


def test_too_much_at_once_is_said(world: World, enter: Enter) -> None:
    answer = enter(world.member()).post("/groups/new", data={"description": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "That is too long to send" in answer.text


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_field_of_own_words_is_known(app: Flask) -> None:
    pages = [rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    fields = {name for page in pages for name in free_texts(app, page)}
    assert {"title", "body", "reason"} <= fields
    assert fields <= set(OWN_WORDS)
    assert NAMING.isdisjoint(OWN_WORDS)


# --- addresses that are no text ---


@pytest.mark.parametrize("path", ["/groups", "/search", "/me", "/sign-in", "/no/such/place"])
def test_a_query_that_is_no_text_is_refused(world: World, enter: Enter, path: str) -> None:
    for client in (enter(world.member()), world.app.test_client()):
        answer = client.get(path, environ_overrides={"QUERY_STRING": "q=\xff"})
        assert answer.status_code == 400
        assert "We could not understand that" in answer.text


# --- without the database ---


@pytest.fixture(params=["sqlite:////no/such/folder/x.sqlite", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def lost(request: pytest.FixtureRequest, tmp_path: Path) -> Flask:
    """The application of a community whose database is gone."""
    app = create_app(settings_for(request.param, tmp_path))
    app.test_client_class = Browser
    return app


def _in_words(answer: TestResponse) -> bool:
    calm = not TRACES.search(answer.text) and all(name in answer.headers for name in PROTECTING)
    said = "What was sent before is safe." if answer.request.method == "GET" else "これまでに送信したものは安全です"
    return calm and (said in answer.text if answer.status_code == 503 else answer.status_code < 500)


def test_without_a_database_every_address_answers_in_words(lost: Flask) -> None:
    member = browser(lost, WORLD.person["reader"])
    refused = 0
    for rule in lost.url_map.iter_rules():
        path, methods = path_of(rule, {}), rule.methods or set()
        if "GET" in methods and rule.endpoint != "static":
            assert _in_words(member.get(path)), rule
        if "POST" in methods:
            answer = member.post(path, data=TYPED | {"csrf_token": csrf_token(lost)}, headers=JAPANESE)
            assert _in_words(answer), rule
            assert answer.status_code != 503 or gives_back(answer.text), rule
            refused += answer.status_code == 503
    assert refused > 30


def test_a_page_without_a_database_keeps_its_looks(lost: Flask) -> None:
    member = browser(lost, WORLD.person["reader"])
    with member.get("/static/css/base.css") as answer:
        assert answer.status_code == 200


def test_a_guest_without_a_database_reads_in_the_language_chosen_before(lost: Flask) -> None:
    guest = lost.test_client()
    with guest.session_transaction() as session:
        session["locale"] = "ja"
    answer = guest.get("/healthz", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert '<html lang="ja"' in answer.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("secret"), 500),
        (ProgrammingError("SELECT secret", {}, Exception("gone")), 500),
        (OperationalError("SELECT secret", {}, Exception("gone")), 503),
        (NoConnectionFree("secret"), 503),
    ],
)
def test_trouble_in_finding_out_who_looks(
    app: Flask, world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    member = enter(world.member())

    def fail(_token_hash: bytes) -> None:
        raise error

    monkeypatch.setattr(hook, "viewer_of_session", fail)
    answer = member.post("/groups/new", data=TYPED)
    assert answer.status_code == status
    assert gives_back(answer.text)
    assert "SELECT" not in answer.text
    assert "secret" not in answer.text


def test_trouble_later_is_told_in_the_members_language(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = enter(world.member(locale="ja"))

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("community.pages.groups.render_template", fail)
    answer = member.get("/groups", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert '<html lang="ja"' in answer.text
