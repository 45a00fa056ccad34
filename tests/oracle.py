"""Who may see what, written a second time, in plain Python, from the rules of the domain alone.

Nothing here imports the application. Where the two disagree, one is wrong; `tests/security` shows the smallest case.
Questions take the person who looks as an object. Who learns what of the standing of others: `tests/oracle_trust.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.oracle_world import (
    LABELS_OF_PUBLIC_ROOMS,
    STRICTEST_FIRST,
    Ask,
    Invite,
    Label,
    Note,
    Opened,
    Person,
    Place,
    Room,
    Thread,
    World,
)


def wider(label: Label, other: Label) -> bool:
    return STRICTEST_FIRST.index(label) > STRICTEST_FIRST.index(other)


def looks(person: Person) -> bool:
    """Only the active see anything; who is being vouched for again looks on as a reader (5.5)."""
    return person.state in ("active", "revouching")


def trusted(person: Person) -> bool:
    """Staff, or bound by a signed agreement (sections 2 and 4)."""
    return person.engagement == "staff" or person.nda_signed


def place(world: World, person: Person, room: Room) -> Place | None:
    return next(
        (one for one in world.places if (one.person, one.room, one.ended) == (person.key, room.key, None)), None
    )


def invited(world: World, person: Person, room: Room) -> bool:
    return any((one.room, one.person) == (room.key, person.key) for one in world.invites)


def sees_group_exists(world: World, person: Person, room: Room) -> bool:
    """Section 3, first row of the table; for a secret group, its members and who is invited and has not answered."""
    if not looks(person):
        return False
    if room.visibility == "secret":
        return place(world, person, room) is not None or invited(world, person, room)
    return True


def reads_group(world: World, person: Person, room: Room) -> bool:
    """Section 3, second row: members, and in a public group every active member of the community."""
    return looks(person) and (room.visibility == "public" or place(world, person, room) is not None)


def sees_member_list(world: World, person: Person, room: Room) -> bool:
    """Section 3: the same people who read the group see its list of members."""
    return reads_group(world, person, room)


def members_listed(world: World, person: Person, room: Room) -> frozenset[str]:
    """Who stands in the list this person sees: the dormant too (5.5), nobody who is out or not yet in."""
    here = {one.person for one in world.places if one.room == room.key and one.ended is None}
    listed = frozenset(key for key in here if looks(awake(world.person[key])))
    return listed if sees_member_list(world, person, room) else frozenset()


def history_open(world: World, person: Person, note: Note) -> bool:
    """Section 3: a group may hide what was released before the present membership began."""
    room = world.room_of(note)
    mine = place(world, person, room)
    if room.visibility == "public" or not room.hides_history:
        return True
    return mine is not None and note.released_at > mine.since


def label_allows(person: Person, note: Note) -> bool:
    """The table of section 4, for somebody who may read the group."""
    allows: Mapping[Label, bool] = {
        "RED": person.key in note.recipients | {note.author},
        "AMBER+STRICT": person.engagement == "staff",
        "AMBER": trusted(person),
        "GREEN": trusted(person),
        "CLEAR": True,
    }
    return allows[note.tlp]


def stands(world: World, person: Person, note: Note) -> bool:
    """What moderators took out of view (section 7) is there for its author and for moderators, of group and site."""
    decides = moderates_group(world, person, world.room_of(note)) or may_open_as_moderator(person)
    return not note.removed or note.author == person.key or decides


def by_group_rule(world: World, person: Person, note: Note) -> bool:
    return (
        reads_group(world, person, world.room_of(note))
        and stands(world, person, note)
        and history_open(world, person, note)
        and label_allows(person, note)
    )


def sees_quoted(world: World, person: Person, note: Note) -> bool:
    """A post is never wider than what it quotes: its words reach nobody to whom they were not given."""
    quoted = [world.note[key] for key in note.quotes]
    return all(sees_post_in_thread(world, person, one) or granted(world, person, one) for one in quoted)


def sees_post_in_thread(world: World, person: Person, note: Note) -> bool:
    """By the group rule, together with the opening post: a reply is never wider than that."""
    both = (world.opening(note), note)
    return all(by_group_rule(world, person, one) and sees_quoted(world, person, one) for one in both)


def granted(world: World, person: Person, note: Note) -> bool:
    """The author opened it to this person; in a secret group that reaches members only."""
    inside = world.room_of(note).visibility != "secret" or place(world, person, world.room_of(note)) is not None
    return looks(person) and person.key in note.grants and inside and not note.removed


def sees_post_alone(world: World, person: Person, note: Note) -> bool:
    """By the author's grant: this one post, without group name, members or replies."""
    return granted(world, person, note) and sees_quoted(world, person, note)


def sees_post(world: World, person: Person, note: Note) -> bool:
    return sees_post_in_thread(world, person, note) or sees_post_alone(world, person, note)


def sees_words(world: World, person: Person, note: Note) -> bool:
    """A withdrawn post leaves a mark without any words, its title included."""
    return sees_post(world, person, note) and not note.withdrawn


def sees_thread(world: World, person: Person, thread: Thread) -> bool:
    """A thread is visible to whom its opening post is visible by the group rule."""
    return sees_post_in_thread(world, person, world.openings[thread.key])


def sees_title(world: World, person: Person, thread: Thread) -> bool:
    """The title belongs to the opening post; whom that one is granted sees it as well."""
    return sees_words(world, person, world.openings[thread.key])


def threads_in(world: World, person: Person, room: Room) -> frozenset[str]:
    return frozenset(one.key for one in world.threads if one.room == room.key and sees_thread(world, person, one))


def posts_in(world: World, person: Person, thread: Thread) -> frozenset[str]:
    """What the thread page shows, marks of withdrawn posts included."""
    here = (one for one in world.notes if one.thread == thread.key)
    return frozenset(one.key for one in here if sees_post_in_thread(world, person, one))


def replies_counted(world: World, person: Person, thread: Thread) -> int:
    return sum(not world.note[key].opening for key in posts_in(world, person, thread))


def unread(world: World, person: Person, read_until: Mapping[str, int]) -> frozenset[str]:
    """Posts of others with words, released after the person's read mark in their thread."""
    return frozenset(
        note.key
        for note in world.notes
        if note.author != person.key and not note.withdrawn and not note.removed
        if note.released_at > read_until.get(note.thread, -1)
        if sees_post_in_thread(world, person, note)
    )


def sees_opened(world: World, person: Person, opened: Opened) -> bool:
    """The author sees who opened a post, as long as they see the post."""
    note = world.note[opened.note]
    return note.author == person.key and sees_post_in_thread(world, person, note)


def awake(person: Person) -> Person:
    return replace(person, state="active") if person.state == "dormant" else person


def audience(world: World, note: Note) -> frozenset[str]:
    """Who can read it at this moment."""
    return frozenset(one.key for one in world.people if sees_post(world, one, note))


def listed_audience(world: World, note: Note) -> frozenset[str]:
    """Whom the author is shown: the dormant stay in audiences, one touch of a passkey makes them readers again."""
    return frozenset(one.key for one in world.people if sees_post(world, awake(one), note))


def sees_invite(world: World, person: Person, invite: Invite) -> bool:
    return (looks(person) and invite.person == person.key) or moderates_group(world, person, world.room[invite.room])


def sees_ask(world: World, person: Person, ask: Ask) -> bool:
    return looks(person) and (ask.person == person.key or moderates_group(world, person, world.room[ask.room]))


def moderates_group(world: World, person: Person, room: Room) -> bool:
    """Group moderators are staff, or contractors with an agreement (section 2)."""
    mine = place(world, person, room)
    return person.state == "active" and trusted(person) and mine is not None and mine.role == "moderator"


def may_moderate(world: World, person: Person, note: Note) -> bool:
    """A moderator acts on what the membership and the label let them read, on nothing else."""
    return moderates_group(world, person, world.room_of(note)) and sees_post_in_thread(world, person, note)


def may_open_as_moderator(person: Person) -> bool:
    """One post at a time, any post, by a recorded act: a site moderator's, and never part of any list or audience."""
    return person.state == "active" and person.site_moderator and trusted(person)


def labels_offered(world: World, person: Person, room: Room) -> tuple[Label, ...]:
    """With which labels this person may open a thread here: none to readers, none they could not read themselves."""
    mine = place(world, person, room)
    if person.state != "active" or room.archived or mine is None or mine.role == "reader":
        return ()
    taken = LABELS_OF_PUBLIC_ROOMS if room.visibility == "public" else STRICTEST_FIRST
    own = Note("", "", person.key, world.now)
    return tuple(one for one in taken if one in room.labels and label_allows(person, replace(own, tlp=one)))


def reply_labels(world: World, person: Person, thread: Thread) -> tuple[Label, ...]:
    """A reply is never wider than the opening post; replies to RED are RED and go to the same people."""
    opening = world.openings[thread.key]
    if thread.locked or not sees_thread(world, person, thread):
        return ()
    offered = labels_offered(world, person, world.room[thread.room])
    if opening.tlp == "RED":
        return tuple(one for one in offered if one == "RED")
    return tuple(one for one in offered if not wider(one, opening.tlp))


def may_edit(world: World, person: Person, note: Note) -> bool:
    """The named author, as long as they see the post in its thread like everybody else."""
    return (
        person.state == "active"
        and person.key == note.author
        and not note.withdrawn
        and not note.removed
        and not world.room_of(note).archived
        and sees_post_in_thread(world, person, note)
    )


def may_grant(world: World, person: Person, note: Note, to: Person) -> bool:
    """The named author, to further members; in a secret group to its members."""
    secret = world.room_of(note).visibility == "secret"
    inside = place(world, to, world.room_of(note)) is not None
    return may_edit(world, person, note) and looks(awake(to)) and (inside or not secret)


def may_be_named(world: World, room: Room) -> frozenset[str]:
    """Recipients of RED are chosen from those who can read the group."""
    return frozenset(one.key for one in world.people if reads_group(world, awake(one), room))
