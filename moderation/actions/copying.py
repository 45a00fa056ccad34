"""What the moderators decide about a copy: those of the source let it go, those of the target publish it."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select

from community import audit, clock, events, quoting, rendering
from community.access import NotFound, access_post
from community.actions import removing
from community.actions.erasing import when_words_leave
from community.actions.keeping import Change, change_originals, forget_originals, when_originals_go
from community.actions.labels import hold_post
from community.actions.redacting import change_everywhere, when_words_are_taken_out
from community.actions.shrinking import when_post_shrinks
from community.db import action, db
from community.markup import RENDERER_VERSION
from community.models import (
    Case,
    CaseKind,
    CaseState,
    CaseStep,
    Consent,
    Group,
    Post,
    PostState,
    Promotion,
    PromotionStage,
    Side,
    StepKind,
    Thread,
    Visibility,
)
from community.policy import NotAllowed, Permission, Refused, can
from community.tlp import Tlp
from community.viewer import NOBODY, Viewer, viewer_of_member
from moderation import promotions
from moderation.actions import deciding, promoting
from moderation.actions.deciding import Letter
from moderation.actions.flags import WAITS
from moderation.cases import Matter

SAID = 1000
NOT_AGREED = _l("Not everybody concerned agrees to exactly this any more. Nothing was published.")
NOT_THERE = _l("The group does not take it any more. Nothing was published.")


# --- the source ---


@deciding.does("consent")
def _consent(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    row = _held_open(matter, PromotionStage.SOURCE)
    if not promotions.stands(viewer, row):
        raise Refused(NOT_THERE)
    deciding.close(viewer, matter, StepKind.CONSENTED, letter)
    promoting.agree(row, Side.SOURCE, viewer.member_id)
    row.stage, row.copy_id = PromotionStage.TARGET, _make_copy(row)
    db.session.flush()
    _ask_target(row.copy_id, row)
    promoting.tell_source(row, unless=viewer.member_id)


@deciding.does("refuse_sharing")
def _refuse(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    row = _held_open(matter, PromotionStage.SOURCE)
    deciding.close(viewer, matter, StepKind.REFUSED, letter)
    promoting.refuse(row, Side.SOURCE, letter.words)
    promoting.tell_source(row, unless=viewer.member_id)


@deciding.does("ask_source")
def _ask_for_changes(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    row = _held_open(matter, PromotionStage.SOURCE)
    deciding.close(viewer, matter, StepKind.CHANGES_ASKED, letter)
    promoting.ask_for_changes(row, Side.SOURCE, letter.words)
    promoting.tell_source(row, unless=viewer.member_id)


def _held_open(matter: Matter, stage: PromotionStage) -> Promotion:
    row = promoting.hold_open(matter.row.post_id)
    if row is None or row.stage != stage:
        raise Refused(promoting.CHANGED)
    return row


def _make_copy(row: Promotion) -> int:
    """A thread of its own in the target, which only moderators see until it is published."""
    copy_id = clock.random_id()
    db.session.add(Thread(id=copy_id, group_id=row.target_id, title=row.title, kind=row.kind, cause_types=[]))
    db.session.flush()
    copy = Post(id=copy_id, thread_id=copy_id, group_id=row.target_id, tlp=row.tlp, severity=row.severity)
    copy.body, copy.html, copy.renderer = row.body, rendering.render(row.body, copy_id), RENDERER_VERSION
    copy.state, copy.released_at = PostState.REMOVED, promotions.today()
    db.session.add(copy)
    db.session.flush()
    return copy_id


def _ask_target(copy_id: int, row: Promotion) -> None:
    waiting = select(Case).where(Case.post_id == copy_id, Case.kind == CaseKind.COPY, Case.state == CaseState.OPEN)
    asked = db.session.scalar(waiting.with_for_update().execution_options(populate_existing=True))
    if asked is not None:
        asked.version += 1  # whoever has it before them looks again
        return
    case = Case(id=clock.random_id(), kind=CaseKind.COPY, group_id=row.target_id, post_id=copy_id, version=1)
    case.opened_at, case.due_at = clock.hour(), clock.hour() + WAITS[row.severity]
    db.session.add(case)
    db.session.flush()
    db.session.add(CaseStep(case_id=case.id, what=StepKind.OPENED, at=clock.hour()))


@action
def take_back(viewer: Viewer, post_id: int, version: int) -> None:
    """Take back, before it is published, what the viewer agreed to for the source.

    Raises NotFound, NotAllowed, Refused.
    """
    post = hold_post(viewer, post_id, Permission.POST_PROMOTE)
    row = promoting.hold_version(post_id, version)
    mine = promotions.consents(row.id).get(Side.SOURCE)
    if mine is None or mine.member_id != viewer.member_id:
        raise NotAllowed
    author = promotions.consents(row.id)[Side.AUTHOR]
    promoting.take_from_target(row)
    promoting.agree_as_author(row, post, author.member_id)
    audit.record(viewer, "moderator:promotion:taken_back", group_id=post.group.id, subject_id=post_id)
    promoting.tell_source(row, unless=viewer.member_id)


# --- the target ---


@deciding.does("publish")
def _publish(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    row = _held_copy(matter, PromotionStage.TARGET)
    copy = db.session.get_one(Post, matter.row.post_id, populate_existing=True)
    _ensure_agreed(row, copy)
    deciding.close(viewer, matter, StepKind.ACCEPTED, letter)
    copy.state, copy.released_at = PostState.PUBLISHED, promotions.today()
    promoting.end(row, PromotionStage.PUBLISHED)
    audit.record(viewer, "moderator:copy:published", group_id=copy.group_id, subject_id=copy.id, tlp=copy.tlp)
    events.record(events.PostPublished(copy.id))
    promoting.tell_source(row)


def _ensure_agreed(row: Promotion, copy: Post) -> None:
    """Everybody agreed to exactly these words, under this label, in this group: asked of the copy itself."""
    title = db.session.scalar(select(Thread.title).where(Thread.id == copy.id)) or ""
    wanted = promotions.digest(copy.group_id, copy.tlp, title, copy.body)
    given = {one.side: one.digest for one in db.session.scalars(select(Consent).where(Consent.promotion_id == row.id))}
    if {side: given.get(side) for side in (Side.AUTHOR, Side.SOURCE)} != dict.fromkeys(
        (Side.AUTHOR, Side.SOURCE), wanted
    ):
        raise Refused(NOT_AGREED)
    _ensure_still_theirs(row)
    group = db.session.get_one(Group, copy.group_id, populate_existing=True)
    label = Tlp(copy.tlp)
    if group.archived_at or group.visibility == Visibility.SECRET or label not in map(Tlp, group.labels):
        raise Refused(NOT_THERE)


def _ensure_still_theirs(row: Promotion) -> None:
    """The post stands in an open group, and who agreed could do so now: of an author without a name only the first.

    As much is asked whoever wrote it: how long it takes does not tell whether the author is named.
    """
    asked = select(Consent.side, Consent.member_id).where(Consent.promotion_id == row.id)
    given = {one.side: one.member_id for one in db.session.execute(asked)}
    author, source = given[Side.AUTHOR], given[Side.SOURCE] or 0
    here = select(Post.id).join(Group, Group.id == Post.group_id).where(Post.id == row.post_id)
    stands = db.session.scalar(here.where(Post.state == PostState.PUBLISHED, Group.archived_at.is_(None)))
    theirs = _still_promotes(author or source, row.post_id)
    ours = _still_promotes(source, row.post_id) or can(viewer_of_member(source), Permission.COMMUNITY_TRUST)
    if stands is None or not ours or not (theirs or author is None):
        raise Refused(NOT_AGREED)


def _still_promotes(member_id: int, post_id: int) -> bool:
    viewer = viewer_of_member(member_id)
    try:
        return can(viewer, Permission.POST_PROMOTE, access_post(viewer, post_id))
    except NotFound:
        return False


def end_open(group_id: int) -> None:
    """Nobody agrees to anything any more in a group that is archived, or publishes anything there.

    Told by an event: in the act of a moderator of the target it would take time, and tell that something is on its way.
    """
    here = or_(Post.group_id == group_id, Promotion.target_id == group_id)
    asked = select(Promotion).join(Post, Post.id == Promotion.post_id).where(here)
    _end_all(asked.where(Promotion.stage.in_(promotions.OPEN)))


@deciding.does("refuse_copy")
def _refuse_copy(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    row = _held_copy(matter, PromotionStage.TARGET)
    _record_of_copy(viewer, matter, "moderator:copy:refused")
    promoting.refuse(row, Side.TARGET, letter.words)
    promoting.tell_source(row)


@deciding.does("ask_for_other")
def _ask_for_other(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    row = _held_copy(matter, PromotionStage.TARGET)
    _record_of_copy(viewer, matter, "moderator:copy:changes")
    promoting.ask_for_changes(row, Side.TARGET, letter.words)
    promoting.tell_source(row)


def _record_of_copy(viewer: Viewer, matter: Matter, tag: str) -> None:
    audit.record(viewer, tag, group_id=matter.row.group_id, subject_id=matter.row.post_id)


def _held_copy(matter: Matter, stage: PromotionStage) -> Promotion:
    asked = select(Promotion).where(Promotion.copy_id == matter.row.post_id, Promotion.stage == stage)
    row = db.session.scalar(asked.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise Refused(promoting.CHANGED)
    return row


# --- afterwards ---


@when_post_shrinks
def hide_copies(post_id: int, below: bool) -> None:
    """What is proposed of such a post is over; published copies are hidden until their moderators have decided."""
    which = (Post.thread_id if below else Post.id) == post_id
    asked = select(Promotion).join(Post, Post.id == Promotion.post_id).where(which)
    live = asked.where(Promotion.stage.in_((*promotions.OPEN, PromotionStage.PUBLISHED)))
    _end_all(live)


def _end_all(asked: Select[Any]) -> None:
    held = asked.order_by(Promotion.id).with_for_update(of=Promotion).execution_options(populate_existing=True)
    for row in db.session.scalars(held).all():
        if row.stage == PromotionStage.PUBLISHED:
            _hide(row)
        else:
            promoting.end(row, PromotionStage.ENDED)
            promoting.tell_source(row)


def _hide(row: Promotion) -> None:
    copy = db.session.get(Post, row.copy_id, populate_existing=True, with_for_update=True)
    if copy is None:
        return
    if copy.state == PostState.PUBLISHED:
        removing.hide_post(NOBODY, copy.id)
        audit.record(NOBODY, "system:copy:hidden", group_id=copy.group_id, subject_id=copy.id)
    # Also where it was removed for another reason: that decision knew nothing of this one.
    _ask_target(copy.id, row)


@when_words_are_taken_out
def change_copies(post_ids: Collection[int], change: Change) -> None:
    """Words that moderators take out leave the copies, too, and what was answered about them."""
    # Whoever is just publishing one of them has done so, or has not begun: read before, it would keep the words.
    ways = select(Promotion).where(Promotion.post_id.in_(post_ids)).order_by(Promotion.id).with_for_update()
    for row in db.session.scalars(ways.execution_options(populate_existing=True)).all():
        row.said = change(row.said, SAID)
        if row.copy_id is not None and row.stage == PromotionStage.PUBLISHED:
            _hold(row.copy_id)
            change_everywhere(NOBODY, row.copy_id, change)
            change_originals([row.copy_id], change)
    for post_id in sorted(post_ids):
        hide_copies(post_id, False)


def _hold(copy_id: int) -> None:
    """Whoever changes the copy at the same moment is waited for: what they took out of it stays out."""
    held = select(Post).where(Post.id == copy_id).with_for_update().execution_options(populate_existing=True)
    db.session.scalars(held).one()


@when_words_leave
def forget(post_id: int, words: Sequence[str]) -> None:
    """What a post said leaves what was answered to a proposal about it."""
    for row in db.session.scalars(select(Promotion).where(Promotion.post_id == post_id, Promotion.said != "")).all():
        row.said = quoting.without(row.said, post_id, words)[:SAID]


@when_originals_go
def forget_originals_of_copies(post_id: int) -> None:
    """What a copy said before goes with what its source said before."""
    copies = select(Promotion.copy_id).where(Promotion.post_id == post_id, Promotion.copy_id.is_not(None))
    for copy in db.session.scalars(select(Post).where(Post.id.in_(copies))).all():
        if forget_originals(copy.id):
            audit.record(NOBODY, "system:original:destroyed", group_id=copy.group_id, subject_id=copy.id)


@deciding.does("show_copy")
def _show(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    deciding.close(viewer, matter, StepKind.ACCEPTED, letter)
    removing.restore_post(viewer, matter.row.post_id)


@deciding.does("keep_hidden")
def _keep_hidden(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    deciding.close(viewer, matter, StepKind.REMOVED, letter)
