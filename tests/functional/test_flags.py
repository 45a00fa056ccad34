"""Members flag posts, moderators find the cases and decide; nobody learns who flagged."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import ids
from community.db import db
from community.models import (
    AuditEntry,
    Case,
    CaseStep,
    FlagReason,
    Member,
    Post,
    PostState,
    Recipient,
    Role,
    Submission,
    Visibility,
)
from community.tlp import Tlp
from tests.browsing import after, send, words
from tests.cases import CANARY, Scene
from tests.factories import World, save, url
from tests.notified import Person
from tests.paperwork import now


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def count(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count()).select_from(model)).one()


def everything(browser: FlaskClient, *paths: str) -> str:
    return "".join(browser.get(path).get_data(as_text=True) for path in paths)


def test_several_flags_make_one_case(scene: Scene) -> None:
    page = scene["Reader"].browser.get(f"{url('posts', scene.post)}/flag")
    assert "What is wrong" in words(page)
    sent = scene.flag("Reader")
    assert "Thank you" in words(scene["Reader"].browser.get(sent.location, follow_redirects=True))
    assert scene.flag("Other", wrong="personal").status_code == 303
    assert (count(Case), count(Submission)) == (1, 2)
    text = words(scene["Chief"].browser.get(scene.at()))
    assert "From R-words" in text
    assert "It shows who was affected" in text
    assert "It holds personal data" in text
    assert CANARY in text
    assert "A title" in words(scene["Chief"].browser.get("/moderation"))


def test_the_flagger_is_known_to_site_moderators_only(scene: Scene) -> None:
    scene.world.join(scene.site.member, scene.group)
    scene.flag("Reader")
    for name in ("Chief", "Second"):
        text = everything(scene[name].browser, scene.at(), "/moderation", "/moderation?which=flag")
        assert "Reader" not in text
        assert ids.encode(scene["Reader"].member.id) not in text
    text = words(scene.site.browser.get(scene.at()))
    assert "Reader" in text
    assert scene["Author"].browser.get(scene.at()).status_code == 404
    assert scene["Author"].browser.get("/moderation").status_code == 403
    assert scene["Author"].told() == []


def test_a_flag_says_what_is_wrong_and_nothing_typed_is_lost(scene: Scene) -> None:
    page = scene.flag("Reader", wrong="other", words="")
    assert page.status_code == 400
    assert "Please write what is wrong." in words(page)
    assert scene.flag("Reader", wrong="nonsense").status_code == 400
    assert "From R-words" in words(scene.flag("Reader", wrong=""))
    assert count(Case) == 0


def test_one_flags_once_and_nobody_their_own(scene: Scene) -> None:
    assert scene.flag("Author").status_code == 403
    scene.flag("Reader")
    again = scene.flag("Reader")
    assert again.status_code == 400
    assert "You have flagged this post already" in words(again)
    scene.act(scene["Chief"], "dismiss", words="Fine")
    assert "You have flagged this post already" in words(scene.flag("Reader"))
    assert scene.flag("Other").status_code == 303
    assert count(Case) == 2


def test_who_flags_too_much_is_stopped(scene: Scene) -> None:
    posts = [scene.world.reply(scene.opening, scene["Author"].member, f"Post {number}") for number in range(11)]
    for post in posts[:10]:
        assert scene.flag("Reader", post).status_code == 303
    assert "as many posts as one can in a day" in words(scene.flag("Reader", posts[10]))
    assert scene.flag("Other", posts[10]).status_code == 303


def test_whose_flags_never_need_anything_may_flag_less(scene: Scene) -> None:
    for number in range(5):
        scene.flag("Reader", scene.world.reply(scene.opening, scene["Author"].member, f"Post {number}"))
        scene.act(scene["Chief"], "dismiss", words="Nothing here")
    assert "as many posts as one can" in words(scene.flag("Reader"))


def test_the_second_moderator_is_told(scene: Scene) -> None:
    scene.flag("Reader")
    version = scene.case().version
    assert scene.act(scene["Chief"], "dismiss", words="All is well").status_code == 303
    late = scene.act(scene["Second"], "remove", version=version, words="Away with it")
    assert late.status_code == 400
    assert "Already handled by Chief: nothing to do." in words(late)
    assert "Away with it" in words(late)
    assert now(Post, scene.post.id).state == PostState.PUBLISHED
    assert scene["Author"].told() == []
    assert scene["Reader"].told() == ["The moderators have looked at a post that you flagged. Thank you."]


def test_taking_is_seen_by_the_other(scene: Scene) -> None:
    scene.flag("Reader")
    version = scene.case().version
    scene.act(scene["Chief"], "take")
    assert scene.case().assignee_id == scene["Chief"].member.id
    assert "Chief has taken this case meanwhile" in words(scene.act(scene["Second"], "dismiss", version, words="No"))
    scene.act(scene["Chief"], "give_back")
    assert scene.case().assignee_id is None
    assert scene.act(scene["Second"], "dismiss", words="No").status_code == 303


def test_guidance_reaches_the_author_in_their_language(scene: Scene) -> None:
    scene.flag("Reader")
    assert scene.act(scene["Chief"], "guide").status_code == 400
    scene.act(scene["Chief"], "guide", standard="identifies", words="Please edit line 2.")
    (item,) = scene["Author"].items()
    assert (item.words, item.href) == (
        "The moderators wrote to you about your post",
        f"{url('posts', scene.post)}/decisions",
    )
    text = words(scene["Author"].browser.get(item.href))
    assert "Leave out who it was" in text
    assert "Please edit line 2." in text
    send(scene["Author"].browser, "/preferences", locale="ja", back="/")
    assert "当事者が分かる記述について" in words(scene["Author"].browser.get(item.href))
    assert scene["Reader"].browser.get(item.href).status_code == 403
    assert scene.site.browser.get(item.href).status_code == 404


def test_a_stricter_label(scene: Scene) -> None:
    scene.flag("Reader", wrong="label")
    page = scene["Chief"].browser.get(f"{scene.at()}?act=narrow")
    assert "TLP:AMBER" in words(page)
    assert scene.act(scene["Chief"], "narrow", tlp="AMBER", standard="label").status_code == 303
    assert now(Post, scene.post.id).tlp == Tlp.AMBER
    assert "A moderator made the label of your post stricter" in scene["Author"].told()
    assert scene.case().outcome == "narrowed"


def test_locking_leaves_the_case_open(scene: Scene) -> None:
    scene.flag("Reader")
    scene.act(scene["Chief"], "lock")
    assert "locked" in words(scene["Reader"].browser.get(url("threads", scene.opening)))
    assert scene.case().state == "open"


def test_nobody_decides_about_their_own_flag_or_colleague(scene: Scene) -> None:
    scene.flag("Chief")
    text = words(scene["Chief"].browser.get(scene.at()))
    assert "somebody else decides" in text
    assert "somebody else decides" in after(scene["Chief"].browser, scene.act(scene["Chief"], "take"))
    mate = Person(scene.world, "Mate")
    member = mate.member
    member.organization_id = scene["Author"].member.organization_id
    save(member)
    scene.world.join(member, scene.group, Role.MODERATOR)
    assert "The author belongs to your organization" in words(mate.browser.get(scene.at()))
    assert "Remove the post" in words(scene["Second"].browser.get(scene.at()))


def test_a_moderator_does_not_meet_the_case_about_a_post_of_their_own(scene: Scene) -> None:
    own = scene.world.reply(scene.opening, scene["Second"].member, "By a moderator")
    scene.flag("Reader", own, words="What Reader said")
    assert scene["Second"].browser.get(scene.at()).status_code == 404
    assert "Reader said" not in words(scene["Second"].browser.get("/moderation"))
    assert "Reader said" in words(scene["Chief"].browser.get(scene.at()))


def test_what_no_group_moderator_reads_goes_to_site_moderators(scene: Scene) -> None:
    red = scene.world.reply(scene.opening, scene["Author"].member, f"Red {CANARY}", Tlp.RED)
    save(Recipient(post_id=red.id, member_id=scene["Reader"].member.id))
    scene.flag("Reader", red)
    for name in ("Chief", "Second"):
        assert scene[name].browser.get(scene.at()).status_code == 404
        assert "Nothing waits" in words(scene[name].browser.get("/moderation"))
        assert 'data-count="moderation"' not in scene[name].browser.get("/").text
    text = words(scene.site.browser.get(scene.at()))
    assert CANARY not in text
    assert "The pumps" not in text
    assert "A title" not in text
    assert "Remove the post" not in text
    opened = send(
        scene.site.browser, f"/moderation/posts/{ids.encode(red.id)}/open", reason="Flagged, I have to decide."
    )
    assert CANARY in words(opened)
    assert "Remove the post" in words(scene.site.browser.get(scene.at()))
    assert scene.act(scene.site, "remove", words="It tells who it was").status_code == 303
    assert now(Post, red.id).state == PostState.REMOVED
    assert scene["Reader"].browser.get(url("posts", red)).status_code == 404


def test_where_group_moderators_can_decide_site_moderators_who_do_not_read_see_nothing(scene: Scene) -> None:
    scene.flag("Reader")
    assert scene.site.browser.get(scene.at()).status_code == 404
    assert "Nothing waits" in words(scene.site.browser.get("/moderation"))


def test_the_number_in_the_frame_is_for_moderators(scene: Scene) -> None:
    scene.flag("Reader")
    assert 'data-count="moderation">1<' in scene["Chief"].browser.get("/").text
    assert 'href="/moderation"' not in scene["Reader"].browser.get("/").text


def test_everything_is_on_record(scene: Scene) -> None:
    scene.flag("Reader")
    scene.act(scene["Chief"], "take")
    scene.act(scene["Chief"], "dismiss", words="Nothing")
    db.session.rollback()
    tags = list(db.session.scalars(select(AuditEntry.tag).order_by(AuditEntry.number)))
    assert tags == ["member:post:flagged", "moderator:case:taken", "moderator:case:dismissed"]
    assert [step.what for step in db.session.scalars(select(CaseStep).order_by(CaseStep.at))] == [
        "opened",
        "taken",
        "dismissed",
    ]


def test_a_post_that_names_nobody_is_flagged_and_decided(scene: Scene) -> None:
    post = scene.world.reply(scene.opening, None, "From nobody")
    scene.flag("Reader", post)
    scene.act(scene["Chief"], "guide", standard="label")
    assert scene.case().outcome == "guided"
    assert scene["Author"].told() == []
    assert scene["Author"].browser.get(f"{url('posts', post)}/decisions").status_code == 403


def test_a_reason_is_one_of_the_list(scene: Scene) -> None:
    page = scene["Reader"].browser.get(f"{url('posts', scene.post)}/flag").text
    assert all(f'value="{reason}"' in page for reason in FlagReason)


def test_a_public_group_is_read_by_site_moderators_too(world: World) -> None:
    scene = Scene(world)
    public = world.group("Open", Visibility.PUBLIC)
    world.join(scene["Chief"].member, public, Role.MODERATOR)
    post = world.thread(public, scene["Author"].member, "Hello")
    scene.flag("Reader", post)
    assert "Hello" in words(scene.site.browser.get("/moderation"))
    assert scene.act(scene.site, "remove", words="Not for here").status_code == 303
    assert scene["Reader"].browser.get(url("threads", post)).status_code == 404
    assert isinstance(scene["Chief"].member, Member)
