"""The Markdown that members write: CommonMark with tables and strikethrough, without HTML.

Two things differ. Indicators are known before anything else is looked for, so that no underscore or bracket in them is
taken for markup. And emphasis works between Japanese characters. What may be a link is for a subclass to say.
"""

from bisect import bisect_right
from collections.abc import MutableMapping
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token

from community.indicators import defang, find

Env = MutableMapping[str, Any]

_CJK = (
    (0x1100, 0x11FF),
    (0x2E80, 0x31FF),
    (0x3400, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)


class Parser(MarkdownIt):
    """The parser with a renderer; ``validateLink`` and the renderer are handed link targets as they were typed."""

    def __init__(self, renderer: type[RendererHTML]) -> None:
        super().__init__("commonmark", renderer_cls=renderer)
        self.inline = _Inline()
        self.configure("commonmark", {"html": False, "breaks": True})
        self.enable(["table", "strikethrough"]).disable(["autolink", "html_block", "html_inline"])
        self.inline.ruler.at("text", _text)
        self.inline.ruler.before("text", "indicator", _indicator)

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """Nothing: ``validateLink`` must see what was typed."""
        return url


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Env, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    """The text of one block, and the indicators in it."""

    def __init__(self, src: str, md: MarkdownIt, env: Env, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self.hits = {hit.start: hit for hit in find(src)}
        self.starts = list(self.hits)

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """May the markers at ``start`` open or close emphasis?

        CommonMark 0.31.2, section 6.2, with one addition for scripts without blanks: punctuation beside the markers is
        no hindrance when it is CJK or when a CJK character stands on their other side: ``**「重要」**です`` is bold.
        """
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        left = not _is_blank(after) and (not _hinders(after) or _frees(before))
        right = not _is_blank(before) and (not _hinders(before) or _frees(after))
        opens = left and (canSplitWord or not right or _is_punctuation(before))
        closes = right and (canSplitWord or not left or _is_punctuation(after))
        return Scanned(opens, closes, end - start)


def _indicator(state: StateInline, silent: bool) -> bool:
    hit = cast(_State, state).hits.get(state.pos)
    if hit is None or hit.end > state.posMax:
        return False
    if not silent:
        token = state.push("indicator", "code", 0)
        token.content, token.info = defang(hit.value, hit.kind), hit.kind
    state.pos = hit.end
    return True


def _text(state: StateInline, silent: bool) -> bool:
    """Take what reaches up to the next character that may be markup, or to the next indicator."""
    starts = cast(_State, state).starts
    following = bisect_right(starts, state.pos)
    end = min([*starts[following : following + 1], state.posMax])
    markup = state.md.inline.terminator_re.search(state.src, state.pos, end)
    end = markup.start() if markup else end
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _is_cjk(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _CJK)


def _is_blank(character: str) -> bool:
    return isWhiteSpace(ord(character))


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _hinders(character: str) -> bool:
    return _is_punctuation(character) and not _is_cjk(character)


def _frees(character: str) -> bool:
    return _is_blank(character) or _is_punctuation(character) or _is_cjk(character)
