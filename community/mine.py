"""What members may know of themselves: profile and organization, passkeys, sessions."""

from typing import Any

from sqlalchemy import bindparam, select

from community import clock
from community.db import db
from community.models import Member, Organization, OrganizationSector, Passkey, Sector, SignIn
from community.viewer import Viewer, idle_since, last_used

_PROFILE = (
    select(
        Member.id,
        Member.name,
        Member.mail,
        Member.profile,
        Member.state,
        Member.engagement,
        Member.nda_signed,
        Member.site_moderator,
        Member.analyst,
        Member.locale,
        Member.time_zone,
        Member.theme,
        Member.joined_on,
        Organization.name.label("organization_name"),
        Organization.kind.label("organization_kind"),
        Organization.verified.label("organization_verified"),
    )
    .join(Organization, Organization.id == Member.organization_id)
    .where(Member.id == bindparam("viewer_id"))
)
_SECTORS = (
    select(Sector.code, Sector.name_en, Sector.name_ja)
    .join(OrganizationSector, OrganizationSector.sector_code == Sector.code)
    .where(OrganizationSector.organization_id == bindparam("organization_id"))
    .order_by(Sector.position)
)
_PASSKEYS = (
    select(Passkey.id, Passkey.name, Passkey.added_on)
    .where(Passkey.member_id == bindparam("viewer_id"))
    .order_by(Passkey.added_on, Passkey.id)
)
_SIGN_INS = (
    select(SignIn.id, SignIn.browser, SignIn.began_at, SignIn.expires_at, last_used.label("used_at"))
    .where(SignIn.member_id == bindparam("viewer_id"))
    .order_by(SignIn.began_at.desc(), SignIn.id)
)


def profile(viewer: Viewer) -> Any:
    """The viewer's own profile with their organization's name, kind and whether it was verified."""
    return db.session.execute(_PROFILE, {"viewer_id": viewer.member_id}).one()


def member(viewer: Viewer) -> Member:
    """The viewer as a row."""
    return db.session.get_one(Member, viewer.member_id)


def sectors(viewer: Viewer) -> list[Any]:
    """The sectors of the viewer's organization: ``code name_en name_ja``, in their order."""
    return list(db.session.execute(_SECTORS, {"organization_id": viewer.organization_id}).all())


def passkeys(viewer: Viewer) -> list[Any]:
    """The viewer's passkeys, oldest first."""
    return list(db.session.execute(_PASSKEYS, {"viewer_id": viewer.member_id}).all())


def sign_ins(viewer: Viewer) -> list[Any]:
    """The viewer's open sessions, newest first."""
    rows = db.session.execute(_SIGN_INS, {"viewer_id": viewer.member_id}).all()
    return [row for row in rows if row.expires_at > clock.now() and row.used_at > idle_since()]
