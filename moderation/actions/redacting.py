"""Moderators take words out of a post: always in a case, which is opened for it where there is none."""

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from community.actions.keeping import Change
from community.actions.labels import hold_post
from community.actions.redacting import take_out, when_words_are_taken_out
from community.db import db
from community.models import Case, CaseKind, CaseState, CaseStep, Submission
from community.policy import Permission, Refused
from community.redacting import Words
from community.viewer import Viewer
from moderation.actions.flags import Subject, open_case
from moderation.cases import Matter
from moderation.marking import not_there

CHANGED = _l("The post has changed meanwhile. Look at it again, then send once more; nothing was done.")
NOT_THERE = _l("Some of these words do not stand in the post. Nothing was done.")


def case_for(viewer: Viewer, post_id: int) -> Case:
    """In the running action: the case in which the viewer takes words out of a post, though nobody asked for it.

    Where its author has asked, that one is it. Raises NotFound and NotAllowed.
    """
    row = hold_post(viewer, post_id, Permission.POST_REDACT)
    same = select(Case).where(Case.post_id == row.id, Case.kind == CaseKind.REDACTION, Case.state == CaseState.OPEN)
    return db.session.scalar(same.with_for_update()) or open_case(
        Subject(row.id, row.group.id, row.severity), CaseKind.REDACTION
    )


def take_words_out(viewer: Viewer, matter: Matter, wanted: Collection[Words], version: int) -> None:
    """In the running action, which holds post and case. Raises Refused when the post changed or has not the words."""
    row = hold_post(viewer, matter.row.post_id, Permission.POST_REDACT)
    if row.version != version:
        raise Refused(CHANGED)
    if not wanted or not_there(row.id, wanted):
        raise Refused(NOT_THERE)
    take_out(viewer, row, tuple(wanted))


@when_words_are_taken_out
def leave_cases(post_ids: Collection[int], change: Change) -> None:
    """The words leave what was written about the posts: flags, appeals, notes, guidance."""
    here = select(Case.id).where(Case.post_id.in_(post_ids))
    models: tuple[Any, ...] = (CaseStep, Submission)
    for model in models:
        for row in db.session.scalars(select(model).where(model.case_id.in_(here), model.words != "")).all():
            row.words = change(row.words, model.words.type.length)
