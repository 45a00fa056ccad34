"""Members change what is their own: name, profile, language, time zone, colours."""

from dataclasses import asdict, dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community import audit, clock, events
from community.db import action, db
from community.models import SEEING, EarlierName, Member, Theme
from community.policy import NotAllowed, Refused
from community.viewer import Viewer


@dataclass(frozen=True)
class ProfileDraft:
    """What a member says of themselves and how they want pages to look."""

    name: str
    profile: str
    locale: str
    time_zone: str
    theme: Theme


MOST_NAMES = 3  # in a day
TOO_OFTEN = _l("You have changed your name three times within a day. Wait a day before you change it again.")


@action
def change_profile(viewer: Viewer, draft: ProfileDraft) -> None:
    """Write the viewer's own profile. A new name is recorded and told, because others know the member by it.

    Raises NotAllowed for who no longer sees the community, Refused when the name was changed too often.
    """
    audit.hold()  # two at once would each be the last that is possible, and who is just leaving keeps no name
    member = db.session.get_one(Member, viewer.member_id, populate_existing=True)
    if member.state not in SEEING:
        raise NotAllowed
    if member.name != draft.name:
        _keep_name(viewer, member)
    for field, value in asdict(draft).items():
        setattr(member, field, value)


def _keep_name(viewer: Viewer, member: Member) -> None:
    now = clock.now()
    lately = select(func.count()).where(EarlierName.member_id == member.id, EarlierName.until > now - clock.DAY)
    if db.session.scalars(lately).one() >= MOST_NAMES:
        raise Refused(TOO_OFTEN)
    earlier = EarlierName(id=clock.random_id(), member_id=member.id, name=member.name, until=now)
    db.session.add(earlier)
    audit.record(viewer, "member:member:renamed", subject_id=member.id)
    events.record(events.MemberRenamed(member.id, earlier.id))


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
