"""Every address answers the author of an anonymous post as it answers anybody, but that of their own such posts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import update

from community import anonymity, clock
from community.db import db
from community.models import Post, Thread
from tests import oracle
from tests.oracle_world import Person
from tests.security.asking import ARGUMENTS, MISSING, Ask
from tests.security.harness import Sight
from tests.security.keys import number
from tests.security.rows import settle
from tests.security.test_sweep import WORLD, look, request, rules

pytestmark = pytest.mark.timeout(400)  # half a minute on an idle machine
START = datetime(2026, 5, 4, tzinfo=UTC)


def nameless(viewer: Person, author: str) -> None:
    """The community of the sweep, in which nobody has signed what is not TLP:RED: all of that is by ``author``."""
    settle(WORLD, viewer, whole=True)
    with clock.fixed(START, "tags"):
        for note in (one for one in WORLD.notes if one.tlp != "RED"):
            scope = note.thread.encode().ljust(16, b".")[:16]
            tag = anonymity.byline(number(author), 0, scope, fresh=False).author_tag
            unsigned = {
                "author_id": None,
                "organization_id": None,
                "author_tag": tag,
                "pseudonym": number(note.key) % 99,
            }
            db.session.execute(update(Post).where(Post.id == number(note.key)).values(unsigned))
            db.session.execute(update(Thread).where(Thread.id == number(note.thread)).values(scope=scope))
        db.session.commit()


def addresses(app: Flask, viewer: Person) -> Iterator[Ask]:
    """Every address but those of one's own anonymous posts, with a post and a thread that the viewer sees."""
    seen = [one for one in WORLD.notes if one.tlp != "RED" and oracle.sees_words(WORLD, viewer, one)]
    posts = {"post_id": seen[-1].key, "thread_id": seen[-1].thread}
    for rule, method in rules(app):
        if rule.endpoint != "static" and not rule.rule.startswith("/me/anonymous"):
            first = {name: next(iter(ARGUMENTS[name](WORLD)), MISSING) for name in rule.arguments}
            yield request(rule, method, first | {name: posts[name] for name in posts if name in first})


def answers(app: Flask, viewer: Person, author: str) -> Iterator[Sight]:
    nameless(viewer, author)
    for asked in addresses(app, viewer):
        yield look(app, viewer, asked)
        if asked.form is not None:
            nameless(viewer, author)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("persona", ["contributor", pytest.param("chief", marks=pytest.mark.soak)])
def test_lk_159_every_address_answers_its_author_as_anybody(app: Flask, persona: str) -> None:
    viewer = WORLD.person[persona]
    pairs = zip(answers(app, viewer, persona), list(answers(app, viewer, "site")), strict=True)
    assert [line for mine, theirs in pairs for line in mine.against(theirs)] == []
