"""Warnings, the way to a suspension, and the log that every member reads."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from community import clock, ids
from community.db import db
from community.models import AuditEntry, CaseKind, CaseStep, Role, Visibility
from moderation.log import ACTS
from tests.browsing import send, words
from tests.cases import Scene
from tests.factories import World, save, url


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def about(scene: Scene) -> str:
    return words(scene.site.browser.get(f"/trust/people/{scene['Author'].key}"))


def test_a_warning_is_seen_by_the_member_and_counted_for_site_moderators(scene: Scene) -> None:
    scene.flag("Reader", wrong="conduct")
    assert "Warnings" not in about(scene)
    assert scene.act(scene["Chief"], "warn", standard="conduct", words="This is the first").status_code == 303
    assert scene.case().outcome == "warned"
    (item,) = scene["Author"].items()
    assert item.words == "The moderators warned you about your post"
    text = words(scene["Author"].browser.get(item.href))
    assert "Warning given" in text
    assert "This is the first" in text
    assert "Warnings 1" in about(scene)
    scene.world.join(scene.site.member, scene.group)
    scene.flag("Other")
    assert "The author has 1 warning." in words(scene.site.browser.get(scene.at()))
    assert "The author has" not in words(scene["Chief"].browser.get(scene.at()))
    assert scene["Chief"].browser.get(f"/trust/people/{scene['Author'].key}").status_code == 404


def test_a_warning_may_follow_a_removal_once(scene: Scene) -> None:
    scene.flag("Reader")
    scene.act(scene["Chief"], "remove", words="Away")
    assert scene.act(scene["Chief"], "warn", words="Not again").status_code == 303
    assert scene.case().outcome == "removed"
    assert scene.act(scene["Chief"], "warn", words="Not again").status_code == 400
    assert "Warnings 1" in about(scene)


def test_a_warning_that_was_wrong_counts_no_more(scene: Scene) -> None:
    scene.flag("Reader")
    scene.act(scene["Chief"], "warn", words="Not like this")
    decision = db.session.scalars(select(CaseStep.id).where(CaseStep.what == "warned")).one()
    path = f"{url('posts', scene.post)}/decisions"
    assert scene.send(scene["Author"], path, decision=ids.encode(decision), words="It was not me").status_code == 303
    assert "Warnings 1" in about(scene)
    scene.act(scene["Second"], "overturn", case=scene.case(CaseKind.APPEAL), words="Indeed")
    assert "Warnings" not in about(scene)


def test_whom_a_post_does_not_name_nobody_warns(scene: Scene) -> None:
    scene.flag("Reader", scene.world.reply(scene.opening, None, "From nobody"))
    assert "formal warning" not in words(scene["Chief"].browser.get(scene.at()))
    assert scene.act(scene["Chief"], "warn", words="You there").status_code == 400


def test_the_way_to_a_suspension_is_for_site_moderators(scene: Scene) -> None:
    scene.world.join(scene.site.member, scene.group)
    scene.flag("Reader")
    link = f'href="/trust/people/{scene["Author"].key}/suspend"'
    assert link in scene.site.browser.get(scene.at()).text
    assert link not in scene["Chief"].browser.get(scene.at()).text


def test_the_log_says_what_happened_where_and_when(scene: Scene) -> None:
    public = scene.world.group("Open to all", Visibility.PUBLIC)
    scene.world.join(scene["Chief"].member, public, Role.MODERATOR)
    posts = [scene.world.thread(public, scene["Author"].member, f"Loud title {number}") for number in range(2)]
    for post in posts:
        scene.flag("Reader", post)
        scene.act(scene["Chief"], "remove", words="Secret reason")
    scene.flag("Reader")
    scene.act(scene["Chief"], "remove", words="Secret reason")
    suspend = f"/trust/people/{scene['Author'].key}/suspend"
    assert send(scene.site.browser, suspend, reason="He did it on purpose", cause="misuse").status_code == 303
    stranger = scene.world.enter(scene.world.member("Stranger"))
    text = words(stranger.get("/log")).partition("Moderation log What")[2]
    assert f"{clock.now():%Y-%m-%d}" in stranger.get("/log").text or "Post removed × 2" in text
    assert "Post removed × 2 · Open to all" in text
    hidden = ("The pumps", "Loud title", "Author", "Chief", "Reader", "Secret reason", "Suspend", "suspend", "misuse")
    assert [word for word in hidden if word in text] == []
    assert 'href="/log"' in stranger.get("/").text


def test_the_log_forgets_and_shows_nothing_of_a_group_that_closed(scene: Scene) -> None:
    public = scene.world.group("Open to all", Visibility.PUBLIC)
    scene.world.join(scene["Chief"].member, public, Role.MODERATOR)
    post = scene.world.thread(public, scene["Author"].member)
    assert send(scene["Chief"].browser, f"{url('threads', post)}/lock").status_code == 303
    db.session.rollback()
    assert "Thread locked" in words(scene["Other"].browser.get("/log"))
    path = f"{url('groups', public)}/narrow"
    assert send(scene["Chief"].browser, path, visibility="private").status_code == 303
    assert "Thread locked" not in words(scene["Other"].browser.get("/log"))


def test_old_acts_are_not_shown(scene: Scene) -> None:
    public = scene.world.group("Open to all", Visibility.PUBLIC)
    entry = AuditEntry(number=1, tag="moderator:thread:lock", group_id=public.id, facts={}, key_version=1, mac=b"")
    for days, shown in ((91, False), (89, True)):
        entry.at = clock.now() - timedelta(days=days)
        save(entry)
        assert ("Thread locked" in words(scene["Other"].browser.get("/log"))) is shown


def test_no_kind_of_act_in_the_log_is_about_a_member() -> None:
    assert not [tag for tag in ACTS if ":member:" in tag or "suspend" in tag or "seal" in tag]
