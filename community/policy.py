"""What somebody who already sees a thing may do with it: one list of permissions, one table of rules that covers it."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, or_

from community import clock
from community.db import UTCDateTime, constant
from community.models import Anonymous, Engagement, MemberState, PostState, Role, Visibility
from community.tlp import PUBLIC_GROUP, STRICT_TO_WIDE, Tlp, not_wider_than
from community.viewer import PROOF_LASTS, Viewer

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

    from community.access import GroupRow, InvitationRow, PostRow, ThreadRow
    from community.models import Member


SEASONED_AFTER = timedelta(days=30)


class Permission(StrEnum):
    """Something one may be allowed to do. docs/permissions.md describes each."""

    COMMUNITY_CREATE_GROUP = "community.create_group"
    GROUP_SEE = "group.see"
    GROUP_READ = "group.read"
    GROUP_JOIN = "group.join"
    GROUP_ASK = "group.ask"
    GROUP_ACCEPT = "group.accept"
    GROUP_LEAVE = "group.leave"
    GROUP_MANAGE = "group.manage"
    GROUP_WRITE_UNNAMED = "group.write_unnamed"
    GROUP_MODERATE = "group.moderate"
    THREAD_CREATE = "thread.create"
    THREAD_READ = "thread.read"
    THREAD_MODERATE = "thread.moderate"
    POST_READ = "post.read"
    POST_REPLY = "post.reply"
    POST_EDIT = "post.edit"
    POST_GRANT = "post.grant"
    POST_NARROW = "post.narrow"
    POST_REDACT = "post.redact"
    POST_FLAG = "post.flag"
    POST_PROMOTE = "post.promote"
    POST_ASK_ANALYST = "post.ask_analyst"
    POST_ANALYZE = "post.analyze"
    POST_POINT_OUT = "post.point_out"
    COMMUNITY_INVITE = "community.invite"
    COMMUNITY_VOUCH = "community.vouch"
    COMMUNITY_TRUST = "community.trust"
    MEMBER_DECIDE = "member.decide"


class NotAllowed(Exception):
    """The viewer sees the thing and may not do this with it."""


class Unproved(Exception):
    """The viewer may do this, and has to show their passkey again first."""


class Refused(Exception):
    """The viewer may do such things, but this one cannot be done now. ``reason`` says why, in the reader's words."""

    def __init__(self, reason: "LazyString") -> None:
        super().__init__()
        self.reason = reason


def can(viewer: Viewer, permission: Permission, on: Any = None) -> bool:
    """May the viewer do this with ``on``, a row that a door gave them (None for the community as a whole)?"""
    return viewer.sees and RULES[permission](viewer, on)


def ensure(viewer: Viewer, permission: Permission, on: Any = None) -> None:
    """Raise NotAllowed unless the viewer may."""
    if not can(viewer, permission, on):
        raise NotAllowed(permission)


def ensure_proved(viewer: Viewer, lasts: timedelta = PROOF_LASTS) -> None:
    """Raise Unproved unless the viewer has shown their passkey a few minutes ago.

    Each action that calls it is listed in docs/security-flow.md. ``community.pages.errors`` then asks for the passkey,
    and nothing that was typed is lost.
    """
    if clock.now() - viewer.passkey_at >= lasts:
        raise Unproved


def labels_to_write(viewer: Viewer, group: "GroupRow", opening: Tlp | None = None) -> tuple[Tlp, ...]:
    """The labels the viewer may put on a post in ``group``, strictest first.

    Those the group takes, the viewer could read themselves, and, for a reply, none wider than the ``opening`` post's.
    """
    allowed = {Tlp(label) for label in group.labels}
    if group.is_public:
        allowed &= PUBLIC_GROUP
    if opening is not None:
        allowed = (allowed | {opening}) & not_wider_than(opening)
    return tuple(label for label in STRICT_TO_WIDE if label in allowed and _could_read(viewer, label))


def _could_read(viewer: Viewer, label: Tlp) -> bool:
    if viewer.engagement == Engagement.STAFF or label in (Tlp.CLEAR, Tlp.RED):
        return True
    return viewer.nda_signed and label is not Tlp.AMBER_STRICT


def _anyone(_viewer: Viewer, _on: object) -> bool:
    return True


def _creates_groups(viewer: Viewer, _on: object) -> bool:
    return viewer.site_moderator and viewer.state == MemberState.ACTIVE


def _reads(_viewer: Viewer, group: "GroupRow") -> bool:
    return group.is_public or group.role is not None


def _writes(viewer: Viewer, group: "GroupRow") -> bool:
    # Who is being vouched for again takes part as a reader, whatever the role in the group.
    writer = group.role in (Role.CONTRIBUTOR, Role.MODERATOR) and viewer.state == MemberState.ACTIVE
    return writer and group.archived_at is None


def _writes_unnamed(viewer: Viewer, group: "GroupRow") -> bool:
    return _writes(viewer, group) and group.anonymous != Anonymous.OFF


def is_trusted(person: "Viewer | Member") -> bool:
    """May this person be a moderator? They are staff of an organization, or have signed a non-disclosure agreement."""
    return person.engagement == Engagement.STAFF or person.nda_signed


def trusted(member: Any) -> ColumnElement[bool]:
    """``is_trusted`` as a condition on ``member``, the table or an alias of it."""
    return or_(member.engagement == constant(Engagement.STAFF), member.nda_signed)


def keeps_trust(member: Any) -> ColumnElement[bool]:
    """Is ``member``, the table or an alias of it, a site moderator who can act now? Permission.COMMUNITY_TRUST."""
    return and_(member.site_moderator, member.state == constant(MemberState.ACTIVE), trusted(member))


def unseals(member: Any) -> ColumnElement[bool]:
    """May ``member``, the table or an alias of it, be one of the two who unseal? Stands with ``unseals_binds()``.

    They are a site moderator who can act, and were appointed 30 days ago or more (domain, section 5 point 8). Who came
    from the command line was never appointed: for them the day on which they came counts.
    """
    first = and_(member.appointed_at.is_(None), member.joined_on <= bindparam("seasoned_on", type_=Date))
    return and_(keeps_trust(member), or_(member.appointed_at <= bindparam("seasoned_at", type_=UTCDateTime), first))


def unseals_binds() -> dict[str, Any]:
    """The values for ``unseals`` now."""
    since = clock.now() - SEASONED_AFTER
    return {"seasoned_at": since, "seasoned_on": since.date()}


def _moderates(viewer: Viewer, group: "GroupRow") -> bool:
    return group.role == Role.MODERATOR and viewer.state == MemberState.ACTIVE and is_trusted(viewer)


def _joins(viewer: Viewer, group: "GroupRow") -> bool:
    return _outside(viewer, group) and group.is_public


def _asks(viewer: Viewer, group: "GroupRow") -> bool:
    return _outside(viewer, group) and group.visibility == Visibility.PRIVATE


def _accepts(viewer: Viewer, _invitation: "InvitationRow") -> bool:
    return viewer.state == MemberState.ACTIVE


def _outside(viewer: Viewer, group: "GroupRow") -> bool:
    return group.role is None and group.archived_at is None and viewer.state == MemberState.ACTIVE


def _leaves(_viewer: Viewer, group: "GroupRow") -> bool:
    return group.role is not None


def _moderates_thread(viewer: Viewer, thread: "ThreadRow") -> bool:
    return _moderates(viewer, thread.group) and thread.group.archived_at is None


def _replies(viewer: Viewer, post: "ThreadRow | PostRow") -> bool:
    thread: ThreadRow = getattr(post, "thread", post)  # type: ignore[arg-type]
    return _writes(viewer, thread.group) and thread.locked_at is None and thread.state == PostState.PUBLISHED


def _edits(viewer: Viewer, post: "PostRow") -> bool:
    mine = post.author_id == viewer.member_id and post.state == PostState.PUBLISHED
    return mine and post.in_thread and _writes(viewer, post.group)


def _narrows(viewer: Viewer, post: "PostRow") -> bool:
    return post.in_thread and post.state == PostState.PUBLISHED and _moderates_thread(viewer, post.thread)


def _redacts(viewer: Viewer, post: "PostRow") -> bool:
    # In an archived group, too: words that must not be read there must not stay because nobody writes there any more.
    stands = post.in_thread and post.state == PostState.PUBLISHED and post.author_id != viewer.member_id
    return stands and (_moderates(viewer, post.group) or _keeps_trust(viewer, None))


def _flags(viewer: Viewer, post: "PostRow") -> bool:
    return post.author_id != viewer.member_id and post.state == PostState.PUBLISHED


def _promotes(viewer: Viewer, post: "PostRow") -> bool:
    return _edits(viewer, post) or _narrows(viewer, post)


def _asks_analyst(viewer: Viewer, post: "PostRow") -> bool:
    return post.in_thread and post.state == PostState.PUBLISHED and viewer.state == MemberState.ACTIVE


def _analyzes(viewer: Viewer, post: "PostRow") -> bool:
    # What an analyst reads by a grant of its author counts: it was given for that.
    return viewer.analyst and viewer.state == MemberState.ACTIVE and post.state == PostState.PUBLISHED


def _is_active(viewer: Viewer, _on: object) -> bool:
    return viewer.state == MemberState.ACTIVE


def _keeps_trust(viewer: Viewer, _on: object) -> bool:
    return viewer.site_moderator and viewer.state == MemberState.ACTIVE and is_trusted(viewer)


def _decides(viewer: Viewer, person: Any) -> bool:
    # Nobody decides about themselves or about somebody of their own organization (domain, section 5 point 8).
    own = person.id == viewer.member_id or person.organization_id == viewer.organization_id
    return _keeps_trust(viewer, None) and not own


RULES: dict[Permission, Callable[[Viewer, Any], bool]] = {
    Permission.COMMUNITY_CREATE_GROUP: _creates_groups,
    Permission.GROUP_SEE: _anyone,
    Permission.GROUP_READ: _reads,
    Permission.GROUP_JOIN: _joins,
    Permission.GROUP_ASK: _asks,
    Permission.GROUP_ACCEPT: _accepts,
    Permission.GROUP_LEAVE: _leaves,
    Permission.GROUP_MANAGE: _moderates,
    Permission.GROUP_WRITE_UNNAMED: _writes_unnamed,
    Permission.GROUP_MODERATE: _moderates,
    Permission.THREAD_CREATE: _writes,
    Permission.THREAD_READ: _anyone,
    Permission.THREAD_MODERATE: _moderates_thread,
    Permission.POST_READ: _anyone,
    Permission.POST_REPLY: _replies,
    Permission.POST_EDIT: _edits,
    Permission.POST_GRANT: _edits,
    Permission.POST_NARROW: _narrows,
    Permission.POST_REDACT: _redacts,
    Permission.POST_FLAG: _flags,
    Permission.POST_PROMOTE: _promotes,
    Permission.POST_ASK_ANALYST: _asks_analyst,
    Permission.POST_ANALYZE: _analyzes,
    Permission.POST_POINT_OUT: _narrows,
    Permission.COMMUNITY_INVITE: _is_active,
    Permission.COMMUNITY_VOUCH: _is_active,
    Permission.COMMUNITY_TRUST: _keeps_trust,
    Permission.MEMBER_DECIDE: _decides,
}

if missing := set(Permission) - set(RULES):
    raise RuntimeError(f"permissions without a rule: {sorted(missing)}")
