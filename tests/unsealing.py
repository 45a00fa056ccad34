"""An anonymous post, and two site moderators of different organizations who read it."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from community import clock, ids
from community.db import db
from community.models import Case, CaseKind, Member, Role
from tests.browsing import send as post_form
from tests.factories import World
from tests.paperwork import now
from tests.unnamed import Crowd, crowd, reply_at, send, unnamed_post

REASON = "Threats against a colleague, again and again"


class Pair:
    """Asker and Second are site moderators since long ago; the author wrote without a name."""

    def __init__(self, world: World, asker: dict[str, Any] | None = None) -> None:
        self.world = world
        self.room: Crowd = crowd(world)
        self.author: Member = self.room.others[0]
        self.asker, self.second = self.keeper("Asker", **(asker or {})), self.keeper("Second")
        self.asking, self.agreeing = world.enter(self.asker), world.enter(self.second)
        send(world.enter(self.author), reply_at(self.room.opening), body="Unseemly", tlp="GREEN", at_once="y")
        self.post = unnamed_post()

    def keeper(self, name: str, **more: Any) -> Member:
        """A site moderator who reads the group."""
        given: dict[str, Any] = {"site_moderator": True, "joined_on": (clock.now() - timedelta(days=60)).date()} | more
        member = self.world.member(name, **given)
        self.world.join(member, self.room.group, Role.READER)
        return member

    def ask(self, browser: FlaskClient | None = None, reason: str = REASON) -> TestResponse:
        return post_form(browser or self.asking, f"/moderation/posts/{ids.encode(self.post)}/unseal", reason=reason)

    def case(self) -> Case:
        """The latest one."""
        return now(
            Case, select(Case.id).where(Case.kind == CaseKind.UNSEALING).order_by(Case.opened_at.desc()).limit(1)
        )

    def agree(self, browser: FlaskClient | None = None, version: int = 0) -> TestResponse:
        case = self.case()
        path = f"/moderation/cases/{ids.encode(case.id)}/unseal"
        answer = post_form(browser or self.agreeing, path, version=str(version or case.version))
        db.session.rollback()
        return answer

    def change(self, member: Member, **values: Any) -> None:
        """Let something else be true of a member."""
        db.session.rollback()
        row = db.session.get_one(Member, member.id)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()
