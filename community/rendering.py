"""The HTML of a post: its text as ``markup`` renders it, external links leading to the post's own leaving page."""

import re

from community import ids, leaving, markup
from community.settings import settings

_LINK = re.compile(r"<a [^>]*>")


def render(body: str, post_id: int) -> str:
    """What is stored as ``Post.html`` together with ``markup.RENDERER_VERSION``."""
    return markup.render(body, leaving.leave(ids.encode(post_id), _key()))


def preview(body: str) -> str:
    """The same for a text that is no post yet: what will be a link is underlined and leads nowhere."""
    return _LINK.sub("<u>", markup.render(body, lambda _url: "/")).replace("</a>", "</u>")


def target_of(token: str, post_id: int, body: str) -> str | None:
    """Which external address of the post the token of a leaving page stands for; None when it is none."""
    return leaving.verify(token, ids.encode(post_id), markup.links(body), _key())


def _key() -> str:
    return settings().session_key
