"""Who brought whom into the demo community, and who vouches: nobody answers for somebody who came before them."""

from collections.abc import Iterator
from datetime import timedelta

from community import clock, models
from community.db import Base
from community.demo.content import Content, Member
from community.demo.garden import Garden
from community.demo.personas import mail_of
from community.models import InvitationState, MemberState

SETTLED = timedelta(days=7)
TAKES = timedelta(days=2)
LASTS = timedelta(days=14)
ASKED_LATELY = timedelta(hours=5)
WORDS = {
    "ja": (
        "勉強会で毎月お会いしています。",
        "共同演習で一緒に対応しました。",
        "前の職場で3年間一緒でした。",
        "業界の連絡会でご一緒しています。",
    ),
    "en": (
        "We meet at the sector's working group every month.",
        "We ran a joint exercise together.",
        "We worked together for three years.",
        "A call on a known number; we have met at two conferences.",
    ),
}


def founders(community: Content) -> list[Member]:
    """The two who began: a site moderator whom nobody brought, and the first to whom nobody independent could speak."""
    eldest = sorted(community.members.values(), key=lambda one: ("site_moderator" not in one.roles, -one.since))
    others = sorted(community.members.values(), key=lambda one: (-one.since, one.key))
    return [eldest[0], next(one for one in others if one.organization != eldest[0].organization)]


def rows(garden: Garden) -> Iterator[Base]:
    """Invitations and vouches; who is pending waits for one word more."""
    elders = founders(garden.community)
    others = [one for one in garden.community.members.values() if one not in elders]
    for number, one in enumerate(sorted(others, key=lambda one: (-one.since, one.key))):
        sponsor = _sponsor(one, elders)
        yield _invitation(garden, one, sponsor)
        yield _vouch(garden, one, sponsor, number, sponsor=True)
        voucher = _voucher(one, sponsor, elders, number)
        if one.state is MemberState.PENDING:
            yield _request(garden, one, sponsor, _asked(garden.community, one, sponsor, voucher))
        else:
            yield _vouch(garden, one, voucher, number + 1)
            elders.append(one)
        if one.state is MemberState.SUSPENDED:
            yield from _suspension(garden, one)


def _standing(elders: list[Member]) -> list[Member]:
    return [one for one in elders if one.state is MemberState.ACTIVE]


def _sponsor(one: Member, elders: list[Member]) -> Member:
    colleagues = [elder for elder in _standing(elders) if elder.organization == one.organization]
    return (colleagues or _standing(elders))[-1]


def _voucher(one: Member, sponsor: Member, elders: list[Member], number: int) -> Member:
    houses = {one.organization, sponsor.organization}
    apart = [elder for elder in _standing(elders) if elder.organization not in houses]
    return apart[number % len(apart)]


def _asked(community: Content, one: Member, sponsor: Member, otherwise: Member) -> Member:
    """Somebody whom a visitor can enter as, so that they meet the question."""
    guises = [community.members[persona.member] for persona in community.personas]
    apart = [guise for guise in guises if guise.organization not in {one.organization, sponsor.organization}]
    return next((guise for guise in apart if guise.state is MemberState.ACTIVE), otherwise)


def _invitation(garden: Garden, one: Member, sponsor: Member) -> models.Invitation:
    begun = garden.at(one.since + TAKES)
    return models.Invitation(
        id=garden.id("brought", one.key),
        sponsor_id=garden.id("member", sponsor.key),
        mail=mail_of(one.key, garden.community),
        locale=one.locale,
        knows=WORDS[sponsor.locale][len(one.key) % 4],
        organization_id=garden.id("organization", one.organization),
        state=InvitationState.USED,
        invited_at=begun,
        expires_at=begun + LASTS,
        token_hash=clock.token(),
        name=one.name,
        accepted_terms="",
        settled=True,
        member_id=garden.id("member", one.key),
    )


def _vouch(garden: Garden, one: Member, voucher: Member, number: int, *, sponsor: bool = False) -> models.Vouch:
    return models.Vouch(
        person_id=garden.id("member", one.key),
        voucher_id=garden.id("member", voucher.key),
        organization_id=garden.id("organization", voucher.organization),
        sponsor=sponsor,
        as_moderator="site_moderator" in voucher.roles,
        noted=True,
        words=WORDS[voucher.locale][number % 4],
        given_on=garden.at(one.since).date(),
        void_at=garden.now if voucher.state is MemberState.SUSPENDED else None,
    )


def _request(garden: Garden, one: Member, sponsor: Member, asked: Member) -> models.VouchRequest:
    return models.VouchRequest(
        person_id=garden.id("member", one.key),
        asked_id=garden.id("member", asked.key),
        asker_id=garden.id("member", sponsor.key),
        asked_at=garden.at(ASKED_LATELY),
    )


def _suspension(garden: Garden, one: Member) -> Iterator[Base]:
    yield models.Suspension(
        member_id=garden.id("member", one.key),
        by_id=garden.id("member", founders(garden.community)[0].key),
        reason="Used what was shared under TLP:AMBER to sell a product.",
        misuse=True,
        was=MemberState.ACTIVE,
        began_at=garden.at(one.since / 2),
    )
