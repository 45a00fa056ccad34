"""The page a moderator works in all day: what waits, the most urgent first, in as many parts as they like."""

import re
from datetime import timedelta
from typing import Any

import pytest

from community import clock, ids
from community.db import db
from community.models import Case, Member, Role, Severity
from moderation import queue
from tests.browsing import words
from tests.cases import Scene
from tests.factories import World, save, url

LINE = re.compile(r'<a class="thread-title" href="([^"]+)">([^<]+)<')


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def lines(scene: Scene, name: str = "Chief", query: str = "") -> list[str]:
    page = scene[name].browser.get(f"/moderation{query}").text.partition('id="queue"')[2]
    return [found[2].strip() for found in LINE.finditer(page.partition("</ol>")[0])]


def tabs(scene: Scene, name: str = "Chief") -> dict[str, str]:
    page = scene[name].browser.get("/moderation").text
    found = re.findall(r'<a href="/moderation\?which=(\w+)[^"]*"[^>]*>[^<]*(?:<span class="count">(\d+)<)?', page)
    return dict(found)


def change(case: Case, **values: Any) -> None:
    for name, value in values.items():
        setattr(case, name, value)
    save(case)
    db.session.rollback()


def test_the_most_urgent_stands_first(scene: Scene) -> None:
    calm, urgent = (
        scene.world.thread(scene.group, scene["Author"].member, title, severity=severity)
        for title, severity in (("Calm", Severity.REFERENCE), ("Urgent", Severity.WARNING))
    )
    scene.flag("Reader", calm)
    scene.flag("Reader", urgent)
    assert lines(scene) == ["Flagged post: Urgent", "Flagged post: Calm"]
    assert scene.case().due_at - scene.case().opened_at < timedelta(hours=5)


def test_requests_to_join_wait_among_the_cases(scene: Scene) -> None:
    asker = scene.world.member("Asker")
    scene.send_as(asker, f"{url('groups', scene.group)}/ask", reason="We run the same pumps")
    scene.flag("Reader")
    assert lines(scene) == ["Flagged post: A title", "Asking to join: Asker"]
    assert lines(scene, query="?which=join") == ["Asking to join: Asker"]
    waiting = {"all": "2", "flag": "1", "join": "1"}
    assert tabs(scene) == waiting | dict.fromkeys(("appeal", "redaction", "promotion", "copy", "closed"), "")
    page = scene["Chief"].browser.get("/moderation").text
    admit = re.search(r'action="(/groups/\w+/requests/\w+/admit)"', page)
    assert admit
    scene.send(scene["Chief"], admit[1])
    assert lines(scene) == ["Flagged post: A title"]


def test_parts_of_the_queue(scene: Scene) -> None:
    other = scene.world.group("Other room")
    for name, role in (("Chief", Role.MODERATOR), ("Author", Role.CONTRIBUTOR), ("Reader", Role.READER)):
        scene.world.join(scene[name].member, other, role)
    elsewhere = scene.world.thread(other, scene["Author"].member, "Elsewhere")
    scene.flag("Reader")
    change(scene.case(), due_at=clock.now() - timedelta(hours=1))
    scene.act(scene["Chief"], "take")
    scene.flag("Reader", elsewhere)
    assert lines(scene) == ["Flagged post: A title", "Flagged post: Elsewhere"]
    assert lines(scene, query=f"?group={ids.encode(other.id)}") == ["Flagged post: Elsewhere"]
    assert lines(scene, query="?mine=1") == lines(scene, query="?overdue=1") == ["Flagged post: A title"]
    assert lines(scene, query="?which=appeal") == []
    assert lines(scene, "Second") == ["Flagged post: A title"]
    assert lines(scene, "Second", f"?group={ids.encode(other.id)}") == []
    assert "Only overdue (1)" in words(scene["Chief"].browser.get("/moderation"))


def test_what_was_decided_is_found_again(scene: Scene) -> None:
    scene.flag("Reader")
    scene.act(scene["Chief"], "dismiss", words="Fine as it is")
    assert lines(scene) == []
    assert lines(scene, "Second", "?which=closed") == ["Flagged post: A title"]
    page = words(scene["Second"].browser.get(scene.at()))
    assert "Nothing to do Chief" in page
    assert "Fine as it is" in page
    assert "Remove the post" not in page


def test_notes_are_for_moderators(scene: Scene) -> None:
    scene.flag("Reader")
    scene.act(scene["Chief"], "note", words="I know the author")
    assert "I know the author" in words(scene["Second"].browser.get(scene.at()))
    assert scene.act(scene["Second"], "note", words="So do I").status_code == 303
    assert scene.act(scene["Chief"], "note", words="").status_code == 400


def test_a_long_queue_has_pages(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    for number in range(3):
        scene.flag("Reader", scene.world.thread(scene.group, scene["Author"].member, f"Number {number}"))
    first, second = lines(scene), lines(scene, query="?page=2")
    assert (len(first), len(second)) == (2, 1)
    assert 'rel="next" href="/moderation?which=all&amp;page=2"' in scene["Chief"].browser.get("/moderation").text


def test_what_one_may_not_decide_is_not_counted(scene: Scene) -> None:
    scene.flag("Chief")
    assert 'data-count="moderation"' not in scene["Chief"].browser.get("/").text
    assert 'data-count="moderation">1<' in scene["Second"].browser.get("/").text
    assert isinstance(scene["Chief"].member, Member)
