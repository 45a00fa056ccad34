"""The rule: are these vouches enough to let a person take part (domain, section 5 point 3)?"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from community.db import read
from community.models import Member, Organization, OrganizationDomain, Vouch
from community.settings import settings


class Word(NamedTuple):
    """One vouch that stands.

    ``organization_id`` and ``as_moderator`` are the voucher's when they vouched, ``verified`` whether that organization
    was checked, and that they work for it.
    """

    voucher_id: int
    organization_id: int
    verified: bool
    as_moderator: bool
    sponsor: bool


# Whoever only says that they belong to a checked organization does not speak for it.
_verified = and_(Organization.verified, Vouch.noted)
_WORDS = (
    select(Vouch.voucher_id, Vouch.organization_id, _verified, Vouch.as_moderator, Vouch.sponsor)
    .join(Organization, Organization.id == Vouch.organization_id)
    .where(Vouch.person_id == bindparam("person_id"), Vouch.void_at.is_(None))
)


_Own, _Other = aliased(Organization, name="own"), aliased(Organization, name="other")
_names = (func.lower(_Own.name), func.lower(_Own.short_name))
_their_mail = exists().where(
    OrganizationDomain.organization_id == _Other.id, Member.mail.like(literal("%@") + OrganizationDomain.domain)
)
_ALIKE = (
    select(_Other.id)
    .select_from(Member)
    .join(_Own, _Own.id == Member.organization_id)
    .join(_Other, _Other.id != _Own.id)
    .where(Member.id == bindparam("person_id"), _Own.verified.is_(False))
    .where(or_(func.lower(_Other.name).in_(_names), func.lower(_Other.short_name).in_(_names), _their_mail))
)


def words_for(person_id: int, own_organization: int) -> list[Word]:
    """The vouches for a person that stand.

    What somebody typed is perhaps an organization that is here already. As long as nobody has checked theirs, those of
    the same name, or with the domain of their mail, are taken for it.
    """
    alike = set(read(_ALIKE, {"person_id": person_id}).scalars())
    words = (Word(*tuple(row)) for row in read(_WORDS, {"person_id": person_id}))
    return [
        word._replace(organization_id=own_organization) if word.organization_id in alike else word for word in words
    ]


def is_enough(own_organization: int, words: Collection[Word], needed: int | None = None) -> bool:
    """Do the ``words`` let somebody of ``own_organization`` take part?

    One person comes first: the sponsor, or whoever else vouched when the sponsor's word does not stand. Beside them it
    takes one site moderator, or people of ``needed`` organizations (by default as the settings say) that are checked
    and neither the first person's nor the person's own. A site moderator does not count for their own organization.
    """
    needed = settings().vouches if needed is None else needed
    firsts = [word for word in words if word.sponsor] or list(words)
    return any(_is_answered(first, own_organization, words, needed) for first in firsts)


def _is_answered(first: Word, own: int, words: Collection[Word], needed: int) -> bool:
    others = [word for word in words if word.voucher_id != first.voucher_id and word.organization_id != own]
    elsewhere = {word.organization_id for word in others if word.verified} - {first.organization_id}
    return any(word.as_moderator for word in others) or len(elsewhere) >= needed
