"""The people a visitor of the demo may enter as, as rows of the database."""

from typing import NamedTuple

from sqlalchemy import select

from community.db import db
from community.demo.content import Content, content
from community.models import SIGNING_IN, Member, Organization


class Guise(NamedTuple):
    """One persona: who, of which organization, and in each language one line of what to try."""

    member_id: int
    name: str
    organization: str
    hint: dict[str, str]


def mail_of(key: str, community: Content | None = None) -> str:
    """The mail address of a member of the demo: it is how rows and content find each other."""
    community = community or content()
    domains = community.organizations[community.members[key].organization].domains
    return f"{key}@{domains[0] if domains else 'demo.example'}"


def is_loaded() -> bool:
    """Is there anybody yet?"""
    return db.session.scalar(select(Member.id).limit(1)) is not None


def guises() -> list[Guise]:
    """Who can be entered as, in the order of the content; empty before the demo community is loaded."""
    hints = {mail_of(persona.member): persona.hint for persona in content().personas}
    rows = db.session.execute(
        select(Member.mail, Member.id, Member.name, Organization.short_name)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.mail.in_(hints), Member.state.in_(SIGNING_IN))
    )
    found = {row.mail: row for row in rows}
    return [Guise(*found[mail][1:], hint) for mail, hint in hints.items() if mail in found]
