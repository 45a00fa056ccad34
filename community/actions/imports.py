"""Writing what commands import: threads with their original dates, by an account nobody signs in to."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import insert, select

from community import audit, clock, lists, rendering
from community.db import action, db
from community.importing import Record
from community.markup import RENDERER_VERSION
from community.models import (
    Group,
    GroupSector,
    Member,
    Membership,
    MemberState,
    Organization,
    OrganizationKind,
    Post,
    Role,
    Thread,
    Visibility,
)
from community.tlp import Tlp


class NoModerator(Exception):
    """A new group needs a moderator, and there is no such member."""


@action
def import_account(name: str) -> int:
    """The account under whose name a source is imported, made when it is not there yet.

    It has left: nobody signs in to it, and no audience counts it.
    """
    mail = f"import+{hashlib.sha256(name.encode()).hexdigest()[:12]}@invalid"
    found = db.session.scalar(select(Member.id).where(Member.mail == mail))
    if found is not None:
        return found
    organization = Organization(id=clock.random_id(), name=name, short_name=name[:60], kind=OrganizationKind.AGENCY)
    db.session.add(organization)
    db.session.flush()
    member = Member(id=clock.random_id(), organization_id=organization.id, name=name, mail=mail, guided=True)
    member.state, member.joined_on = MemberState.LEFT, clock.now().date()
    db.session.add(member)
    audit.record(None, "operator:member:made_for_import", subject_id=member.id)
    return member.id


@action
def import_group(name: str, description: str, sector: str, moderator_mail: str) -> int:
    """The private group of this name, made with its first moderator when it is not there yet. Raises NoModerator."""
    found = db.session.scalar(
        select(Group.id)
        .join(GroupSector, GroupSector.group_id == Group.id)
        .where(Group.name == name, Group.visibility == Visibility.PRIVATE, GroupSector.sector_code == sector)
    )
    if found is not None:
        return found
    moderator = _moderator(moderator_mail)
    labels = [str(label) for label in Tlp]
    group = Group(
        id=clock.random_id(), name=name, description=description, visibility=Visibility.PRIVATE, labels=labels
    )
    group.join_role = Role.CONTRIBUTOR
    db.session.add(group)
    db.session.flush()
    db.session.add(GroupSector(group_id=group.id, sector_code=sector))
    db.session.add(Membership(group_id=group.id, member_id=moderator, role=Role.MODERATOR))
    audit.record(None, "operator:group:made_for_import", group_id=group.id)
    return group.id


def _moderator(mail: str) -> int:
    wanted = select(Member.id).where(Member.state == MemberState.ACTIVE)
    wanted = wanted.where(Member.mail == mail) if mail else wanted.where(Member.site_moderator)
    found = db.session.scalar(wanted.order_by(Member.joined_on, Member.id).limit(1))
    if found is None:
        raise NoModerator
    return found


def sector_group_name(sector: str, locale: str) -> str:
    """What the group for the imported incidents of a sector is called."""
    entry = lists.sectors()[sector]
    return f"{entry.name(locale)}: VCDB"


@action
def import_records(account_id: int, source: str, rows: Sequence[tuple[int, Record]]) -> int:
    """Write records as threads, each into its group; returns how many were new.

    A record that is there already, in this group from this source, is left as it is.
    """
    tags = {_tag(group_id, source, record): (group_id, record) for group_id, record in rows}
    known = set(db.session.scalars(select(Post.send_tag).where(Post.send_tag.in_(tags))))
    fresh = [(tag, *tags[tag]) for tag in tags if tag not in known]
    for tag, group_id, record in fresh:
        _write(account_id, tag, group_id, record)
    if fresh:
        audit.record(None, "operator:post:imported", source=source, count=len(fresh))
    return len(fresh)


def _tag(group_id: int, source: str, record: Record) -> bytes:
    return hashlib.sha256(f"import\n{group_id}\n{source}\n{record.key}".encode()).digest()


def _write(account_id: int, tag: bytes, group_id: int, record: Record) -> None:
    number = clock.random_id()
    about = {"event_type": record.event_type, "cause_types": record.cause_types}
    thread = {"id": number, "group_id": group_id, "title": record.title, "kind": record.kind}
    db.session.execute(insert(Thread), thread | about)
    account = db.session.get_one(Member, account_id)
    who = {"author_id": account_id, "organization_id": account.organization_id, "attribution": record.attribution}
    text = {"body": record.body, "html": rendering.render(record.body, number), "renderer": RENDERER_VERSION}
    post = {"id": number, "thread_id": number, "group_id": group_id, "tlp": record.tlp}
    db.session.execute(insert(Post), post | who | text | {"released_at": record.at, "send_tag": tag})
