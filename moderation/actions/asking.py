"""An author asks the moderators: to look again at a decision, or to take words out of a post."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from community import anonymity, audit, clock, quoting, unnamed
from community.access import PostRow
from community.actions.erasing import when_words_leave
from community.actions.labels import hold_post
from community.actions.releasing import when_released
from community.actions.unnamed import once, take, was_sent
from community.db import action, db
from community.models import Case, CaseKind, CaseStep, Post, PostState, Submission
from community.policy import NotAllowed, Permission, Refused, ensure_proved
from community.viewer import Viewer
from moderation import told
from moderation.actions.flags import Subject, open_case

NO_APPEAL = _l("Nobody can appeal against this (any more): an appeal is possible once, within 30 days.")
WAITS = _l("Your request about this post waits already. You are told when it is answered.")
APPEAL_WAITS = _l("Your appeal waits to be released already. Until then you can take it back.")
GONE = _l("There are no words left in this post that others could read.")


@action
def appeal(viewer: Viewer, post_id: int, step_id: int, words: str) -> None:
    """Ask that somebody else look at a decision about a post of the viewer's.

    Raises NotFound, NotAllowed, and Refused the second time or too late.
    """
    row = _hold_own(viewer, post_id)
    _ensure_open_to_appeal(post_id, step_id)
    _submit(viewer, row, CaseKind.APPEAL, words, step_id)


def _ensure_open_to_appeal(post_id: int, step_id: int, asked_at: datetime | None = None) -> None:
    if step_id not in [one.row.id for one in told.decisions(post_id, asked_at) if one.open_to_appeal]:
        raise Refused(NO_APPEAL)


def appeal_unnamed(viewer: Viewer, post_id: int, step_id: int, words: str) -> None:
    """The same about an anonymous post of the viewer's. It waits sealed, like all that has no name (ADR 30).

    Raises Unproved, NotFound, and Refused the second time or too late.
    """
    ensure_proved(viewer)
    once(_appeal_tag(viewer, step_id), lambda: _appeal_unnamed(viewer, post_id, step_id, words))


@action
def _appeal_unnamed(viewer: Viewer, post_id: int, step_id: int, words: str) -> None:
    unnamed.own(viewer, post_id)
    _ensure_open_to_appeal(post_id, step_id)
    if was_sent(_appeal_tag(viewer, step_id)):
        raise Refused(APPEAL_WAITS)
    act = {"act": "appeal", "where": post_id, "step": step_id, "draft": {"body": words}}
    take(viewer, act, _appeal_tag(viewer, step_id))


def _appeal_tag(viewer: Viewer, step_id: int) -> bytes:
    return anonymity.sent_tag(viewer.member_id, f"appeal:{step_id}", "")


@when_released("appeal")
def _release_appeal(viewer: Viewer, act: dict[str, Any], _tag: bytes) -> None:
    row = unnamed.own(viewer, act["where"])
    db.session.execute(select(Post.id).where(Post.id == row.thread_id).with_for_update())
    _ensure_open_to_appeal(row.id, act["step"], datetime.fromisoformat(act["hour"]))
    case = open_case(Subject(row.id, row.group_id, row.severity), CaseKind.APPEAL)
    case.opened_at = clock.hour()
    words = act["draft"]["body"][: Submission.words.type.length]
    db.session.add(Submission(case_id=case.id, words=words, step_id=act["step"], at=clock.hour()))
    audit.record(None, "member:post:appeal", group_id=row.group_id, subject_id=row.id, case=case.id)


@action
def ask_for_redaction(viewer: Viewer, post_id: int, words: str) -> None:
    """Ask that words be taken out of a post of the viewer's.

    Raises NotFound, NotAllowed, and Refused while a request waits or when nothing is left.
    """
    row = _hold_own(viewer, post_id)
    if told.waits(post_id):
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
    case = open_case(Subject(row.id, row.group.id, row.severity), kind)
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
