"""An author asks the moderators: to look again at a decision, or to take words out of a post."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from community import audit, quoting
from community.access import PostRow
from community.actions.erasing import when_words_leave
from community.actions.labels import hold_post
from community.db import action, db
from community.models import Case, CaseKind, CaseStep, PostState, Submission
from community.policy import NotAllowed, Permission, Refused
from community.viewer import Viewer
from moderation import told
from moderation.actions.flags import open_case

NO_APPEAL = _l("Nobody can appeal against this (any more): an appeal is possible once, within 30 days.")
WAITS = _l("Your request about this post waits already. You are told when it is answered.")
GONE = _l("There are no words left in this post that others could read.")


@action
def appeal(viewer: Viewer, post_id: int, step_id: int, words: str) -> None:
    """Ask that somebody else look at a decision about a post of the viewer's.

    Raises NotFound, NotAllowed, and Refused the second time or too late.
    """
    row = _hold_own(viewer, post_id)
    if step_id not in [one.row.id for one in told.decisions(row) if one.open_to_appeal]:
        raise Refused(NO_APPEAL)
    _submit(viewer, row, CaseKind.APPEAL, words, step_id)


@action
def ask_for_redaction(viewer: Viewer, post_id: int, words: str) -> None:
    """Ask that words be taken out of a post of the viewer's.

    Raises NotFound, NotAllowed, and Refused while a request waits or when nothing is left.
    """
    row = _hold_own(viewer, post_id)
    if told.waits(row):
        raise Refused(WAITS)
    if row.state != PostState.PUBLISHED:
        raise Refused(GONE)
    _submit(viewer, row, CaseKind.REDACTION, words)


def _hold_own(viewer: Viewer, post_id: int) -> PostRow:
    row = hold_post(viewer, post_id, Permission.POST_READ)
    if not told.is_author(viewer, row):
        raise NotAllowed
    return row


def _submit(viewer: Viewer, row: PostRow, kind: CaseKind, words: str, step_id: int | None = None) -> None:
    case = open_case(row, kind)
    # An author whom the post does not name is not named here either.
    db.session.add(Submission(case_id=case.id, member_id=row.author_id, words=words, step_id=step_id))
    audit.record(viewer, f"member:post:{kind}", group_id=row.group.id, subject_id=row.id, case=case.id)


@when_words_leave
def forget(post_id: int, words: Sequence[str]) -> None:
    """What a post said leaves what was written about it: flags, appeals, notes, guidance."""
    here = select(Case.id).where(Case.post_id == post_id)
    models: tuple[Any, ...] = (CaseStep, Submission)
    for model in models:
        for row in db.session.scalars(select(model).where(model.case_id.in_(here), model.words != "")).all():
            row.words = quoting.without(row.words, post_id, words)[: model.words.type.length]
