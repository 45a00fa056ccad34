"""The author opens one post to further members, and closes it to them again."""

from dataclasses import replace

from sqlalchemy import delete, insert

from community import audit, clock, events, granting
from community.access import NotFound, access_post
from community.db import action, db
from community.models import Grant, MemberState
from community.policy import Permission
from community.viewer import Viewer, viewer_of_member
from community.writing import CANNOT_BE_NAMED, QUOTES_OTHERS, Unfit


@action
def give_grant(viewer: Viewer, post_id: int, member_id: int) -> None:
    """Open a post of the viewer's to one further member: this post only.

    Raises NotFound, NotAllowed, and Unfit for whom it cannot be opened to, or who can read it already.
    """
    post = access_post(viewer, post_id, Permission.POST_GRANT)
    if not granting.may_be_given(viewer, post, member_id):
        raise Unfit("member", CANNOT_BE_NAMED)
    db.session.execute(insert(Grant), {"post_id": post_id, "member_id": member_id, "given_at": clock.now()})
    if not _reads(replace(viewer_of_member(member_id), state=MemberState.ACTIVE), post_id):  # or once they come back
        raise Unfit("member", QUOTES_OTHERS)
    audit.record(viewer, "member:grant:given", group_id=post.group.id, subject_id=post_id, to=member_id)
    events.record(events.PostGranted(post_id, member_id))


def _reads(viewer: Viewer, post_id: int) -> bool:
    """A grant opens nothing while the post quotes words its reader may not read, or its group is hidden to them."""
    try:
        access_post(viewer, post_id)
    except NotFound:
        return False
    return True


@action
def take_grant_back(viewer: Viewer, post_id: int, member_id: int) -> None:
    """Close a post again to a member it was opened to; nothing happens when it was not.

    Raises NotFound or NotAllowed.
    """
    post = access_post(viewer, post_id, Permission.POST_GRANT)
    opened = _reads(viewer_of_member(member_id), post_id)
    theirs = delete(Grant).where(Grant.post_id == post_id, Grant.member_id == member_id)
    if db.session.scalar(theirs.returning(Grant.member_id)) is not None:
        audit.record(viewer, "member:grant:taken", group_id=post.group.id, subject_id=post_id, of=member_id)
        if opened:  # else its end would tell them of something they never read, or have left behind
            events.record(events.GrantTakenBack(post_id, member_id))
