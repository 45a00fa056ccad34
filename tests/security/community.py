"""One hand-made community in which every kind of person meets every kind of object, for the sweep and the faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.oracle_world import (
    STRICTEST_FIRST,
    Ask,
    Inquiry,
    Introduction,
    Invite,
    Label,
    Matter,
    Note,
    Opened,
    Org,
    Person,
    Place,
    Plea,
    Proposal,
    Recovery,
    Report,
    Role,
    Room,
    Speech,
    Thread,
    Vouch,
    World,
)

NOW = 100
INSIDERS: dict[str, Role] = {
    "author": "contributor",
    "reader": "reader",
    "contributor": "contributor",
    "chief": "moderator",
    "named": "contributor",
    "contractor": "contributor",
    "bound": "contributor",
    "suspended": "contributor",
    "pending": "contributor",
    "dormant": "contributor",
    "left": "contributor",
    "revouching": "moderator",
    "hired": "moderator",
}
PEOPLE = (
    Person("author", "o0"),
    Person("reader", "o1"),
    Person("contributor", "o1"),
    Person("chief", "o0"),
    Person("named", "o1"),
    Person("contractor", "o1", engagement="contractor"),
    Person("bound", "o1", engagement="contractor", nda_signed=True),
    Person("suspended", "o1", state="suspended"),
    Person("pending", "o1", state="pending", sponsor="reader"),
    Person("invited", "o1", state="invited", sponsor="reader"),
    Person("nameless", "o3", state="left", nameless=True),
    Person("sponsored", "o2", sponsor="reader"),
    Person("lost", "o2", sponsor="reader"),
    Person("dormant", "o1", state="dormant"),
    Person("left", "o3", state="left"),
    Person("revouching", "o1", state="revouching"),
    Person("hired", "o1", engagement="contractor"),
    Person("newcomer", "o1"),
    Person("former", "o1"),
    Person("elsewhere", "o2"),
    Person("outsider", "o2"),
    Person("site", "o2", site_moderator=True),
    Person("second", "o1", site_moderator=True),
    Person("analyst", "o2", analyst=True),
    Person("grantee", "o2"),
    Person("asked", "o2"),
    Person("asker", "o2"),
)
PERSONAS: tuple[str | None, ...] = (None, *(one.key for one in PEOPLE))
ROOMS = (
    Room("open", "public", labels=("GREEN", "CLEAR"), join_role="contributor"),
    Room("closed", "private"),
    Room("hidden", "secret"),
    Room("past", "private", hides_history=True),
    Room("other", "private"),
    Room("shut", "private", archived=True),
)


def _places() -> list[Place]:
    rooms = ("closed", "hidden", "past", "shut")
    inside = [Place(key, room, role) for room in rooms for key, role in INSIDERS.items()]
    away = [Place("former", room, "moderator", 0, ended=90) for room in rooms]
    late = [Place("newcomer", "past", "contributor", since=60), Place("newcomer", "hidden", "contributor", since=60)]
    public = [Place(key, "open", role) for key, role in INSIDERS.items() if key != "reader"]
    return [*inside, *away, *late, *public, Place("elsewhere", "other", "moderator")]


def _threads() -> tuple[list[Thread], list[Note]]:
    threads: list[Thread] = []
    notes: list[Note] = []

    def thread(room: str, name: str, note: Note, *replies: Note, locked: bool = False) -> None:
        key = f"{room} {name}"
        threads.append(Thread(key, room, locked=locked, pinned=name == "AMBER"))
        notes.append(replace(note, key=key, thread=key, opening=True))
        notes.extend(replace(one, key=f"{key} {number}", thread=key) for number, one in enumerate(replies, 1))

    for room in ("closed", "hidden"):
        for tick, tlp in enumerate(STRICTEST_FIRST, 20):
            thread(room, tlp, *_labelled(tick, tlp))
        thread(room, "mixed", *_mixed(room))
    _others(thread)
    return threads, notes


def _labelled(tick: int, tlp: Label) -> tuple[Note, Note]:
    named = frozenset({"named"}) if tlp == "RED" else frozenset()
    opening = Note("", "", "author", tick, tlp=tlp, recipients=named)
    to_author = frozenset({"author"}) if tlp == "RED" else frozenset()
    return opening, replace(opening, author="named", released_at=tick + 30, recipients=to_author)


def _mixed(room: str) -> tuple[Note, ...]:
    opening = Note("", "", "author", 59, tlp="GREEN")
    inner = Note("", "", "author", 60, tlp="RED", recipients=frozenset({"named", "former"}))
    given = replace(opening, released_at=61, edits=1)
    given = replace(given, grants=frozenset({"grantee", "contractor", "former", "suspended"}))
    answer = Note("", "", "contributor", 62, tlp="AMBER", quotes=frozenset({f"{room} mixed 2"}))
    gone = Note("", "", "contributor", 63, tlp="GREEN", withdrawn=True)
    hidden = Note("", "", "contributor", 64, tlp="GREEN", removed=True, grants=frozenset({"grantee"}))
    return opening, inner, given, answer, gone, hidden


def _others(thread: Callable[..., None]) -> None:
    beyond = Note("", "", "chief", 71, tlp="GREEN", quotes=frozenset({"closed beyond"}), grants=frozenset({"grantee"}))
    thread("closed", "beyond", Note("", "", "author", 70, tlp="GREEN", edits=1), beyond, locked=True)
    thread("closed", "lent", Note("", "", "author", 72, tlp="AMBER", grants=frozenset({"grantee"})))
    thread("closed", "gone", Note("", "", "author", 73, withdrawn=True))
    thread("closed", "hidden", Note("", "", "author", 74, removed=True), Note("", "", "reader", 76, tlp="GREEN"))
    thread("open", "hidden", Note("", "", "author", 74, removed=True), Note("", "", "reader", 76, tlp="GREEN"))
    thread("past", "old", Note("", "", "author", 10), Note("", "", "author", 75))
    thread("past", "edge", Note("", "", "author", 60))
    thread("closed", "tight", Note("", "", "author", 80, tlp="AMBER+STRICT"), Note("", "", "author", 81))
    thread("past", "new", Note("", "", "author", 70), Note("", "", "chief", 76))
    thread("open", "wide", Note("", "", "author", 30, tlp="CLEAR"), Note("", "", "named", 31, tlp="GREEN"))
    thread("open", "green", Note("", "", "contributor", 32))
    thread("open", "left", Note("", "", "left", 35), Note("", "", "nameless", 36), Note("", "", "suspended", 37))
    thread("shut", "quiet", Note("", "", "author", 33))
    thread("other", "theirs", Note("", "", "elsewhere", 34))


# In private and openly, of posts that some analyst reads and of one that none does, taken and answered.
INQUIRIES = (
    Inquiry("i private", "open green", "reader"),
    Inquiry("i openly", "open wide", "outsider", openly=True, analyst="analyst"),
    Inquiry("i answered", "open wide", "named", analyst="analyst", answered=True),
    Inquiry("i hidden", "hidden GREEN", "contributor", openly=True),
    Inquiry("i removed", "closed mixed 5", "reader"),
)


def community() -> World:
    """The same world at every call."""
    threads, notes = _threads()
    world = World(
        NOW,
        tuple(Org(f"o{number}") for number in range(4)),
        PEOPLE,
        ROOMS,
        tuple(_places()),
        tuple(threads),
        tuple(notes),
        (Invite("i-hidden", "hidden", "asked", "chief"), Invite("i-closed", "closed", "outsider", "chief")),
        (Ask("a-closed", "closed", "asker"), Ask("a-other", "other", "asker")),
        (Opened("s-green", "closed GREEN", "site"),),
        *_trust(),
    )
    matters, speeches = _cases()
    return replace(world, matters=matters, speeches=speeches, inquiries=INQUIRIES)


def _cases() -> tuple[tuple[Matter, ...], tuple[Speech, ...]]:
    """One of every kind: in the hands of "chief", for site moderators only, decided, appealed."""
    about = {
        "green": Matter("green", "closed GREEN", assignee="chief"),
        "red": Matter("red", "closed RED"),
        "dark": Matter("dark", "hidden RED"),
        "wide": Matter("wide", "open green"),
        "hidden": Matter("hidden", "closed mixed 5", outcome="removed", by="chief"),
        "again": Matter("again", "closed mixed 5", "appeal", "hidden"),
        "words": Matter("words", "closed AMBER", "redaction"),
        "who": Matter("who", "closed GREEN", "unsealing"),
    }
    told = {"green": ("reader", "newcomer"), "red": ("named",), "dark": ("named",), "wide": ("outsider",)}
    told |= {"who": ("second",), "hidden": ("reader",), "again": ("contributor",), "words": ("author",)}
    return tuple(about.values()), tuple(Speech(f"s {key} {by}", key, by) for key in told for by in told[key])


def _trust() -> tuple[tuple[Any, ...], ...]:
    """Who came in how: "reader" brings people, "outsider" and "elsewhere" vouch, and much waits for somebody."""
    brought = ("pending", "sponsored", "lost")
    return (
        (
            *(Introduction(f"in-{key}", "reader", "used", key) for key in brought),
            Introduction("in-invited", "reader"),
            Introduction("in-elsewhere", "elsewhere"),
            Introduction("in-back", "reader", "withdrawn"),
        ),
        (
            *(Vouch(key, "reader", sponsor=True) for key in brought),
            Vouch("sponsored", "elsewhere"),
            Vouch("lost", "site", as_moderator=True),
            Vouch("lost", "outsider"),
            Vouch("revouching", "suspended", void=True),
            Vouch("suspended", "elsewhere"),
        ),
        (Plea("pending", "outsider", "reader"), Plea("revouching", "grantee", "revouching")),
        (Proposal("p-appoint", "contributor", "appoint", "site"), Proposal("p-dismiss", "second", "dismiss", "site")),
        (Recovery("lost", "waiting", frozenset({"outsider"})), Recovery("sponsored", "asked")),
        (Report("dormant", "contributor"),),
    )
