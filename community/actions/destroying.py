"""What a post said before words were taken out of it goes for good: by its author, or by a site moderator."""

from community import audit
from community.access import NotAllowed, access_post
from community.actions.keeping import forget_originals
from community.db import action, db
from community.models import Post
from community.policy import ensure_proved
from community.viewer import Viewer


@action
def destroy_own(viewer: Viewer, post_id: int) -> None:
    """Destroy what a post of the viewer's said before. Raises NotFound, NotAllowed, Unproved."""
    post = access_post(viewer, post_id)
    if post.author_id is None or post.author_id != viewer.member_id:
        raise NotAllowed
    ensure_proved(viewer)
    destroy_originals(viewer, post_id)


def destroy_originals(viewer: Viewer, post_id: int) -> None:
    """In the running action: nobody can read any more what a post said before. Who may is asked before."""
    group_id = db.session.get_one(Post, post_id).group_id
    if forget_originals(post_id):
        audit.record(viewer, "system:original:destroyed", group_id=group_id, subject_id=post_id)
