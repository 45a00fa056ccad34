"""Who wrote an anonymous post: the only reader of the anonymity key (domain.md section 6; ADR 9).

A post without a name holds a tag: a keyed hash of its author, of a random scope that is kept with the thread, and of a
count of the pseudonyms that the author has taken there. Without the key it tells nothing; with it, whether a given
member wrote a given post. Two tags of one person in two threads have nothing in common.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from community import clock, pseudonyms
from community.db import UTCDateTime, read
from community.models import (
    Case,
    CaseKind,
    CaseState,
    CaseStep,
    Member,
    Post,
    PostState,
    SealedAct,
    StepKind,
    Submission,
    Thread,
)
from community.policy import unseals, unseals_binds
from community.settings import settings
from community.tlp import Tlp, is_wider
from community.viewer import Viewer

MOST_NAMES = 8  # pseudonyms that one person can take in one thread
SCOPE = 16
POSTS = ("thread", "reply")  # the acts that add one
_STEP = 4096
_NONCE = 12
_TAGS = select(Post.author_tag, Post.pseudonym).where(
    Post.thread_id == bindparam("thread_id"), Post.author_tag.is_not(None)
)
_LAST = select(func.max(Post.released_at)).where(
    Post.thread_id == bindparam("thread_id"),
    Post.tlp.in_(bindparam("labels", expanding=True)),
    Post.state != PostState.REMOVED,
)
_ALL = (
    select(Post.id, Post.author_tag, Thread.scope, Post.released_at)
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.author_tag.is_not(None))
    .order_by(Post.released_at.desc(), Post.id)
)
_ONE = _ALL.where(Post.id == bindparam("post_id"))
_SINCE = _ALL.where(Post.released_at >= bindparam("since", type_=UTCDateTime))
_SOME = _ALL.where(Post.id.in_(bindparam("post_ids", expanding=True)))
_First, _Second = aliased(Member, name="first"), aliased(Member, name="second")
_AGREED = (
    select(Post.author_tag, Thread.scope)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Case, Case.post_id == Post.id)
    .join(Submission, Submission.case_id == Case.id)
    .join(CaseStep, CaseStep.case_id == Case.id)
    .join(_First, _First.id == Submission.member_id)
    .join(_Second, _Second.id == CaseStep.by_id)
    .where(Case.id == bindparam("case_id"), Post.author_tag.is_not(None))
    .where(Case.kind == CaseKind.UNSEALING, Case.state == CaseState.OPEN)
    .where(Case.due_at > bindparam("now", type_=UTCDateTime), CaseStep.what == StepKind.UNSEALED)
    .where(_First.organization_id != _Second.organization_id, unseals(_First), unseals(_Second))
)
_EVERYBODY = select(Member.id).order_by(Member.id)
_RECOVERED = select(Member.recovered_at).where(Member.id == bindparam("viewer_id"))
_SEALED = select(SealedAct.id, SealedAct.sealed, SealedAct.due_at).order_by(SealedAct.due_at, SealedAct.id)


class Byline(NamedTuple):
    """What stands in place of a name: the columns of a post."""

    author_tag: bytes
    pseudonym: int


def _keyed(purpose: str, *words: object) -> bytes:
    own = hmac.digest(settings().anonymity_key.encode(), purpose.encode(), hashlib.sha256)
    return hmac.digest(own, "\0".join(map(str, words)).encode(), hashlib.sha256)


def sent_tag(member_id: int, place_key: str, send_key: str) -> bytes:
    """The same for the same form sent twice by one member in one place; it tells neither."""
    return _keyed("sent", member_id, place_key, send_key)


def byline(member_id: int, thread_id: int, scope: bytes, *, fresh: bool) -> Byline:
    """Under which tag and pseudonym a member posts in a thread: as before there, or ``fresh`` under another one.

    Who has taken ``MOST_NAMES`` goes on with the last.
    """
    taken = {row.author_tag: row.pseudonym for row in read(_TAGS, {"thread_id": thread_id})}
    mine = list(_tags(member_id, scope))
    used = [count for count, tag in enumerate(mine) if tag in taken]
    tag = mine[min(used[-1] + fresh, MOST_NAMES - 1) if used else 0]
    return Byline(tag, taken[tag] if tag in taken else _free(tag, taken.values()))


def _tags(member_id: int, scope: bytes) -> Iterator[bytes]:
    return (_keyed("author", 1, member_id, scope.hex(), count) for count in range(MOST_NAMES))


def _free(tag: bytes, taken: Collection[int]) -> int:
    number = int.from_bytes(tag[:8], "big") % pseudonyms.count()
    while number in taken:
        number = (number + 1) % pseudonyms.count()
    return number


def moment(thread_id: int, label: Tlp) -> datetime:
    """What is kept as the time of an anonymous post: the hour; in a thread with a later post, that post's moment.

    Else it would stand before what it answers, and look read to who has read that. Only posts count that all its
    readers may read: the moment of another would tell them that it is there.
    """
    hour, labels = clock.hour(), [one for one in Tlp if one == label or is_wider(one, label)]
    last: datetime | None = read(_LAST, {"thread_id": thread_id, "labels": labels}).scalar()
    return hour if last is None or last < hour else last + clock.INSTANT


# --- whose is it? ---


def wrote(viewer: Viewer, post_id: int) -> bool:
    """Is the viewer the author of this anonymous post? Only ever said to themselves."""
    return bool(_mine(viewer, read(_ONE, {"post_id": post_id}).all()))


def posts_of(viewer: Viewer) -> list[int]:
    """The viewer's anonymous posts, newest first; without those from before a recovery of their account."""
    return _mine(viewer, read(_ALL, {}).all())


def among(viewer: Viewer, post_ids: Collection[int]) -> list[int]:
    """Which of these posts are anonymous ones of the viewer's; asked of all of them, whoever asks."""
    return _mine(viewer, read(_SOME, {"post_ids": list(post_ids)}).all())


def ever_among(viewer: Viewer, post_ids: Collection[int]) -> list[int]:
    """The same with those from before a recovery of their account: no more may be told of them than that they are."""
    return _owned(viewer, read(_SOME, {"post_ids": list(post_ids)}).all(), None)


def _mine(viewer: Viewer, rows: Collection[Any]) -> list[int]:
    return _owned(viewer, rows, read(_RECOVERED, {"viewer_id": viewer.member_id}).scalar())


def _owned(viewer: Viewer, rows: Collection[Any], since: datetime | None) -> list[int]:
    tags: dict[bytes, frozenset[bytes]] = {}
    found = []
    for row in rows:
        own = tags.get(row.scope) or tags.setdefault(row.scope, frozenset(_tags(viewer.member_id, row.scope)))
        if row.author_tag in own and (since is None or row.released_at > since):
            found.append(row.id)
    return found


class NotAgreed(Exception):
    """Two site moderators of different organizations have not agreed in this case that its author becomes known."""


def author_behind(case_id: int) -> int | None:
    """Who wrote the anonymous post of a case: for the action in which the second of two agrees, and for nothing else.

    Whether they have is asked here of the rows themselves: one asked and another agreed, of different organizations,
    both entitled now, in time, in a case that is open still. The action closes it, so no second call is answered.
    Returns None when the author's account is gone. Raises NotAgreed.
    """
    row = read(_AGREED, unseals_binds() | {"case_id": case_id, "now": clock.now()}).one_or_none()
    if row is None:
        raise NotAgreed
    # All of them, also when one is found: how long it took must not tell others where in the list.
    found = [member for member in read(_EVERYBODY, {}).scalars() if row.author_tag in set(_tags(member, row.scope))]
    return found[0] if found else None


# --- what waits ---


class Waiting(NamedTuple):
    """An act that is not released yet: its number, when it is due, and what was sealed."""

    id: int
    due_at: datetime
    act: dict[str, Any]


def seal(number: int, act: dict[str, Any]) -> bytes:
    """Encrypt who does what where, padded so that its length tells little; it opens under the same number only."""
    text = json.dumps(act, ensure_ascii=False).encode("utf-8", "surrogatepass")
    nonce = clock.token(_NONCE)
    padded = text + b" " * (-len(text) % _STEP)
    return nonce + ChaCha20Poly1305(_keyed("seal")).encrypt(nonce, padded, str(number).encode())


def unseal(number: int, sealed: bytes) -> dict[str, Any]:
    """What ``seal`` encrypted. Raises InvalidTag when it was damaged, or sealed under another key."""
    text = ChaCha20Poly1305(_keyed("seal")).decrypt(sealed[:_NONCE], sealed[_NONCE:], str(number).encode())
    act: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    return act


def waiting(viewer: Viewer) -> list[Waiting]:
    """What the viewer sent without their name and is not released yet."""
    since = read(_RECOVERED, {"viewer_id": viewer.member_id}).scalar()
    mine = (one for one in _opened() if one.act["member"] == viewer.member_id)
    return [one for one in mine if since is None or one.act["hour"] > since.isoformat()]


def sent_since(viewer: Viewer, since: datetime) -> int:
    """How many threads and replies the viewer sent without their name in the hour that began then, or that came out in
    it; asked of everything there is, whoever asks. A recovery of the account changes nothing.
    """
    released = _owned(viewer, read(_SINCE, {"since": since}).all(), None)
    acts = [one.act for one in _opened() if one.act["act"] in POSTS]
    return len(released) + sum((act["member"], act["hour"]) == (viewer.member_id, since.isoformat()) for act in acts)


def _opened() -> Iterator[Waiting]:
    for row in read(_SEALED, {}).all():
        with suppress(InvalidTag):  # sealed under a key of before
            yield Waiting(row.id, row.due_at, unseal(row.id, row.sealed))
