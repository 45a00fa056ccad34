"""Site moderators note how somebody works for their organization: what the person reads follows at once."""

from dataclasses import asdict, dataclass

from flask_babel import lazy_gettext as _l

from community import audit, events
from community.db import action, db
from community.models import Engagement, Member, NotificationKind
from community.policy import Refused, ensure_proved, is_trusted
from community.versions import ensure_unchanged
from community.viewer import Viewer, viewer_of_member
from trust.actions import succession
from trust.actions.standing import count_words_of, hold, person
from trust.doors import access_person

DISMISS_FIRST = _l(
    "This person is a site moderator, whose office two site moderators end together. Please propose that first."
)


@dataclass(frozen=True)
class EngagementDraft:
    """How somebody works for their organization, and what they do for it and for the community."""

    engagement: Engagement
    nda_signed: bool
    analyst: bool
    contact: bool


@action
def note_engagement(viewer: Viewer, member_id: int, draft: EngagementDraft, seen: str) -> None:
    """Write how a member works, and that it was noted. ``seen`` is the version that the page showed.

    Raises NotFound, NotAllowed, Unproved, or Refused when somebody else changed it meanwhile, or when it would take a
    site moderator's office from them single-handed.
    """
    viewer = hold(viewer)
    before = access_person(viewer, member_id)
    ensure_proved(viewer)
    ensure_unchanged(seen, before.version)
    member = person(member_id)
    if member is None or _says(member) == (draft, True):
        return
    _write(member, draft)
    count_words_of(member)
    audit.record(viewer, "moderator:member:noted", subject_id=member_id, **asdict(draft))
    events.record(events.AccessChanged(member_id))
    events.record(events.MemberTold(member_id, NotificationKind.ORGANIZATION, 0))


def _says(member: Member) -> tuple[EngagementDraft, bool]:
    noted = EngagementDraft(member.engagement, member.nda_signed, member.analyst, member.contact)
    return noted, member.engagement_noted


def _write(member: Member, draft: EngagementDraft) -> None:
    """Who is no longer trusted moderates no group any more, and no site."""
    was_trusted = is_trusted(viewer_of_member(member.id))
    for name, value in asdict(draft).items():
        setattr(member, name, value)
    member.engagement_noted = True
    db.session.flush()
    if was_trusted and not is_trusted(viewer_of_member(member.id)):
        if member.site_moderator:
            raise Refused(DISMISS_FIRST)
        succession.hand_over(member.id)
