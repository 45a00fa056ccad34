"""Invitations, as the sponsor and the invited person may know them."""

from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, case, cast, select

from community import clock
from community.db import db
from community.models import Invitation, InvitationState, Member, Organization
from community.viewer import Viewer
from trust.actions.invitations import opened

MOST = 50
_MINE = (
    select(
        Invitation.id,
        Invitation.mail,
        Invitation.invited_at,
        Invitation.expires_at,
        case(
            (Invitation.state != InvitationState.OPEN, cast(Invitation.state, String)),
            (Invitation.expires_at <= bindparam("now"), "expired"),
            else_="open",
        ).label("state"),
    )
    .where(Invitation.sponsor_id == bindparam("viewer_id"))
    .order_by(Invitation.invited_at.desc(), Invitation.id)
    .limit(MOST)
)


def mine(viewer: Viewer) -> list[Any]:
    """The invitations that the viewer sent, newest first.

    ``state`` is open, used, withdrawn or expired: for a known and an unknown address alike.
    """
    return list(db.session.execute(_MINE, {"viewer_id": viewer.member_id, "now": clock.now()}).all())


class Welcome(NamedTuple):
    """What the invited person is told: who invites them, and which organization was named."""

    mail: str
    sponsor: str
    sponsor_organization: str
    organization: str
    name: str
    is_answered: bool


def welcome(token: str) -> Welcome | None:
    """The invitation behind a link, or None when it opens nothing."""
    row = opened(token)
    if row is None or row.mail is None:
        return None
    sponsor = db.session.get_one(Member, row.sponsor_id)
    theirs = db.session.get_one(Organization, sponsor.organization_id)
    named = db.session.get(Organization, row.organization_id) if row.organization_id else None
    said = named.name if named else row.organization_name
    return Welcome(
        row.mail, sponsor.name, theirs.name, row.own_organization or said, row.name, bool(row.accepted_terms)
    )
