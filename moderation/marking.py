"""What a moderator may want to take out of a post, and what that would change."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import bindparam, select

from community import originals, visibility
from community.access import PostRow
from community.blocks import Missing
from community.db import read
from community.models import Member, Organization
from community.originals import Wording
from community.redacting import Words, places, without
from community.text_check import check
from community.viewer import Viewer

MOST = 30
_ORGANIZATIONS = visibility.visible_members(Organization.name, Organization.short_name).distinct()
_HOUSE = select(Member.organization_id).where(Member.id == bindparam("author_id"))
_REASONS = {
    "mail_address": Missing.ADDRESS,
    "phone": Missing.ADDRESS,
    "postal_address": Missing.ADDRESS,
    "private_address": Missing.SYSTEM,
    "inside_host": Missing.SYSTEM,
    "my_number": Missing.PERSON,
    "card": Missing.PERSON,
}


class Marked(NamedTuple):
    """What taking words out would do: the present wording before and after, and how much else repeats them."""

    before: Wording
    after: Wording
    earlier: int


def suggestions(viewer: Viewer, post: PostRow) -> list[Words]:
    """Words in a post that could be worth taking out, each once: names of organizations, and what the check finds."""
    return suggestions_in(viewer, [text for one in originals.wordings(post.id) for text in one if text])


def suggestions_in(viewer: Viewer, texts: Collection[str]) -> list[Words]:
    """The same for texts that are no post yet."""
    found = [*_names(viewer, texts), *(one for text in texts for one in _checked(text))]
    return list(dict.fromkeys(found))[:MOST]


def _names(viewer: Viewer, texts: Collection[str]) -> Iterator[Words]:
    rows = read(_ORGANIZATIONS, viewer.binds).all()
    names = sorted(
        {name for row in rows for name in row if name and len(name) > 1}, key=lambda name: (-len(name), name)
    )
    for name in names:
        one = Words(name, Missing.ORGANIZATION)
        if any(places(text, [one]) for text in texts):
            yield one


def _checked(text: str) -> Iterator[Words]:
    for one in check(text, None):
        if "⟦" not in one.words:
            yield Words(one.words, _REASONS.get(one.rule, Missing.CREDENTIAL))


def is_colleague(viewer: Viewer, post: PostRow) -> bool:
    """Is the author of a post, where one is named, of the viewer's organization?"""
    house = read(_HOUSE, {"author_id": post.author_id}).scalar()
    return house is not None and house == viewer.organization_id


def not_there(post_id: int, wanted: Collection[Words]) -> list[Words]:
    """The words that stand in no wording of a post."""
    texts = [text for one in originals.wordings(post_id) for text in one if text]
    return [one for one in wanted if not any(places(text, [one]) for text in texts)]


def marked(post: PostRow, wanted: Collection[Words]) -> Marked:
    """What taking words out of a post would change in it."""
    present, *earlier = originals.wordings(post.id)
    after = Wording(without(present.title, wanted, 200), without(present.body, wanted))
    return Marked(present, after, sum(any(places(text, wanted) for text in one) for one in earlier))
