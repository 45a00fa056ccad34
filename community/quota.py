"""How much one member may send in an hour, with and without their name together. Nothing is stored for it.

What has no name is counted in memory: what waits by opening it, what is released by its tag. So the limit is the same
in both ways of posting, and no row tells who used it up. An hour is one of the clock: an anonymous post keeps no more.
"""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, func, select

from community import anonymity, clock
from community.db import UTCDateTime, read
from community.models import Member, Post
from community.settings import settings
from community.viewer import Viewer
from community.writing import Unfit

NEW_FOR = timedelta(days=7)
_NAMED = select(func.count()).where(
    Post.author_id == bindparam("member_id"), Post.released_at >= bindparam("since", type_=UTCDateTime)
)
_JOINED = select(Member.joined_on).where(Member.id == bindparam("member_id"))


def ensure_left(viewer: Viewer) -> None:
    """Let one more be sent. Raises Unfit, which only the author sees, when this hour's posts are used up."""
    most = _most(viewer)
    if most and sent(viewer) >= most:
        raise Unfit(
            "body",
            _l(
                "You have sent %(most)s posts in this hour, which is as many as one can. Send it in the next.",
                most=most,
            ),
        )


def sent(viewer: Viewer) -> int:
    """How much the viewer has sent since the hour began, whether released or not."""
    since = clock.hour()
    named: int = read(_NAMED, {"member_id": viewer.member_id, "since": since}).scalar_one()
    return named + anonymity.sent_since(viewer, since)


def _most(viewer: Viewer) -> int:
    joined = read(_JOINED, {"member_id": viewer.member_id}).scalar()
    is_new = joined is not None and joined > (clock.now() - NEW_FOR).date()
    return settings().posts_an_hour_new if is_new else settings().posts_an_hour
