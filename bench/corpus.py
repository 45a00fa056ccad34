"""Loads one generated corpus into our tables and into the floor's, with the fixed mix of labels and engagements."""

import html
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Cursor, sql
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from community.db import Model
from community.terms import VERSION

MIX = ["GREEN"] * 60 + ["AMBER"] * 25 + ["AMBER+STRICT"] * 10 + ["RED"] * 5
NAMED = 20
MOST_GROUPS = 50
THREADS_SHOWN = 20
READER = 1
BASE = 1 << 40
Row = dict[str, Any]


def generate(generator: Path, folder: Path, posts: int) -> Path:
    """Write a corpus of ``posts`` posts with the generator, once; returns its folder.

    A small corpus has fewer groups, so that the page of a group shows as many threads as in the large one.
    """
    target = folder / f"corpus-{posts}"
    if not (target / "meta.json").exists():
        command = [sys.executable, str(generator), str(target), "--posts", str(posts), "--topics", str(posts // 20)]
        command += ["--forums", str(min(MOST_GROUPS, posts // 20 // THREADS_SHOWN))]
        subprocess.run(command, check=True)
    return target


def read(folder: Path, name: str) -> list[Row]:
    """One table of the corpus."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def moment(seconds: int) -> datetime:
    """The corpus counts seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def label(topic: int) -> str:
    """The label of a thread: each hundred threads hold the mix exactly, spread out."""
    return MIX[(topic * 37) % 100]


def paragraphs(text: str) -> str:
    """The stored HTML of a post: the same for both sides."""
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))


def members_of(users: list[Row], forum: Row) -> Iterator[Row]:
    """Everybody is in the open groups; the first eight also in most restricted ones."""
    return (user for user in users if not forum["restricted"] or (user["id"] < 9 and forum["id"] <= 45))


def _copy(cursor: Cursor[Any], statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def load_floor(url: str, folder: Path) -> None:
    """Fill the floor's tables (made by ``floor.Base.metadata.create_all``)."""
    users, forums, topics, posts = (read(folder, name) for name in ("users", "forums", "topics", "posts"))
    places = ((user["id"], forum["id"]) for forum in forums for user in members_of(users, forum))
    forum_rows = ((f["id"], f["name"], f["description"], 0, 0, 0, moment(0), "member0001") for f in forums)
    topic_rows = ((t["id"], t["forum"], t["title"], t["user"], t["posts"], moment(t["time"])) for t in topics)
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        _copy(cursor, "copy member(id,name) from stdin", ((user["id"], user["name"]) for user in users))
        _copy(cursor, "copy forum(id,name,description,topics,posts,last_topic,last_at,last_by) from stdin", forum_rows)
        _copy(cursor, "copy place(member_id,forum_id) from stdin", places)
        _copy(cursor, "copy topic(id,forum_id,title,author_id,posts,last_at) from stdin", topic_rows)
        _copy(cursor, "copy post(id,topic_id,author_id,created,body,html,number) from stdin", _floor_posts(posts))
        cursor.execute("create index on post(topic_id,number)")
        cursor.execute("create index on topic(forum_id,last_at desc)")
        cursor.execute("vacuum analyze")


def _floor_posts(posts: list[Row]) -> Iterator[tuple[Any, ...]]:
    numbers: dict[int, int] = {}
    for post in posts:
        number = numbers[post["topic"]] = numbers.get(post["topic"], 0) + 1
        told = (post["text"], paragraphs(post["text"]), number)
        yield post["id"], post["topic"], post["user"], moment(post["time"]), *told


def load_ours(url: str, folder: Path) -> None:
    """Fill our tables (made from the models)."""
    users, forums, topics, posts = (read(folder, name) for name in ("users", "forums", "topics", "posts"))
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        _tell_defaults(cursor)
        _people(cursor, users)
        _rooms(cursor, users, forums)
        _threads(cursor, topics)
        _posts(cursor, users, topics, posts)
        cursor.execute("vacuum analyze")


def _tell_defaults(cursor: Cursor[Any]) -> None:
    """What the models fill in by themselves, the tables do, too: a new column needs no word here."""
    for table in Model.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.default, ScalarElementColumnDefault):
                where = sql.SQL("alter table {} alter {} set default {}")
                value = sql.Literal(str(column.default.arg))
                cursor.execute(where.format(sql.Identifier(table.name), sql.Identifier(column.name), value))


def _people(cursor: Cursor[Any], users: list[Row]) -> None:
    organizations = range(40)
    rows = ((BASE + n, f"Organization {n}", f"Org {n}", "operator", True) for n in organizations)
    _copy(cursor, "copy organizations(id,name,short_name,kind,verified) from stdin", rows)
    sectors = ((BASE + n, "finance") for n in organizations)
    _copy(cursor, "copy organization_sectors(organization_id,sector_code) from stdin", sectors)
    columns = (
        "id,organization_id,name,mail,engagement,nda_signed,joined_on,user_handle,"
        "profile,state,site_moderator,analyst,locale,time_zone,theme,guided,terms,seen_on"
    )
    _copy(cursor, f"copy members({columns}) from stdin", map(_person, users))


def _person(user: Row) -> tuple[Any, ...]:
    # 15 of 100 are contractors, every second of them under a non-disclosure agreement.
    number = user["id"]
    engagement = "contractor" if number % 20 in (5, 10, 15) else "staff"
    who = (BASE + number, BASE + number % 40, user["name"], user["email"], engagement, number % 40 < 20)
    rest = ("", "active", False, False, "en", "Asia/Tokyo", "auto", True, VERSION, datetime.now(UTC).date())
    return *who, moment(0).date(), number.to_bytes(32, "big"), *rest


def _rooms(cursor: Cursor[Any], users: list[Row], forums: list[Row]) -> None:
    labels = json.dumps(["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"])
    columns = "id,name,description,visibility,hides_history,join_role,labels,created_at"
    rooms = (
        (
            BASE + f["id"],
            f["name"],
            f["description"],
            "secret" if f["restricted"] else "private",
            False,
            "reader",
            labels,
            moment(0),
        )
        for f in forums
    )
    _copy(cursor, f"copy groups({columns}) from stdin", rooms)
    places = (
        (BASE + f["id"], BASE + user["id"], "contributor", moment(0)) for f in forums for user in members_of(users, f)
    )
    _copy(cursor, "copy memberships(group_id,member_id,role,since) from stdin", places)


def _threads(cursor: Cursor[Any], topics: list[Row]) -> None:
    rows = ((BASE + t["id"], BASE + t["forum"], t["title"], "discussion", "[]") for t in topics)
    _copy(cursor, "copy threads(id,group_id,title,kind,cause_types) from stdin", rows)


def _posts(cursor: Cursor[Any], users: list[Row], topics: list[Row], posts: list[Row]) -> None:
    columns = (
        "id,thread_id,group_id,author_id,organization_id,tlp,severity,state,body,html,renderer,follow_up,"
        "attribution,released_at,version"
    )
    numbered = list(_numbered(topics, posts))
    _copy(cursor, f"copy posts({columns}) from stdin", (_post(number, post) for number, post in numbered))
    named = {
        (number, BASE + 1 + (post["topic"] * 13 + k * 7) % len(users))
        for number, post in numbered
        if label(post["topic"]) == "RED"
        for k in range(NAMED)
    }
    _copy(cursor, "copy recipients(post_id,member_id) from stdin", sorted(named))


def _numbered(topics: list[Row], posts: list[Row]) -> Iterator[tuple[int, Row]]:
    # The opening post has the id of its thread; replies count on behind all threads.
    opened: set[int] = set()
    for post in posts:
        yield BASE + (post["topic"] if post["topic"] not in opened else len(topics) + post["id"]), post
        opened.add(post["topic"])


def _post(number: int, post: Row) -> tuple[Any, ...]:
    who = (BASE + post["topic"], BASE + post["forum"], BASE + post["user"], BASE + post["user"] % 40)
    what = (label(post["topic"]), "reference", "published", post["text"], paragraphs(post["text"]), 1, "f", "")
    return number, *who, *what, moment(post["time"]), 1
