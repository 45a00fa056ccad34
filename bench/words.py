"""Posts on an empty database, in threads of twenty of which two quote the first: for taking words out."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from community import clock, drafts, ids
from community.actions.reference import load_sectors
from community.db import db
from community.models import (
    Draft,
    Engagement,
    Group,
    Member,
    Membership,
    MemberState,
    Organization,
    OrganizationKind,
    Post,
    PostKind,
    Quote,
    Role,
    Thread,
    Visibility,
)
from community.rendering import render
from community.tlp import Tlp

WORDS = "Kanariya Waterworks"
THREAD, QUOTED, DRAFTS = 20, 2, 500
FILLING = "The pumps at the east intake lost their telemetry at 03:10; the vendor's remote access was open. " * 8


def write_posts(number: int) -> int:
    """Fill the database; returns the member who moderates."""
    db.create_all()
    load_sectors()
    author, moderator, group = _people()
    threads = number // THREAD
    for first in range(0, threads, 100):
        _threads(range(first, min(first + 100, threads)), author, group)
    _drafts()
    db.session.commit()
    return moderator


def _people() -> tuple[int, int, int]:
    """The author, the moderator and the group."""
    author, moderator, group = _member(), _member(), clock.random_id()
    room = {"id": group, "name": "Pumps", "visibility": Visibility.PRIVATE, "join_role": Role.READER}
    db.session.execute(insert(Group), [room | {"labels": [str(label) for label in Tlp]}])
    since = clock.now() - timedelta(days=300)
    roles = ((author, Role.CONTRIBUTOR), (moderator, Role.MODERATOR))
    places = [{"group_id": group, "member_id": one, "role": role, "since": since} for one, role in roles]
    db.session.execute(insert(Membership), places)
    return author, moderator, group


def _member() -> int:
    """An active member of an organization of their own."""
    number, house = clock.random_id(), clock.random_id()
    about = {"id": house, "name": f"House {house}", "short_name": "H", "kind": OrganizationKind.OPERATOR}
    db.session.execute(insert(Organization), [about | {"verified": True}])
    who = {"id": number, "organization_id": house, "name": f"M {number}", "mail": f"{number}@x.example"}
    state = {"state": MemberState.ACTIVE, "engagement": Engagement.STAFF, "joined_on": clock.now().date()}
    db.session.execute(insert(Member), [who | state])
    return number


def _threads(numbers: range, author: int, group: int) -> None:
    openings = [clock.random_id() for _ in numbers]
    about = {"group_id": group, "kind": PostKind.DISCUSSION, "cause_types": []}
    db.session.execute(insert(Thread), [{"id": one, "title": f"At {one}"} | about for one in openings])
    posts = [post for one in openings for post in _posts(one, author, group)]
    db.session.execute(insert(Post), posts)
    quotes = [(post["id"], post["thread_id"]) for post in posts if post["body"].startswith(">")]
    db.session.execute(insert(Quote), [{"post_id": one, "quoted_id": other} for one, other in quotes])


def _posts(opening: int, author: int, group: int) -> Iterator[dict[str, Any]]:
    said = f"It was {WORDS}. {FILLING}"
    for place in range(THREAD):
        number = clock.random_id() if place else opening
        quoted = f"> [M](/posts/{ids.encode(opening)})\n> {said}\n\n"
        body = said if not place else (quoted if place <= QUOTED else "") + FILLING
        text = {"body": body, "html": render(body, number), "renderer": 0, "tlp": Tlp.GREEN, "author_id": author}
        yield {"id": number, "thread_id": opening, "group_id": group, "version": 1} | text


def _drafts() -> None:
    """Of other people, each sealed: all of them are opened when words are taken out."""
    tags = [clock.token(32) for _ in range(DRAFTS)]
    rows = [{"tag": tag, "sealed": drafts.seal(tag, {"body": [FILLING]}), "saved_hour": clock.hour()} for tag in tags]
    db.session.execute(insert(Draft), rows)
