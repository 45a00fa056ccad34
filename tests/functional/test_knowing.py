"""What is known about the author of a text that must not tell who wrote it: of them and theirs, and of nobody else."""

import pytest

from community.knowing import author_of
from community.models import Member, Organization, OrganizationDomain, OrganizationNetwork
from community.text_check import Author, check
from community.viewer import NOBODY, viewer_of_member
from tests.factories import World, save


def house(world: World, name: str, short: str, domain: str, network: str) -> Organization:
    made = world.organization(name, short_name=short)
    save(OrganizationDomain(organization_id=made.id, domain=domain))
    save(OrganizationNetwork(organization_id=made.id, network=network))
    return made


@pytest.fixture
def taro(world: World) -> Member:
    house(world, "Maple Bank", "MB", "maple.example", "198.51.100.0/24")
    mine = house(world, "さくら電力株式会社", "SPC", "sakura.example", "203.0.113.0/24")
    world.member("鈴木 花子", mine)
    return world.member("山田 太郎", mine, mail="t-yamada@sakura.example")


def test_the_author_is_the_viewer_and_their_organization(taro: Member) -> None:
    assert author_of(viewer_of_member(taro.id)) == Author(
        name="山田 太郎",
        mail="t-yamada@sakura.example",
        organizations=("さくら電力株式会社", "SPC"),
        domains=("sakura.example",),
        networks=("203.0.113.0/24",),
    )


def test_the_check_does_not_tell_who_else_is_here(taro: Member) -> None:
    author = author_of(viewer_of_member(taro.id))
    assert check("Maple Bank (MB), maple.example, 198.51.100.7, 鈴木花子", author) == []
    assert len(check("さくら電力 (SPC), sakura.example, 203.0.113.7, 山田太郎", author)) == 5


def test_of_nobody_nothing_is_known(world: World) -> None:
    assert author_of(NOBODY) == Author()
