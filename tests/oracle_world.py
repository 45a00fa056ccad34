"""A small community as plain data: what the oracle judges and what the tests draw.

Nothing here imports the application. Objects name each other by key; times are whole ticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

State = Literal["invited", "pending", "active", "dormant", "suspended", "left", "revouching"]
Visibility = Literal["public", "private", "secret"]
Role = Literal["reader", "contributor", "moderator"]
Label = Literal["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]

STRICTEST_FIRST: tuple[Label, ...] = ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")
LABELS_OF_PUBLIC_ROOMS: tuple[Label, ...] = ("GREEN", "CLEAR")


class Plain:
    """Shows itself with only what is out of the ordinary, so that one can read what Hypothesis prints."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def __repr__(self) -> str:
        told = [one for one in fields(self) if getattr(self, one.name) != one.default]  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(f'{one.name}={getattr(self, one.name)!r}' for one in told)})"


@dataclass(frozen=True, repr=False)
class Org(Plain):
    key: str


@dataclass(frozen=True, repr=False)
class Person(Plain):
    key: str
    org: str
    state: State = "active"
    engagement: Literal["staff", "contractor"] = "staff"
    nda_signed: bool = False
    site_moderator: bool = False
    analyst: bool = False
    sponsor: str | None = None
    nameless: bool = False


@dataclass(frozen=True, repr=False)
class Room(Plain):
    key: str
    visibility: Visibility
    hides_history: bool = False
    labels: tuple[Label, ...] = STRICTEST_FIRST
    archived: bool = False
    join_role: Role = "reader"


@dataclass(frozen=True, repr=False)
class Place(Plain):
    """A membership; one that ended stays behind as a trace that must count for nothing."""

    person: str
    room: str
    role: Role = "contributor"
    since: int = 0
    ended: int | None = None


@dataclass(frozen=True, repr=False)
class Thread(Plain):
    key: str
    room: str
    locked: bool = False
    pinned: bool = False


@dataclass(frozen=True, repr=False)
class Note(Plain):
    """A post. `opening` says that it is the first of its thread and lends the thread its title.

    One that is `copied` names no author.
    A `veiled` one stands in the place of one that nobody may know more of than that it is there: it says other words.
    """

    key: str
    thread: str
    author: str
    released_at: int
    opening: bool = False
    tlp: Label = "GREEN"
    recipients: frozenset[str] = frozenset()
    grants: frozenset[str] = frozenset()
    withdrawn: bool = False
    removed: bool = False
    veiled: bool = False
    quotes: frozenset[str] = frozenset()
    follow_up: bool = False
    edits: int = 0
    copied: bool = False


@dataclass(frozen=True, repr=False)
class Invite(Plain):
    # Stands open: not answered, not taken back. So does Ask.
    key: str
    room: str
    person: str
    inviter: str


@dataclass(frozen=True, repr=False)
class Ask(Plain):
    key: str
    room: str
    person: str


@dataclass(frozen=True, repr=False)
class Opened(Plain):
    key: str
    note: str
    moderator: str


@dataclass(frozen=True, repr=False)
class Introduction(Plain):
    """A member asked somebody into the community. ``came`` is who came of it, None while nobody has."""

    key: str
    sponsor: str
    state: Literal["open", "used", "withdrawn"] = "open"
    came: str | None = None


@dataclass(frozen=True, repr=False)
class Vouch(Plain):
    """``voucher`` says that they know ``person``; a void one counts for nothing."""

    person: str
    voucher: str
    sponsor: bool = False
    as_moderator: bool = False
    void: bool = False


@dataclass(frozen=True, repr=False)
class Plea(Plain):
    # Asks `asked` to vouch for `person`; not answered.
    person: str
    asked: str
    asker: str


@dataclass(frozen=True, repr=False)
class Proposal(Plain):
    # Waits for a second site moderator.
    key: str
    person: str
    kind: Literal["appoint", "dismiss", "suspend"]
    by: str


@dataclass(frozen=True, repr=False)
class Recovery(Plain):
    # Somebody with the mail address of `person` says that all passkeys are lost.
    person: str
    state: Literal["asked", "opened", "waiting", "granted"] = "opened"
    consents: frozenset[str] = frozenset()


@dataclass(frozen=True, repr=False)
class Report(Plain):
    # `by` says that `person` works with them no longer.
    person: str
    by: str


@dataclass(frozen=True, repr=False)
class Matter(Plain):
    """A case about `note`. An appeal is `against` another one; `outcome` is what `by` decided, if anything."""

    key: str
    note: str
    kind: Literal["flag", "redaction", "appeal", "unsealing", "promotion", "copy"] = "flag"
    against: str | None = None
    outcome: Literal["dismissed", "guided", "removed", "upheld", "unsealed", "consented", "accepted"] | None = None
    by: str | None = None
    assignee: str | None = None


@dataclass(frozen=True, repr=False)
class Way(Plain):
    # A copy of `note`, proposed by `by` for the room `target`. `copy` is there once the target is asked.

    key: str
    note: str
    target: str
    by: str
    stage: Literal["author", "source", "target", "published"] = "author"
    copy: str | None = None
    let_go: str | None = None


@dataclass(frozen=True, repr=False)
class Speech(Plain):
    # What `by` told the moderators in a matter.
    key: str
    matter: str
    by: str


@dataclass(frozen=True, repr=False)
class Inquiry(Plain):
    # `asker` asked the analysts about `note`; `analyst` has taken it, and perhaps answered in private.

    key: str
    note: str
    asker: str
    openly: bool = False
    analyst: str | None = None
    answered: bool = False


@dataclass(frozen=True, repr=False)
class World(Plain):
    now: int
    orgs: tuple[Org, ...] = ()
    people: tuple[Person, ...] = ()
    rooms: tuple[Room, ...] = ()
    places: tuple[Place, ...] = ()
    threads: tuple[Thread, ...] = ()
    notes: tuple[Note, ...] = ()
    invites: tuple[Invite, ...] = ()
    asks: tuple[Ask, ...] = ()
    opened: tuple[Opened, ...] = ()
    introductions: tuple[Introduction, ...] = ()
    vouches: tuple[Vouch, ...] = ()
    pleas: tuple[Plea, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    reports: tuple[Report, ...] = ()
    matters: tuple[Matter, ...] = ()
    speeches: tuple[Speech, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    ways: tuple[Way, ...] = ()

    @cached_property
    def person(self) -> Mapping[str, Person]:
        return {one.key: one for one in self.people}

    @cached_property
    def room(self) -> Mapping[str, Room]:
        return {one.key: one for one in self.rooms}

    @cached_property
    def thread(self) -> Mapping[str, Thread]:
        return {one.key: one for one in self.threads}

    @cached_property
    def note(self) -> Mapping[str, Note]:
        return {one.key: one for one in self.notes}

    @cached_property
    def matter(self) -> Mapping[str, Matter]:
        return {one.key: one for one in self.matters}

    @cached_property
    def openings(self) -> Mapping[str, Note]:
        return {one.thread: one for one in self.notes if one.opening}

    def opening(self, note: Note) -> Note:
        return self.openings[note.thread]

    def room_of(self, note: Note) -> Room:
        return self.room[self.thread[note.thread].room]
