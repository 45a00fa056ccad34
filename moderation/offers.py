"""What a site moderator may do that no permission of the community gives: open one post, on the record."""

from community.models import MemberState
from community.viewer import Viewer


def opens_posts(viewer: Viewer) -> bool:
    """May the viewer open a single post that their memberships do not give them?"""
    return viewer.site_moderator and viewer.state == MemberState.ACTIVE
