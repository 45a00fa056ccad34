"""Leaving links: what stands in a stored post for an external address.

``/posts/<post>/leave/<token>``: the token is a keyed MAC over post and URL and holds neither. So nothing that logs
addresses learns where a link leads, nobody makes a token without the key, and it answers only while the post, read
again through the door, still has that link. Nothing is redirected to, counted or stored.

For the page, after ``access_post``: ``url = verify(token, public_id, markup.links(text), key)``; None is the one 404.
Show ``url`` as text and as a link with ``rel=markup.REL``; do not log it. After a change of key render posts anew.
"""

import base64
import hmac
from collections.abc import Callable, Iterable
from functools import partial

_PURPOSE = b"musubi leaving link 1"
_BYTES = 16


def sign(url: str, post_id: str, key: str) -> str:
    """The token of this URL in this post (``post_id`` as in addresses): 22 letters, digits, ``-`` and ``_``."""
    message = b"\0".join([_PURPOSE, post_id.encode(), url.encode()])
    return base64.urlsafe_b64encode(hmac.digest(key.encode(), message, "sha256")[:_BYTES]).rstrip(b"=").decode()


def verify(token: str, post_id: str, urls: Iterable[str], key: str) -> str | None:
    """Which of the URLs of the post the token stands for; None when it is forged, altered, outdated or of another."""
    given = token.encode(errors="replace")
    right = [url for url in urls if hmac.compare_digest(given, sign(url, post_id, key).encode())]
    return right[0] if right else None


def address(url: str, post_id: str, key: str) -> str:
    """Our own address that stands for the URL in the HTML of the post."""
    return f"/posts/{post_id}/leave/{sign(url, post_id, key)}"


def leave(post_id: str, key: str) -> Callable[[str], str]:
    """What ``markup.render`` asks for each external link of this post."""
    return partial(address, post_id=post_id, key=key)
