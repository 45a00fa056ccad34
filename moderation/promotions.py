"""Proposals to carry a redacted copy of a post into another group: what each of those concerned may know of them."""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, bindparam, or_, select

from community import anonymity, clock, quoting, reach, visibility
from community.access import GroupRow, NotFound, PostRow, access_group, access_post
from community.bounds import Place
from community.db import is_one_of, read
from community.models import (
    Consent,
    Group,
    Member,
    Post,
    PostState,
    Promotion,
    PromotionStage,
    Quote,
    Side,
    Thread,
    Visibility,
)
from community.policy import Permission, Refused, ensure
from community.settings import settings
from community.tlp import PUBLIC_GROUP, STRICT_TO_WIDE, Tlp, is_wider
from community.viewer import Viewer
from community.writing import Unfit

OPEN = (PromotionStage.AUTHOR, PromotionStage.SOURCE, PromotionStage.TARGET, PromotionStage.CHANGES)
NEVER_RED = _l("What is TLP:RED goes to the people named and to nobody else. It cannot be shared in another group.")
NOBODY_TO_ASK = _l("This post has no author here who could agree.")
NOT_A_TARGET = _l("Please choose a group that can take it.")
NOT_THIS_LABEL = _l("That group does not take this label, or the post may not be shared there under it.")
POINTS_INSIDE = _l("The text leads to a post, a group or a person here. Take that out: it would show where it is from.")
OTHERS_SAID_IT = _l("The text repeats what the post quotes. Whoever said that was not asked: take it out.")
_INSIDE = re.compile(r"/(?:posts|threads|groups|members|organizations|invitations|moderation)/[0-9a-z]{13}")
_CLOSED_ONLY = frozenset({Tlp.AMBER_STRICT, Tlp.AMBER})

_PROMOTION = (
    Promotion.id,
    Promotion.post_id,
    Promotion.target_id,
    Promotion.proposer_id,
    Promotion.copy_id,
    Promotion.stage,
    Promotion.title,
    Promotion.body,
    Promotion.tlp,
    Promotion.kind,
    Promotion.severity,
    Promotion.due_at,
    Promotion.version,
    Promotion.said,
    Promotion.said_by,
)
_BY_POST = (
    select(*_PROMOTION, Member.name.label("proposer_name"))
    .outerjoin(Member, Member.id == Promotion.proposer_id)
    .where(Promotion.post_id == bindparam("post_id"))
    .order_by(is_one_of(Promotion.stage, OPEN).desc(), Promotion.due_at.desc(), Promotion.id)
)
_CONSENTS = select(Consent.side, Consent.member_id, Consent.digest).where(
    Consent.promotion_id == bindparam("promotion_id")
)
_QUOTED = select(Post.body).join(Quote, Quote.quoted_id == Post.id).where(Quote.post_id == bindparam("post_id"))
_TARGETS = (
    visibility.visible_groups(Group.id, Group.name, Group.description, Group.visibility, Group.labels)
    .where(is_one_of(Group.visibility, [Visibility.PUBLIC, Visibility.PRIVATE]), Group.archived_at.is_(None))
    .order_by(Group.name, Group.id)
)
_ASKED = (
    visibility.visible_posts(Promotion.id, Promotion.post_id, Promotion.stage, Promotion.due_at, Thread.title)
    .join(Promotion, Promotion.post_id == Post.id)
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.id.in_(bindparam("post_ids", expanding=True)), is_one_of(Promotion.stage, OPEN))
    .order_by(Promotion.due_at, Promotion.id)
)
_ONE = select(*_PROMOTION).where(Promotion.id == bindparam("promotion_id"))
_from_here = and_(Promotion.post_id == bindparam("post_id"), Post.id == Promotion.copy_id)
_to_here = and_(Promotion.copy_id == bindparam("post_id"), Post.id == Promotion.post_id)
# Only ends that the viewer sees are found at all: what they do not see is not even asked for.
_OTHER_ENDS = (
    visibility.visible_posts(Post.id, (Promotion.copy_id == Post.id).label("is_copy"))
    .join(Promotion, or_(_from_here, _to_here))
    .where(Promotion.stage == PromotionStage.PUBLISHED)
    .order_by(Post.released_at, Post.id)
)


class Prepared(NamedTuple):
    """What would be published: where, under which label, in which words."""

    target_id: int
    tlp: Tlp
    title: str
    body: str


def digest(target_id: int, tlp: str, title: str, body: str) -> bytes:
    """What a consent is bound to: whatever of words, target or label changes, another digest."""
    parts = [target_id, str(tlp), title, body]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).digest()


def digest_of(row: Any) -> bytes:
    """The digest of a proposal as it is."""
    return digest(row.target_id, row.tlp, row.title, row.body)


# --- what may be proposed ---


class Target(NamedTuple):
    """A group that could take a copy, and under which labels, strictest first."""

    id: int
    name: str
    description: str
    visibility: Any
    labels: tuple[Tlp, ...]


def targets(viewer: Viewer, post: PostRow) -> list[Target]:
    """The groups into which a copy of the post could go, of those that the viewer may know. Never a secret one."""
    rows = [row for row in read(_TARGETS, viewer.binds) if row.id != post.group.id]
    found = [_target(row, Tlp(post.tlp)) for row in rows]
    return [one for one in found if one.labels]


def _target(row: Any, source: Tlp) -> Target:
    return Target(row.id, row.name, row.description, row.visibility, labels_for(source, row.visibility, row.labels))


def labels_for(source: Tlp, kind: Visibility, taken: list[str]) -> tuple[Tlp, ...]:
    """Under which labels a copy can go into a group: TLP:AMBER and stricter only as something wider, TLP:RED never."""
    allowed = {Tlp(label) for label in taken} - {Tlp.RED}
    if kind == Visibility.PUBLIC:
        allowed &= PUBLIC_GROUP
    if source in _CLOSED_ONLY:
        allowed = {label for label in allowed if is_wider(label, source)}
    return tuple(label for label in STRICT_TO_WIDE if label in allowed and source != Tlp.RED)


def ensure_promotable(post: PostRow, has_author: bool) -> None:
    """Raise Refused for a post that can never be shared elsewhere."""
    if post.tlp == Tlp.RED:
        raise Refused(NEVER_RED)
    if not has_author:
        raise Refused(NOBODY_TO_ASK)


def ensure_fit(viewer: Viewer, post: PostRow, prepared: Prepared) -> None:
    """Raise Unfit unless this may be proposed: the group, its labels, and no words that lead back or are others'."""
    target = next((one for one in targets(viewer, post) if one.id == prepared.target_id), None)
    if target is None:
        raise Unfit("target", NOT_A_TARGET)
    if prepared.tlp not in target.labels:
        raise Unfit("tlp", NOT_THIS_LABEL)
    for name in ("title", "body"):
        if _INSIDE.search(getattr(prepared, name)):
            raise Unfit(name, POINTS_INSIDE)
    if quoting.has_quote(prepared.body) or quoting.repeats(prepared.body, _said_by_others(post)):
        raise Unfit("body", OTHERS_SAID_IT)


def _said_by_others(post: PostRow) -> list[str]:
    """What a post quotes, and all that those posts say now: only for its own words can its author agree."""
    return [quoting.quoted(post.body), *(row.body for row in read(_QUOTED, {"post_id": post.id}))]


def due() -> datetime:
    """Until when an answer given to a question asked now can wait: the same for all, at the daily release."""
    return clock.day() + clock.DAY * (settings().promotion_days + 1)


# --- what is there ---


def of_post(post_id: int) -> list[Any]:
    """The proposals about a post that a door gave to an author or moderator, the open one first."""
    return list(read(_BY_POST, {"post_id": post_id}).all())


def open_of(post_id: int) -> Any:
    """The proposal about a post that waits for somebody; None when none does."""
    return next((row for row in of_post(post_id) if row.stage in OPEN), None)


def consents(promotion_id: int) -> dict[Side, Any]:
    """Who agreed, and to what."""
    return {row.side: row for row in read(_CONSENTS, {"promotion_id": promotion_id})}


def target_of(viewer: Viewer, row: Any) -> GroupRow | None:
    """The group that a proposal is for; None when the viewer may not know it (any more)."""
    return target_named(viewer, row.target_id)


def target_named(viewer: Viewer, group_id: int) -> GroupRow | None:
    """The same by its number."""
    try:
        return access_group(viewer, group_id)
    except NotFound:
        return None


def stands(viewer: Viewer, row: Any) -> bool:
    """Can it still be published there: an open group that is no secret?"""
    group = target_of(viewer, row)
    return group is not None and group.archived_at is None and group.visibility != Visibility.SECRET


def access_proposed(viewer: Viewer, post_id: int) -> PostRow:
    """A post for whoever may know what is proposed of it: its author also where they do not write any more.

    Raises NotFound and NotAllowed.
    """
    post = access_post(viewer, post_id)
    stands = post.in_thread and post.state == PostState.PUBLISHED
    if not (stands and post.author_id is not None and post.author_id == viewer.member_id):
        ensure(viewer, Permission.POST_PROMOTE, post)
    return post


# --- the anonymous author ---


def questions(viewer: Viewer) -> list[Any]:
    """The open proposals about the viewer's anonymous posts, of those that they see."""
    own = anonymity.posts_of(viewer)
    return list(read(_ASKED, viewer.binds | {"post_ids": own}).all()) if own and viewer.sees else []


def access_question(viewer: Viewer, promotion_id: int) -> tuple[PostRow, Any]:
    """One of them with its post. Raises NotFound for every other."""
    row = read(_ONE, {"promotion_id": promotion_id}).one_or_none()
    if row is None or row.stage not in OPEN or not anonymity.wrote(viewer, row.post_id):
        raise NotFound
    post = access_post(viewer, row.post_id)
    if not post.in_thread:
        raise NotFound
    return post, row


# --- the target ---


def audience(viewer: Viewer, group_id: int, label: Tlp) -> reach.Reach:
    """Who will read a copy in a group that the viewer knows, when it is published today."""
    group = access_group(viewer, group_id, Permission.GROUP_READ)
    return reach.reach(viewer, Place(group), label, at=today())


def today() -> datetime:
    """The time of a copy that is published now: when the day began where the community is."""
    there = ZoneInfo(settings().default_time_zone)
    return clock.now().astimezone(there).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


# --- both ends ---


def other_ends(viewer: Viewer, post_id: int) -> list[Any]:
    """Of a post that the viewer reads, the copies that they read as well, or what it is a copy of: ``id is_copy``."""
    return list(read(_OTHER_ENDS, viewer.binds | {"post_id": post_id}).all())
