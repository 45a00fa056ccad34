"""A moderator and their room, and a member who has lost all passkeys, for every test that needs them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from community.models import Group, Member, Role, Visibility
from tests.browsing import send
from tests.factories import World, url
from tests.lost import Lost
from tests.post_office import PostOffice


@pytest.fixture
def chief(world: World) -> Member:
    return world.member("Chief")


@pytest.fixture
def make(world: World, chief: Member) -> Callable[..., Group]:
    """``make(visibility)``: a group that Chief moderates."""

    def group(visibility: Visibility = Visibility.PRIVATE, **more: Any) -> Group:
        made = world.group("The room", visibility, **more)
        world.join(chief, made, Role.MODERATOR)
        return made

    return group


@pytest.fixture
def asked(world: World, make: Callable[..., Group]) -> tuple[Group, Member, FlaskClient]:
    group, asker = make(), world.member("Asker")
    browser = world.enter(asker)
    send(browser, f"{url('groups', group)}/ask", reason="We run\nthe same pumps")
    return group, asker, browser


@pytest.fixture
def lost(world: World, office: PostOffice) -> Lost:
    return Lost(world, office)
