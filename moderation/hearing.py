"""What an anonymous author has not read yet of what moderators did. Asked when somebody has shown their passkey.

Nothing is kept of a member: the answer is computed from the tags, of everything there is to be told, whoever asks.
"""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, not_, select
from sqlalchemy.orm import aliased

from community import anonymity, clock, visibility
from community.db import UTCDateTime, read
from community.models import Case, CaseStep, Group, Heard, Member, Post, StepKind, Submission
from community.viewer import Viewer
from moderation.told import APPEALED_WITHIN, TOLD

_First, _Second = aliased(Member, name="asker"), aliased(Member, name="second")
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

# Of this everybody is told, whatever their state, until they say that they have read it.
_UNSEALED = (
    _ABOUT.where(CaseStep.what == StepKind.UNSEALED)
    .add_columns(_First.name.label("asked_by"), _Second.name.label("agreed_by"))
    .join(Submission, Submission.case_id == Case.id)
    .outerjoin(_First, _First.id == Submission.member_id)
    .outerjoin(_Second, _Second.id == CaseStep.by_id)
)


class Unsealed(NamedTuple):
    """Two site moderators have learned that a post is by the viewer: which step, when, which post, who they were.

    Of a post from before a recovery of the account nothing says which it is: it stays closed.
    """

    id: int
    what: Any
    at: Any
    post_id: int | None
    pseudonym: int | None
    group_name: str
    asked_by: str | None
    agreed_by: str | None


def unsealed(viewer: Viewer) -> list[Unsealed]:
    """What the viewer has not read yet of having become known."""
    rows = read(_UNSEALED, {}).all()
    posts = {row.post_id for row in rows}
    ever, own = set(anonymity.ever_among(viewer, posts)), set(anonymity.among(viewer, posts))
    found = [Unsealed._make(row) for row in rows if row.post_id in ever]
    return [one if one.post_id in own else one._replace(post_id=None, pseudonym=None, group_name="") for one in found]


def unheard(viewer: Viewer) -> list[Any]:
    """What was decided about the viewer's anonymous posts, in groups they read, as long as they could appeal."""
    since = clock.now() - APPEALED_WITHIN
    rows = read(_DECIDED, viewer.binds | {"since": since}).all()
    own = set(anonymity.among(viewer, {row.post_id for row in rows}))
    return [row for row in rows if row.post_id in own]
