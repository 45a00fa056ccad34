"""Site moderators keep the organizations: check them, correct what is said of them, make one of two."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import OperationalError

from community import audit, events
from community.access import NotFound
from community.db import action, db
from community.models import (
    Invitation,
    Member,
    NotificationKind,
    Organization,
    OrganizationDomain,
    OrganizationKind,
    OrganizationNetwork,
    OrganizationSector,
    Post,
    Vouch,
)
from community.policy import Refused, ensure_proved
from community.versions import ensure_unchanged, version_of
from community.viewer import Viewer
from trust.actions.standing import hold, person, weigh
from trust.doors import KeptRow, access_judged, access_kept

GONE = _l("The organization that you chose is no longer there: somebody has merged it meanwhile. Nothing was changed.")
_BUSY = _l("Somebody is posting for this organization at this moment. Nothing was changed. Please send it again.")
_SAME = _l("An organization cannot be merged into itself.")
_MOVING: tuple[Any, ...] = (Member, Post, Vouch, Invitation)
_LISTS: tuple[Any, ...] = (OrganizationSector.sector_code, OrganizationDomain.domain, OrganizationNetwork.network)


@dataclass(frozen=True)
class OrganizationDraft:
    """What is said of an organization."""

    name: str
    short_name: str
    kind: OrganizationKind
    sectors: tuple[str, ...]
    domains: tuple[str, ...]
    networks: tuple[str, ...]


@action
def correct(viewer: Viewer, organization_id: int, draft: OrganizationDraft, seen: str) -> None:
    """Write what is said of an organization. ``seen`` is the version that the page showed.

    Raises NotFound, NotAllowed, Unproved, or Refused when somebody else changed it meanwhile.
    """
    viewer = hold(viewer)
    kept = access_kept(viewer, organization_id)
    ensure_proved(viewer)
    ensure_unchanged(seen, kept.version)
    values = {"name": draft.name, "short_name": draft.short_name, "kind": draft.kind}
    db.session.execute(update(Organization).where(Organization.id == organization_id).values(values))
    for column, wanted in zip(_LISTS, (draft.sectors, draft.domains, draft.networks), strict=True):
        _set_list(organization_id, column, wanted)
    changed = [name for name in draft.__dataclass_fields__ if getattr(kept, name) != getattr(draft, name)]
    audit.record(viewer, "moderator:organization:changed", subject_id=organization_id, changed=changed)


def _set_list(organization_id: int, column: Any, wanted: tuple[str, ...]) -> None:
    model = column.class_
    db.session.execute(delete(model).where(model.organization_id == organization_id))
    db.session.add_all(model(organization_id=organization_id, **{column.key: one}) for one in dict.fromkeys(wanted))


@action
def verify(viewer: Viewer, organization_id: int, verified: bool, seen: str) -> None:
    """Say that an organization was checked, or take that back; its people and whom they vouched for are weighed anew.

    Raises NotFound, NotAllowed (also for one's own), Unproved, or Refused when somebody else changed it meanwhile.
    """
    viewer = hold(viewer)
    kept = access_judged(viewer, organization_id)
    ensure_proved(viewer)
    ensure_unchanged(seen, kept.version)
    if kept.verified == verified:
        return
    db.session.execute(update(Organization).where(Organization.id == organization_id).values(verified=verified))
    word = "verified" if verified else "unverified"
    audit.record(viewer, f"moderator:organization:{word}", subject_id=organization_id)
    _weigh_all(db.session.scalars(_touched_by(organization_id)))


def version_of_both(source: KeptRow, target: KeptRow) -> str:
    """What a page showed of two organizations that are to be one."""
    return version_of(source.version, target.version)


@action
def merge(viewer: Viewer, source_id: int, target_id: int, seen: str) -> None:
    """Make one organization of two: people, posts, vouches and invitations move to the target, and the source goes.

    Raises NotFound, NotAllowed (also for one's own, on either side), Unproved, or Refused when the target is gone or
    either was changed meanwhile, or somebody posts for the source this very moment.
    """
    viewer = hold(viewer)
    source = access_judged(viewer, source_id)
    target = _target(viewer, source_id, target_id)
    ensure_proved(viewer)
    ensure_unchanged(seen, version_of_both(source, target))
    _lock(source_id)
    moved = db.session.scalars(select(Member.id).where(Member.organization_id == source_id)).all()
    _move_rows(source_id, target_id)
    audit.record(viewer, "moderator:organization:merged", subject_id=target_id, merged=source_id, members=sorted(moved))
    for member_id in sorted(moved):
        events.record(events.MemberTold(member_id, NotificationKind.ORGANIZATION, 0))
    _weigh_all(db.session.scalars(_touched_by(target_id)))


def _lock(organization_id: int) -> None:
    """Keep what is being posted for the organization out until it is gone.

    Never wait for it: a post names its organization first and is recorded then, and the record waits for us.
    """
    row = select(Organization.id).where(Organization.id == organization_id)
    try:
        db.session.execute(row.with_for_update(nowait=True)).all()
    except OperationalError:
        raise Refused(_BUSY) from None


def _target(viewer: Viewer, source_id: int, target_id: int) -> KeptRow:
    if source_id == target_id:
        raise Refused(_SAME)
    try:
        return access_judged(viewer, target_id)
    except NotFound:
        raise Refused(GONE) from None


def _move_rows(source_id: int, target_id: int) -> None:
    for model in _MOVING:
        moving = update(model).where(model.organization_id == source_id)
        db.session.execute(moving.values(organization_id=target_id))
    for column in _LISTS:
        model = column.class_
        there = select(column).where(model.organization_id == target_id)
        known = db.session.scalars(there).all()
        lacking = update(model).where(model.organization_id == source_id, column.not_in(known))
        db.session.execute(lacking.values(organization_id=target_id))
        db.session.execute(delete(model).where(model.organization_id == source_id))
    db.session.execute(delete(Organization).where(Organization.id == source_id))


def _touched_by(organization_id: int) -> Any:
    """Whose vouches may count otherwise now: an organization's people, and whom it vouched for."""
    vouched = Member.id.in_(select(Vouch.person_id).where(Vouch.organization_id == organization_id))
    return select(Member.id).where(or_(Member.organization_id == organization_id, vouched))


def _weigh_all(member_ids: Iterable[int]) -> None:
    for member_id in sorted(set(member_ids)):
        member = person(member_id)
        if member is not None:
            weigh(member)
