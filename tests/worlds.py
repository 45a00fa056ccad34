"""Small, unkind communities drawn by Hypothesis, and the same communities without what one person may not learn.

A drawn world could have come about by the rules: everybody wrote as a member, replies were never wider than their
thread, RED named people who could read. What happened later is free: people left, rejoined, were suspended, lost an
agreement; history was hidden, rooms archived, posts withdrawn
or removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hypothesis import strategies as st

from tests import oracle, oracle_analysis, oracle_moderation, oracle_trust
from tests.oracle_world import (
    LABELS_OF_PUBLIC_ROOMS,
    STRICTEST_FIRST,
    Ask,
    Invite,
    Note,
    Opened,
    Org,
    Person,
    Place,
    Role,
    Room,
    State,
    Thread,
    World,
)
from tests.worlds_analysis import inquiring
from tests.worlds_moderation import disputed
from tests.worlds_promotion import named as ways_named
from tests.worlds_promotion import promoted, without_hidden_ways
from tests.worlds_trust import alone, trusting, without_hidden_trust
from tests.worlds_trust import named as trust_named

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

NOW = 100
STATES: tuple[State, ...] = ("active",) * 9 + ("revouching", "dormant", "suspended", "left", "pending", "invited")
ROLES: tuple[Role, ...] = ("contributor", "moderator", "reader")


@dataclass
class _Draft:
    """A world while it is being drawn. Places are kept as spans, so that one can ask who was in at a moment."""

    draw: Draw
    people: list[Person] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def one(self, options: Iterable[T]) -> T:
        return self.draw(st.sampled_from(list(options)))

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def some(self, options: Iterable[str], most: int) -> frozenset[str]:
        choices = sorted(options)
        return self.draw(st.frozensets(st.sampled_from(choices), max_size=most)) if choices else frozenset()

    def inside(self, room: Room, tick: int) -> dict[str, Place]:
        here = (one for one in self.places if one.room == room.key and one.since < tick)
        return {one.person: one for one in here if one.ended is None or one.ended > tick}


def viewers(world: World) -> st.SearchStrategy[Person | None]:
    """Somebody to look at it: mostly people who see something, sometimes others, sometimes a guest."""
    seeing = [one for one in world.people if oracle.looks(one)]
    return st.sampled_from([*seeing * 4, *world.people, None])


@st.composite
def worlds(draw: Draw) -> World:
    """A community of three to eight people, one to four rooms and up to a dozen or two of posts."""
    draft = _Draft(draw)
    orgs = (Org("o0"), Org("o1"))
    draft.people = [_person(draft, number) for number in range(draw(st.integers(3, 8)))]
    draft.rooms = [_room(draft, number) for number in range(draw(st.integers(1, 4)))]
    for room in draft.rooms:
        placed = [one for person in draft.people for one in _places(draft, room, person)]
        draft.places += _led(draft, placed)
        for _ in range(draw(st.integers(0, 3))):
            _thread(draft, room)
    given = (draft.people, draft.rooms, draft.places, draft.threads, draft.notes)
    asked = (_invites(draft), _asks(draft), _opened(draft))
    world = disputed(draw, trusting(draw, World(NOW, orgs, *map(tuple, (*given, *asked)))))  # type: ignore[arg-type]
    return promoted(draw, inquiring(draw, world))


def _person(draft: _Draft, number: int) -> Person:
    engagement = draft.one(("staff", "staff", "contractor"))
    nda = draft.chance(50) and engagement == "contractor"
    state = draft.one(STATES)
    return Person(
        f"p{number}",
        draft.one(("o0", "o1")),
        state=state,
        engagement=engagement,  # type: ignore[arg-type]
        nda_signed=nda,
        site_moderator=(engagement == "staff" or nda) and draft.chance(20),
        analyst=draft.chance(10),
        sponsor=f"p{number - 1}" if number else None,
        nameless=state == "left" and draft.chance(50),
    )


def _room(draft: _Draft, number: int) -> Room:
    visibility = draft.one(("private", "secret", "public"))
    possible = LABELS_OF_PUBLIC_ROOMS if visibility == "public" else STRICTEST_FIRST
    taken = draft.some(possible, len(possible)) if draft.chance(30) else frozenset(possible)
    return Room(
        f"g{number}",
        visibility,  # type: ignore[arg-type]
        hides_history=visibility != "public" and draft.chance(35),
        labels=tuple(one for one in possible if one in taken) or possible[-1:],
        archived=draft.chance(10),
        join_role=draft.one(("reader", "contributor")),
    )


def _places(draft: _Draft, room: Room, person: Person) -> list[Place]:
    """Never there, there since some tick, gone again, or back. Ticks are few: some meet those of posts."""
    course = draft.one(("there", "never", "gone", "back"))
    if course == "never":
        return []
    since = draft.draw(st.integers(0, 80))
    place = Place(person.key, room.key, draft.one(ROLES), since)
    if course == "there":
        return [place]
    ended = since + draft.draw(st.integers(1, 18))
    gone = replace(place, ended=ended)
    return [gone] if course == "gone" else [gone, replace(place, since=ended + 1)]


def _led(draft: _Draft, placed: list[Place]) -> list[Place]:
    """The places in one room, with somebody who moderates it wherever somebody could (section 3)."""
    here = {one.key: one.state for one in draft.people if one.state in ("active", "dormant") and oracle.trusted(one)}
    could = [one for one in placed if one.person in here and one.ended is None]
    active = [one for one in could if here[one.person] == "active"]
    if not active or any(one.role == "moderator" for one in could):
        return placed
    return [replace(one, role="moderator") if one is active[0] else one for one in placed]


def _thread(draft: _Draft, room: Room) -> None:
    tick = draft.draw(st.integers(1, 80))
    inside = draft.inside(room, tick)
    if not inside:
        return
    thread = Thread(f"t{len(draft.threads)}", room.key, locked=draft.chance(10), pinned=draft.chance(20))
    draft.threads.append(thread)
    tlp = draft.one(LABELS_OF_PUBLIC_ROOMS if room.visibility == "public" else STRICTEST_FIRST)
    opening = Note(_next(draft), thread.key, draft.one(sorted(inside)), tick, opening=True, tlp=tlp)
    named = draft.some(set(inside) - {opening.author}, 3) if tlp == "RED" else frozenset()
    _keep(draft, room, replace(opening, recipients=named))
    for _ in range(draft.draw(st.integers(0, 4))):
        tick = min(tick + draft.draw(st.integers(1, 18)), NOW - 1)
        _reply(draft, room, replace(opening, recipients=named), tick)


def _reply(draft: _Draft, room: Room, opening: Note, tick: int) -> None:
    inside = draft.inside(room, tick)
    people = opening.recipients | {opening.author}
    writers = set(inside) & people if opening.tlp == "RED" else set(inside)
    if not writers:
        return
    offered = [one for one in STRICTEST_FIRST if not oracle.wider(one, opening.tlp)]
    possible = set(LABELS_OF_PUBLIC_ROOMS if room.visibility == "public" else STRICTEST_FIRST)
    tlp = draft.one(one for one in offered if one in possible)
    author = draft.one(sorted(writers))
    if opening.tlp == "RED":
        named = people - {author}
    else:
        named = draft.some(set(inside) - {author}, 3) if tlp == "RED" else frozenset()
    _keep(draft, room, Note(_next(draft), opening.thread, author, tick, tlp=tlp, recipients=named))


def _next(draft: _Draft) -> str:
    return f"n{len(draft.notes)}"


def _keep(draft: _Draft, room: Room, note: Note) -> None:
    """Add what may happen to any post: quotes, grants, edits; withdrawal takes all of that away again."""
    quotable = [one.key for one in draft.notes if _may_quote(note, one)]
    since = {one.person for one in draft.places if one.room == room.key}
    allowed = since if room.visibility == "secret" else {one.key for one in draft.people}
    follow_up = not note.opening and draft.chance(15)
    if draft.chance(15):
        draft.notes.append(replace(note, withdrawn=True, follow_up=follow_up))
        return
    removed = draft.chance(15)
    draft.notes.append(
        replace(
            note,
            quotes=draft.some(quotable, 1) if draft.chance(40) else frozenset(),
            grants=draft.some(allowed - {note.author}, 2) if draft.chance(40) else frozenset(),
            follow_up=follow_up,
            edits=draft.one((0, 0, 1)),
            removed=removed,
        )
    )


def _may_quote(note: Note, quoted: Note) -> bool:
    """Within the thread, and nobody may read the one who may not read the other."""
    earlier = quoted.thread == note.thread and quoted.released_at < note.released_at
    return earlier and not quoted.withdrawn and not quoted.removed and _narrower(note, quoted)


def _narrower(note: Note, other: Note) -> bool:
    if other.tlp != "RED":
        return not oracle.wider(note.tlp, other.tlp)
    return note.tlp == "RED" and note.recipients | {note.author} <= other.recipients | {other.author}


def _outsiders(draft: _Draft, room: Room) -> list[str]:
    inside = {one.person for one in draft.places if one.room == room.key and one.ended is None}
    return sorted({one.key for one in draft.people} - inside)


def _invites(draft: _Draft) -> Iterable[Invite]:
    for room in draft.rooms:
        inviters = sorted({one.person for one in draft.places if one.room == room.key})
        if room.visibility != "public" and inviters:
            for person in sorted(draft.some(set(_outsiders(draft, room)) - set(inviters[:1]), 2)):
                yield Invite(f"i-{room.key}-{person}", room.key, person, inviters[0])


def _asks(draft: _Draft) -> Iterable[Ask]:
    for room in draft.rooms:
        if room.visibility == "private":
            for person in sorted(draft.some(_outsiders(draft, room), 2)):
                yield Ask(f"a-{room.key}-{person}", room.key, person)


def _opened(draft: _Draft) -> Iterable[Opened]:
    moderators = [one.key for one in draft.people if one.site_moderator]
    if moderators:
        for note in sorted(draft.some((one.key for one in draft.notes), 1)):
            yield Opened(f"s-{note}", note, draft.one(moderators))


def without_hidden(world: World, person: Person | None) -> World:
    """The same world without everything this person may not learn; what they observe must be the same in both.

    Somebody who sees nothing keeps only themselves and how they came in; a guest keeps nothing. For the others go:
    secret groups (unless member or invited), posts they may not read, the words of withdrawn posts, memberships in
    lists they may not see, all traces of past memberships, people who are not in yet or out, other people's
    invitations, requests and moderators' readings, that somebody is dormant, and who vouched for whom. A post that is
    theirs by grant alone is moved into a thread that nobody knows, in another group where there is one: neither its
    group nor its company may show.
    """
    if person is None or not oracle.looks(person):
        return World(world.now) if person is None else alone(world, person)
    rooms = tuple(one for one in world.rooms if oracle.sees_group_exists(world, person, one))
    known = replace(
        world,
        rooms=rooms,
        places=tuple(one for one in world.places if _place_known(world, person, one)),
        invites=tuple(one for one in world.invites if oracle.sees_invite(world, person, one)),
        asks=tuple(one for one in world.asks if oracle.sees_ask(world, person, one)),
        opened=tuple(one for one in world.opened if oracle.sees_opened(world, person, one)),
        threads=tuple(one for one in world.threads if oracle.sees_thread(world, person, one)),
        notes=tuple(one for one in world.notes if oracle.sees_post_in_thread(world, person, one)),
    )
    for note in world.notes:
        if oracle.sees_post_alone(world, person, note) and note not in known.notes and note.key not in known.note:
            known = _hidden_away(world, known, person, note)
    known = oracle_moderation.without_hidden_matters(world, known, person)
    known = oracle_analysis.without_hidden_inquiries(world, known, person)
    known = _people_known(world, without_hidden_ways(world, known, person), person)
    people = (*known.people, *oracle_moderation.veils(world, known))
    return replace(known, people=people)


def _place_known(world: World, person: Person, one: Place) -> bool:
    """One's own, those in lists one sees, and, until one has answered, that of who asks one in."""
    asking = any((it.person, it.room, it.inviter) == (person.key, one.room, one.person) for it in world.invites)
    listed = oracle.sees_member_list(world, person, world.room[one.room])
    return one.ended is None and (one.person == person.key or listed or asking)


def _hidden_away(world: World, known: World, person: Person, note: Note) -> World:
    """Put a granted post where nobody would look for it, behind an opening post that this person cannot see.

    One that quotes what they read in its thread stays there: whose words it repeats tells where it stands.
    """
    bare = replace(note, recipients=frozenset(), follow_up=False)
    if any(oracle.sees_post_in_thread(world, person, world.note[key]) for key in note.quotes):
        return replace(known, notes=(*known.notes, bare))
    own = Thread(note.thread if note.opening else f"veil-{note.key}", _elsewhere(world, known, person, note))
    bare = replace(bare, thread=own.key)
    author = next(one.key for one in world.people if one.key != person.key)
    veil = Note(f"{own.key}-0", own.key, author, note.released_at, opening=True, tlp="RED")
    notes = (bare,) if note.opening else (veil, bare)
    return replace(known, threads=(*known.threads, own), notes=(*known.notes, *notes))


def _elsewhere(world: World, known: World, person: Person, note: Note) -> str:
    here = world.room_of(
        note
    )  # in a secret group a grant reaches its members only: there it would be hidden altogether
    private = [one for one in known.rooms if one.visibility == "private"]
    closed = [one.key for one in private if not oracle.reads_group(world, person, one)]
    return next((key for key in closed if key != here.key), here.key)


def _people_known(world: World, known: World, person: Person) -> World:
    """Drop who is not in yet or out, unless something visible names them; and what else one may not know of people."""
    named = {one.author for one in known.notes}.union(*(one.recipients | one.grants for one in known.notes))
    named |= {key for one in known.invites for key in (one.inviter, one.person)} | {one.person for one in known.asks}
    named |= {one.moderator for one in known.opened} | trust_named(world, person) | oracle_moderation.named(known)
    named |= oracle_analysis.named(known)
    named |= ways_named(known)
    kept = [one for one in world.people if one.key in named or oracle_trust.sees_person(world, person, one)]
    people = tuple(oracle_trust.as_known(world, person, one) for one in kept)
    keys = {one.key for one in people}
    places = tuple(one for one in known.places if one.person in keys)
    return without_hidden_trust(world, replace(known, people=people, places=places), person)
