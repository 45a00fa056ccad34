"""Threads and posts of the demo, as rows that look as if the actions had written them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from community import models, quoting, rendering
from community.db import Base
from community.demo.content import Post, Thread
from community.demo.garden import Garden
from community.demo.rules import named
from community.markup import RENDERER_VERSION
from community.models import PostState, Severity


def thread(garden: Garden, number: int, one: Thread) -> Iterator[Base]:
    """Thread ``number`` of the demo with all its posts."""
    last = garden.written(number, len(one.posts) - 1, one.posts[-1].ago)
    yield models.Thread(
        id=garden.id("post", one.posts[0].key),
        group_id=garden.id("group", one.group),
        title=one.title,
        kind=one.kind,
        event_type=one.event,
        cause_types=list(one.causes),
        locked_at=last if one.locked else None,
        pinned_at=last if one.pinned else None,
    )
    for index, post in enumerate(one.posts):
        yield from _Writing(garden, one, post, number, index).rows()
    for author in {post.by: None for post in one.posts}:
        yield models.Follow(member_id=garden.id("member", author), thread_id=garden.id("post", one.posts[0].key))


@dataclass(frozen=True)
class _Writing:
    """One post being written."""

    garden: Garden
    thread: Thread
    post: Post
    number: int
    index: int

    def rows(self) -> Iterator[Base]:
        yield self._row()
        post_id = self._id(self.post.key)
        if self.post.withdrawn is None:
            yield from self._revisions(post_id)
            if self.post.quotes:
                yield models.Quote(post_id=post_id, quoted_id=self._id(self.post.quotes))
        for key in named(self.thread, self.post):
            yield models.Recipient(post_id=post_id, member_id=self.garden.id("member", key))
        for key, ago in self.post.grants:
            member_id = self.garden.id("member", key)
            yield models.Grant(post_id=post_id, member_id=member_id, given_at=self._at(ago))

    def _id(self, key: str) -> int:
        return self.garden.id("post", key)

    def _at(self, ago: timedelta) -> datetime:
        return self.garden.written(self.number, self.index, ago)

    def _row(self) -> models.Post:
        one, post_id = self.post, self._id(self.post.key)
        gone = one.withdrawn is not None
        body = "" if gone else self._body((one.text, *(text for _, text in one.edits))[-1])
        return models.Post(
            id=post_id,
            thread_id=self._id(self.thread.posts[0].key),
            group_id=self.garden.id("group", self.thread.group),
            author_id=self.garden.id("member", one.by),
            organization_id=self.garden.id("organization", self.garden.community.members[one.by].organization),
            tlp=one.tlp,
            severity=Severity.REFERENCE if gone else one.severity,
            state=PostState.WITHDRAWN if gone else PostState.PUBLISHED,
            body=body,
            html=rendering.render(body, post_id) if body else "",
            renderer=RENDERER_VERSION,
            follow_up=one.follow_up,
            released_at=self._at(one.ago),
            edited_at=self._at(one.edits[-1][0]) if one.edits else None,
            version=1 + len(one.edits) + gone,
        )

    def _body(self, text: str) -> str:
        """The text with its dates, and over the words it quotes the line that says whose they are."""
        text = self.garden.filled(text)
        quoted = next((post for post in self.thread.posts if post.key == self.post.quotes), None)
        if quoted is None:
            return text
        lines = text.splitlines()
        cut = next(place for place, line in enumerate([*lines, ""]) if not line.startswith("> "))
        words = "\n".join(line.removeprefix("> ") for line in lines[:cut])
        author = self.garden.community.members[quoted.by].name
        return quoting.quote(author, self._id(quoted.key), words) + "\n".join(lines[cut:]).lstrip("\n")

    def _revisions(self, post_id: int) -> Iterator[models.Revision]:
        wordings = [(self.post.ago, self.post.text), *self.post.edits]
        title = self.thread.title if self.index == 0 else ""
        for version, (ago, text) in enumerate(wordings[:-1], start=1):
            yield models.Revision(
                post_id=post_id,
                version=version,
                title=title,
                body=self._body(text),
                tlp=self.post.tlp,
                written_at=self._at(ago),
            )
