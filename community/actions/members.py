"""Members change what is their own: profile, language, time zone, colours."""

from dataclasses import asdict, dataclass

from community import audit
from community.db import action, db
from community.models import Member, Theme
from community.viewer import Viewer


@dataclass(frozen=True)
class ProfileDraft:
    """What a member says of themselves and how they want pages to look."""

    name: str
    profile: str
    locale: str
    time_zone: str
    theme: Theme


@action
def change_profile(viewer: Viewer, draft: ProfileDraft) -> None:
    """Write the viewer's own profile. A new name is recorded, because others know the member by it."""
    member = db.session.get_one(Member, viewer.member_id)
    if member.name != draft.name:
        audit.record(viewer, "member:member:renamed", subject_id=member.id)
    for field, value in asdict(draft).items():
        setattr(member, field, value)


@action
def choose_look(viewer: Viewer, locale: str | None, theme: Theme | None) -> None:
    """Remember the viewer's language or colours; None leaves either as it is."""
    member = db.session.get_one(Member, viewer.member_id)
    member.locale = locale or member.locale
    member.theme = theme or member.theme


@action
def accept_terms(viewer: Viewer, version: str) -> None:
    """The viewer accepts this version of the terms of use."""
    db.session.get_one(Member, viewer.member_id).terms = version
    audit.record(viewer, "member:terms:accepted", subject_id=viewer.member_id, version=version)
