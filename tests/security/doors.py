"""What each route with an object in its address owes to each person, said with the oracle's words.

A route that is not in this table makes the sweep fail: whoever adds one says here who may go through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests import oracle, oracle_moderation, oracle_promotion
from tests.oracle_world import Note, Person, Room, World
from tests.security.doors_trust import (
    asks_for,
    decides,
    decides_about,
    disowns,
    gave_word,
    has_members,
    hears_of_recovery,
    is_active,
    is_anothers,
    judges,
    keeps,
    keeps_trust,
    knows_person,
    meets,
    proposed,
    reaches,
    sees_member,
    sees_proposal,
    sent_introduction,
    stops_recovery,
    vouches,
)

Keys = Mapping[str, str]
Question = Callable[[World, Person, Keys], bool]


def anybody(_world: World, _person: Person, _keys: Keys) -> bool:
    return True


def nobody(_world: World, _person: Person, _keys: Keys) -> bool:
    return False


@dataclass(frozen=True)
class Door:
    """``sees`` is asked argument by argument: a no is the one 404. ``may`` is asked next: a no is a 403, and so is a no
    to ``acts``, which is asked about what is sent.

    ``silent`` is an argument for which a foreign object and a missing one are answered alike, though not by a 404.
    """

    sees: Mapping[str, Question] = field(default_factory=dict)
    may: Question = anybody
    acts: Question = anybody
    silent: str = ""


def _room(world: World, keys: Keys) -> Room | None:
    return world.room.get(keys["group_id"])


def _note(world: World, keys: Keys) -> Note | None:
    return world.note.get(keys.get("post_id", keys.get("thread_id", "")))


def knows_group(world: World, person: Person, keys: Keys) -> bool:
    """An invitation shows a secret group by itself, not through the group's address."""
    room = _room(world, keys)
    if room is None or not oracle.sees_group_exists(world, person, room):
        return False
    return room.visibility != "secret" or oracle.place(world, person, room) is not None


def reads_group(world: World, person: Person, keys: Keys) -> bool:
    return oracle.reads_group(world, person, world.room[keys["group_id"]])


def manages(world: World, person: Person, keys: Keys) -> bool:
    return oracle.moderates_group(world, person, world.room[keys["group_id"]])


def _outside(world: World, person: Person, room: Room) -> bool:
    return person.state == "active" and not room.archived and oracle.place(world, person, room) is None


def joins(world: World, person: Person, keys: Keys) -> bool:
    room = world.room[keys["group_id"]]
    inside = oracle.place(world, person, room) is not None
    return inside or (_outside(world, person, room) and room.visibility == "public")


def asks(world: World, person: Person, keys: Keys) -> bool:
    room = world.room[keys["group_id"]]
    return _outside(world, person, room) and room.visibility == "private"


def leaves(world: World, person: Person, keys: Keys) -> bool:
    return oracle.place(world, person, world.room[keys["group_id"]]) is not None


def _writes(world: World, person: Person, room: Room) -> bool:
    mine = oracle.place(world, person, room)
    return person.state == "active" and not room.archived and mine is not None and mine.role != "reader"


def opens_threads(world: World, person: Person, keys: Keys) -> bool:
    return _writes(world, person, world.room[keys["group_id"]])


def in_list(world: World, person: Person, keys: Keys) -> bool:
    room = world.room[keys["group_id"]]
    return keys["member_id"] in oracle.members_listed(world, person, room)


def asked_here(world: World, person: Person, keys: Keys) -> bool:
    return any((one.key, one.room) == (keys["request_id"], keys["group_id"]) for one in world.asks)


def sees_thread(world: World, person: Person, keys: Keys) -> bool:
    note = _note(world, keys)
    return note is not None and note.opening and oracle.sees_post_in_thread(world, person, note)


def sees_post(world: World, person: Person, keys: Keys) -> bool:
    note = _note(world, keys)
    return note is not None and oracle.sees_post(world, person, note)


def sees_around(world: World, person: Person, keys: Keys) -> bool:
    note = _note(world, keys)
    return note is not None and oracle.sees_post_in_thread(world, person, note)


def replies(world: World, person: Person, keys: Keys) -> bool:
    note = world.note[keys["thread_id"]]
    stands = not note.withdrawn and not note.removed
    return _writes(world, person, world.room_of(note)) and not world.thread[note.thread].locked and stands


def edits(world: World, person: Person, keys: Keys) -> bool:
    note = world.note[keys["post_id"]]
    return oracle.may_edit(world, person, note) and _writes(world, person, world.room_of(note))


def moderates(world: World, person: Person, keys: Keys) -> bool:
    note = _note(world, keys)
    return note is not None and not world.room_of(note).archived and oracle.may_moderate(world, person, note)


def narrows(world: World, person: Person, keys: Keys) -> bool:
    note = world.note[keys["post_id"]]
    return moderates(world, person, keys) and not note.withdrawn and not note.removed


def flags(world: World, person: Person, keys: Keys) -> bool:
    note = world.note[keys["post_id"]]
    return note.author != person.key and not note.withdrawn and not note.removed


def redacts(world: World, person: Person, keys: Keys) -> bool:
    """Moderators of the group and of the site who read it there: also in an archived group, never their own."""
    note = world.note[keys["post_id"]]
    seen = flags(world, person, keys) and oracle.sees_post_in_thread(world, person, note)
    return seen and (oracle.may_moderate(world, person, note) or oracle.may_open_as_moderator(person))


def promotes(world: World, person: Person, keys: Keys) -> bool:
    return oracle_promotion.promotes(world, person, world.note[keys["post_id"]])


def hears(world: World, person: Person, keys: Keys) -> bool:
    return oracle_promotion.hears(world, person, world.note[keys["post_id"]])


def wrote(world: World, person: Person, keys: Keys) -> bool:
    return world.note[keys["post_id"]].author == person.key


def is_invited(world: World, person: Person, keys: Keys) -> bool:
    return any((one.key, one.person) == (keys["invitation_id"], person.key) for one in world.invites)


def accepts(world: World, person: Person, keys: Keys) -> bool:
    return person.state == "active"


def is_own_session(_world: World, person: Person, keys: Keys) -> bool:
    return keys["sign_in_id"] == f"sign-in {person.key}"


def opens_any(_world: World, person: Person, _keys: Keys) -> bool:
    return oracle.may_open_as_moderator(person)


_PERSON: dict[str, Question] = {"person_id": knows_person}
_KEPT: dict[str, Question] = {"member_id": keeps_trust}
_GROUP: dict[str, Question] = {"group_id": knows_group}
_THREAD: dict[str, Question] = {"thread_id": sees_thread}
_POST: dict[str, Question] = {"post_id": sees_post}
_INVITED: dict[str, Question] = {"invitation_id": is_invited}
DOORS: Mapping[str, Door] = {
    "analysis.about": Door(_POST, acts=is_active),
    "cases.show": Door({"case_id": oracle_moderation.sees_case}),
    "compose.new_thread": Door(_GROUP, opens_threads),
    "compose.reply": Door(_THREAD, replies),
    "correct.edit": Door(_POST, edits),
    "correct.narrow": Door(_POST, narrows),
    "correct.widen": Door(_POST, edits),
    "decisions.show": Door(_POST, wrote),
    "departures.confirm": Door({"member_id": meets}, decides_about),
    "departures.decide": Door({"member_id": meets}, decides_about),
    "departures.dismiss": Door({"member_id": meets}, decides_about),
    "engagement.note": Door({"member_id": meets}, decides_about),
    "experts.choose": Door(_POST, narrows),
    "flags.flag": Door(_POST, flags),
    "flags.redaction": Door(_POST, wrote),
    "group_admin.admit": Door(_GROUP, manages, silent="request_id"),
    "group_admin.archive": Door(_GROUP, manages),
    "group_admin.invite": Door(_GROUP, manages),
    "group_admin.lock": Door(_THREAD, moderates),
    "group_admin.narrow": Door(_GROUP, manages),
    "group_admin.people": Door(_GROUP, manages),
    "group_admin.person": Door(_GROUP | {"member_id": in_list}, manages),
    "group_admin.pin": Door(_THREAD, moderates),
    "group_admin.refuse": Door(_GROUP, manages, silent="request_id"),
    "group_admin.remove": Door(_GROUP | {"member_id": in_list}, manages),
    "group_admin.settings": Door(_GROUP, manages),
    "group_admin.unarchive": Door(_GROUP, manages),
    "group_admin.uninvite": Door(_GROUP, manages, silent="member_id"),
    "group_admin.unlock": Door(_THREAD, moderates),
    "group_admin.unpin": Door(_THREAD, moderates),
    "groups.show": Door(_GROUP),
    "invitations.accept": Door(_INVITED, accepts),
    "invitations.decline": Door(_INVITED),
    "invitations.show": Door(_INVITED),
    "me.end_sign_in": Door({"sign_in_id": is_own_session}),
    "me.remove_passkey": Door({"passkey_id": nobody}),
    "members.organization": Door({"organization_id": has_members}),
    "members.show": Door({"member_id": sees_member}),
    "membership.ask": Door(_GROUP, asks),
    "membership.join": Door(_GROUP, joins),
    "membership.leave": Door(_GROUP, leaves),
    "membership.members": Door(_GROUP, reads_group),
    "membership.withdraw": Door(_GROUP),
    "opening.before": Door({}, opens_any, silent="post_id"),
    "opening.destroy": Door({}, opens_any, silent="post_id"),
    "opening.open_post": Door({}, opens_any, silent="post_id"),
    "organizations.keep": Door({"organization_id": reaches}, keeps),
    "organizations.merge": Door({"organization_id": reaches}, judges),
    "organizations.verify": Door({"organization_id": reaches}, judges),
    "promoting.beside": Door({"post_id": sees_around}),
    "promoting.end": Door(_POST, promotes),
    "promoting.propose": Door(_POST, promotes),
    "promoting.show": Door(_POST, hears),
    "posts.audience": Door({"post_id": sees_around}),
    "posts.grants": Door(_POST, edits),
    "posts.history": Door(_POST),
    "posts.in_thread": Door(_POST),
    "posts.leave": Door({"post_id": sees_post, "token": nobody}),
    "posts.show": Door(_POST),
    "posts.withdraw": Door(_POST, edits),
    "redacting.redact": Door(_POST, redacts),
    "redactions.before": Door(_POST, wrote),
    "redactions.destroy": Door(_POST, wrote),
    "redactions.show": Door(_POST),
    "inviting.new": Door({}, is_active),
    "inviting.withdraw": Door({"invitation_id": sent_introduction}),
    **{f"unnamed.{act}": Door({"post_id": nobody}) for act in ("before", "destroy", "edit", "withdraw")},
    **{f"unnamed.{act}": Door({"number": nobody}) for act in ("forget", "release")},
    "unnamed_told.show": Door({"post_id": nobody}),
    "unsealing.agree": Door({"case_id": oracle_moderation.sees_case}),
    "unsealing.ask": Door({"post_id": oracle_moderation.asks_who}, nobody),
    "unnamed_promotions.show": Door({"promotion_id": nobody}),
    "vouching.ask": Door(_PERSON, asks_for),
    "vouching.decline": Door(_PERSON),
    "vouching.disown": Door(_PERSON, disowns),
    "vouching.show": Door(_PERSON, acts=vouches),
    "vouching.take_back": Door({"person_id": gave_word}),
    "people.show": Door(_KEPT),
    "proposals.appoint": Door(_KEPT, decides),
    "proposals.dismiss": Door(_KEPT, decides),
    "proposals.show": Door({"proposal_id": sees_proposal}),
    "proposals.take_back": Door({"proposal_id": sees_proposal}, acts=proposed),
    "suspensions.reinstate": Door(_KEPT, decides),
    "suspensions.suspend": Door(_KEPT, decides),
    # Nobody in these worlds has lost their passkeys: tests/functional/test_recovery.py says who sees whose case.
    "recovery.object_to": Door({"member_id": hears_of_recovery}, acts=is_anothers),
    "recovery.show": Door({"member_id": hears_of_recovery}, acts=is_anothers),
    "recovery.stop": Door({"member_id": stops_recovery}),
    "threads.follow": Door(_THREAD),
    "threads.live": Door(_POST),
    "threads.read": Door(_THREAD),
    "threads.show": Door(_THREAD),
    "threads.since": Door(_THREAD),
}
# Addresses that name nothing but oneself or a list of what one sees; the two-worlds equation judges what is in them.
LISTS = frozenset(
    {
        "analysis.index",
        "about.accept",
        "compose.choose",
        "compose.mine",
        "desk.home",
        "desk.invitations",
        "departures.report",
        "employment.change",
        "group_admin.new",
        "groups.index",
        "home.finish_guide",
        "inviting.index",
        "log.show",
        "home.read_all",
        "waiting.show",
        "me.begin_passkey",
        "me.begin_reconfirm",
        "me.end_other_sign_ins",
        "me.finish_passkey",
        "me.finish_reconfirm",
        "me.passkeys",
        "me.profile",
        "me.reconfirm",
        "me.reconfirm_in_demo",
        "me.sign_ins",
        "unnamed.index",
        "unnamed_told.index",
        "members.index",
        "members.organizations",
        "moderation.home",
        "notifications.seen",
        "notifications.show",
        "notifications.unread",
        "parting.export",
        "parting.leave",
        "people.index",
        "proposals.resign",
        "organizations.index",
        "search.titles",
        "signin.sign_out",
    }
)
