"""Quotes: Markdown blockquotes under a header line that says whose words they are and which post they come from."""

import re
from collections.abc import Collection, Iterable, Iterator

from community import ids

# In both languages, because it stands in other people's texts, whose language we do not know.
NOTICE = "*The quoted post was withdrawn or removed. 引用された投稿は取り下げられたか、表示されなくなりました。*"
TAKEN = "*Words were taken out here. ここにあった言葉は取り除かれました。*"
FORMER = "A former member 退会したメンバー"  # whoever left without their name
_HEADER = re.compile(r"\[[^\]\n]*\]\(/posts/([0-9a-z]{13})\)")
_HEADER_LINE = re.compile(rf"^ {{0,3}}>[> ]*(?P<header>{_HEADER.pattern})", re.MULTILINE)
_LINE = re.compile(r" {0,3}((?:> ?)*)(.*)", re.DOTALL)
_SHORTEST_PIECE = 4  # of a line, inside a quote
_SHORTEST_COPY = 12  # of a whole line, outside a quote


def quote(name: str, post_id: int, body: str) -> str:
    """``body`` as a quote of what ``name`` wrote, ready to be put at the head of a reply."""
    header = f"[{name.translate({ord('['): '(', ord(']'): ')'})}](/posts/{ids.encode(post_id)})"
    return "\n".join(f"> {line}".rstrip() for line in (header, "", *body.splitlines())) + "\n\n"


def unnamed(body: str, post_ids: Collection[int]) -> str:
    """``body`` without the name in header lines of quotes of these posts: their author has left without it."""
    return "\n".join(_without_name(line, post_ids) for line in body.split("\n"))


def _without_name(line: str, post_ids: Collection[int]) -> str:
    depth, text = _read(line)
    if _source(depth, text) not in post_ids:
        return line
    start = line.index("[")
    return f"{line[:start]}[{FORMER}]{line[line.index('](', start) + 1 :]}"


def quoted_ids(body: str) -> frozenset[int]:
    """The posts that header lines of quotes in ``body`` name, however deep."""
    found = (_source(*_read(line)) for line in body.splitlines())
    return frozenset(source for source in found if source)


def headers(body: str) -> Iterator[tuple[int, int]]:
    """Where the header lines of quotes stand, from and to."""
    return (match.span("header") for match in _HEADER_LINE.finditer(body))


def has_quote(body: str) -> bool:
    """Is any line of ``body`` quoted?"""
    return any(_read(line)[0] for line in body.splitlines())


def quoted(body: str) -> str:
    """The quoted lines of ``body`` without their marks, and without the header lines."""
    lines = (_read(line) for line in body.splitlines())
    return "\n".join(text for depth, text in lines if depth and not _source(depth, text))


def unquoted(body: str) -> str:
    """``body`` without its quoted lines."""
    return "\n".join(line for line in body.splitlines() if not _read(line)[0]).strip()


def repeats(body: str, words: Iterable[str]) -> bool:
    """Does any line of ``body`` repeat a line of ``words``?"""
    said = _Words(words)
    return any(said.repeated_by(*_read(line)) for line in body.splitlines())


def without(body: str, post_id: int, words: Iterable[str]) -> str:
    """``body`` with a notice in place of every quote of the post, and of every line that repeats its ``words``."""
    return _joined(_taken_out(body, post_id, _Words(words)), NOTICE)


def without_old(body: str, old: Iterable[str], present: Iterable[str]) -> str:
    """``body`` with a notice in place of lines that repeat ``old`` wordings of a post, and not its ``present`` one."""
    before, now = _Words(old), _Words(present)
    lines = ((line, *_read(line)) for line in body.split("\n"))
    left = (
        f"{'> ' * depth}{TAKEN}" if before.repeated_by(depth, text) and not now.repeated_by(depth, text) else line
        for line, depth, text in lines
    )
    return _joined(left, TAKEN)


def standing(body: str, post_id: int, words: Iterable[str]) -> str:
    """``body`` with a notice in place of lines that quote the post and do not stand in its ``words`` (any more)."""
    said = [_squeezed("".join(_read(line)[1] for line in text.splitlines())) for text in words]
    return _joined(_still_said(body, post_id, said), TAKEN)


def _still_said(body: str, post_id: int, said: list[str]) -> Iterator[str]:
    inside = 0
    for line in body.split("\n"):
        depth, text = _read(line)
        source = _source(depth, text)
        inside = _still_inside(inside, depth, source, post_id)
        known = bool(source) or any(_squeezed(text) in one for one in said)
        yield line if known or not inside else "> " * depth + TAKEN


def _joined(lines: Iterable[str], notice: str) -> str:
    """The lines as a text, in which the notice stands once where it would follow itself."""
    found = list(lines)
    kept = [line for place, line in enumerate(found) if not (notice in line and place and found[place - 1] == line)]
    return "\n".join(kept)


class _Words:
    """The wordings of a post without what it quotes itself, to be found again in other texts whatever the spacing."""

    def __init__(self, texts: Iterable[str]) -> None:
        own = [[_squeezed(words) for depth, words in map(_read, text.splitlines()) if not depth] for text in texts]
        self.lines = {line for lines in own for line in lines if line}
        self.texts = ["".join(lines) for lines in own]

    def repeated_by(self, depth: int, text: str) -> bool:
        line = _squeezed(text)
        if any(len(own) >= _SHORTEST_COPY and own in line for own in self.lines):
            return True
        return bool(depth) and (
            line in self.lines or (len(line) >= _SHORTEST_PIECE and any(line in own for own in self.texts))
        )


def _taken_out(body: str, post_id: int, words: _Words) -> Iterator[str]:
    inside = 0
    for line in body.split("\n"):
        depth, text = _read(line)
        source = _source(depth, text)
        inside = _still_inside(inside, depth, source, post_id)
        if inside or words.repeated_by(depth, text):
            yield "> " * (inside or depth) + NOTICE
        else:
            yield line


def _still_inside(inside: int, depth: int, source: int, post_id: int) -> int:
    """How deep the quote of the post is that a line belongs to, given how deep it was one line before; 0 outside."""
    if source == post_id and (not inside or depth <= inside):
        return depth
    ended = depth < inside or (source and depth == inside)
    return 0 if ended else inside


def _read(line: str) -> tuple[int, str]:
    match = _LINE.match(line)
    return (match[1].count(">"), match[2].strip()) if match else (0, line.strip())


def _source(depth: int, text: str) -> int:
    match = _HEADER.match(text) if depth else None
    try:
        return ids.decode(match[1]) if match else 0
    except ValueError:
        return 0


def _squeezed(text: str) -> str:
    return "".join(text.split())
