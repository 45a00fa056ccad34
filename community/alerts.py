"""Who is told of what inside the application: the listener that turns events into notifications.

A notification is a pointer; whether its owner may still see what it points at is asked again whenever it is shown.
One event makes at most one notification for a member, with the strongest of its reasons.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, literal, not_, or_, select

from community import clock, events, visibility
from community.db import db, insert_new
from community.models import (
    SEEING,
    EarlierName,
    Follow,
    Invitation,
    Member,
    Membership,
    MemberState,
    Notification,
    NotificationKind,
    Post,
    Quote,
    Recipient,
    Role,
    Severity,
    Vouch,
)
from community.outbox import listen
from community.policy import trusted
from community.tlp import Tlp, is_wider

BATCH = 500
_Quoted = Post.__table__.alias("quoted")
_follows = exists().where(Follow.thread_id == Post.thread_id, Follow.member_id == Member.id)
_named = exists().where(Recipient.post_id == Post.id, Recipient.member_id == Member.id)
_quoted = exists().where(Quote.post_id == Post.id, Quote.quoted_id == _Quoted.c.id, _Quoted.c.author_id == Member.id)
_warned = Post.severity == Severity.WARNING
_reason = case(
    (_named, literal(NotificationKind.NAMED.value)),
    (_quoted, literal(NotificationKind.QUOTE.value)),
    (_warned, literal(NotificationKind.WARNING.value)),
    else_=literal(NotificationKind.REPLY.value),
)
_TOLD = visibility.audience(Member.id, _reason.label("kind")).where(
    or_(_named, _quoted, _warned, and_(_follows, Post.id != Post.thread_id)),
    or_(Post.author_id.is_(None), Post.author_id != Member.id),
)
_NOT_TOLD = _TOLD.add_columns(Post.tlp).where(
    _warned, not_(exists().where(Notification.post_id == Post.id, Notification.member_id == Member.id))
)
_ANSWERING = (
    select(Member.id)
    .where(Member.state != MemberState.LEFT)
    .where(
        or_(
            exists().where(
                Vouch.person_id == bindparam("person_id"), Vouch.voucher_id == Member.id, Vouch.void_at.is_(None)
            ),
            exists().where(Invitation.member_id == bindparam("person_id"), Invitation.sponsor_id == Member.id),
        )
    )
    .order_by(Member.id)
)
# In the order in which they were left; locked, so that two changes of one name are told one after the other.
_NAMES = (
    select(EarlierName.id)
    .where(EarlierName.member_id == bindparam("person_id"))
    .order_by(EarlierName.until, EarlierName.id)
    .with_for_update()
)
_ABOUT = select(Post.author_id, Post.thread_id).where(Post.id == bindparam("post_id"))
# Who has the role and not the standing (policy.is_trusted) decides nothing and must not learn who asks.
_MODERATORS = (
    select(Membership.member_id)
    .join(Member, Member.id == Membership.member_id)
    .where(Membership.group_id == bindparam("group_id"), Membership.role == Role.MODERATOR)
    .where(Member.state.in_((MemberState.ACTIVE, MemberState.DORMANT)))
    .where(trusted(Member))
)


def _tell(members: Iterable[tuple[int, str]], number: int, **about: Any) -> None:
    now = clock.now()
    rows = [
        {"id": clock.random_id(), "member_id": member, "kind": kind, "event_key": number, "told_at": now, **about}
        for member, kind in members
    ]
    if rows:
        db.session.execute(insert_new(Notification), rows)


@listen(events.PostPublished)
def tell_of_post(event: events.PostPublished, number: int) -> None:
    """Tell those it names, quotes, and who follow; a warning tells everybody who sees it. The author follows."""
    told = db.session.execute(_TOLD, {"post_id": event.post_id}).all()
    _tell([(row.id, row.kind) for row in told], number, post_id=event.post_id)
    about = db.session.execute(_ABOUT, {"post_id": event.post_id}).one_or_none()
    if about and about.author_id:
        follow = {"member_id": about.author_id, "thread_id": about.thread_id}
        db.session.execute(insert_new(Follow), [follow])


@listen(events.PostGranted)
def tell_of_grant(event: events.PostGranted, number: int) -> None:
    """Tell the member to whom a post was opened."""
    _tell([(event.member_id, NotificationKind.GRANT)], number, post_id=event.post_id)


@listen(events.PostRelabelled)
def tell_of_label(event: events.PostRelabelled, number: int) -> None:
    """Tell the author when somebody else changed the label, and of a warning those whom a wider one reaches first."""
    tell_author(event.post_id, NotificationKind.RELABELLED, number, unless=event.by_id)
    told = db.session.execute(_NOT_TOLD, {"post_id": event.post_id}).all()
    _tell([(row.id, row.kind) for row in told if is_wider(Tlp(row.tlp), Tlp(event.was))], number, post_id=event.post_id)


@listen(events.PostOpenedByModerator)
def tell_of_reading(event: events.PostOpenedByModerator, number: int) -> None:
    """Tell the author that a site moderator opened the post."""
    tell_author(event.post_id, NotificationKind.OPENED, number)


@listen(events.AuthorTold)
def tell_of_decision(event: events.AuthorTold, number: int) -> None:
    """Tell the author what the moderators decided about the post."""
    tell_author(event.post_id, NotificationKind(event.kind), number)


@listen(events.ReaderTold)
def tell_reader(event: events.ReaderTold, number: int) -> None:
    """Tell one member something about a post that they read."""
    _tell([(event.member_id, event.kind)], number, post_id=event.post_id)


def tell_author(post_id: int, kind: NotificationKind, number: int, unless: int = 0) -> None:
    """Whatever tells an author goes through here. Of a post that names nobody nobody is told."""
    author = author_of(post_id)
    if author and author != unless:
        _tell([(author, kind)], number, post_id=post_id)


def author_of(post_id: int) -> int | None:
    """The member whom a post names as its author."""
    return db.session.scalar(select(Post.author_id).where(Post.id == post_id))


@listen(events.MemberInvited)
def tell_of_invitation(event: events.MemberInvited, number: int) -> None:
    """Tell the invited member."""
    _tell([(event.member_id, NotificationKind.GROUP_INVITED)], number, group_id=event.group_id)


@listen(events.InvitationClosed, events.MemberJoined)
def forget_invitation(event: Any, number: int) -> None:
    """An invitation that was answered or taken back is no news any more; one that came later is."""
    mine = and_(Notification.member_id == event.member_id, Notification.group_id == event.group_id)
    earlier = and_(Notification.kind == NotificationKind.GROUP_INVITED, Notification.event_key < number)
    db.session.execute(delete(Notification).where(mine, earlier))


@listen(events.MemberJoined)
def tell_of_admission(event: events.MemberJoined, number: int) -> None:
    """Tell the member whom somebody else admitted."""
    if event.by_id != event.member_id:
        _tell([(event.member_id, NotificationKind.GROUP_JOINED)], number, group_id=event.group_id)


@listen(events.JoinRefused)
def tell_of_refusal(event: events.JoinRefused, number: int) -> None:
    """Tell the member who asked."""
    _tell([(event.member_id, NotificationKind.GROUP_REFUSED)], number, group_id=event.group_id)


@listen(events.MemberRemoved)
def tell_of_removal(event: events.MemberRemoved, number: int) -> None:
    """Tell the member whom somebody else took out; of a secret group they may know nothing any more."""
    if event.by_id != event.member_id:
        _tell([(event.member_id, NotificationKind.GROUP_REMOVED)], number, group_id=event.group_id)


@listen(events.RoleChanged)
def tell_of_role(event: events.RoleChanged, number: int) -> None:
    """Tell the member whose role changed."""
    _tell([(event.member_id, NotificationKind.GROUP_ROLE)], number, group_id=event.group_id)


@listen(events.JoinAsked)
def tell_of_request(event: events.JoinAsked, number: int) -> None:
    """Tell the moderators of the group."""
    told = [(member, NotificationKind.JOIN_ASKED) for member in moderators_of(event.group_id)]
    _tell(told, number, group_id=event.group_id)


@listen(events.MemberTold)
def tell_member(event: events.MemberTold, number: int) -> None:
    """Tell one member something about their account, or about somebody they answer for."""
    _tell([(event.member_id, event.kind)], number, about_id=event.about_id or None)


@listen(events.ModeratorChanged)
def tell_everybody(event: events.ModeratorChanged, number: int) -> None:
    """Tell all who see the community who is a site moderator from now on, or no more."""
    members = db.session.scalars(select(Member.id).where(Member.state.in_(SEEING)).order_by(Member.id)).all()
    for first in range(0, len(members), BATCH):
        told = [(member, event.kind) for member in members[first : first + BATCH]]
        _tell(told, number, about_id=event.member_id)


@listen(events.MemberRenamed)
def tell_of_name(event: events.MemberRenamed, number: int) -> None:
    """Tell those who answer for the member.

    Each has one notification about it, the newest: with the name that they knew as long as they have not seen it.
    """
    names = db.session.scalars(_NAMES, {"person_id": event.member_id}).all()
    if event.earlier_id not in names:
        return  # who has left meanwhile has no earlier names
    about = and_(Notification.kind == NotificationKind.RENAMED, Notification.about_id == event.member_id)
    held = {row.member_id: row for row in db.session.scalars(select(Notification).where(about).with_for_update())}
    for row in held.values():
        _tell_anew(row, number, event.earlier_id, names)
    new = [(member, NotificationKind.RENAMED) for member in answering_for(event.member_id) if member not in held]
    _tell(new, number, about_id=event.member_id, earlier_name_id=event.earlier_id)


def _tell_anew(row: Notification, number: int, earlier_id: int, names: Sequence[int]) -> None:
    if row.seen_at is None and row.earlier_name_id is not None:
        row.earlier_name_id = min(row.earlier_name_id, earlier_id, key=names.index)
    if number <= row.event_key:
        return
    if row.seen_at is not None:
        row.earlier_name_id, row.seen_at = earlier_id, None
    row.event_key, row.told_at = number, clock.now()


def answering_for(person_id: int) -> list[int]:
    """Who answers for a member: their sponsor, and those whose vouch for them stands."""
    return list(db.session.scalars(_ANSWERING, {"person_id": person_id}))


def moderators_of(group_id: int) -> list[int]:
    """Who decides in a group, and so may learn who asks."""
    return list(db.session.scalars(_MODERATORS, {"group_id": group_id}))
