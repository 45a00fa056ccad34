"""Why does a member see a post, or not? The rule taken apart, for operators who are asked; no words of the post.

What is said here follows from the rows and is checked against the rule itself: the last line is the rule's own answer.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import select

from community import visibility
from community.db import db
from community.models import (
    SEEING,
    Engagement,
    Grant,
    Group,
    Member,
    Membership,
    MemberState,
    Post,
    PostState,
    Recipient,
    Role,
    Visibility,
)
from community.policy import is_trusted
from community.tlp import Tlp
from community.viewer import viewer_of_member

_SEEN = visibility.visible_alone(Post.id, visibility.seen_in_thread().label("in_thread"))


class Reason(NamedTuple):
    """One step of the answer: what was asked, whether it holds, and the facts behind it."""

    question: str
    holds: bool
    because: str


def explain(member: Member, post: Post) -> Iterator[Reason]:
    """The steps, in the order of the rule; the last is what the rule itself answers."""
    group = db.session.get_one(Group, post.group_id)
    opening = db.session.get_one(Post, post.thread_id)
    yield Reason("the member takes part", member.state in SEEING, f"state {member.state}")
    yield _reads(member, group)
    yield _history(member, group, opening)
    for name, one in (("opening post", opening), *([] if post.id == opening.id else [("post", post)])):
        yield Reason(f"the {name} stands, or the member may see what was removed", *_standing(member, group, one))
        yield Reason(f"the label of the {name} allows it", *_label(member, one))
    yield Reason("the author opened this one post to the member", *_grant(member, group, post))
    yield from _answer(member, post)


def _place(member: Member, group: Group) -> Membership | None:
    return db.session.get(Membership, (group.id, member.id))


def _reads(member: Member, group: Group) -> Reason:
    place = _place(member, group)
    about = f"{group.visibility} group, " + (
        f"{place.role} since {place.since:%Y-%m-%d %H:%M} UTC" if place else "no member"
    )
    return Reason("the member reads the group", group.visibility == Visibility.PUBLIC or place is not None, about)


def _history(member: Member, group: Group, opening: Post) -> Reason:
    place = _place(member, group)
    hidden = group.hides_history and (place is None or place.since > opening.released_at)
    about = "history is hidden" if group.hides_history else "history is open"
    return Reason("the thread began late enough for the member", not hidden, about)


def _standing(member: Member, group: Group, post: Post) -> tuple[bool, str]:
    if post.state != PostState.REMOVED:
        return True, f"it is {post.state}"
    place = _place(member, group)
    office = member.site_moderator or (place is not None and place.role == Role.MODERATOR)
    decides = office and member.state == MemberState.ACTIVE and is_trusted(member)
    return post.author_id == member.id or decides, "moderators removed it"


def _label(member: Member, post: Post) -> tuple[bool, str]:
    person = f"{member.engagement}, {'NDA signed' if member.nda_signed else 'no NDA'}"
    if post.tlp == Tlp.RED:
        named = post.author_id == member.id or db.session.get(Recipient, (post.id, member.id)) is not None
        return named, f"{post.tlp.label}; the member is {'author or named' if named else 'not named'}"
    staff = member.engagement == Engagement.STAFF
    allowed = post.tlp == Tlp.CLEAR or staff or (member.nda_signed and post.tlp != Tlp.AMBER_STRICT)
    return allowed, f"{post.tlp.label}; the member is {person}"


def _grant(member: Member, group: Group, post: Post) -> tuple[bool, str]:
    if db.session.get(Grant, (post.id, member.id)) is None:
        return False, "no grant"
    if post.state == PostState.REMOVED:
        return False, "grant, but moderators removed the post"
    reached = group.visibility != Visibility.SECRET or _place(member, group) is not None
    return reached, "grant" if reached else "grant, but the group is secret and the member is no longer in it"


def _answer(member: Member, post: Post) -> Iterator[Reason]:
    statement: Any = _SEEN.where(Post.id == post.id)
    row = db.session.execute(statement, viewer_of_member(member.id).binds).one_or_none()
    how = "in its thread" if row and row.in_thread else "alone, by the grant" if row else "not at all"
    words = ", withdrawn: without its words" if post.state == PostState.WITHDRAWN and row else ""
    yield Reason("so the member sees the post", row is not None, how + words)


def member_of(words: str) -> Member | None:
    """The member with this mail address."""
    return db.session.scalar(select(Member).where(Member.mail == words))
