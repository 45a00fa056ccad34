"""The listener that tells open pages at once: a pointer to each member of an audience, and nothing but the pointer.

The page fetches what the pointer means through the same doors as every other page. An empty audience means nobody.
"""

from collections.abc import Iterable
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select

from community import alerts, events, ids, visibility
from community.db import db
from community.models import Member, Membership, Post
from community.outbox import listen
from community.tlp import Tlp
from community.viewer import viewer_of_member

_AUDIENCE = visibility.audience(Member.id)
_FORMER = visibility.former_audience(Member.id)
_ALONE = visibility.visible_alone(Post.id).where(Post.id == bindparam("post_id"))
_MEMBERS = select(Membership.member_id).where(Membership.group_id == bindparam("group_id"))
_POST = select(Post.thread_id, Post.group_id, Post.author_id, Post.released_at, Post.state).where(
    Post.id == bindparam("post_id")
)


def room_of(member_id: int) -> str:
    """The room in which all open pages of one member are."""
    return f"member-{member_id}"


def _send(members: Iterable[int], event: str, pointer: dict[str, Any]) -> None:
    rooms = [room_of(member) for member in members]
    if rooms:  # an empty list would reach everybody
        current_app.extensions["socketio"].emit(event, pointer, to=rooms)


def _readers(post_id: int) -> set[int]:
    return set(db.session.scalars(_AUDIENCE, {"post_id": post_id}))


@listen(events.PostPublished)
def show_new(event: events.PostPublished, _number: int) -> None:
    """Point everybody who sees it at a new post."""
    _send(sorted(_readers(event.post_id)), "new", {"post": ids.encode(event.post_id)})


@listen(events.PostEdited, events.PostRedacted, events.PostWithdrawn)
def show_changed(event: Any, _number: int) -> None:
    """Point everybody who sees it at a changed post."""
    _send(sorted(_readers(event.post_id)), "changed", {"post": ids.encode(event.post_id)})


@listen(events.PostRelabelled)
def show_relabelled(event: events.PostRelabelled, _number: int) -> None:
    """Point those who see it at the post; those who saw it under its former label look again at what they may see."""
    now = _readers(event.post_id)
    _send(sorted(now), "changed", {"post": ids.encode(event.post_id)})
    _send(sorted(_readers_under(event.post_id, Tlp(event.was)) - now), "access", {})


def _readers_under(post_id: int, label: Tlp) -> set[int]:
    post = db.session.execute(_POST, {"post_id": post_id}).one_or_none()
    if post is None:
        return set()
    before = visibility.draft(label, post.author_id or 0, post.released_at, state=post.state)
    reply = post_id != post.thread_id
    asked = visibility.draft_audience(before, Member.id, reply=reply)
    return set(db.session.scalars(asked, {"group_id": post.group_id, "thread_id": post.thread_id}))


@listen(events.PostRemoved)
def show_removed(event: events.PostRemoved, _number: int) -> None:
    """Point those who still see it at the post; those who no longer do look again at what they may see."""
    now = _readers(event.post_id)
    before = set(db.session.scalars(_FORMER, {"post_id": event.post_id}))
    _send(sorted(now), "changed", {"post": ids.encode(event.post_id)})
    _send(sorted(before - now), "access", {})


@listen(events.PostRestored)
def show_restored(event: events.PostRestored, _number: int) -> None:
    """Those who can read it again look again."""
    _send(sorted(db.session.scalars(_FORMER, {"post_id": event.post_id})), "access", {})


@listen(events.PostGranted)
def show_granted(event: events.PostGranted, _number: int) -> None:
    """Point the member to whom it was opened at the post, when they can read it by now."""
    given = viewer_of_member(event.member_id).binds | {"post_id": event.post_id}
    if db.session.scalar(_ALONE, given):
        _send([event.member_id], "new", {"post": ids.encode(event.post_id)})


@listen(events.PostOpenedByModerator, events.AuthorTold)
def show_reading(event: Any, _number: int) -> None:
    """The author, who sees the post, was told of it: their pages look again."""
    author = alerts.author_of(event.post_id)
    _send([author] if author in _readers(event.post_id) else [], "access", {})


@listen(events.JoinAsked)
def show_request(event: events.JoinAsked, _number: int) -> None:
    """The moderators of the group were told of it: their pages look again."""
    _send(alerts.moderators_of(event.group_id), "access", {})


@listen(events.MemberRenamed)
def show_name(event: events.MemberRenamed, _number: int) -> None:
    """Those who answer for the member were told of it: their pages look again."""
    _send(alerts.answering_for(event.member_id), "access", {})


@listen(events.ThreadChanged)
def show_thread(event: events.ThreadChanged, _number: int) -> None:
    """A lock or pin changed: pages on that thread look again."""
    _send(sorted(_readers(event.thread_id)), "changed", {"post": ids.encode(event.thread_id)})


@listen(events.GroupChanged)
def show_group(event: events.GroupChanged, _number: int) -> None:
    """Members of a changed group look again at what they may see and do."""
    _send(db.session.scalars(_MEMBERS, {"group_id": event.group_id}), "access", {})


@listen(
    events.GrantTakenBack,
    events.MemberJoined,
    events.MemberRemoved,
    events.RoleChanged,
    events.MemberInvited,
    events.InvitationClosed,
    events.JoinRefused,
    events.AccessChanged,
    events.MemberTold,
    events.ReaderTold,
)
def look_again(event: Any, _number: int) -> None:
    """The member's own rights changed: their pages look again at what they may see."""
    _send([event.member_id], "access", {})
