"""One post on a page of its own: who wrote it, where it stands in its thread, and what it said before."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from community import clock, listing, visibility
from community.access import NotFound, PostRow
from community.db import db
from community.models import Post, Revision
from community.tlp import Tlp
from community.viewer import Viewer

MOST_WORDINGS = 11  # ten steps on one page
_DETAILS = listing.with_author(visibility.visible_alone(*listing.POST_COLUMNS)).where(Post.id == bindparam("post_id"))
_REVISIONS = (
    select(Revision.version, Revision.title, Revision.body, Revision.tlp, Revision.written_at)
    .where(Revision.post_id == bindparam("post_id"), Revision.version < bindparam("before"))
    .order_by(Revision.version.desc())
    .limit(MOST_WORDINGS)
)


class Wording(NamedTuple):
    """What a post said at one time, under which label. ``title`` is empty unless it opens a thread."""

    version: int
    title: str
    body: str
    tlp: Tlp
    written_at: datetime


def details(viewer: Viewer, post_id: int) -> Any:
    """A post with its author, as lists show it (``listing.POST_COLUMNS``). Raises NotFound."""
    row = db.session.execute(_DETAILS, viewer.binds | {"post_id": post_id}).one_or_none()
    if row is None:
        raise NotFound
    return row


def wordings(post: PostRow, edited_at: datetime | None, before: int | None = None) -> list[Wording]:
    """The wordings of a post that a door gave, newest first, at most MOST_WORDINGS; or those older than a version."""
    given = {"post_id": post.id, "before": before or post.version}
    earlier = [Wording(*row) for row in db.session.execute(_REVISIONS, given)]
    if before is not None:
        return earlier
    title = post.thread.title if post.is_opening else ""
    present = Wording(post.version, title, post.body, post.tlp, edited_at or post.released_at)
    return [present, *earlier][:MOST_WORDINGS]


def page_in_thread(viewer: Viewer, post: PostRow) -> int:
    """On which page of its thread a post stands for this viewer."""
    if post.is_opening:
        return 1
    return listing.page_of_first_unread(viewer, post.thread.id, post.released_at - clock.INSTANT)
