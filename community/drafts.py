"""Unsent texts: encrypted and filed under a keyed tag; the tables tell neither whose they are nor where they go.

Padded, too: the length of a sealed text would otherwise fit it to the post that was made of it.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam, select

from community import clock, ids, markup, quoting, visibility
from community.bounds import reply_key, thread_key
from community.db import db
from community.models import Draft, Group, Membership, Post, PostState, Thread
from community.settings import settings
from community.viewer import Viewer

Fields = dict[str, list[str]]
_STEP = 2048
_NONCE = 12
_BY_TAG = select(Draft.tag, Draft.sealed, Draft.saved_hour).where(Draft.tag.in_(bindparam("tags", expanding=True)))
_TAGS = select(Draft.tag)
_READABLE = visibility.visible_posts(Post.id).where(
    Post.id.in_(bindparam("quoted", expanding=True)), Post.state == PostState.PUBLISHED
)
_MY_GROUPS = (
    visibility.visible_groups(Group.id, Group.name.label("title"))
    .join(Membership, Membership.group_id == Group.id)
    .where(Membership.member_id == bindparam("viewer_id"))
)
_MY_THREADS = visibility.visible_openings(Thread.id, Thread.title)


class Kept(NamedTuple):
    """A draft as its author finds it again: what the fields of the form held, and in which hour it was saved."""

    fields: Fields
    saved_hour: datetime


class Waiting(NamedTuple):
    """A draft in the list of the viewer's own: ``thread_id`` is 0 where it would open a thread."""

    group_id: int
    thread_id: int
    title: str
    excerpt: str
    saved_hour: datetime


def keyed(purpose: str, *words: object) -> bytes:
    """32 bytes that only the holder of the draft key can compute from the words."""
    own = hmac.digest(settings().draft_key.encode(), purpose.encode(), hashlib.sha256)
    return hmac.digest(own, "\0".join(map(str, words)).encode(), hashlib.sha256)


def tag_of(viewer: Viewer, key: str) -> bytes:
    """Under which tag the viewer's draft for a place (``Place.key``) is kept."""
    return keyed("draft tag", viewer.member_id, key)


def seal(tag: bytes, fields: Fields) -> bytes:
    """Encrypt the fields of a form; they open under the same tag only."""
    text = json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")
    padded = text + b" " * (-len(text) % _STEP)
    nonce = clock.token(_NONCE)
    return nonce + ChaCha20Poly1305(keyed("draft seal")).encrypt(nonce, padded, tag)


def unseal(tag: bytes, sealed: bytes) -> Fields:
    """What ``seal`` encrypted; nothing when it was sealed under a key of before, or is damaged."""
    try:
        text = ChaCha20Poly1305(keyed("draft seal")).decrypt(sealed[:_NONCE], sealed[_NONCE:], tag)
    except InvalidTag:
        return {}
    fields: Fields = json.loads(text.decode("utf-8", "surrogatepass"))
    return fields


def kept(viewer: Viewer, key: str) -> Kept | None:
    """The viewer's draft for a place, if there is one; without quotes of posts that they cannot read any more."""
    found = _opened(viewer, {tag_of(viewer, key): key})
    return found.get(key)


def waiting(viewer: Viewer) -> list[Waiting]:
    """The viewer's drafts in groups and threads they (still) see, newest first."""
    groups = {row.id: row.title for row in db.session.execute(_MY_GROUPS, viewer.binds)}
    threads = {row.id: row.title for row in db.session.execute(_MY_THREADS, viewer.binds)}
    places = {thread_key(number): (number, 0, title) for number, title in groups.items()}
    places |= {reply_key(number): (0, number, title) for number, title in threads.items()}
    tags = {tag_of(viewer, key): key for key in places}
    there = tags.keys() & set(db.session.scalars(_TAGS))
    found = _opened(viewer, {tag: tags[tag] for tag in there})
    rows = [Waiting(*places[key], _excerpt(draft.fields), draft.saved_hour) for key, draft in found.items()]
    return sorted(rows, key=lambda row: (row.saved_hour, row.title, row.excerpt), reverse=True)


def _opened(viewer: Viewer, tags: dict[bytes, str]) -> dict[str, Kept]:
    rows = db.session.execute(_BY_TAG, {"tags": list(tags)}).all() if tags else []
    opened = {tags[row.tag]: Kept(fields, row.saved_hour) for row in rows if (fields := unseal(row.tag, row.sealed))}
    quoted: set[int] = set().union(*(_quoted(draft.fields) for draft in opened.values()))
    lost = _lost(viewer, quoted)
    return {key: draft._replace(fields=without_quotes(draft.fields, lost)) for key, draft in opened.items()}


def readable(viewer: Viewer, fields: Fields) -> Fields:
    """The fields of a form without quotes of posts that the viewer cannot read (any more)."""
    return without_quotes(fields, _lost(viewer, _quoted(fields)))


def _lost(viewer: Viewer, quoted: set[int]) -> set[int]:
    return quoted - set(db.session.scalars(_READABLE, viewer.binds | {"quoted": sorted(quoted)})) if quoted else set()


def _quoted(fields: Fields) -> set[int]:
    """Whatever the text names as quoted, and what the form put in, though its header may be gone."""
    return set().union(*map(quoting.quoted_ids, fields.get("body", ())), _put_in(fields))


def _put_in(fields: Fields) -> Iterator[int]:
    for text in fields.get("quotes", ()):
        with suppress(ValueError):
            yield ids.decode(text)


def without_quotes(fields: Fields, post_ids: Collection[int], words: Collection[str] = ()) -> Fields:
    """The fields of a form without quotes of these posts, and without lines that repeat their ``words``."""
    bodies = fields.get("body", [])
    for post_id in set(post_ids) & _quoted(fields):
        bodies = [quoting.without(body, post_id, words) for body in bodies]
    return fields | {"body": bodies} if bodies else fields


def changed(fields: Fields, post_ids: Collection[int], change: Callable[[str], str]) -> Fields:
    """The fields of a form, its texts changed when it quotes one of these posts."""
    if not set(post_ids) & _quoted(fields):
        return fields
    return fields | {name: [change(text) for text in fields[name]] for name in ("title", "body") if name in fields}


def _excerpt(fields: Fields) -> str:
    title, body = ((fields.get(name) or [""])[0] for name in ("title", "body"))
    return " ".join(title.split())[:200] or markup.plain(body, 120)
