"""What actions tell the listeners: frozen facts that point at rows and hold no content.

An event is written to the outbox in the transaction that causes it (``record``) and delivered after it, at least once.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import insert

from community.db import write
from community.models import OutboxEvent

_NEW = insert(OutboxEvent.__table__).inline()  # type: ignore[arg-type]


@dataclass(frozen=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True)
class PostPublished(Event):
    """A post can be read now."""

    post_id: int


@dataclass(frozen=True)
class PostEdited(Event):
    """A post has a new wording."""

    post_id: int


@dataclass(frozen=True)
class PostRedacted(Event):
    """Words were taken out of a post."""

    post_id: int


@dataclass(frozen=True)
class PostWithdrawn(Event):
    """A post lost its words."""

    post_id: int


@dataclass(frozen=True)
class PostRemoved(Event):
    """Moderators took a post out of view: only they and its author see it."""

    post_id: int


@dataclass(frozen=True)
class PostRestored(Event):
    """A removed post can be read again."""

    post_id: int


@dataclass(frozen=True)
class AuthorTold(Event):
    """The author of a post, whoever that is, is told something about it: ``kind`` of notification."""

    post_id: int
    kind: str


@dataclass(frozen=True)
class ReaderTold(Event):
    """A member is told something about a post: ``kind`` of notification. It is shown while they may read the post."""

    member_id: int
    kind: str
    post_id: int


@dataclass(frozen=True)
class PromotionAnswered(Event):
    """Something happened to a proposal to share a copy. ``by_id`` is the member who knows already; 0: nobody does."""

    promotion_id: int
    by_id: int


@dataclass(frozen=True)
class PostRelabelled(Event):
    """A post has another label than it had (``was``). ``by_id`` is the member who changed it."""

    post_id: int
    by_id: int
    was: str


@dataclass(frozen=True)
class PostGranted(Event):
    """The author opened a post to one further member."""

    post_id: int
    member_id: int


@dataclass(frozen=True)
class GrantTakenBack(Event):
    """The author closed the post again to a member they had opened it to."""

    post_id: int
    member_id: int


@dataclass(frozen=True)
class PostOpenedByModerator(Event):
    """A site moderator read a post that the group rule does not give them."""

    post_id: int
    reading_id: int


@dataclass(frozen=True)
class ThreadChanged(Event):
    """A thread was locked, unlocked, pinned or unpinned."""

    thread_id: int


@dataclass(frozen=True)
class GroupChanged(Event):
    """A group's name, description, rules or archive state changed."""

    group_id: int


@dataclass(frozen=True)
class MemberJoined(Event):
    """A membership began. ``by_id`` is who admitted the member: themselves who joined or accepted an invitation."""

    group_id: int
    member_id: int
    by_id: int


@dataclass(frozen=True)
class MemberRemoved(Event):
    """A membership ended. ``by_id`` is who ended it: the member themselves when they left."""

    group_id: int
    member_id: int
    by_id: int


@dataclass(frozen=True)
class RoleChanged(Event):
    """A member has another role in a group."""

    group_id: int
    member_id: int


@dataclass(frozen=True)
class MemberInvited(Event):
    """A group moderator invited a member into a group."""

    group_id: int
    member_id: int


@dataclass(frozen=True)
class InvitationClosed(Event):
    """An invitation into a group was declined or withdrawn."""

    group_id: int
    member_id: int


@dataclass(frozen=True)
class JoinAsked(Event):
    """A member asks to join a private group."""

    group_id: int
    member_id: int


@dataclass(frozen=True)
class JoinRefused(Event):
    """A request to join was refused."""

    group_id: int
    member_id: int


@dataclass(frozen=True)
class AccessChanged(Event):
    """A member's state, engagement or non-disclosure agreement changed; what they see may have shrunk."""

    member_id: int


@dataclass(frozen=True)
class MemberTold(Event):
    """A member is told something about trust: ``kind`` of notification, and the person it is about (0: nobody)."""

    member_id: int
    kind: str
    about_id: int


@dataclass(frozen=True)
class MemberRenamed(Event):
    """A member has another name than they had (``earlier_id``); those who answer for them are told."""

    member_id: int
    earlier_id: int


@dataclass(frozen=True)
class ModeratorChanged(Event):
    """A member became a site moderator, or is one no more (``kind`` of notification); everybody is told."""

    member_id: int
    kind: str


@dataclass(frozen=True)
class SignInEnded(Event):
    """A session ended: by its member, by expiry, or by suspension."""

    member_id: int
    sign_in_id: int


KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}


def record(event: Event) -> None:
    """Write ``event`` to the outbox, inside the running action."""
    write(_NEW, {"kind": type(event).__name__, "payload": asdict(event)})


def restore(row: OutboxEvent) -> Event:
    """The event that ``record`` wrote."""
    return KINDS[row.kind](**row.payload)
