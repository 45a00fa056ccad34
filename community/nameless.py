"""What a page that was open for long still quotes: names of people who left without them, words taken out since."""

from sqlalchemy import bindparam, exists, or_, select

from community import originals, quoting, visibility
from community.db import db
from community.models import Member, Post, Redaction
from community.viewer import Viewer

_redacted = exists().where(Redaction.post_id == Post.id).correlate(Post)
_lost_words = or_(Post.lost_words, _redacted).label("lost_words")
_SOURCES = visibility.visible_posts(Post.id, Post.author_id, _lost_words).where(
    Post.id.in_(bindparam("quoted", expanding=True))
)
_AUTHORS = select(Member.id, Member.name).where(Member.id.in_(bindparam("authors", expanding=True)))
_HELD = _AUTHORS.with_for_update(read=True, key_share=True)


def unnamed(viewer: Viewer, body: str, hold: bool = False) -> str:
    """``body`` without the names above quotes of posts that the viewer reads and whose authors are nameless by now.

    Of posts out of which words were taken, or that lost words with what they repeat, only lines stay that still stand
    in them.

    With ``hold``, for actions that keep it, none of those quoted leaves before the action ends: who is just leaving is
    waited for, and who wants to is told that something of theirs is being written.
    """
    quoted = quoting.quoted_ids(body)
    if not quoted:
        return body
    sources = db.session.execute(_SOURCES, viewer.binds | {"quoted": sorted(quoted)}).all()
    for post_id in (row.id for row in sources if row.lost_words):
        body = quoting.standing(body, post_id, [text for one in originals.wordings(post_id) for text in one])
    authors = {"authors": sorted({row.author_id for row in sources if row.author_id})}
    gone = {row.id for row in db.session.execute(_HELD if hold else _AUTHORS, authors) if not row.name}
    return quoting.unnamed(body, {row.id for row in sources if row.author_id and row.author_id in gone})
