"""What an anonymous author has not read yet of what moderators did. Asked when somebody has shown their passkey.

Nothing is kept of a member: the answer is computed from the tags, of everything there is to be told, whoever asks.
"""

from typing import Any

from sqlalchemy import bindparam, exists, not_, select

from community import anonymity, clock, visibility
from community.db import UTCDateTime, read
from community.models import Case, CaseStep, Group, Heard, Post
from community.viewer import Viewer
from moderation.told import APPEALED_WITHIN, TOLD

_heard = exists().where(Heard.step_id == CaseStep.id).correlate(CaseStep)
_ABOUT = (
    select(CaseStep.id, CaseStep.what, CaseStep.at, Case.post_id, Post.pseudonym, Group.name.label("group_name"))
    .join(Case, Case.id == CaseStep.case_id)
    .join(Post, Post.id == Case.post_id)
    .join(Group, Group.id == Post.group_id)
    .where(Post.pseudonym.is_not(None), not_(_heard))
    .order_by(CaseStep.at.desc(), CaseStep.id)
)
_DECIDED = _ABOUT.where(
    CaseStep.what.in_(TOLD), CaseStep.at > bindparam("since", type_=UTCDateTime), visibility.reads_group()
)


def unheard(viewer: Viewer) -> list[Any]:
    """What was decided about the viewer's anonymous posts, in groups they read, as long as they could appeal."""
    since = clock.now() - APPEALED_WITHIN
    rows = read(_DECIDED, viewer.binds | {"since": since}).all()
    own = set(anonymity.among(viewer, {row.post_id for row in rows}))
    return [row for row in rows if row.post_id in own]
