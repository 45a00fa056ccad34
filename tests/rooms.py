"""What the tests of rooms share: what happened, who is in, and inviting somebody."""

from typing import Any

from sqlalchemy import select

from community import ids
from community.db import db
from community.models import AuditEntry, Group, Member, Membership, OutboxEvent
from tests.browsing import after, send
from tests.factories import World, save, url


def events() -> list[tuple[str, dict[str, int]]]:
    db.session.rollback()
    rows = db.session.execute(select(OutboxEvent.kind, OutboxEvent.payload).order_by(OutboxEvent.number))
    return [(kind, payload) for kind, payload in rows]


def kinds() -> list[str]:
    return [kind for kind, _ in events()]


def tags() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.tag).order_by(AuditEntry.number)))


def role_of(member: Member, group: Group) -> str | None:
    db.session.rollback()
    place = (Membership.group_id == group.id, Membership.member_id == member.id)
    return db.session.scalar(select(Membership.role).where(*place))


def only(model: Any) -> Any:
    db.session.rollback()
    return db.session.scalars(select(model.id)).one()


def change(member: Member, **values: Any) -> None:
    row = db.session.get_one(Member, member.id)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.expunge(row)
    save(row)


def invite(world: World, moderator: Member, group: Group, guest: Member, role: str = "reader") -> str:
    browser = world.enter(moderator)
    answer = send(browser, f"{url('groups', group)}/invite", member=ids.encode(guest.id), role=role)
    return after(browser, answer)
