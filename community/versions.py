"""Two moderators change one thing at once: the second one is told, and nothing is lost."""

import hashlib

from flask_babel import lazy_gettext as _l

from community.policy import Refused

_OVERTAKEN = _l(
    "Somebody else changed this while you were looking at it, and nothing was changed now. What is noted at present is "
    "shown here; what you entered is still in the form. Please look at both and send it again."
)


def version_of(*values: object) -> str:
    """What a page saw, in a few letters: a form brings them back, so that a change in between is noticed."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:32]


def ensure_unchanged(seen: str, now: str) -> None:
    """Raise Refused when it is no longer what the page showed."""
    if seen != now:
        raise Refused(_OVERTAKEN)
