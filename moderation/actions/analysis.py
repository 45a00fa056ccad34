"""Asking the analysts about a post, taking such a request, answering it in private or with an assessment for all."""

from collections.abc import Collection, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from community import audit, clock, events, quoting, visibility
from community.access import NotFound, PostRow, access_post
from community.actions.erasing import when_words_leave
from community.actions.keeping import Change
from community.actions.labels import hold_post
from community.actions.redacting import when_words_are_taken_out
from community.db import action, db
from community.models import AnalysisRequest, AnalysisState, Member, NotificationKind, Post, PostState
from community.outbox import listen
from community.policy import NotAllowed, Permission, Refused
from community.viewer import Viewer
from moderation import analysis

MOST_OPEN = 5
ASKED = _l("You have asked about this post already. Take that request back, or wait for the answer.")
TOO_MANY = _l("Five of your requests wait already. Take one back, or wait for an answer.")
NOBODY = _l("No analyst can read this post. Only its author can open it to one.")
ANSWERED = _l("This request was answered or taken back meanwhile. Nothing was changed now.")
TAKEN = _l("%(name)s has taken this request meanwhile.")


@action
def ask(viewer: Viewer, post_id: int, question: str, *, openly: bool) -> None:
    """Ask the analysts who read a post for help with it.

    Raises NotFound, NotAllowed, and Refused when the viewer's request waits already, or no analyst reads the post.
    """
    post = hold_post(viewer, post_id, Permission.POST_ASK_ANALYST)
    waiting = _waiting(viewer)
    if post_id in waiting:
        raise Refused(ASKED)
    if len(waiting) >= MOST_OPEN:
        raise Refused(TOO_MANY)
    analysts = analysis.analysts(viewer, post)
    if not analysts:
        raise Refused(NOBODY)
    request = AnalysisRequest(id=clock.random_id(), post_id=post_id, asker_id=viewer.member_id, openly=openly)
    request.question = question
    db.session.add(request)
    _recorded(viewer, post, "asked", request)
    for member_id in analysts:
        events.record(events.ReaderTold(member_id, NotificationKind.ANALYSIS_ASKED, post_id))


def _waiting(viewer: Viewer) -> list[int]:
    """Posts about which a request of the viewer's can still be answered; what they cannot take back does not count."""
    open_ones = [row for row in analysis.mine(viewer) if row.state == AnalysisState.OPEN]
    return [row.post_id for row in open_ones if row.post_state == PostState.PUBLISHED]


@action
def take_back(viewer: Viewer, post_id: int, request_id: int) -> None:
    """Take a request of the viewer's back. Raises NotFound, and Refused when it is answered."""
    post = access_post(viewer, post_id)
    request = _hold(viewer, post, request_id)
    if request.asker_id != viewer.member_id:
        raise NotAllowed
    request.state = AnalysisState.TAKEN_BACK
    _recorded(viewer, post, "taken_back", request)


@action
def take(viewer: Viewer, post_id: int, request_id: int) -> None:
    """Have the others know that the viewer, an analyst, works on it. Raises NotFound, NotAllowed, Refused."""
    post, request = _hold_as_analyst(viewer, post_id, request_id)
    request.analyst_id = viewer.member_id
    _recorded(viewer, post, "taken", request)


@action
def give_back(viewer: Viewer, post_id: int, request_id: int) -> None:
    """Leave a request to the others again. Raises NotFound, NotAllowed, Refused."""
    post, request = _hold_as_analyst(viewer, post_id, request_id)
    request.analyst_id = None
    _recorded(viewer, post, "given_back", request)


@action
def answer(viewer: Viewer, post_id: int, request_id: int, words: str) -> None:
    """Answer in private: only the asker and the analysts read it. Raises NotFound, NotAllowed, Refused."""
    post, request = _hold_as_analyst(viewer, post_id, request_id)
    request.analyst_id, request.answer = viewer.member_id, words
    _close(request, post_id)
    _recorded(viewer, post, "answered", request)


def _close(request: AnalysisRequest, post_id: int) -> None:
    request.state, request.answered_at = AnalysisState.ANSWERED, clock.now()
    events.record(events.ReaderTold(request.asker_id, NotificationKind.ANALYSIS_ANSWERED, post_id))


def _recorded(viewer: Viewer, post: PostRow, what: str, request: AnalysisRequest) -> None:
    about = {"group_id": post.group.id, "subject_id": post.id}
    audit.record(viewer, f"member:analysis:{what}", **about, request=request.id)


def _hold_as_analyst(viewer: Viewer, post_id: int, request_id: int) -> tuple[PostRow, AnalysisRequest]:
    post = access_post(viewer, post_id, Permission.POST_ANALYZE)
    request = _hold(viewer, post, request_id)
    if request.asker_id == viewer.member_id:
        raise NotAllowed
    held = next(row for row in analysis.about(viewer, post) if row.id == request_id)
    if held.analyst_id not in (None, viewer.member_id):
        raise Refused(TAKEN % {"name": held.analyst_name})
    return post, request


def _hold(viewer: Viewer, post: PostRow, request_id: int) -> AnalysisRequest:
    """An open request that the viewer meets, while nobody else changes it."""
    if request_id not in [row.id for row in analysis.about(viewer, post)]:
        raise NotFound
    held = select(AnalysisRequest).where(AnalysisRequest.id == request_id).with_for_update()
    request = db.session.scalars(held.execution_options(populate_existing=True)).one()
    if request.state != AnalysisState.OPEN:
        raise Refused(ANSWERED)
    return request


@listen(events.PostPublished)
def answer_openly(event: events.PostPublished, _number: int) -> None:
    """An assessment answers the requests about posts of its thread that its author has taken, if the asker reads it."""
    post = db.session.get(Post, event.post_id)
    if post is None or not post.assessment:
        return
    readers = list(db.session.scalars(visibility.audience(Member.id), {"post_id": post.id}))
    theirs = (
        select(AnalysisRequest)
        .join(Post, Post.id == AnalysisRequest.post_id)
        .where(Post.thread_id == post.thread_id, AnalysisRequest.analyst_id == post.author_id)
        .where(AnalysisRequest.state == AnalysisState.OPEN, AnalysisRequest.asker_id.in_(readers))
    )
    for request in db.session.scalars(theirs.with_for_update()).all():
        request.answer_id = post.id
        _close(request, post.id)


@when_words_are_taken_out
def leave_requests(post_ids: Collection[int], change: Change) -> None:
    """Words that are taken out of posts leave what was asked and answered about them."""
    for row in db.session.scalars(select(AnalysisRequest).where(AnalysisRequest.post_id.in_(post_ids))).all():
        row.question = change(row.question, AnalysisRequest.question.type.length)
        row.answer = change(row.answer, AnalysisRequest.answer.type.length)


@when_words_leave
def forget(post_id: int, words: Sequence[str]) -> None:
    """What a post said leaves what was asked and answered about it."""
    about = select(AnalysisRequest).where(
        AnalysisRequest.post_id == post_id, or_(AnalysisRequest.question != "", AnalysisRequest.answer != "")
    )
    for row in db.session.scalars(about).all():
        row.question = quoting.without(row.question, post_id, words)[: AnalysisRequest.question.type.length]
        row.answer = quoting.without(row.answer, post_id, words)[: AnalysisRequest.answer.type.length]
