"""Sends nonsense to every address and judges the answers: nothing breaks, nothing shows, nothing typed is lost."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from urllib.parse import unquote_to_bytes

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse
from wtforms import StringField, TextAreaField

from community import clock, ids
from community.pages.limits import limiter
from tests.security import nonsense
from tests.security.asking import ARGUMENTS, MISSING, filled, forms, parameters
from tests.security.community import community
from tests.security.doors import DOORS, Door
from tests.security.harness import browser, csrf_token
from tests.security.keys import moment, number
from tests.security.nonsense import Raw
from tests.security.rows import settle

WORLD = community()
PERSONAS = ("reader", "contributor", "chief", "site")
PROTECTING = (
    "Content-Security-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
)
TRACES = re.compile(
    r"Traceback|sqlalchemy|psycopg|sqlite3|werkzeug|jinja2|\.py&?(?:quot;|#34;|\")?, line", re.IGNORECASE
)
NAMING = {"address", "chosen", "member", "moderator"}  # lines that name a thing or a person: nothing to take along
UNTYPED = {"me.finish_passkey"}  # takes JSON from a script
TAKEN = {"moderation.open_post"}  # answers with its own page when the form was fine
REFUSED = "notice-error"  # in the first lines of a page that says why the act before it was refused
STEPS = ("check", "send", "preview", "back", "draft", "autosave", "discard", "nonsense")
Keys = dict[str, str]


@cache
def free_texts(app: Flask, endpoint: str) -> frozenset[str]:
    """The fields of a page's forms in which people write in their own words."""
    kinds = [_written(form) for form in forms(app.view_functions[endpoint])]
    return frozenset.intersection(*kinds) if kinds else frozenset()


def _written(form: type) -> frozenset[str]:
    fields = {name: getattr(form, name) for name in dir(form)}
    kinds = {name: getattr(field, "field_class", None) for name, field in fields.items()}
    texts = {name for name, kind in kinds.items() if kind in (StringField, TextAreaField)}
    return frozenset(texts - NAMING)


# --- what to ask ---


@cache
def open_ways(rule: str, endpoint: str, arguments: frozenset[str], persona: str) -> tuple[Keys, ...]:
    """Every choice of objects with which this address is open to this person."""
    door, viewer, names = DOORS.get(endpoint, Door()), WORLD.person[persona], sorted(arguments)
    options = [ARGUMENTS[name](WORLD) if name in ARGUMENTS else [] for name in names]
    ways = (dict(zip(names, chosen, strict=True)) for chosen in product(*options))
    seen = (keys for keys in ways if all(sees(WORLD, viewer, keys) for sees in door.sees.values()))
    return tuple(keys for keys in seen if door.may(WORLD, viewer, keys))


@st.composite
def requests(draw: st.DrawFn, app: Flask, rule: Rule) -> tuple[str | None, Raw]:
    """Somebody asks this address for something, more or less as they should."""
    ways = {one: open_ways(str(rule), rule.endpoint, frozenset(rule.arguments), one) for one in WORLD.person}
    inside = [one for one in PERSONAS if ways[one]] or [one for one in ways if ways[one]] or [*PERSONAS]
    persona = draw(st.sampled_from([*inside * 3, *PERSONAS, None]))
    keys = draw(st.sampled_from(ways[persona])) if persona and ways[persona] else {}
    parts = {name: ids.encode(number(key)) for name, key in keys.items()}
    odd = [name for name in sorted(rule.arguments) if draw(st.integers(0, 5)) == 0]
    path = path_of(rule, parts | {name: draw(nonsense.path_parts()) for name in odd})
    return persona, draw(_filled_in(app, rule, path))


def path_of(rule: Rule, parts: Mapping[str, str]) -> str:
    """The rule's address with these parts; what is not given names something that is not there."""
    path = str(rule)
    for name in rule.arguments:
        part = parts.get(name, ids.encode(number(MISSING)))
        path = re.sub(rf"<[^<>]*{name}>", part.replace("\\", r"\\"), path)
    return path


@st.composite
def _filled_in(draw: st.DrawFn, app: Flask, rule: Rule, path: str) -> Raw:
    page = app.view_functions[rule.endpoint]
    names = sorted(parameters(page)) if rule.endpoint != "static" else []
    query = draw(nonsense.queries(names))
    headers = draw(nonsense.headers())
    methods = [one for one in ("GET", "POST") if one in (rule.methods or ())] * 3
    method = draw(st.sampled_from([*methods, *methods, draw(st.sampled_from(nonsense.METHODS))]))
    if method in ("GET", "HEAD", "OPTIONS", "get"):
        return Raw(method, path, query, headers=headers)
    sense = filled(WORLD, f"{path}{draw(st.integers(0, 50))}") | {"step": draw(st.sampled_from(STEPS))}
    sense |= {name: f"Typed {name} " * 3 for name in free_texts(app, rule.endpoint)}
    if draw(st.integers(0, 5)):
        sense["csrf_token"] = csrf_token(app)
    return draw(_sent(method, path, query, headers, draw(nonsense.fields(sense))))


@st.composite
def _sent(draw: st.DrawFn, method: str, path: str, query: bytes, headers: nonsense.Lines, sent: nonsense.Fields) -> Raw:
    typed = {name: value.decode("utf-8", "replace") for name, value in reversed(sent)}
    how = draw(st.integers(0, 9))
    if how < 6:
        return Raw(method, path, query, *nonsense.urlencoded(sent), headers, typed)
    if how < 8:
        return Raw(method, path, query, *nonsense.multipart(sent), headers, typed)
    if how < 9:
        return Raw(method, path, query, *nonsense.multipart(sent, draw(st.sampled_from(sent))[0]), headers)
    return Raw(method, path, query, *nonsense.misnamed(sent, draw(st.sampled_from(nonsense.KINDS))), headers)


# --- asking ---


def send(client: FlaskClient, raw: Raw) -> TestResponse:
    """Ask as it is written, past all that a well-meaning client would mend."""
    told = {"PATH_INFO": unquote_to_bytes(raw.path).decode("latin-1"), "QUERY_STRING": raw.query.decode("latin-1")}
    for name, value in raw.headers:
        told[name.upper().replace("-", "_") if name == "Content-Type" else f"HTTP_{_variable(name)}"] = value
    limiter.reset()
    with clock.fixed(moment(WORLD.now), f"{raw.method} {raw.path}"):
        return client.open(
            "/",
            method=raw.method,
            data=raw.body,
            content_type=raw.kind,
            base_url="http://localhost:5000",
            environ_overrides=told,
        )


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def judge(app: Flask, persona: str | None, raw: Raw) -> Iterator[str]:
    """What is wrong with the answer to one request."""
    viewer = WORLD.person[persona] if persona else None
    client = browser(app, viewer)
    answer = send(client, raw)
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    text = answer.get_data().decode("utf-8", "replace")
    shown = html.unescape(text)
    if found := TRACES.search(shown):
        yield f"shows {found.group()}"
    yield from (f"lacks {name}" for name in PROTECTING if name not in answer.headers)
    if answer.status_code == 303 and persona:
        shown = html.unescape(send(client, Raw("GET", *_address(answer.location))).get_data().decode())
    if raw.method == "POST" and not _is_taken(answer, shown) and answer.status_code != 413:
        yield from (f"{answer.status_code}: lost {name}" for name in _lost(app, raw, shown))
    if raw.method != "GET" and answer.status_code < 400:
        settle(WORLD, viewer, whole=True)


def _is_taken(answer: TestResponse, shown: str) -> bool:
    """Was what was sent kept or carried out?"""
    return answer.status_code == 204 or (answer.status_code == 303 and REFUSED not in shown)


def _address(location: str) -> tuple[str, bytes]:
    path, _, query = location.removeprefix("http://localhost:5000").partition("#")[0].partition("?")
    return path, query.encode()


def _lost(app: Flask, raw: Raw, shown: str) -> list[str]:
    if ("Sec-Fetch-Site", "cross-site") in raw.headers:
        return []  # nobody typed it here
    endpoint = _endpoint(app, raw)
    if endpoint in UNTYPED or (endpoint in TAKEN and "opened" in shown):
        return []
    texts = free_texts(app, endpoint) if endpoint else frozenset()
    seen = plain(shown)
    return [name for name in sorted(texts) if plain(raw.fields.get(name, "")) not in seen]


def _endpoint(app: Flask, raw: Raw) -> str:
    try:
        return str(
            app.url_map.bind("localhost").match(unquote_to_bytes(raw.path).decode("utf-8", "replace"), "POST")[0]
        )
    except Exception:  # noqa: BLE001
        return ""


def plain(text: str) -> str:
    """What one sees of a text, whatever happened to its spaces."""
    split = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in split if unicodedata.category(letter)[0] not in "CZ" and letter != "\ufffd")
