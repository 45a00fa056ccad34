"""What a post said before words were taken out: for its author, by name or not, and on the record; until destroyed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from community import clock, ids
from community.actions import releasing
from community.blocks import Missing
from community.db import db
from community.models import Member, ModeratorReading, Organization, Post, Redaction, Role, SealedAct
from community.outbox import deliver_due
from community.redacting import Words
from community.viewer import viewer_of_member
from moderation.actions import deciding
from moderation.actions.deciding import Letter
from tests.browsing import send
from tests.cases import CANARY, Scene
from tests.factories import World, url
from tests.notified import Person
from tests.paperwork import press
from tests.unnamed import Crowd, crowd, decide, reply_at
from tests.unnamed import send as send_unnamed

REASON = "Somebody asked me to look at it."


def take_out(member: Member, post_id: int, words: str = "") -> None:
    """A moderator of the group takes the canary out of a post."""
    db.session.rollback()
    version = db.session.scalars(select(Post.version).where(Post.id == post_id)).one()
    wanted = (Words(CANARY, Missing.SYSTEM),)
    letter = Letter("identifies", words, wanted=wanted, post_version=version)
    deciding.redact_post(viewer_of_member(member.id), post_id, letter)
    db.session.rollback()
    while deliver_due():
        db.session.rollback()


@pytest.fixture
def scene(world: World) -> Scene:
    scene = Scene(world)
    take_out(scene["Chief"].member, scene.post.id)
    return scene


def at(scene: Scene) -> str:
    return f"/moderation/posts/{ids.encode(scene.post.id)}/before"


def test_a_site_moderator_reads_it_on_the_record(scene: Scene) -> None:
    assert CANARY not in scene.site.browser.get(at(scene)).text
    answer = scene.send(scene.site, at(scene), reason=REASON)
    assert f"It was {CANARY} Works" in answer.text
    reading = db.session.scalars(select(ModeratorReading)).one()
    assert (reading.moderator_id, reading.reason) == (scene.site.member.id, REASON)
    assert "A site moderator opened your post for moderation" in scene["Author"].told()


@pytest.mark.parametrize("name", ["Chief", "Author", "Reader"])
def test_nobody_else_does(scene: Scene, name: str) -> None:
    assert scene[name].browser.get(at(scene)).status_code == 403
    assert scene.send(scene[name], at(scene), reason=REASON).status_code == 403
    assert scene.send(scene[name], at(scene).replace("before", "destroy")).status_code == 403
    assert db.session.scalar(select(ModeratorReading.id)) is None


def test_what_is_not_there_is_asked_for_in_the_same_way(scene: Scene) -> None:
    missing = f"/moderation/posts/{ids.encode(clock.random_id())}/before"
    assert scene.site.browser.get(missing).status_code == scene.site.browser.get(at(scene)).status_code == 200
    assert scene.send(scene.site, missing, reason=REASON).status_code == 404


def test_who_has_read_it_can_destroy_it(scene: Scene) -> None:
    destroy = at(scene).replace("before", "destroy")
    assert scene.send(scene.site, destroy).status_code == 404  # before it was opened nobody says what is there
    scene.send(scene.site, at(scene), reason=REASON)
    assert scene.send(scene.site, destroy).status_code == 303
    assert db.session.scalars(select(Redaction.sealed)).all() == [None]
    assert CANARY not in scene["Author"].browser.get(f"{url('posts', scene.post)}/before").text
    assert "is destroyed" in scene["Reader"].browser.get(f"{url('posts', scene.post)}/redactions").text


def test_of_a_colleague_it_is_not_destroyed(scene: Scene) -> None:
    house = db.session.get_one(Organization, scene.site.member.organization_id)
    colleague = Person(scene.world, "Colleague", organization=house)
    scene.world.join(colleague.member, scene.group)
    house_id = scene.site.member.organization_id
    post = scene.world.reply(scene.opening, colleague.member, f"At {CANARY}", organization_id=house_id)
    take_out(scene["Second"].member, post.id)
    path = f"/moderation/posts/{ids.encode(post.id)}"
    assert CANARY in scene.send(scene.site, f"{path}/before", reason=REASON).text
    assert scene.send(scene.site, f"{path}/destroy").status_code == 403


class Nameless:
    """A post without a name out of which a moderator took words."""

    def __init__(self, world: World) -> None:
        self.room: Crowd = crowd(world)
        self.author = world.enter(self.room.others[0])
        self.chief = world.member("Chief")
        world.join(self.chief, self.room.group, Role.MODERATOR)
        send_unnamed(self.author, reply_at(self.room.opening), body=f"It was {CANARY}", tlp="GREEN", at_once="y")
        db.session.rollback()
        self.post_id = db.session.scalars(select(Post.id).where(Post.author_tag.is_not(None))).one()

    @property
    def path(self) -> str:
        return f"/me/anonymous/{ids.encode(self.post_id)}"


@pytest.fixture
def nameless(world: World) -> Nameless:
    return Nameless(world)


def test_an_author_without_a_name_finds_it_on_their_own_page(world: World, nameless: Nameless) -> None:
    take_out(nameless.chief, nameless.post_id, "Please mind this")
    assert "Moderators took words out of it." in nameless.author.get("/me/anonymous").text
    page = nameless.author.get(f"{nameless.path}/before").text
    assert f"It was {CANARY}" in page
    decided = nameless.author.get(f"{nameless.path}/decisions").text
    assert "Please mind this" in decided
    assert "Leave out who it was" in decided
    other = world.enter(nameless.room.others[1])
    assert other.get(f"{nameless.path}/before").status_code == 404
    assert send(other, f"{nameless.path}/destroy").status_code == 404


def test_an_author_without_a_name_reads_and_destroys_it_after_the_post_was_removed(
    world: World, nameless: Nameless
) -> None:
    take_out(nameless.chief, nameless.post_id)
    decide(world, nameless.room, world.enter(nameless.chief), "remove", standard="identifies")
    assert f'href="{nameless.path}/before"' in nameless.author.get("/me/anonymous").text
    assert f"It was {CANARY}" in nameless.author.get(f"{nameless.path}/before").text
    assert world.enter(nameless.room.others[1]).get(f"{nameless.path}/before").status_code == 404
    assert send(nameless.author, f"{nameless.path}/destroy", at_once="y").status_code == 303
    assert CANARY not in nameless.author.get(f"{nameless.path}/before").text


def test_nobody_is_told_whom_nobody_knows(world: World, nameless: Nameless) -> None:
    take_out(nameless.chief, nameless.post_id)
    for one in nameless.room.others[:2]:
        assert "took words out" not in world.enter(one).get("/notifications").text


def test_destroying_without_a_name_waits_like_everything_else(nameless: Nameless) -> None:
    take_out(nameless.chief, nameless.post_id)
    assert send(nameless.author, f"{nameless.path}/destroy").status_code == 303
    db.session.rollback()
    assert None not in db.session.scalars(select(Redaction.sealed)).all()
    assert "Destroying what was there before" in nameless.author.get("/me/anonymous").text
    with clock.fixed(clock.now() + timedelta(minutes=31), "later"):
        releasing.sweep()
    db.session.rollback()
    assert db.session.scalars(select(Redaction.sealed)).all() == [None]
    assert CANARY not in nameless.author.get(f"{nameless.path}/before").text


def test_another_wording_that_waits_loses_the_words_too(nameless: Nameless) -> None:
    page: Any = nameless.author.get(f"{nameless.path}/edit")
    assert press(nameless.author, page, "save", body=f"Rather {CANARY}").status_code == 303
    take_out(nameless.chief, nameless.post_id)
    assert db.session.scalar(select(SealedAct.id)) is not None
    waiting = nameless.author.get("/me/anonymous").text
    assert CANARY not in waiting
    assert "Rather [system or host]" in waiting
