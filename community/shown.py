"""What an author was shown before sending: an audience, signed, to be held against the one at the moment of sending."""

import base64
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from itsdangerous import BadSignature, Signer

from community.settings import settings
from community.viewer import Viewer

_TAIL = (1 << 40) - 1
_DIGEST = sha256().digest_size


@dataclass(frozen=True)
class Shown:
    """The audience that an author was shown: a hash of it, and of each member the last 40 bits, which no two share."""

    digest: bytes
    packed: bytes

    @cached_property
    def tails(self) -> frozenset[int]:
        """The last bits of the members who were shown."""
        return frozenset(int.from_bytes(self.packed[at : at + 5], "big") for at in range(0, len(self.packed), 5))

    def added(self, now: Iterable[int]) -> frozenset[int]:
        """Who is in the audience ``now`` and was not shown."""
        return frozenset(member for member in now if member & _TAIL not in self.tails)

    def grew(self, line: str) -> bool:
        """Is there somebody in the audience ``line``, written by ``in_line``, who was not shown?

        Mostly it is the very audience that was shown, and one hash tells.
        """
        return _digest(line) != self.digest and bool(self.added(ids_in(line)))


NOTHING_SHOWN = Shown(b"", b"")


def in_line(members: Iterable[int]) -> str:
    """An audience as one text: its numbers in order, with commas."""
    return ",".join(map(str, sorted(members)))


def ids_in(line: str) -> frozenset[int]:
    """The members of an audience that ``in_line`` wrote."""
    return frozenset(map(int, line.split(","))) if line else frozenset()


def _digest(line: str) -> bytes:
    return sha256(line.encode()).digest()


def sealed_parts(members: Iterable[int]) -> tuple[bytes, bytes]:
    """What a sealed audience holds: its hash, and the last bits of each member."""
    shown = sorted(members)
    return _digest(in_line(shown)), b"".join(struct.pack(">Q", member & _TAIL)[3:] for member in shown)


def _signer(viewer: Viewer, key: str) -> Signer:
    return Signer(settings().session_key, salt=f"shown:{viewer.member_id}:{key}")


def seal_shown(viewer: Viewer, key: str, members: Iterable[int]) -> str:
    """The audience as a signed text for a hidden field; only for this viewer and this place (``Place.key``)."""
    return _signer(viewer, key).sign(base64.urlsafe_b64encode(b"".join(sealed_parts(members)))).decode()


def open_shown(viewer: Viewer, key: str, sealed: str) -> Shown:
    """What ``seal_shown`` wrote; nothing was shown when it is missing, for another place or tampered with."""
    try:
        packed = base64.urlsafe_b64decode(_signer(viewer, key).unsign(sealed.encode()))
    except BadSignature:
        return NOTHING_SHOWN
    return Shown(packed[:_DIGEST], packed[_DIGEST:])
