"""The demo community: it keeps the rules by a second, plain reading of its files, and everybody meets what they may."""

import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import ids
from community.db import db
from community.demo.content import read
from community.demo.entry import ContentError
from community.demo.load import load_demo
from community.demo.rules import check
from community.models import CaseKind, Group, Member, Membership, Organization, Post, Revision, Thread
from tests.oracle_world import LABELS_OF_PUBLIC_ROOMS, STRICTEST_FIRST
from trust.standing import is_enough, words_for

FOLDER = Path(__file__).parents[2] / "community" / "demo" / "content"
Record = dict[str, Any]


# --- the files, read plainly ---


@cache
def listed(name: str) -> dict[str, Record]:
    return {one["key"]: one for one in yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))}


@cache
def threads() -> list[Record]:
    found = []
    for file in sorted((FOLDER / "threads").iterdir()):
        room = yaml.safe_load(file.read_text(encoding="utf-8"))
        found += [thread | {"group": room["group"]} for thread in room["threads"]]
    return found


def posts() -> Iterator[tuple[Record, Record]]:
    return ((thread, post) for thread in threads() for post in thread["posts"])


def hours(words: str) -> float:
    worth = {"d": 24.0, "h": 1.0, "m": 1 / 60}
    return sum(float(number) * worth[unit] for number, unit in re.findall(r"(\d+)([dhm])", words))


def roles(group: str) -> dict[str, str]:
    room = listed("groups.yaml")[group]
    return {member: role for role in ("moderator", "contributor", "reader") for member in room.get(role, ())}


def came(group: str, member: str) -> float:
    room = listed("groups.yaml")[group]
    usual = min(hours(room["created"]), hours(listed("members.yaml")[member]["since"]))
    return hours(room["joined"][member]) if member in room.get("joined", {}) else usual


def named(thread: Record, post: Record) -> set[str]:
    """Author and recipients of a TLP:RED post."""
    opening = thread["posts"][0]
    source = opening if opening["tlp"] == "RED" else post
    return {source["by"], *source["to"]}


def label_allows(key: str, thread: Record, post: Record) -> bool:
    member = listed("members.yaml")[key]
    staff = member.get("engagement", "staff") == "staff"
    under_nda = staff or member.get("nda", False)
    answers = {"AMBER+STRICT": staff, "AMBER": under_nda, "GREEN": under_nda, "CLEAR": True}
    return key in named(thread, post) if post["tlp"] == "RED" else bool(answers[post["tlp"]])


def may_read(key: str, thread: Record, post: Record) -> bool:
    """Does an active member see the post inside its thread?"""
    room = listed("groups.yaml")[thread["group"]]
    if room["visibility"] != "public" and key not in roles(thread["group"]):
        return False
    both = (thread["posts"][0], post)
    late = room.get("hidden_history") and any(came(thread["group"], key) < hours(one["ago"]) for one in both)
    return not late and all(label_allows(key, thread, one) for one in both)


# --- the rules of sharing ---


@pytest.mark.parametrize("thread", threads(), ids=lambda thread: f"{thread['group']}-{thread['posts'][0]['by']}")
def test_a_thread_could_have_been_written(thread: Record) -> None:
    for post in thread["posts"]:
        could_be_written(thread, post)


def could_be_written(thread: Record, post: Record) -> None:
    room, opening = listed("groups.yaml")[thread["group"]], thread["posts"][0]
    assert roles(thread["group"]).get(post["by"]) in ("contributor", "moderator")
    assert came(thread["group"], post["by"]) >= hours(post["ago"]) > hours(room.get("archived", "0m"))
    assert may_read(post["by"], thread, post)
    assert post["tlp"] in room["labels"]
    assert STRICTEST_FIRST.index(post["tlp"]) <= STRICTEST_FIRST.index(opening["tlp"]), "wider than the opening post"
    if post["tlp"] == "RED":
        assert len(named(thread, post)) > 1
        assert all(came(thread["group"], key) >= hours(post["ago"]) for key in named(thread, post))
        assert ("to" in post) == (post is opening), "a reply goes to the people of the opening post"
    if "quotes" in post:
        quoted = next(one for one in thread["posts"] if one.get("key") == post["quotes"])
        assert hours(quoted["ago"]) > hours(post["ago"])
        assert STRICTEST_FIRST.index(post["tlp"]) <= STRICTEST_FIRST.index(quoted["tlp"]), "wider than what it quotes"
        assert may_read(post["by"], thread, quoted)


def test_rooms_are_of_all_kinds_and_have_moderators() -> None:
    for key, room in listed("groups.yaml").items():
        if room["visibility"] == "public":
            assert set(room["labels"]) <= set(LABELS_OF_PUBLIC_ROOMS)
        assert room["moderator"], key
        for member in room["moderator"]:
            assert listed("members.yaml")[member].get("state", "active") == "active"
    assert {room["visibility"] for room in listed("groups.yaml").values()} == {"public", "private", "secret"}
    assert sum("archived" in room for room in listed("groups.yaml").values()) == 1
    assert sum("hidden_history" in room for room in listed("groups.yaml").values()) == 1


def test_people_are_of_all_kinds() -> None:
    people = listed("members.yaml").values()
    assert (len(listed("members.yaml")), len(listed("groups.yaml"))) == (40, 12)
    assert len({one["kind"] for one in listed("organizations.yaml").values()}) == 8
    contractors = [one for one in people if one.get("engagement") == "contractor"]
    assert {one.get("nda", False) for one in contractors} == {True, False}
    moderators = [one for one in people if "site_moderator" in one.get("roles", ())]
    assert len({one["organization"] for one in moderators}) == len(moderators) == 2
    assert Counter(one.get("state", "active") for one in people) == {
        "active": 37,
        "pending": 1,
        "dormant": 1,
        "suspended": 1,
    }


def test_posts_are_of_all_kinds() -> None:
    every = [post for _, post in posts()]
    assert len(every) >= 150
    assert len(threads()) >= 40
    labels = Counter(post["tlp"] for post in every)
    assert set(labels) == set(STRICTEST_FIRST)
    assert min(labels.values()) >= 10
    assert len({thread["kind"] for thread in threads()}) == 6
    assert {post.get("severity") for post in every} >= {"warning", "advisory", "reference"}
    assert len({thread["event"] for thread in threads() if "event" in thread}) >= 5
    for what in ("to", "grants", "quotes", "follow_up", "edits", "withdrawn"):
        assert any(what in post for post in every), what
    assert any(thread.get("pinned") for thread in threads())
    assert any(thread.get("locked") for thread in threads())
    japanese = sum(len(re.findall("[ぁ-ん]", post["text"])) > 9 for post in every)
    assert 0.55 <= japanese / len(every) <= 0.75
    assert min(hours(post["ago"]) for post in every) < 0.5, "something is new on every home page"


def test_nothing_points_at_the_real_world() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.rglob("*.yaml"))
    for address in re.findall(r"\d+\.\d+\.\d+\.\d+", text):
        assert address.startswith(("192.0.2.", "198.51.100.", "203.0.113.")), address
    for address in re.findall(r"\b[0-9a-f]{4}:[0-9a-f:]*:[0-9a-f:]*", text):
        assert address.startswith("2001:db8:"), address
    hosts = re.findall(r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|jp|io|co|info|biz|test|invalid|example)\b", text)
    assert {host.rpartition(".")[2] for host in hosts} <= {"example", "test", "invalid"}


# --- loaded ---


def numbers(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_it_loads_once_and_quickly(app: Flask) -> None:
    began = time.process_time()
    assert load_demo()
    assert time.process_time() - began < 5
    once = {model: numbers(model) for model in (Organization, Member, Group, Membership, Thread, Post, Revision)}
    assert once[Post] == len(list(posts()))
    assert once[Member] == 40
    assert once[Membership] == sum(len(roles(key)) for key in listed("groups.yaml"))
    assert not load_demo()
    assert once == {model: numbers(model) for model in once}


def test_moderators_find_cases_of_every_kind(app: Flask, enter: Callable[..., FlaskClient]) -> None:
    load_demo()
    keeper = db.session.scalars(select(Member).where(Member.name == "長谷川 淳")).one()
    page = enter(keeper).get("/moderation").text
    assert [
        kind for kind in ("異議申し立て:", "通報された投稿:", "秘匿化の依頼:", "参加申請:") if kind not in page
    ] == []
    cases = listed("cases.yaml").values()
    shared = {CaseKind.PROMOTION, CaseKind.COPY, CaseKind.UNSEALING}  # those come of acts
    assert {one["kind"] for one in cases} == set(CaseKind) - shared
    authors = {post.get("key"): post["by"] for _, post in posts()}
    assert all((say["by"] == authors[one["post"]]) == (one["kind"] != "flag") for one in cases for say in one["said"])


def test_dates_are_fresh_and_in_order(app: Flask) -> None:
    load_demo()
    titles = {thread.id: thread.title for thread in db.session.scalars(select(Thread))}
    written: dict[str, list[Post]] = {}
    for post in db.session.scalars(select(Post).order_by(Post.released_at)):
        written.setdefault(titles[post.thread_id], []).append(post)
    people = {member.id: str(member.mail).partition("@")[0] for member in db.session.scalars(select(Member))}
    for thread in threads():
        found = written[thread["title"]]
        assert [people[post.author_id or 0] for post in found] == [post["by"] for post in thread["posts"]]
        assert found[0].id == found[0].thread_id
        assert not any("{" in post.body and re.search(r"\{d?t?:", post.body) for post in found)


def test_a_withdrawn_post_has_no_words_left(app: Flask) -> None:
    load_demo()
    gone = [post for _, post in posts() if "withdrawn" in post]
    rows = db.session.scalars(select(Post).where(Post.state == "withdrawn")).all()
    assert [(row.body, row.html) for row in rows] == [("", "")] * len(gone)


ACTIVE = [key for key in listed("personas.yaml") if key != "pending"]


def test_the_persona_who_waits_sees_what_is_missing(app: Flask, enter: Callable[..., FlaskClient]) -> None:
    load_demo()
    waiting = db.session.scalars(select(Member).where(Member.mail.startswith("eguchi@"))).one()
    browser = enter(waiting)
    assert browser.get("/groups").location == "/waiting"
    assert "現在有効な推薦は 1 件です。" in browser.get("/waiting").text


def test_nobody_in_the_demo_takes_part_without_vouches(app: Flask) -> None:
    load_demo()
    for member in db.session.scalars(select(Member)).all():
        enough = is_enough(member.organization_id, words_for(member.id, member.organization_id))
        assert member.founder or enough == (member.state != "pending"), member.name


@pytest.mark.parametrize("persona", ACTIVE)
def test_a_persona_meets_what_they_may(app: Flask, enter: Callable[..., FlaskClient], persona: str) -> None:
    load_demo()
    key = listed("personas.yaml")[persona]["member"]
    member = db.session.scalars(select(Member).where(Member.mail.startswith(f"{key}@"))).one()
    rows = db.session.execute(select(Thread.title, Thread.id)).all()
    addresses = {title: f"/threads/{ids.encode(number)}" for title, number in rows}
    browser = enter(member)
    for thread in threads():
        answer = browser.get(addresses[thread["title"]])
        readable = [post for post in thread["posts"] if may_read(key, thread, post)]
        shown = answer.text.count("data-post=") if answer.status_code == 200 else 0
        assert (answer.status_code, shown) == ((200 if readable else 404), len(readable)), thread["title"]


def test_a_persona_comes_in_from_the_sign_in_page(app: Flask) -> None:
    load_demo()
    browser = app.test_client()
    page = browser.get("/sign-in", base_url="http://localhost:5000").text
    for persona in listed("personas.yaml").values():
        assert listed("members.yaml")[persona["member"]]["name"] in page


# --- what is wrong is refused, by file and key ---


BROKEN = (
    (
        "members.yaml",
        "organization: seiran, since: 420d",
        "organization: siran, since: 420d",
        "nakagawa.*organization.*siran",
    ),
    ("members.yaml", "key: nakagawa", "key: tanabe", "members.yaml.*tanabe.*key: is there twice"),
    ("members.yaml", "key: nakagawa, name", "key: nakagawa, nome", "members.yaml.*nakagawa.*name: is missing"),
    ("members.yaml", "since: 420d, profile: 医", "since: yesterday, profile: 医", "nakagawa.*since.*length of time"),
    ("organizations.yaml", "kind: hub", "kind: hubb", "organizations.yaml.*hub.*kind.*hubb"),
    (
        "organizations.yaml",
        "sectors: [medical]",
        "sector: [medical]",
        "organizations.yaml.*seiran.*sector: is not known",
    ),
    ("groups.yaml", "labels: [GREEN, CLEAR]", "labels: [AMBER, CLEAR]", "groups.yaml.*lobby.*labels"),
    (
        "groups.yaml",
        "moderator: [hasegawa]",
        "moderator: [hayashi]",
        "groups.yaml.*water.*hayashi|groups.yaml.*water.*two roles",
    ),
    ("groups.yaml", "joined: {nguyen: 5d", "joined: {kubo: 5d", "groups.yaml.*transport.*kubo: has no role"),
    ("groups.yaml", "joined: {nguyen: 5d", "joined: {nguyen: 50d", "groups.yaml.*transport.*joined.*nguyen"),
    ("groups.yaml", "{member: kamiya, by: raman", "{member: kamiya, by: kudo", "groups.yaml.*embargo.*invited"),
    ("personas.yaml", "member: kubo", "member: sasaki", "personas.yaml.*newcomer.*neither active"),
    ("threads/water.yaml", "group: water", "group: watre", "water.yaml: group.*watre"),
    ("threads/water.yaml", "by: mori", "by: marie", r"water.yaml: threads\[0\]: posts\[dosing\]: by.*marie"),
    ("threads/water.yaml", "by: okuda", "by: hayashi", r"water.yaml: threads\[0\]: posts\[router\]: by"),
    ("threads/water.yaml", "ago: 3d5h", "ago: 3d7h", r"water.yaml: threads\[0\]: posts: are not in the order"),
    ("threads/water.yaml", "to: [hasegawa, ninomiya]", "to: [hasegawa, kubo]", r"threads\[3\]: posts\[0\]: to: kubo"),
    ("threads/water.yaml", "event: precursor", "event: precurser", r"water.yaml: threads\[0\]: event.*precurser"),
    ("threads/water.yaml", "follow_up: true", "follow_up: maybe", r"posts\[5\]: follow_up: must be bool"),
    (
        "threads/lobby.yaml",
        "ago: 62d\n    tlp: CLEAR",
        "ago: 62d\n    tlp: GREEN",
        "lobby.yaml.*tlp: shimizu may not write GREEN",
    ),
    ("threads/lobby.yaml", "quotes: three-lines", "quotes: tlp-table", "lobby.yaml.*quotes.*tlp-table"),
    ("threads/lobby.yaml", "> 推測は「推測」と書く", "> 事実と書く", "lobby.yaml.*quotes: the text begins"),
    (
        "threads/mail.yaml",
        "ago: 32d12h\n    tlp: GREEN",
        "ago: 32d12h\n    tlp: CLEAR",
        "mail.yaml.*tlp: oconnor may not write CLEAR",
    ),
    ("threads/medical.yaml", "{to: kamiya,", "{to: eguchi,", "medical.yaml.*grants.*eguchi"),
    ("threads/embargo.yaml", "  posts:", "  posts: [", "embargo.yaml"),
)


@pytest.mark.parametrize(("name", "old", "new", "message"), BROKEN)
def test_a_mistake_is_named(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "content"))
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        check(read(folder))
