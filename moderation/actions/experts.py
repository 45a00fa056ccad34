"""A moderator points out who may know more about a post."""

from flask_babel import lazy_gettext as _l

from community import audit, clock, events
from community.access import access_post
from community.db import action, db, insert_new
from community.models import ExpertHint, NotificationKind
from community.policy import Permission, Refused
from community.viewer import Viewer
from moderation import experts

MOST_HINTS = 10
CANNOT = _l("This person cannot be pointed out: they do not read the post, or it is yours or theirs.")
ALREADY = _l("This person was told already.")
ENOUGH = _l("Ten people were told about this post. That is enough.")


@action
def point_out(viewer: Viewer, post_id: int, member_id: int) -> None:
    """Tell a reader of a post that they may know more about it. They learn that a moderator said so, not which.

    Raises NotFound, NotAllowed, and Refused for who does not read it, was told already, or when ten were.
    """
    post = access_post(viewer, post_id, Permission.POST_POINT_OUT)
    if not experts.reads(viewer, post, member_id):
        raise Refused(CANNOT)
    told = [row.member_id for row in experts.hinted(post_id)]
    if member_id in told:
        raise Refused(ALREADY)
    if len(told) >= MOST_HINTS:
        raise Refused(ENOUGH)
    row = {"post_id": post_id, "member_id": member_id, "by_id": viewer.member_id, "at": clock.now()}
    db.session.execute(insert_new(ExpertHint), [row])
    audit.record(viewer, "moderator:post:pointed_out", group_id=post.group.id, subject_id=post_id, to=member_id)
    events.record(events.ReaderTold(member_id, NotificationKind.POINTED_OUT, post_id))
