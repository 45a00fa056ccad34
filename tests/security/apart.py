"""Can this person tell two worlds apart? Builds both, lets the same happen, asks the same, compares everything."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from community.events import Event
from community.pages.limits import limiter
from tests.oracle_world import Person, World
from tests.security.asking import Ask, script
from tests.security.happening import Frames, events_of, hear, some_events
from tests.security.harness import Sight, ask, browser, differing
from tests.security.rows import settle
from tests.worlds import without_hidden
from tests.worlds_smaller import smallest


@dataclass(frozen=True)
class Look:
    """Who looks at which world, how closely: at most ``most`` pages are asked, chosen by ``salt``; None is all."""

    app: Flask
    world: World
    viewer: Person | None
    salt: str
    most: int | None = None

    @property
    def less(self) -> World:
        return without_hidden(self.world, self.viewer)

    def asks(self) -> list[Ask]:
        return script(self.app, self.world, self.salt, self.most)


@dataclass(frozen=True)
class Observed:
    """All that came back: the frames of an open page, and the answers to every question."""

    frames: Frames | None
    answers: list[list[Sight]]


def differences(look: Look, asks: list[Ask]) -> list[str]:
    """What this person can tell apart between the world and the world without what they may not learn.

    In both happens what may happen to the things that are there; of all frames that a socket of theirs receives, those
    about what is hidden must be none.
    """
    happening = some_events(look.world, look.viewer, look.salt, look.most and look.most // 2)
    known = set(events_of(look.less, look.viewer))
    settle(look.world, look.viewer, whole=True)
    full = _observe(look, look.world, happening, asks)
    settle(look.less, look.viewer, whole=False)
    less = _observe(look, look.less, [one for one in happening if one in known], asks)
    found = [] if full.frames == less.frames else [f"frames: {full.frames} against {less.frames}"]
    pairs = zip(full.answers, less.answers, strict=True)
    return found + [line for one, other in pairs for line in differing(one, other)]


def _observe(look: Look, world: World, happening: list[Event], asks: list[Ask]) -> Observed:
    limiter.reset()
    client = browser(look.app, look.viewer)
    frames = hear(client, world, happening)
    return Observed(frames, [list(ask(client, look.world, one)) for one in asks])


def told(look: Look, asks: list[Ask]) -> str:
    """For people: the smallest world in which that difference is still seen, what is left of it, and the difference."""
    key = look.viewer.key if look.viewer else ""

    def seen_from(world: World) -> Look:
        return Look(look.app, world, world.person.get(key), look.salt, look.most)

    def apart(world: World) -> bool:
        return (not key or key in world.person) and bool(differences(seen_from(world), asks))

    small = seen_from(smallest(look.world, apart))
    return "\n".join(map(str, [small.world, small.less, small.viewer, *differences(small, asks)]))
