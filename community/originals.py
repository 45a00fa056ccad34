"""What a post said before words were taken out: encrypted, for its author and a recorded act, until destroyed."""

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam, select

from community import clock, drafts
from community.db import read
from community.models import Post, Redaction, Revision, Thread
from community.settings import settings

_STEP = 4096
_NONCE = 12
_PRESENT = (
    select(Thread.title, Post.body).outerjoin(Thread, Thread.id == Post.id).where(Post.id == bindparam("post_id"))
)
_EARLIER = (
    select(Revision.title, Revision.body)
    .where(Revision.post_id == bindparam("post_id"))
    .order_by(Revision.version.desc())
)
_OF_POST = (
    select(
        Redaction.id,
        Redaction.by_author,
        Redaction.reasons,
        Redaction.at,
        Redaction.destroyed_at,
        Redaction.sealed,
    )
    .where(Redaction.post_id == bindparam("post_id"))
    .order_by(Redaction.at.desc(), Redaction.id)
)


class Wording(NamedTuple):
    """One wording of a post; ``title`` is empty unless it opens a thread."""

    title: str
    body: str


class Original(NamedTuple):
    """A redaction of a post, and the wordings before it, the latest first; none when they were destroyed."""

    row: Any
    wordings: list[Wording]


def wordings(post_id: int) -> list[Wording]:
    """Everything that a post says and said, the present wording first."""
    rows = [*read(_PRESENT, {"post_id": post_id}), *read(_EARLIER, {"post_id": post_id})]
    return [Wording(row.title or "", row.body) for row in rows]


def seal(number: int, kept: list[Wording]) -> bytes:
    """Encrypt wordings; they open under the same number only. Padded, so that the length tells little."""
    text = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")
    nonce = clock.token(_NONCE)
    padded = text + b" " * (-len(text) % _STEP)
    return nonce + ChaCha20Poly1305(_key()).encrypt(nonce, padded, str(number).encode())


def unseal(number: int, sealed: bytes | None) -> list[Wording]:
    """What ``seal`` encrypted; nothing when it was destroyed, is damaged, or was sealed under a key of before."""
    if sealed is None:
        return []
    try:
        text = ChaCha20Poly1305(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], str(number).encode())
    except InvalidTag:
        return []
    return [Wording(*one) for one in json.loads(text.decode("utf-8", "surrogatepass"))]


def _key() -> bytes:
    return drafts.keyed("original seal")


def redactions(post_id: int) -> list[Any]:
    """When words were taken out of a post and why, the latest first; nothing of what they were."""
    return list(read(_OF_POST, {"post_id": post_id}).all())


def originals(post_id: int) -> list[Original]:
    """What a post said before each redaction, the latest first. Who may read it is asked before."""
    return [Original(row, unseal(row.id, row.sealed)) for row in redactions(post_id)]


def gone_from_backups(at: datetime) -> datetime:
    """When the last backup that may hold what was taken out at a moment has been thrown away."""
    return at + timedelta(days=settings().backup_days)
