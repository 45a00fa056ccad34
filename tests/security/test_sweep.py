"""Every route, found by reflection, as every kind of person, against the oracle's answer.

Hidden and missing are one answer: status, headers, body, and the statements the server sends to its database. Seen but
not allowed is a 403, everything else opens. A route, argument or form field that nobody told the sweep about fails it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from flask import Flask
from werkzeug.routing import Rule

from community import ids
from community.pages.hook import OPEN, WAITING
from community.pages.limits import limiter
from tests import oracle, oracle_analysis
from tests.oracle_world import Person
from tests.security.asking import ARGUMENTS, FIELDS, MISSING, PARAMETERS, Ask, fields_read, parameters
from tests.security.community import PERSONAS, community
from tests.security.doors import DOORS, LISTS, Door
from tests.security.harness import Sight, ask, browser
from tests.security.keys import number
from tests.security.rows import settle

pytestmark = pytest.mark.timeout(400)  # a persona takes ten seconds on an idle machine
WORLD = community()
FORM = {
    "body": "Said so.",
    "title": "A title",
    "tlp": "GREEN",
    "severity": "reference",
    "kind": "discussion",
    "reason": "Because it has to be.",
    "name": "A name",
    "description": "For all",
    "role": "reader",
    "join_role": "reader",
    "labels": "GREEN",
    "visibility": "secret",
    "version": "1",
    "step": "check",
    "locale": "en",
    "time_zone": "Asia/Tokyo",
    "words": "We have worked together.",
}
# Asked with every object there is, not with some of them; the second only where more is asked of each.
WHOLE = {"groups.show", "threads.show", "threads.live"}
WIDE = {*WHOLE, "posts.audience", "compose.reply"}
Keys = dict[str, str]


def written(key: str) -> str:
    return ids.encode(number(key))


def request(rule: Rule, method: str, keys: Keys, query: str = "", **form: str) -> Ask:
    path = str(rule)
    for name, key in keys.items():
        path = re.sub(rf"<[^<>]*{name}>", written(key), path)
    if method == "GET":
        since = f"?after={written(keys['thread_id'])}" if rule.endpoint == "threads.since" else ""
        return Ask(path + (query or since))
    told = {"member": written("reader"), "to": written(keys.get("thread_id", MISSING))}
    return Ask(path, FORM | told | form)


def look(app: Flask, viewer: Person | None, asked: Ask) -> Sight:
    limiter.reset()
    return next(ask(browser(app, viewer), WORLD, asked))


def without(sight: Sight, *keys: str) -> Sight:
    """The answer with the ids that stood in the question taken out."""
    asked, headers, body = sight.asked, str(sight.headers), sight.body
    for key in keys:
        asked, headers = asked.replace(written(key), "ID"), headers.replace(written(key), "ID")
        body = body.replace(written(key).encode(), b"ID")
    # The key of a fresh form follows, in tests, from the question.
    body = re.sub(rb'(?<=name="send_key" type="hidden" value=")[0-9a-f]{32}', b"KEY", body)
    return replace(sight, asked=asked, headers=((headers, ""),), body=body)


def same(app: Flask, viewer: Person | None, one: Ask, other: Ask, *keys: str) -> list[str]:
    first, second = look(app, viewer, one), look(app, viewer, other)
    return list(without(first, *keys).against(without(second, *keys)))


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=str):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def choices(rule: Rule, viewer: Person, door: Door, each: int) -> Iterator[Keys]:
    """Of every argument some objects that this person sees, some that they do not, and a missing one."""
    names = sorted(rule.arguments)
    options = [_some(rule, name, viewer, door, each) for name in names]
    for chosen in product(*options):
        yield dict(zip(names, chosen, strict=True))


def _some(rule: Rule, name: str, viewer: Person, door: Door, each: int) -> list[str]:
    keys = sorted(ARGUMENTS[name](WORLD), key=lambda key: number(f"{viewer.key}{rule}{key}"))
    question = door.sees.get(name)
    if question is None or name != min(door.sees):
        return [*keys[: each + 1], MISSING]
    seen = [key for key in keys if question(WORLD, viewer, {name: key})]
    if rule.endpoint in (WHOLE if each < 2 else WIDE) or rule.arguments == {"group_id"}:
        each = len(keys)
    return [*seen[:each], *[key for key in keys if key not in seen][:each], MISSING]


def judge(app: Flask, rule: Rule, method: str, viewer: Person, keys: Keys) -> list[str]:
    door = DOORS[rule.endpoint]
    asked = request(rule, method, keys)
    hidden = next((name for name, sees in door.sees.items() if not sees(WORLD, viewer, keys)), "")
    if hidden and (hidden == next(iter(door.sees)) or door.may(WORLD, viewer, keys)):
        return _hidden(app, rule, method, viewer, keys, hidden)
    found = look(app, viewer, asked)
    if method == "POST" and found.status < 400:
        settle(WORLD, viewer, whole=True)
    if _held(found):
        return []
    if method == "POST" and not door.acts(WORLD, viewer, keys):
        return [] if found.status in (403, 404) else [f"{asked.path}: {found.status}, neither 403 nor 404"]
    if not door.may(WORLD, viewer, keys):
        return [] if found.status == 403 else [f"{asked.path}: {found.status}, not 403"]
    if found.status in (403, 404) or found.status >= 500:
        return [f"{asked.path}: {found.status}, though open to {viewer.key}"]
    return _silent(app, rule, method, viewer, keys) if door.silent else []


def _held(sight: Sight) -> bool:
    """Does the answer ask for the passkey first, with all that was sent kept?"""
    if sight.status == 303:
        return str(dict(sight.headers).get("Location", "")).startswith("/me/confirm")
    return sight.status == 403 and b"/me/confirm/begin" in sight.body


def _hidden(app: Flask, rule: Rule, method: str, viewer: Person, keys: Keys, name: str) -> list[str]:
    asked, missing = request(rule, method, keys), request(rule, method, keys | {name: MISSING})
    found = look(app, viewer, asked)
    wrong = (
        []
        if found.status == 404 or _held(found)
        else [f"{asked.path}: {found.status}, though hidden from {viewer.key}"]
    )
    if wrong:
        settle(WORLD, viewer, whole=True)
    if keys[name] == viewer.key:
        return wrong  # about oneself there is nothing to hide
    return wrong + same(app, viewer, asked, missing, keys[name], MISSING)


def _silent(app: Flask, rule: Rule, method: str, viewer: Person, keys: Keys) -> list[str]:
    """Somebody else's request, invitation or passkey is answered as if there were none."""
    door = DOORS[rule.endpoint]
    if door.silent == "request_id" and (keys["request_id"], keys["group_id"]) in {
        (it.key, it.room) for it in WORLD.asks
    }:
        return []
    if door.silent == "member_id":
        return []  # taking back an invitation says the same whether there is one or not; the moderator sees the list
    asked, missing = request(rule, method, keys), request(rule, method, keys | {door.silent: MISSING})
    return same(app, viewer, asked, missing, keys[door.silent], MISSING)


def sweep(app: Flask, viewer: Person, each: int) -> list[str]:
    settle(WORLD, viewer, whole=True)
    return [
        line
        for rule, method in rules(app)
        if rule.endpoint in DOORS
        for keys in choices(rule, viewer, DOORS[rule.endpoint], each)
        for line in judge(app, rule, method, viewer, keys)
    ]


LOOKING = [key for key in PERSONAS if key and oracle.looks(WORLD.person[key])]


DIFFERENT = {"outsider", "site", "sponsored"}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("persona", LOOKING)
def test_every_object_of_every_route(app: Flask, persona: str) -> None:
    """Those who differ most with more objects of each kind; the soak asks so for everybody."""
    assert sweep(app, WORLD.person[persona], 2 if persona in DIFFERENT else 1) == []


@pytest.mark.soak
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("persona", sorted(set(LOOKING) - DIFFERENT))
def test_more_objects_of_every_route(app: Flask, persona: str) -> None:
    assert sweep(app, WORLD.person[persona], 2) == []


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
@pytest.mark.parametrize("persona", ["outsider", "contractor", "site", "former"])
def test_every_route_on_postgresql(app: Flask, persona: str) -> None:
    assert sweep(app, WORLD.person[persona], 1) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_nothing_is_forgotten(app: Flask) -> None:
    endpoints = {rule.endpoint: rule for rule, _ in rules(app)}
    assert set(endpoints) == OPEN | set(DOORS) | LISTS, "say in doors.py who may go through"
    assert OPEN.isdisjoint(set(DOORS) | LISTS), "open to guests and closed at once"
    assert not {name for name in LISTS if endpoints[name].arguments}
    assert not {name for door in DOORS.values() for name in door.sees} - set(ARGUMENTS)
    assert not {one for rule in endpoints.values() for one in rule.arguments} - {*ARGUMENTS, "filename"}
    assert not fields_read() - set(FIELDS) - {"csrf_token"}
    read = {one for name in endpoints if name != "static" for one in parameters(app.view_functions[name])}
    assert not read - set(PARAMETERS)


# --- who sees nothing -------------------------------------------------------------------------------------------------


def _all_addresses(app: Flask) -> Iterator[tuple[str, Ask]]:
    for rule, method in rules(app):
        if rule.endpoint != "static":
            keys = {name: next(iter(ARGUMENTS[name](WORLD)), MISSING) for name in rule.arguments}
            yield rule.endpoint, request(rule, method, keys)


def _as_stranger(sight: Sight, path: str) -> tuple[int, str, bytes]:
    quoted = path.replace("/", "%2F")
    headers = str(sight.headers).replace(path, "PATH").replace(quoted, "PATH")
    body = sight.body.replace(path.encode(), b"PATH").replace(quoted.encode(), b"PATH")
    return sight.status, re.sub(r"Content-Length', '\d+", "", headers), body


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("persona", [None, "suspended", "left", "invited"])
def test_who_is_nobody_gets_one_answer_everywhere(app: Flask, persona: str | None) -> None:
    """Existing and invented addresses alike, and whoever was put out is nobody."""
    viewer = WORLD.person[persona] if persona else None
    settle(WORLD, viewer, whole=True)
    for endpoint, asked in _all_addresses(app):
        if endpoint in OPEN:
            continue
        invented = Ask("/no/such/place", asked.form)
        plain = Ask(asked.path.partition("?")[0], asked.form)
        found, other = look(app, viewer, plain), look(app, viewer, invented)
        assert _as_stranger(found, plain.path) == _as_stranger(other, invented.path), asked.path
        assert found.statements == other.statements, asked.path
        assert found.status == (401 if asked.form else 303), asked.path


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("persona", ["pending", "dormant"])
def test_who_waits_gets_one_page_everywhere(app: Flask, persona: str) -> None:
    viewer = WORLD.person[persona]
    settle(WORLD, viewer, whole=True)
    for endpoint, asked in [*_all_addresses(app), ("", Ask("/no/such/place"))]:
        if endpoint not in WAITING:
            found = look(app, viewer, asked)
            sent_to = dict(found.headers).get("Location")
            assert (found.status, sent_to) == ((403, None) if asked.form else (303, "/waiting")), asked.path
            assert asked.form is None or all(text in found.body.decode() for text in asked.form.values()), asked.path
            assert [one[:6] for one in found.statements] == ["BEGIN", "SELECT"], asked.path


# --- objects named in a query or a form ------------------------------------------------------------------------

NAMED = {"after": "post_id", "case": "case_id", "group": "group_id", "quote": "post_id"}
SENT = {
    "analysis.about": {"request": "inquiry_id"},
    "compose.new_thread": {"recipients": "member_id", "whole_groups": "group_id"},
    "compose.reply": {"recipients": "member_id", "whole_groups": "group_id", "quotes": "post_id"},
    "experts.choose": {"member": "member_id"},
    "group_admin.invite": {"member": "member_id"},
    "group_admin.new": {"chosen": "member_id"},
    "inviting.new": {"organization": "organization_id"},
    "posts.grants": {"member": "member_id"},
    "redacting.redact": {"case": "case_id"},
    "promoting.propose": {"target": "group_id"},
    "threads.read": {"to": "post_id"},
    "vouching.ask": {"member": "member_id"},
}
SEES = {
    "case_id": "cases.show",
    "post_id": "threads.live",
    "group_id": "groups.show",
    "member_id": "members.show",
    "organization_id": "members.organization",
}


BESIDE = {"analysis.about": {"act": "take"}}  # what says that the field is meant


def _unseen(viewer: Person, kind: str) -> list[str]:
    if kind == "inquiry_id":
        return [one.key for one in WORLD.inquiries if not oracle_analysis.meets(WORLD, viewer, one)]
    question = DOORS[SEES[kind]].sees[kind]
    return [key for key in ARGUMENTS[kind](WORLD) if not question(WORLD, viewer, {kind: key})]


def _first_open(rule: Rule, viewer: Person) -> Keys | None:
    door = DOORS.get(rule.endpoint, Door())
    names = sorted(rule.arguments)
    for chosen in product(*(ARGUMENTS[name](WORLD) for name in names)):
        keys = dict(zip(names, chosen, strict=True))
        if all(sees(WORLD, viewer, keys) for sees in door.sees.values()) and door.may(WORLD, viewer, keys):
            return keys
    return None


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("persona", ["outsider", "contributor", "contractor", "former", "site", "chief"])
def test_hidden_objects_in_queries_and_forms_are_missing_ones(app: Flask, persona: str) -> None:
    viewer, wrong = WORLD.person[persona], []
    settle(WORLD, viewer, whole=True)
    for rule, method in rules(app):
        keys = None if rule.endpoint == "static" else _first_open(rule, viewer)
        if keys is None:
            continue
        if method == "GET":
            fields = {name: NAMED[name] for name in parameters(app.view_functions[rule.endpoint]) if name in NAMED}
        else:
            fields = SENT.get(rule.endpoint, {})
        for name, kind in fields.items():
            for key in _unseen(viewer, kind)[:4]:
                hidden, missing = (_naming(rule, method, keys, name, one) for one in (key, MISSING))
                wrong += same(app, viewer, hidden, missing, key, MISSING)
    assert wrong == []


def _naming(rule: Rule, method: str, keys: Keys, name: str, key: str) -> Ask:
    if method == "GET":
        return request(rule, method, keys, f"?{name}={written(key)}")
    return request(rule, method, keys, **{name: written(key)}, **BESIDE.get(rule.endpoint, {}))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_query_that_names_an_object_is_swept(app: Flask) -> None:
    # ``from`` is read by site moderators only, who know everybody.
    naming = {name for name, offered in PARAMETERS.items() if callable(offered) and name not in ("find", "from", "q")}
    assert naming == set(NAMED)
    sent = {name for name, offered in FIELDS.items() if callable(offered)} - {"address", "mail", "moderator"}
    assert sent == {name for fields in SENT.values() for name in fields}
