"""Organizations and the sectors of critical infrastructure they work in."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from community.db import HasId, Model, choice


class OrganizationKind(StrEnum):
    """What an organization is (domain, section 2); ``individual`` is one person without an employer here."""

    OPERATOR = "operator"
    SECRETARIAT = "secretariat"
    MINISTRY = "ministry"
    LOCAL_GOVERNMENT = "local_government"
    HUB = "hub"
    AGENCY = "agency"
    VENDOR = "vendor"
    INDIVIDUAL = "individual"


class Sector(Model):
    """A sector of critical infrastructure. Data, not code: the list grew from 10 to 14 to 15."""

    __tablename__ = "sectors"
    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    position: Mapped[int]
    version: Mapped[str] = mapped_column(String(30))
    name_en: Mapped[str] = mapped_column(String(100))
    name_ja: Mapped[str] = mapped_column(String(100))


class Organization(HasId, Model):
    """An operator, secretariat, ministry ...: what members belong to."""

    __tablename__ = "organizations"
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[OrganizationKind] = mapped_column(choice(OrganizationKind))
    verified: Mapped[bool] = mapped_column(default=False)


class OrganizationSector(Model):
    """One sector of one organization."""

    __tablename__ = "organization_sectors"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True)
    sector_code: Mapped[str] = mapped_column(ForeignKey("sectors.code"), primary_key=True)


class OrganizationDomain(Model):
    """One mail domain of one organization."""

    __tablename__ = "organization_domains"
    organization_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    domain: Mapped[str] = mapped_column(String(253), primary_key=True)


class OrganizationNetwork(Model):
    """One range of addresses of one organization (CIDR): authors are warned when a text holds one of them."""

    __tablename__ = "organization_networks"
    organization_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    network: Mapped[str] = mapped_column(String(43), primary_key=True)
