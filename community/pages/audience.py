"""How pages show an audience: organizations first, then people; and what a text holds that is worth a second look."""

from collections.abc import Collection
from typing import NamedTuple

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l

from community import indicators, lists
from community.indicators import Kind
from community.pages.hook import current_viewer
from community.reach import House, Reach

KINDS = {
    Kind.IPV4: _l("IPv4 address"),
    Kind.IPV6: _l("IPv6 address"),
    Kind.CIDR: _l("Address range"),
    Kind.DOMAIN: _l("Domain"),
    Kind.URL: _l("URL"),
    Kind.EMAIL: _l("Mail address"),
    Kind.MD5: _l("MD5 hash"),
    Kind.SHA1: _l("SHA-1 hash"),
    Kind.SHA256: _l("SHA-256 hash"),
    Kind.SHA512: _l("SHA-512 hash"),
    Kind.CVE: _l("Vulnerability"),
    Kind.ATTACK: _l("ATT&CK technique"),
}


class PersonShown(NamedTuple):
    """One reader; ``note`` says what is special about them."""

    id: int
    name: str
    note: str


class OrganizationShown(NamedTuple):
    """One organization of an audience; ``sector`` is in words."""

    name: str
    sector: str
    people: list[PersonShown]


class AudienceShown(NamedTuple):
    """An audience as the template ``community/compose/audience.html`` draws it."""

    organizations: list[OrganizationShown]
    sectors: list[str]
    added: list[tuple[str, str]]

    @property
    def total(self) -> int:
        """How many people are in it."""
        return sum(len(organization.people) for organization in self.organizations)

    @property
    def others(self) -> int:
        """How many of them are not the viewer."""
        mine = current_viewer().member_id
        return sum(person.id != mine for organization in self.organizations for person in organization.people)


class Finding(NamedTuple):
    """An indicator as it may be shown."""

    kind_words: str
    value: str


def shown(reach: Reach, added: Collection[int] = ()) -> AudienceShown:
    """The audience in the reader's language; ``added`` are those who came since it was last shown."""
    fresh = [(person.name, house.name) for house in reach.houses for person in house.people if person.id in added]
    return AudienceShown(
        [_organization(house, added) for house in reach.houses], [_sector(code) for code in reach.sectors], fresh
    )


def _organization(house: House, added: Collection[int]) -> OrganizationShown:
    people = [PersonShown(person.id, person.name, _note(person.id, added)) for person in house.people]
    return OrganizationShown(house.name, ", ".join(map(_sector, house.sectors)), people)


def _note(member_id: int, added: Collection[int]) -> str:
    if member_id == current_viewer().member_id:
        return str(gettext("you"))
    return str(gettext("new since you looked")) if member_id in added else ""


def _sector(code: str) -> str:
    entry = lists.sectors().get(code)
    return entry.name(str(get_locale())) if entry else code


def findings(text: str) -> list[Finding]:
    """The indicators of a text, each once, made harmless."""
    found = dict.fromkeys((hit.kind, hit.value) for hit in indicators.find(text))
    return [Finding(str(KINDS[kind]), indicators.defang(value, kind)) for kind, value in found]
