"""What to ask of the application: every address and every form, found by reflection.

An address argument, a query parameter or a form field that this file does not know is an error, not a gap.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import chain, product, zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.routing import Rule
from wtforms import Form
from wtforms.fields.core import UnboundField

from community import ids
from tests.oracle_world import World
from tests.security.keys import mail_of, number, pick, words

MISSING = "missing"
ROOT = Path(__file__).parents[2]
PACKAGES = {"community", "moderation", "search", "trust"}
_ASKED = r"""request\.{0}(?:\.get|\.getlist)?[\[(]["'](\w+)|["'](\w+)["'] (?:not )?in request\.{0}"""
ARGUMENT_READ, FIELD_READ = (re.compile(_ASKED.format(kind)) for kind in ("args", "form"))

Keys = Callable[[World], list[str]]


def _keys(kind: str) -> Keys:
    return lambda world: [one.key for one in getattr(world, kind)]


def _openings(world: World) -> list[str]:
    return [one.key for one in world.notes if one.opening]


# Which objects an argument of an address, or a parameter of a query, may name; all of them also get a missing one.
ARGUMENTS: Mapping[str, Keys] = {
    "group_id": _keys("rooms"),
    "thread_id": _openings,
    "post_id": _keys("notes"),
    "member_id": _keys("people"),
    "organization_id": _keys("orgs"),
    "invitation_id": lambda world: [*_keys("invites")(world), *_keys("introductions")(world)],
    "request_id": _keys("asks"),
    "passkey_id": lambda world: [],
    "proposal_id": _keys("proposals"),
    "case_id": _keys("matters"),
    "person_id": _keys("people"),
    "sign_in_id": lambda world: [f"sign-in {one.key}" for one in world.people],
    "token": lambda world: [],
    "number": lambda world: [],
    "promotion_id": _keys("ways"),
}
# What a query parameter or a form field is tried with: objects of a kind, or these texts.
PARAMETERS: Mapping[str, Keys | tuple[str, ...]] = {
    "act": ("guide", "narrow", "remove", "note", "uphold", "refuse_sharing", "refuse_copy"),
    "after": _keys("notes"),
    "assessment": ("1",),
    "before": ("2026-05-03", "nonsense"),
    "case": _keys("matters"),
    "find": lambda world: [f"word {one.key}" for one in world.people],
    "from": _keys("people"),
    "group": _keys("rooms"),
    "held": ("/groups", "//evil.example"),
    "mine": ("1",),
    "next": ("/groups", "//evil.example"),
    "overdue": ("1",),
    "page": ("2",),
    "quote": _keys("notes"),
    "q": lambda world: ["text Title", *(f"word title {one}" for one in _openings(world))],
    "state": ("suspended", "nonsense"),
    "unnamed": ("1",),
    "unread": ("1",),
    "which": ("flag", "appeal", "redaction", "promotion", "copy", "join", "closed", "nonsense"),
}
COPYING = ("consent", "refuse_sharing", "publish", "refuse_copy", "ask_for_other", "show_copy", "keep_hidden")
FIELDS: Mapping[str, Keys | tuple[str, ...]] = {
    "act": (
        *("take", "dismiss", "guide", "warn", "remove", "note", "uphold", "ask", "answer", "take_back", "nonsense"),
        *COPYING,
    ),
    "address": _keys("notes"),
    "agrees": ("", "y"),
    "assessment": ("", "y"),
    "analyst": ("", "y"),
    "anonymous": ("off", "allowed"),
    "answer": ("agree", "refuse", "changes", "take_back", "It is known."),
    "at_once": ("", "y"),
    "back": ("/groups",),
    "body": ("Said so.",),
    "case": _keys("matters"),
    "case_version": ("1",),
    "cause": ("misuse", "precaution"),
    "cause_types": ("",),
    "chosen": _keys("people"),
    "contact": ("", "y"),
    "decision": ("nonsense",),
    "description": ("What it is for",),
    "domains": ("power.example",),
    "employer": ("nonsense",),
    "employer_name": ("A new one",),
    "engagement": ("staff", "contractor"),
    "event_type": ("",),
    "follow_up": ("", "y"),
    "forget": ("", "y"),
    "fresh": ("", "y"),
    "hides_history": ("", "y"),
    "how": ("privately", "openly"),
    "into": ("nonsense",),
    "join_role": ("reader", "contributor"),
    "kind": ("discussion", "incident", "operator"),
    "labels": ("GREEN", "RED"),
    "locale": ("en", "ja"),
    "member": lambda world: [f"{how}{one.key}" for one in world.people for how in ("", "word ")],
    "missing": ("organization",),
    "moderator": lambda world: [f"word {one.key}" for one in world.people],
    "knows": ("From school.",),
    "mail": lambda world: [f"mail {one.key}" for one in world.people],
    "name": ("A name",),
    "nda_signed": ("", "y"),
    "networks": ("192.0.2.0/24",),
    "next": ("/groups",),
    "organization": lambda world: [*_keys("orgs")(world), "text other"],
    "organization_name": ("Another one",),
    "profile": ("About",),
    "question": ("Is this known?",),
    "quotes": _keys("notes"),
    "reason": ("Because.",),
    "recipients": _keys("people"),
    "remove": ("all", "body:0:4", "nonsense"),
    "request": _keys("inquiries"),
    "role": ("reader", "contributor", "moderator"),
    "sector": ("", "finance"),
    "sectors": ("finance",),
    "severity": ("reference", "warning"),
    "short_name": ("Short",),
    "shown": ("",),
    "signed": ("named", "unnamed"),
    "standard": ("", "label"),
    "suggested": ("", "person:Text"),
    "taken": ("Text",),
    "step": ("check", "send", "preview", "back"),
    "stop": ("1",),
    "target": _keys("rooms"),
    "terms": ("y",),
    "theme": ("dark",),
    "time_zone": ("Asia/Tokyo",),
    "title": ("A title",),
    "tlp": ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"),
    "to": _keys("notes"),
    "until": ("", "2026-05-05T12:00:00+09:00"),
    "verified": ("yes", "no"),
    "post_version": ("1", "2"),
    "version": ("1", "2"),
    "visibility": ("private", "secret"),
    "whole_groups": _keys("rooms"),
    "without_name": ("", "y"),
    "wrong": ("label", "other"),
    "words": ("We have worked together.",),
    "send_key": ("0" * 32, "1" * 32),
}
# Forms that need a passkey's signature, end the session, or are about nothing but oneself.
NOT_POSTED = re.compile(r"signin\..*|enrolment\..*|joining\..*|me\..*|parting\.leave|employment\..*|preferences\..*")


@dataclass(frozen=True)
class Ask:
    """One request: an address, and a form when it is to be posted."""

    path: str
    form: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        return f"{'GET' if self.form is None else 'POST'} {self.path}"


ENDS = tuple(Ask(path) for path in ("/", "/groups", "/notifications", "/unread"))


def script(app: Flask, world: World, salt: str, most: int | None = None) -> list[Ask]:
    """What to ask in this world: first and last where everything shows, between them at most ``most`` pages and half as
    many forms, others for every ``salt``; without ``most`` everything.
    """
    each = 3 if most else 100
    rules = sorted(app.url_map.iter_rules(), key=str)
    pages = [rule for rule in rules if "GET" in (rule.methods or ()) and rule.endpoint != "static"]
    read = [[Ask(path) for path in _addresses(app, rule, world, salt, each)] for rule in pages]
    sent = [rule for rule in rules if "POST" in (rule.methods or ()) and not NOT_POSTED.fullmatch(rule.endpoint)]
    empty = [[Ask(path, {}) for path in _paths(rule, world, salt, each)] for rule in sent]
    forms = [Ask(one.path, filled(world, salt + one.path)) for one in _in_turn(empty, salt, most and most // 2)]
    return [*ENDS, *_in_turn(read, salt, most), *forms, *ENDS]


def _in_turn(asks: list[list[Ask]], salt: str, most: int | None) -> list[Ask]:
    """One address of every rule, then a second of every rule that has one, and so on; otherwise for each salt."""

    def order(one: Ask) -> int:
        return number(salt + one.path)

    # Rules take turns by one address of theirs, whatever the number of others: else those with many would come first.
    mixed = sorted((sorted(of_rule, key=order) for of_rule in asks), key=lambda of_rule: order(min(of_rule, key=_path)))
    return [one for one in chain.from_iterable(zip_longest(*mixed)) if one][:most]


def _path(one: Ask) -> str:
    return one.path


def _addresses(app: Flask, rule: Rule, world: World, salt: str, each: int) -> Iterator[str]:
    """The rule's address with every choice of objects, and the first of them with every query it reads."""
    paths = list(_paths(rule, world, salt, each))
    yield from paths
    for name in sorted(parameters(app.view_functions[rule.endpoint])):
        for query in _queries(f"{salt}{rule}", name, world, each):
            yield f"{paths[0]}?{query}"


def _paths(rule: Rule, world: World, salt: str, each: int) -> Iterator[str]:
    """The rule's address filled with every combination of some objects."""
    names = sorted(rule.arguments)
    options = [[*_choose(f"{salt}{rule}{name}", ARGUMENTS[name](world), each), MISSING] for name in names]
    for keys in product(*options):
        path = str(rule)
        for name, key in zip(names, keys, strict=True):
            path = re.sub(rf"<[^<>]*{name}>", ids.encode(number(key)), path)
        yield path


def _queries(seed: str, name: str, world: World, each: int) -> list[str]:
    offered = PARAMETERS[name]
    if isinstance(offered, tuple):
        return [urlencode({name: value}) for value in offered]
    return [urlencode({name: _spoken(key)}) for key in _choose(seed + name, offered(world), each)]


def _spoken(key: str) -> str:
    """``word k``: the word in the texts of k; ``mail k``: their address; ``text t``: t; all else: an object's id."""
    kind, _, rest = key.partition(" ")
    spoken: dict[str, Callable[[str], str]] = {"word": words, "text": str, "mail": mail_of}
    return spoken[kind](rest) if kind in spoken else ids.encode(number(key))


def _choose(seed: str, keys: list[str], each: int) -> list[str]:
    """A few of the keys, others for every address, so that many worlds together ask for everything everywhere."""
    return sorted(keys, key=lambda key: number(seed + key))[:each]


@cache
def parameters(page: Callable[..., Any]) -> frozenset[str]:
    """The names of the query parameters that a page, or a function of the pages that it calls, reads."""
    sources = "".join(inspect.getsource(one) for one in _called(inspect.unwrap(page), set()))
    return _names(ARGUMENT_READ, sources)


@cache
def forms(page: Callable[..., Any]) -> frozenset[type[Form]]:
    """The forms that a page, or a function of the pages that it calls, names."""
    called = _called(inspect.unwrap(page), set())
    named = [one.__globals__.get(name) for one in called for name in one.__code__.co_names]
    return frozenset(one for one in named if inspect.isclass(one) and issubclass(one, Form))


def _names(read: re.Pattern[str], source: str) -> frozenset[str]:
    return frozenset(one for match in read.findall(source) for one in match if one)


def _called(function: Any, met: set[Any]) -> set[Any]:
    met.add(function)
    for name in function.__code__.co_names:
        other = inspect.unwrap(function.__globals__.get(name, None))
        if inspect.isfunction(other) and other not in met and other.__module__.split(".")[0] in PACKAGES:
            _called(other, met)
    return met


def filled(world: World, seed: str) -> dict[str, str]:
    """A form with a value in every field; some fields that work by being there at all are left out now and then."""
    chosen = {name: _value(world, offered, seed + name) for name, offered in FIELDS.items()}
    return {name: value for name, value in chosen.items() if value}


def _value(world: World, offered: Keys | tuple[str, ...], seed: str) -> str:
    if isinstance(offered, tuple):
        return str(pick(seed, *offered))
    return _spoken(pick(seed, *offered(world), MISSING))


def fields_read() -> frozenset[str]:
    """The names of all form fields that any page reads."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    read = _names(FIELD_READ, "\n".join(path.read_text() for path in files))
    for path in files:
        if path.parent.name == "forms" or path.name == "forms.py":
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    ours = [form for form in _kinds(Form) if form.__module__.split(".")[0] in PACKAGES]
    return read | {name for form in ours for name in dir(form) if isinstance(getattr(form, name), UnboundField)}


def _kinds(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)
