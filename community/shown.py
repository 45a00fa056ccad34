"""What an author was shown before sending: an audience, signed, to be held against the one at the moment of sending."""

import base64
import struct
from collections.abc import Iterable
from typing import NamedTuple

from itsdangerous import BadSignature, Signer

from community.settings import settings
from community.viewer import Viewer

_TAIL = (1 << 40) - 1


class Shown(NamedTuple):
    """The audience that an author was shown: of each member the last 40 bits, which no two of a community share."""

    tails: frozenset[int]

    def added(self, now: Iterable[int]) -> frozenset[int]:
        """Who is in the audience ``now`` and was not shown."""
        return frozenset(member for member in now if member & _TAIL not in self.tails)


NOTHING_SHOWN = Shown(frozenset())


def _signer(viewer: Viewer, key: str) -> Signer:
    return Signer(settings().session_key, salt=f"shown:{viewer.member_id}:{key}")


def seal_shown(viewer: Viewer, key: str, members: Iterable[int]) -> str:
    """The audience as a signed text for a hidden field; only for this viewer and this place (``Place.key``)."""
    packed = b"".join(struct.pack(">Q", member & _TAIL)[3:] for member in sorted(members))
    return _signer(viewer, key).sign(base64.urlsafe_b64encode(packed)).decode()


def open_shown(viewer: Viewer, key: str, sealed: str) -> Shown:
    """What ``seal_shown`` wrote; nothing was shown when it is missing, for another place or tampered with."""
    try:
        packed = base64.urlsafe_b64decode(_signer(viewer, key).unsign(sealed.encode()))
    except BadSignature:
        return NOTHING_SHOWN
    tails = (int.from_bytes(packed[at : at + 5], "big") for at in range(0, len(packed), 5))
    return Shown(frozenset(tails))
