"""Moderators point out who may know more about a post; nothing there tells of anonymous posts."""

import re

import pytest

from community import ids
from community.models import PostState, Role, Visibility
from community.tlp import Tlp
from tests.browsing import after, words
from tests.cases import Scene
from tests.factories import World, url
from tests.notified import Person


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def path(scene: Scene) -> str:
    return f"{url('posts', scene.post)}/experts"


def listed(text: str) -> list[str]:
    return re.findall(r"<b>(\w+)</b>", text)


def point(scene: Scene, by: str, person: Person) -> object:
    return scene.send(scene[by], path(scene), member=ids.encode(person.member.id))


def test_who_wrote_most_under_their_name_comes_first(scene: Scene) -> None:
    for _ in range(2):
        scene.world.reply(scene.opening, scene["Other"].member, "Known here")
    scene.world.reply(scene.opening, scene["Reader"].member, "Taken back", state=PostState.WITHDRAWN)
    scene.world.reply(scene.opening, scene["Second"].member, "Once")
    page = scene["Chief"].browser.get(path(scene)).get_data(as_text=True)
    assert listed(page)[:2] == ["Other", "Second"]
    assert "Author" not in listed(page)
    assert "Chief" not in listed(page)
    assert "2 posts in this group" in page


def test_they_are_told_and_by_whom_is_not_said(scene: Scene) -> None:
    sent = scene.send(scene["Chief"], path(scene), member=ids.encode(scene["Reader"].member.id))
    assert "They are told" in after(scene["Chief"].browser, sent)
    [told] = scene["Reader"].told()
    assert "may know more" in told
    assert "Chief" not in words(scene["Reader"].browser.get("/notifications"))
    assert not any("may know more" in one for one in scene["Author"].told())
    again = scene.send(scene["Second"], path(scene), member=ids.encode(scene["Reader"].member.id))
    assert "was told already" in after(scene["Second"].browser, again)
    assert "Told already" in words(scene["Second"].browser.get(path(scene)))


def test_moderators_of_the_group_only(scene: Scene, world: World) -> None:
    for name in ("Reader", "Author"):
        assert scene[name].browser.get(path(scene)).status_code == 403
        assert scene.send(scene[name], path(scene), member=ids.encode(scene["Other"].member.id)).status_code == 403
    assert scene.site.browser.get(path(scene)).status_code == 404
    elsewhere = Person(world, "Elsewhere")
    world.join(elsewhere.member, world.group("Other room", visibility=Visibility.SECRET), Role.MODERATOR)
    assert elsewhere.browser.get(path(scene)).status_code == 404


def test_only_readers_are_pointed_out(scene: Scene, world: World) -> None:
    outsider = Person(world, "Outsider")
    for member in (outsider.member, scene["Author"].member, scene["Chief"].member):
        answer = scene.send(scene["Chief"], path(scene), member=ids.encode(member.id))
        assert "cannot be pointed out" in after(scene["Chief"].browser, answer)
    for nonsense in ("", "nonsense", "\0"):
        answer = scene.send(scene["Chief"], path(scene), member=nonsense)
        assert "cannot be pointed out" in after(scene["Chief"].browser, answer)
    assert outsider.told() == []
    red = scene.world.reply(scene.opening, scene["Chief"].member, "Named", Tlp.RED)
    page = scene["Chief"].browser.get(f"{url('posts', red)}/experts").get_data(as_text=True)
    assert listed(page) == []


def test_readers_are_found_by_their_names(scene: Scene) -> None:
    page = scene["Chief"].browser.get(f"{path(scene)}?q=rEAd").get_data(as_text=True)
    assert listed(page) == ["Reader"]
    assert "Nobody found" in words(scene["Chief"].browser.get(f"{path(scene)}?q=%00nobody%25"))
