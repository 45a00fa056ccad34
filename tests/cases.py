"""A group with moderators, an author and readers, in which posts are flagged and cases decided."""

from typing import Any

from sqlalchemy import select

from community import ids
from community.db import db
from community.models import Case, CaseKind, Group, Member, Post, Role
from tests.browsing import send
from tests.factories import World, url
from tests.notified import Person
from tests.paperwork import now

CANARY = "Kanariya-9c1e"


class Scene:
    """A private group: Chief and Second moderate it, Author wrote, Reader and Other read; Site is elsewhere."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.group: Group = world.group("The pumps")
        self.people = {name: Person(world, name) for name in ("Chief", "Second", "Author", "Reader", "Other")}
        self.site = Person(world, "Site", site_moderator=True)
        for name, person in self.people.items():
            role = Role.MODERATOR if name in ("Chief", "Second") else Role.CONTRIBUTOR
            world.join(person.member, self.group, role)
        self.opening = world.thread(self.group, self["Author"].member, "A title", body="The words")
        self.post = world.reply(self.opening, self["Author"].member, f"It was {CANARY} Works")

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def flag(self, name: str, post: Post | None = None, **form: Any) -> Any:
        form = {"wrong": "identifies", "words": f"From {name[:1]}-words"} | form
        return self.send(self.people[name], f"{url('posts', post or self.post)}/flag", **form)

    def send_as(self, member: Member, path: str, **form: Any) -> Any:
        return send(self.world.enter(member), path, **form)

    def send(self, person: Person, path: str, **form: Any) -> Any:
        answer = send(person.browser, path, **form)
        db.session.rollback()  # what was read before is not looked at any more
        return answer

    def case(self, kind: CaseKind = CaseKind.FLAG) -> Case:
        return now(Case, select(Case.id).where(Case.kind == kind).order_by(Case.opened_at.desc()).limit(1))

    def at(self, case: Case | None = None) -> str:
        return f"/moderation/cases/{ids.encode((case or self.case()).id)}"

    def act(self, person: Person, name: str, version: int | None = None, case: Case | None = None, **form: str) -> Any:
        case = case or self.case()
        return self.send(person, self.at(case), act=name, version=str(version or case.version), **form)
