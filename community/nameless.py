"""Names above quotes, of people who have left without theirs while a page with the quote was open."""

from sqlalchemy import bindparam, select

from community import quoting, visibility
from community.db import db
from community.models import Member, Post
from community.viewer import Viewer

_SOURCES = visibility.visible_posts(Post.id, Post.author_id).where(
    Post.id.in_(bindparam("quoted", expanding=True)), Post.author_id.is_not(None)
)
_AUTHORS = select(Member.id, Member.name).where(Member.id.in_(bindparam("authors", expanding=True)))
_HELD = _AUTHORS.with_for_update(read=True, key_share=True)


def unnamed(viewer: Viewer, body: str, hold: bool = False) -> str:
    """``body`` without the names above quotes of posts that the viewer reads and whose authors are nameless by now.

    With ``hold``, for actions that keep it, none of those quoted leaves before the action ends: who is just leaving is
    waited for, and who wants to is told that something of theirs is being written.
    """
    quoted = quoting.quoted_ids(body)
    if not quoted:
        return body
    sources = db.session.execute(_SOURCES, viewer.binds | {"quoted": sorted(quoted)}).all()
    authors = {"authors": sorted({row.author_id for row in sources})}
    gone = {row.id for row in db.session.execute(_HELD if hold else _AUTHORS, authors) if not row.name}
    return quoting.unnamed(body, {row.id for row in sources if row.author_id in gone})
