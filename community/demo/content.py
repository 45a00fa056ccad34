"""The demo community as it stands in the YAML files of ``content``."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import yaml

from community import lists
from community.demo.disputes import Case, read_case
from community.demo.entry import ContentError, Entry, entries
from community.models import Anonymous, Engagement, MemberState, OrganizationKind, PostKind, Role, Severity, Visibility
from community.tlp import Tlp

CONTENT = files("community.demo").joinpath("content")
K = TypeVar("K")
LOCALES = ("ja", "en")


@dataclass(frozen=True)
class Organization:
    key: str
    name: str
    short: str
    kind: OrganizationKind
    sectors: tuple[str, ...]
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    key: str
    name: str
    organization: str
    engagement: Engagement
    nda: bool
    state: MemberState
    roles: tuple[str, ...]
    locale: str
    profile: str
    since: timedelta


@dataclass(frozen=True)
class Asker:
    """Somebody who asks to join."""

    member: str
    ago: timedelta
    reason: str


@dataclass(frozen=True)
class Guest:
    """Somebody whom a moderator invited and who has not answered yet."""

    member: str
    by: str
    ago: timedelta


@dataclass(frozen=True)
class Group:
    key: str
    name: str
    description: str
    visibility: Visibility
    sectors: tuple[str, ...]
    labels: tuple[str, ...]
    created: timedelta
    archived: timedelta | None
    hidden_history: bool
    anonymous: Anonymous
    roles: dict[str, Role]
    joined: dict[str, timedelta]
    asked: tuple[Asker, ...]
    invited: tuple[Guest, ...]


@dataclass(frozen=True)
class Post:
    """``to`` are the recipients of TLP:RED, ``edits`` later wordings, ``withdrawn`` when its author took it back."""

    where: str
    key: str
    by: str
    ago: timedelta
    tlp: Tlp
    severity: Severity
    text: str
    to: tuple[str, ...]
    grants: tuple[tuple[str, timedelta], ...]
    quotes: str | None
    follow_up: bool
    edits: tuple[tuple[timedelta, str], ...]
    withdrawn: timedelta | None


@dataclass(frozen=True)
class Thread:
    where: str
    group: str
    title: str
    kind: PostKind
    event: str | None
    causes: tuple[str, ...]
    pinned: bool
    locked: bool
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class Persona:
    """Somebody a visitor of the demo may enter as; ``hint`` says in each language what to try."""

    key: str
    member: str
    hint: dict[str, str]


@dataclass(frozen=True)
class Content:
    """The whole demo community. People, organizations and groups by key."""

    organizations: dict[str, Organization]
    members: dict[str, Member]
    groups: dict[str, Group]
    threads: tuple[Thread, ...]
    personas: tuple[Persona, ...]
    cases: tuple[Case, ...]


def _organization(entry: Entry) -> Organization:
    kind = OrganizationKind(entry.one("kind", list(OrganizationKind)))
    domains = tuple(entry.take("domains", list))
    sectors = entry.some("sectors", lists.sectors())
    return Organization(entry.text("key"), entry.text("name"), entry.text("short"), kind, sectors, domains)


def _member(entry: Entry, organizations: Collection[str]) -> Member:
    return Member(
        key=entry.text("key"),
        name=entry.text("name"),
        organization=entry.one("organization", organizations),
        engagement=Engagement(entry.one("engagement", list(Engagement), "staff")),
        nda=entry.flag("nda"),
        state=MemberState(entry.one("state", list(MemberState), "active")),
        roles=entry.some("roles", ("site_moderator", "analyst")),
        locale=entry.one("locale", LOCALES, "ja"),
        profile=entry.text("profile"),
        since=entry.ago("since"),
    )


def _group(entry: Entry, members: Collection[str]) -> Group:
    roles = _roles(entry, members)
    return Group(
        key=entry.text("key"),
        name=entry.text("name"),
        description=entry.text("description"),
        visibility=Visibility(entry.one("visibility", list(Visibility))),
        sectors=entry.some("sectors", lists.sectors()),
        labels=entry.some("labels", list(Tlp)),
        created=entry.ago("created"),
        archived=entry.ago("archived", None),
        hidden_history=entry.flag("hidden_history"),
        anonymous=Anonymous.ALLOWED if entry.flag("anonymous") else Anonymous.OFF,
        roles=roles,
        joined=_joined(entry, roles),
        asked=tuple(
            Asker(one.one("member", members), one.ago("ago"), one.text("reason"))
            for one in entry.entries("asked", "member", "ago", "reason")
        ),
        invited=tuple(
            Guest(one.one("member", members), one.one("by", roles), one.ago("ago"))
            for one in entry.entries("invited", "member", "by", "ago")
        ),
    )


def _joined(entry: Entry, roles: Collection[str]) -> dict[str, timedelta]:
    joined = Entry(f"{entry.where}: joined", entry.take("joined", dict, {}))
    if strangers := sorted(set(joined.values) - set(roles)):
        raise joined.fail(strangers[0], "has no role here")
    return {member: joined.ago(member) for member in joined.values}


def _roles(entry: Entry, members: Collection[str]) -> dict[str, Role]:
    roles = {member: role for role in Role for member in entry.some(role, members)}
    if len(roles) < sum(len(entry.values.get(role, ())) for role in Role):
        raise entry.fail("moderator, contributor, reader", "somebody has two roles")
    return roles


def _thread(entry: Entry, group: str, members: Collection[str]) -> Thread:
    posts: list[Post] = []
    for one in entry.entries("posts"):
        posts.append(_post(one, posts, members))
        one.close()
    if not posts:
        raise entry.fail("posts", "is empty")
    return Thread(
        where=entry.where,
        group=group,
        title=entry.text("title"),
        kind=PostKind(entry.one("kind", list(PostKind))),
        event=entry.one("event", lists.event_types(), None),
        causes=entry.some("causes", lists.cause_types()),
        pinned=entry.flag("pinned"),
        locked=entry.flag("locked"),
        posts=tuple(posts),
    )


def _post(entry: Entry, before: list[Post], members: Collection[str]) -> Post:
    earlier = [post.key for post in before]
    if entry.values.get("key") in earlier:
        raise entry.fail("key", "is there twice")
    return Post(
        where=entry.where,
        key=entry.text("key", entry.where),
        by=entry.one("by", members),
        ago=entry.ago("ago"),
        tlp=Tlp(entry.one("tlp", list(Tlp))),
        severity=Severity(entry.one("severity", list(Severity), "reference")),
        text=entry.text("text").strip(),
        to=entry.some("to", members),
        grants=tuple((one.one("to", members), one.ago("ago")) for one in entry.entries("grants", "to", "ago")),
        quotes=entry.one("quotes", earlier, None),
        follow_up=entry.flag("follow_up"),
        edits=tuple((one.ago("ago"), one.text("text").strip()) for one in entry.entries("edits", "ago", "text")),
        withdrawn=entry.ago("withdrawn", None),
    )


@cache
def content() -> Content:
    """The demo community. Raises ContentError."""
    return read(CONTENT)


def read(folder: Traversable) -> Content:
    """The demo community in ``folder``. Raises ContentError."""
    organizations = {one.key: one for one in _listed(folder, "organizations.yaml", _organization)}
    members = {one.key: one for one in _listed(folder, "members.yaml", lambda entry: _member(entry, organizations))}
    groups = {one.key: one for one in _listed(folder, "groups.yaml", lambda entry: _group(entry, members))}
    personas = tuple(_listed(folder, "personas.yaml", lambda entry: _persona(entry, members)))
    rooms = sorted((file for file in folder.joinpath("threads").iterdir()), key=lambda file: file.name)
    threads = tuple(thread for file in rooms for thread in _threads(file, groups, members))
    return Content(organizations, members, groups, threads, personas, _cases(folder, threads, set(members)))


def _cases(folder: Traversable, threads: Collection[Thread], members: set[str]) -> tuple[Case, ...]:
    posts = {post.key for thread in threads for post in thread.posts}
    known: set[str] = set()

    def make(entry: Entry) -> Case:
        case = read_case(entry, posts, members, known)
        known.add(case.key)
        return case

    return tuple(_listed(folder, "cases.yaml", make))


def _threads(file: Traversable, groups: Collection[str], members: Collection[str]) -> Iterator[Thread]:
    room = Entry(file.name, _parse(file, dict))
    group = room.one("group", groups)
    for entry in room.entries("threads"):
        yield _thread(entry, group, members)
        entry.close()
    room.close()


def _listed(folder: Traversable, name: str, make: Callable[[Entry], K]) -> Iterator[K]:
    seen: set[str] = set()
    for entry in entries(_parse(folder.joinpath(name), list), name):
        key = entry.text("key")
        if key in seen:
            raise entry.fail("key", "is there twice")
        seen.add(key)
        yield make(entry)
        entry.close()


def _parse(file: Traversable, kind: type) -> Any:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContentError(f"{file.name}: {error}") from error
    if not isinstance(values, kind):
        raise ContentError(f"{file.name}: must be a {kind.__name__}")
    return values


def _persona(entry: Entry, members: Collection[str]) -> Persona:
    return Persona(entry.text("key"), entry.one("member", members), {locale: entry.text(locale) for locale in LOCALES})
