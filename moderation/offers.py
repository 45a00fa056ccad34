"""What a site moderator may do that no permission of the community gives: open one post, on the record."""

from datetime import timedelta

from community import clock
from community.models import MemberState
from community.viewer import Viewer

PROOF_LASTS = timedelta(minutes=5)


def opens_posts(viewer: Viewer) -> bool:
    """May the viewer open a single post that their memberships do not give them?"""
    return viewer.site_moderator and viewer.state == MemberState.ACTIVE


def is_proved(viewer: Viewer) -> bool:
    """Did the viewer show their passkey within the last five minutes?"""
    return clock.now() - viewer.passkey_at <= PROOF_LASTS
