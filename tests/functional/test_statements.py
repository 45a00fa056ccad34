"""What a page runs is kept compiled (ADR 28): as many statements as there are, none that a page builds by itself."""

import gc

from community import db as database
from community.models import Role
from tests.factories import World, url


def kept() -> int:
    gc.collect()
    return sum(len(of_engine) for of_engine in database.kept.values())


def test_pages_opened_again_keep_no_more(world: World) -> None:
    """What is kept of a statement holds it: one that is built anew for every page would stay for ever."""
    group, chief = world.group(), world.member(site_moderator=True)
    world.join(chief, group, Role.MODERATOR)
    thread, browser = world.thread(group, chief), world.enter(chief)
    sizes = []
    for _ in range(2):
        for path in ("/", "/groups", url("groups", group), url("threads", thread), "/moderation", "/members", "/me"):
            assert browser.get(path).status_code == 200, path
        sizes.append(kept())
    assert sizes[0] == sizes[1]
