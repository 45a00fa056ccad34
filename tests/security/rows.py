"""Writes a drawn world into the database as rows."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, insert

from community import clock, models, originals
from community.db import db
from community.terms import VERSION
from tests import oracle, oracle_trust
from tests.conftest import KEPT
from tests.oracle_world import Ask, Invite, Note, Opened, Person, Place, Room, Thread, World
from tests.security.keys import SESSION, START, hashed, mail_of, moment, number, pick, words
from tests.security.rows_analysis import rows_of_analysis
from tests.security.rows_moderation import rows_of_moderation
from tests.security.rows_promotion import rows_of_promotion
from tests.security.rows_trust import Rows, rows_of_trust


def settle(world: World, viewer: Person | None, whole: bool) -> None:
    """Make the database hold this world and nothing else.

    ``whole`` adds what other people leave behind (read marks, follows, sessions) and stale pointers of the viewer.
    """
    db.session.rollback()  # a session that has read keeps seeing the world before
    with clock.fixed(moment(world.now), "settle"), db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            if table.name not in KEPT:
                connection.execute(table.delete())
        trust, posts = rows_of_trust(world), _posts(world)
        cases = (*rows_of_moderation(world), *rows_of_analysis(world), *rows_of_promotion(world))
        names = _names(world, viewer, whole)
        for rows in (*_people(world), *names, *trust, *_groups(world), *posts, *cases, *_traces(world, viewer, whole)):
            _insert(connection, rows)


def _insert(connection: Connection, rows: tuple[type[Any], list[dict[str, Any]]]) -> None:
    model, values = rows
    if values:
        connection.execute(insert(model), values)


def _people(world: World) -> Rows:
    yield (
        models.Organization,
        [
            {
                "id": number(one.key),
                "name": f"Org {words(one.key)}",
                "short_name": one.key,
                "kind": "operator",
                "verified": True,
            }
            for one in world.orgs
        ],
    )
    yield (
        models.OrganizationSector,
        [{"organization_id": number(one.key), "sector_code": "finance"} for one in world.orgs],
    )
    yield models.Member, [_member(one) for one in world.people]


def _member(one: Person) -> dict[str, Any]:
    return {
        "id": number(one.key),
        "organization_id": number(one.org),
        "name": "" if one.nameless else f"{one.key} {words(one.key)}",
        "mail": None if one.state == "left" else mail_of(one.key),
        "profile": f"About {words(one.key)}",
        "state": one.state,
        "engagement": one.engagement,
        "nda_signed": one.nda_signed,
        "site_moderator": one.site_moderator,
        "analyst": one.analyst,
        "joined_on": START.date(),
        "guided": True,
        "user_handle": hashed(one.key),
        "engagement_noted": True,
        "terms": VERSION,
        "seen_on": moment(10**6).date(),
        "revouch_until": moment(110) if one.state == "revouching" else None,
    }


def _group(one: Room) -> dict[str, Any]:
    return {
        "id": number(one.key),
        "name": f"Group {words(one.key)}",
        "description": f"For {words(one.key)}",
        "visibility": one.visibility,
        "hides_history": one.hides_history,
        "join_role": one.join_role,
        "labels": list(one.labels),
        "created_at": START,
        "archived_at": moment(99) if one.archived else None,
    }


def _place(one: Place) -> dict[str, Any]:
    who = {"group_id": number(one.room), "member_id": number(one.person)}
    return who | {"role": one.role, "since": moment(one.since)}


def _groups(world: World) -> Rows:
    yield models.Group, [_group(one) for one in world.rooms]
    yield models.GroupSector, [{"group_id": number(one.key), "sector_code": "finance"} for one in world.rooms]
    yield models.Membership, [_place(one) for one in world.places if one.ended is None]
    yield (
        models.GroupInvitation,
        [_between(one) | {"inviter_id": number(one.inviter), "role": "reader"} for one in world.invites],
    )
    yield models.JoinRequest, [_between(one) | {"reason": f"Because {words(one.key)}"} for one in world.asks]


def _between(one: Invite | Ask) -> dict[str, Any]:
    return {"id": number(one.key), "group_id": number(one.room), "member_id": number(one.person)}


def thread_number(world: World, thread: str) -> int:
    """A thread shares the number of its opening post."""
    return number(next(one.key for one in world.notes if one.thread == thread and one.opening))


def _thread(one: Thread, opening: Note) -> dict[str, Any]:
    return {
        "id": number(opening.key),
        "group_id": number(one.room),
        "title": ""
        if opening.withdrawn
        else f"Title {words(('veiled title ' if opening.veiled else 'title ') + opening.key)}",
        "kind": pick(opening.key, "discussion", "incident"),
        "cause_types": [],
        "locked_at": START if one.locked else None,
        "pinned_at": START if one.pinned else None,
    }


def _posts(world: World) -> Rows:
    openings = {one.thread: one for one in world.notes if one.opening}
    yield models.Thread, [_thread(one, openings[one.key]) for one in world.threads]
    notes = sorted(world.notes, key=lambda one: one.released_at)
    yield models.Post, [_post(world, one, number(openings[one.thread].key)) for one in notes]
    pairs = [(one, key) for one in notes for key in sorted(one.recipients)]
    yield models.Recipient, [{"post_id": number(one.key), "member_id": number(key)} for one, key in pairs]
    pairs = [(one, key) for one in notes for key in sorted(one.grants)]
    yield (
        models.Grant,
        [{"post_id": number(one.key), "member_id": number(key), "given_at": moment(95)} for one, key in pairs],
    )
    pairs = [(one, key) for one in notes for key in sorted(one.quotes)]
    yield models.Quote, [{"post_id": number(one.key), "quoted_id": number(key)} for one, key in pairs]
    yield models.Revision, [_revision(one, version) for one in notes for version in range(1, one.edits + 1)]
    yield models.ModeratorReading, [_reading(one) for one in world.opened]
    taken = [one for one in notes if pick(f"taken out {one.key}", True, False, False)]
    yield models.Redaction, [_redaction(one) for one in taken]


def _post(world: World, one: Note, thread: int) -> dict[str, Any]:
    own = f"veiled {one.key}" if one.veiled else one.key
    said = " ".join((f"Text {words(own)}", *(f"as {words(key)} said" for key in sorted(one.quotes))))
    body = "" if one.withdrawn else said
    return {
        "id": number(one.key),
        "thread_id": thread,
        "group_id": number(world.room_of(one).key),
        "author_id": None if one.copied else number(one.author),
        "organization_id": None if one.copied else number(world.person[one.author].org),
        "tlp": one.tlp,
        "severity": "reference" if one.withdrawn else pick("severity" + one.key, "reference", "advisory", "warning"),
        "state": "withdrawn" if one.withdrawn else "removed" if one.removed else "published",
        "body": body,
        "html": f"<p>{body}</p>" if body else "",
        "renderer": 0,
        "follow_up": one.follow_up,
        "released_at": moment(one.released_at),
        "edited_at": moment(96) if one.edits else None,
        "version": one.edits + one.withdrawn + 1,
    }


def _revision(one: Note, version: int) -> dict[str, Any]:
    old = words(f"{one.key} version {version}")
    return {
        "id": number(f"{one.key} version {version}"),
        "post_id": number(one.key),
        "version": version,
        "title": f"Title {old}" if one.opening else "",
        "body": f"Text {old}",
        "tlp": one.tlp,
        "written_at": moment(one.released_at),
    }


def _redaction(one: Note) -> dict[str, Any]:
    key = number(f"redaction {one.key}")
    sealed = originals.seal(key, [originals.Wording("", f"Formerly {words(f'before {one.key}')}")])
    about = {"id": key, "post_id": number(one.key), "at": moment(96), "destroyed_at": None, "sealed": sealed}
    return about | {"by_author": pick(f"by author {one.key}", True, False), "reasons": ["organization"]}


def _reading(one: Opened) -> dict[str, Any]:
    who = {"post_id": number(one.note), "moderator_id": number(one.moderator)}
    return who | {"id": number(one.key), "reason": f"Reason {words(one.key)}", "read_at": moment(97)}


def _traces(world: World, viewer: Person | None, whole: bool) -> Rows:
    """What belongs to one reader alone. Somebody who may not see a thing has no use for marks about it."""
    if viewer is None:
        return
    owners = [one for one in world.people if whole or one.key == viewer.key]
    yield models.SignIn, [_sign_in(one, one.key == viewer.key) for one in owners]
    known = [one for one in world.notes if whole or oracle.sees_post(world, viewer, one)]
    threads = [one.key for one in known if one.opening and (whole or oracle.sees_post_in_thread(world, viewer, one))]
    marks = [_mark(one.key, key) for one in owners for key in threads]
    yield models.ReadMark, [one for one in marks if one["read_to"] > START]
    pairs = [(one.key, key) for one in owners for key in threads]
    following = [(one, key) for one, key in pairs if pick(f"follow {one} {key}", True, False)]
    yield models.Follow, [{"member_id": number(one), "thread_id": number(key)} for one, key in following]
    about = [_notification(viewer.key, f"post {one.key}", post_id=number(one.key)) for one in known]
    about += [_notification(viewer.key, f"group {one.key}", group_id=number(one.key)) for one in world.rooms]
    people = [one for one in world.people if whole or oracle_trust.sees_person(world, viewer, one)]
    renamed = {one.key for one in _renamed(world, viewer, whole=False)}
    about += [_about_person(viewer.key, one.key, known=one.key in renamed) for one in people]
    yield models.Notification, about


def _renamed(world: World, viewer: Person | None, whole: bool) -> list[Person]:
    """Everybody who is here, or was and may be again, once had another name."""
    here = [one for one in world.people if one.state not in ("left", "invited")]
    return [one for one in here if whole or (viewer and oracle_trust.knew_before(world, viewer, one))]


def _names(world: World, viewer: Person | None, whole: bool) -> Rows:
    renamed = [one.key for one in _renamed(world, viewer, whole)]
    yield models.EarlierName, [_earlier(key) for key in renamed]


def _earlier(person: str) -> dict[str, Any]:
    key = f"earlier {person}"
    return {"id": number(key), "member_id": number(person), "name": f"Formerly {words(key)}", "until": moment(60)}


def _about_person(viewer: str, person: str, *, known: bool) -> dict[str, Any]:
    row = _notification(viewer, f"person {person}", about_id=number(person))
    if row["kind"] != "renamed":
        return row
    # Who vouches while the test runs was not told of a name before: that is tested by name (LK-050).
    return row | ({"earlier_name_id": number(f"earlier {person}")} if known else {"kind": "vouched"})


def _mark(person: str, note: str) -> dict[str, Any]:
    read_to = moment(pick(f"mark {person} {note}", -1, 30, 60, 99))
    return {"member_id": number(person), "thread_id": number(note), "read_to": read_to}


def _sign_in(one: Person, mine: bool) -> dict[str, Any]:
    token = hashlib.sha256(SESSION.encode()).digest() if mine else hashed("token " + one.key)
    # What site moderators open by an act is not of the equation: their passkey was shown too long ago.
    shown = moment(98 if one.site_moderator else 100)
    # Sockets are watched by a thread with a clock of its own: a session outlasts every run of the tests.
    times = {"began_at": moment(98), "passkey_at": shown, "used_at": moment(10**6), "expires_at": moment(10**6)}
    return times | {
        "id": number("sign-in " + one.key),
        "member_id": number(one.key),
        "token_hash": token,
        "browser": "test",
    }


POST_KINDS = ("reply", "quote", "named", "grant", "warning", "relabelled", "opened")
GROUP_KINDS = ("group_invited", "group_joined", "group_refused", "group_removed", "group_role", "join_asked")
TRUST_KINDS = (
    *("vouch_asked", "vouched", "newcomer", "proposed", "answered_for", "leaver_reported", "recovery_asked"),
    "renamed",
)


def _notification(person: str, about: str, **what: int) -> dict[str, Any]:
    key = f"notification {person} {about}"
    kinds = POST_KINDS if "post_id" in what else GROUP_KINDS if "group_id" in what else TRUST_KINDS
    nothing = {"post_id": None, "group_id": None, "about_id": None, "earlier_name_id": None}
    return (
        nothing
        | {
            "id": number(key),
            "member_id": number(person),
            "kind": pick(key, *kinds),
            "event_key": number(about),
            "told_at": moment(pick("told " + key, 50, 70, 90)),
            "seen_at": pick("seen " + key, None, moment(95)),
        }
        | what
    )
