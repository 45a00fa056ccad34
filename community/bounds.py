"""Where a post goes and how far it may reach there: never further than what it answers and what it quotes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from community import policy, pseudonyms, quoting, visibility
from community.access import GroupRow, NotFound, PostRow, ThreadRow, access_group, access_thread
from community.db import db
from community.models import Member, Post, PostState, Quote, Recipient
from community.policy import Permission
from community.tlp import STRICT_TO_WIDE, Tlp, is_wider, not_wider_than
from community.viewer import Viewer
from community.writing import (
    LABEL_NOT_OFFERED,
    NOBODY_NAMED,
    QUOTE_NOT_HERE,
    QUOTE_STRICTER,
    QUOTE_WITHDRAWN,
    Draft,
    Unfit,
)

_QUOTED = visibility.visible_posts(Post.id, Post.tlp, Post.state, Post.author_id).where(
    Post.thread_id == bindparam("thread_id"), Post.id.in_(bindparam("quoted", expanding=True))
)
_WORDS = (
    visibility.visible_posts(Post.body, Post.state, Post.attribution, Post.pseudonym, Member.name)
    .outerjoin(Member, Member.id == Post.author_id)
    .where(Post.thread_id == bindparam("thread_id"), Post.id.in_(bindparam("quoted", expanding=True)))
)
_QUOTES_OF = select(Quote.quoted_id).where(Quote.post_id == bindparam("post_id"))
_NAMED = select(Recipient.post_id, Recipient.member_id).where(Recipient.post_id.in_(bindparam("posts", expanding=True)))
_OF_GROUP = visibility.members_of_group(Member.id)


def thread_key(group_id: int) -> str:
    """Under what drafts and shown audiences of a new thread are kept."""
    return f"new:{group_id}"


def reply_key(thread_id: int) -> str:
    """Under what drafts and shown audiences of a reply are kept."""
    return f"reply:{thread_id}"


@dataclass(frozen=True)
class Place:
    """Where a post stands or will stand: its group and, unless it opens a thread, the thread."""

    group: GroupRow
    thread: ThreadRow | None = None

    @property
    def key(self) -> str:
        """What drafts and shown audiences are kept under."""
        return reply_key(self.thread.id) if self.thread else thread_key(self.group.id)

    @property
    def opening(self) -> Tlp | None:
        """The label that a reply may not be wider than."""
        return self.thread.tlp if self.thread else None


class Bounds(NamedTuple):
    """How far a post may reach: its labels, strictest first, and for TLP:RED to the people of ``circle`` at most.

    ``circle`` is None where the author chooses. ``quoted`` are the posts quoted.
    """

    labels: tuple[Tlp, ...]
    circle: frozenset[int] | None
    quoted: frozenset[int]


def place_for_thread(viewer: Viewer, group_id: int) -> Place:
    """Where a new thread goes. Raises NotFound or NotAllowed."""
    return Place(access_group(viewer, group_id, Permission.THREAD_CREATE))


def place_for_reply(viewer: Viewer, thread_id: int) -> Place:
    """Where a reply goes. Raises NotFound or NotAllowed."""
    thread = access_thread(viewer, thread_id, Permission.POST_REPLY)
    return Place(thread.group, thread)


def place_of_post(post: PostRow) -> Place:
    """Where a post stands."""
    return Place(post.group, None if post.is_opening else post.thread)


def bounds(viewer: Viewer, place: Place, quoted: Collection[int] = ()) -> Bounds:
    """How far a post of the viewer may reach in ``place`` when it quotes these posts of the thread.

    Raises Unfit when one was withdrawn, or is not there for the viewer: hidden, missing and elsewhere are the same.
    """
    sources = _sources(viewer, place, quoted)
    labels = policy.labels_to_write(viewer, place.group, place.opening)
    for source in sources:
        labels = tuple(label for label in labels if label in not_wider_than(source.tlp)) or (source.tlp,)
    red = [(source.id, source.author_id) for source in sources if source.tlp == Tlp.RED]
    if place.thread and place.opening == Tlp.RED:
        red.append((place.thread.id, place.thread.author_id))
    return Bounds(labels, _circle(red) if red else None, frozenset(source.id for source in sources))


def labels_to_narrow(viewer: Viewer, post: PostRow) -> tuple[Tlp, ...]:
    """The label of a post and the stricter ones it could have; never TLP:RED, which needs people to be named."""
    labels = policy.labels_to_write(viewer, post.group, post.tlp)
    return tuple(label for label in labels if label == post.tlp or label != Tlp.RED)


def labels_to_widen(viewer: Viewer, post: PostRow) -> tuple[Tlp, ...]:
    """The wider labels that its author could give a post of theirs, strictest first."""
    place, quoted = place_of_post(post), quotes_in(post.id)
    if len(_seen(viewer, place, quoted)) < len(quoted):
        return ()
    labels = bounds(viewer, place, quoted).labels
    return tuple(label for label in labels if is_wider(label, post.tlp))


def quotes_in(post_id: int) -> frozenset[int]:
    """The posts that a post quotes or quoted in an earlier wording."""
    return frozenset(db.session.scalars(_QUOTES_OF, {"post_id": post_id}))


def ensure_not_wider(viewer: Viewer, post: PostRow, label: Tlp, quoted: Collection[int]) -> None:
    """Raise Unfit when a post of the viewer's under ``label`` would be read by somebody who does not read a post that
    it quotes now or quoted before, or when one that it quotes now was withdrawn or is not there for the viewer.
    """
    place = place_of_post(post)
    sources = [*_sources(viewer, place, quoted), *_seen(viewer, place, quotes_in(post.id))]
    red = [(source.id, source.author_id) for source in sources if source.tlp == Tlp.RED]
    wider = any(label not in not_wider_than(source.tlp) for source in sources)
    if wider or (red and not _circle([(post.id, post.author_id)]) <= _circle(red)):
        raise Unfit("body", QUOTE_STRICTER)


def _seen(viewer: Viewer, place: Place, quoted: Collection[int]) -> list[Any]:
    if not quoted or not place.thread:
        return []
    given = {"thread_id": place.thread.id, "quoted": list(quoted)}
    return list(db.session.execute(_QUOTED, viewer.binds | given).all())


def _sources(viewer: Viewer, place: Place, quoted: Collection[int]) -> list[Any]:
    found = _seen(viewer, place, quoted)
    if any(source.state != PostState.PUBLISHED for source in found):
        raise Unfit("body", QUOTE_WITHDRAWN)
    # Words of a post that was hidden meanwhile, or of another room, would get round their label and their withdrawal.
    if len(found) < len(set(quoted)):
        raise Unfit("body", QUOTE_NOT_HERE)
    return sorted(found, key=lambda source: STRICT_TO_WIDE.index(source.tlp), reverse=True)


def _circle(red: list[tuple[int, int | None]]) -> frozenset[int]:
    """Those who read every one of these TLP:RED posts."""
    circles = {post_id: {author_id} for post_id, author_id in red}
    for post_id, member_id in db.session.execute(_NAMED, {"posts": list(circles)}):
        circles[post_id].add(member_id)
    return frozenset(member for member in set.intersection(*circles.values()) if member is not None)


def named_by(viewer: Viewer, draft: Draft, limits: Bounds) -> frozenset[int]:
    """Whom a TLP:RED draft names beside its author, whether or not they can read there; nobody under other labels.

    Raises Unfit when the label is not within the limits.
    """
    if draft.tlp not in limits.labels:
        raise Unfit("tlp", LABEL_NOT_OFFERED)
    if draft.tlp != Tlp.RED:
        return frozenset()
    if limits.circle is not None:
        return limits.circle - {viewer.member_id}
    whole = [db.session.scalars(_OF_GROUP, viewer.binds | {"group_id": group_id}) for group_id in draft.whole_groups]
    return draft.recipients.union(*whole) - {viewer.member_id}


def ensure_somebody(draft: Draft, limits: Bounds, named: frozenset[int]) -> frozenset[int]:
    """``named``, those who can read there; raises Unfit when the author names people and none of them is left."""
    if draft.tlp == Tlp.RED and not named and limits.circle is None:
        raise Unfit("recipients", NOBODY_NAMED)
    return named


def words_to_quote(viewer: Viewer, thread_id: int, post_id: int) -> tuple[str, str]:
    """Whose words a post of the thread holds, and the words. Raises NotFound when there are none the viewer sees."""
    given = viewer.binds | {"thread_id": thread_id, "quoted": [post_id]}
    row = db.session.execute(_WORDS, given).one_or_none()
    if row is None or row.state != PostState.PUBLISHED:
        raise NotFound
    return _name_of(row), row.body


def _name_of(row: Any) -> str:
    if row.pseudonym is not None:
        return pseudonyms.in_both(row.pseudonym)
    return quoting.FORMER if row.name == "" else row.name or row.attribution
