"""Markdown to HTML that is safe to store and to show.

No HTML of the author, no pictures, nothing that loads. An explicit link ``[text](https://...)`` leads to our own
leaving page and names its host; a bare address is an indicator: defanged and never clickable, inside code too.
Three nets, each closed by itself: our own check of link targets, bleach, nh3. A block (``blocks``) stays as it is in a
span of its own: its reason is put into words for each reader.
"""

import ipaddress
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import nh3
from bleach.sanitizer import Cleaner
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from community.blocks import Missing, block, replaced
from community.indicators import Kind, defang, find
from community.markdown import Env, Parser

RENDERER_VERSION = 3
MAX_CHARACTERS = 50_000
MOST_MARKUP = 6_000
LONGEST_URL = 2000
REL = "noopener noreferrer nofollow ugc"

# --- what others call ---


def render(text: str, leave: Callable[[str], str]) -> str:
    """The HTML of a text. ``leave`` turns an external URL into the path of our page about it (``leaving.leave``).

    The HTML depends on nothing else and may be kept beside RENDERER_VERSION. Of a text longer than MAX_CHARACTERS the
    beginning is rendered, with an ellipsis: forms refuse it earlier. A text with more than MOST_MARKUP marks or tags
    would keep the server busy for seconds: it is shown as it stands, without links, its indicators defanged.
    """
    text = _cleaned(text)
    html = _html(text, leave)
    first = f"<pre>{_text(_defanged(text))}</pre>" if html is None else _TOOLS.first.clean(html)
    return _TOOLS.second.clean(first)


def links(text: str) -> list[str]:
    """The external URLs that a text links to, in order, spelled as ``render`` gives them to ``leave``."""
    found: list[str] = []

    def keep(url: str) -> str:
        found.append(url)
        return "/"

    return [] if _html(_cleaned(text), keep) is None else found


def plain(text: str, limit: int) -> str:
    """The beginning of a text without markup, on one line of at most ``limit`` characters, indicators defanged."""
    beginning = _TOOLS.parser.parse(_cleaned(text[: 4 * limit + 1000]))
    words = " ".join("".join(_words(beginning)).split())
    return words if len(words) <= limit else (words[: max(limit - 1, 0)].rstrip() + "…")[:limit]


# --- the text before, the words after ---

_MARK = re.compile(r"[*_~`\[\]|&<>\\\n]")
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_HALVES = re.compile(r"[\ud800-\udfff]")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def _cleaned(text: str) -> str:
    """Without control characters; those that turn the direction, and so disguise names, are made visible."""
    text = text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…"
    text = _HALVES.sub("\ufffd", _UNWANTED.sub("", text))
    return _TURNS.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def _html(text: str, leave: Callable[[str], str]) -> str | None:
    """What the parser makes of it, not yet sanitized; None when it is too much."""
    if len(_MARK.findall(text)) > MOST_MARKUP:
        return None
    respelled = "\\" in text or "&" in text
    html = str(_TOOLS.parser.render(text, {"leave": leave, "respelled": respelled}))
    return html if html.count("<") + html.count("&") <= MOST_MARKUP else None


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("inline", "image"):
            yield from _words(token.children or [])
        elif token.type in ("text", "code_inline", "fence", "code_block"):
            yield _defanged(token.content)
        elif token.type == "indicator":
            yield token.content
        elif token.block or token.type in ("softbreak", "hardbreak"):
            yield " "


# --- where a link may lead ---

_OURS = re.compile(r"/(?:groups|threads|posts|members|organizations)/[0-9a-hjkmnp-tv-z]{13}(?:#[a-z0-9-]{1,40})?")
_UNQUOTED = "/?#%:@!$&'()*+,;=~[]"
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*\.?")


def _external(url: str) -> str | None:
    """The URL in one spelling, its host as the network reads it; None for what is not plainly an http(s) address."""
    if len(url) > LONGEST_URL or not url.isprintable() or re.search(r"[\s\\<>\"`{|}^]", url):
        return None
    try:
        parts = urlsplit(url)
        place = _place(parts)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not url.lower().startswith(parts.scheme + "://") or "@" in parts.netloc:
        return None
    rest = parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    spelled = f"{parts.scheme}://{place}{quote(rest, safe=_UNQUOTED)}"
    return spelled if len(spelled) <= LONGEST_URL else None


def _place(parts: SplitResult) -> str:
    """Host and port. Raises ValueError (of which UnicodeError is one) when they are not such."""
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{ipaddress.IPv6Address(host)}]"
    else:
        host = host.encode("idna").decode().lower()
        if not _NAME.fullmatch(host):
            raise ValueError("not a host name")
    return host if parts.port is None else f"{host}:{parts.port}"


# --- HTML ---


class _Parser(Parser):
    def validateLink(self, url: str) -> bool:  # noqa: N802
        return bool(_OURS.fullmatch(url)) or _external(url) is not None


class _Renderer(RendererHTML):
    """Tokens to HTML.

    ``env["link"]`` is the open link; ``env["respelled"]`` that escapes or entities may make indicators that the source
    did not show.
    """

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f"<{_below_ours(tokens[idx].tag)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f"</{_below_ours(tokens[idx].tag)}>\n"

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        content = tokens[idx].content
        return _shown(content, env) if env["respelled"] else _text(content)

    def indicator(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        token = tokens[idx]
        return _text(token.content) if env.get("link") else _indicator(token.content, token.info)

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        shown = _shown(tokens[idx].content, env)
        return shown if _ALONE.fullmatch(shown) else f"<code>{shown}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f"<pre><code>{_shown(tokens[idx].content, env)}</code></pre>\n"

    fence = code_block

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        empty = tokens[idx + 1].type == "link_close"
        return _opened(str(tokens[idx].attrGet("href")), env) + (_host(env["link"]) if empty else "")

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return _closed(env)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        words = "".join(_words(tokens[idx].children or []))
        if env.get("link"):
            return _text(words)
        opened = _opened(str(tokens[idx].attrGet("src")), env)
        return opened + _text(words.strip() or _host(env["link"])) + _closed(env)


_ALONE = re.compile(r"<code class=[^<]*</code>")


def _below_ours(tag: str) -> str:
    """The page has the first two ranks of headings."""
    return f"h{min(int(tag[1]) + 2, 6)}"


def _opened(url: str, env: Env) -> str:
    external = _external(url)
    env["link"] = external or url
    return f'<a href="{escape(env["leave"](external) if external else url)}">'


def _closed(env: Env) -> str:
    url = env.pop("link")
    return "</a>" if url.startswith("/") else f'</a> <span class="host">({_text(_host(url))})</span>'


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


def _indicator(shown: str, kind: str) -> str:
    return f'<code class="indicator" data-kind="{kind}">{_text(shown)}</code>'


def _text(words: str) -> str:
    return replaced(escape(words, quote=False), _redacted)


def _redacted(reason: Missing) -> str:
    return f'<span class="redacted">{block(reason)}</span>'


def _shown(text: str, env: Env) -> str:
    """The text with its indicators set apart; inside a link they are only defanged: no indicator is clickable."""
    return _text(_defanged(text)) if env.get("link") else _pieces(text, _text, _indicator)


def _defanged(text: str) -> str:
    return _pieces(text, str, lambda shown, _: shown)


def _pieces(text: str, between: Callable[[str], str], indicator: Callable[[str, str], str]) -> str:
    done, pieces = 0, []
    for hit in find(text):
        pieces += [between(text[done : hit.start]), indicator(defang(hit.value, hit.kind), hit.kind)]
        done = hit.end
    return "".join([*pieces, between(text[done:])])


# --- the nets ---

_TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "span", "strong"}
    | {"table", "tbody", "td", "th", "thead", "tr", "ul"}
)  # fmt: skip
_OWN_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/._~?=&%#-]*")
_VALUES = {
    "code": {"class": {"indicator"}, "data-kind": {str(kind) for kind in Kind}},
    "span": {"class": {"host", "redacted"}},
}


def _keeps(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("a", "href"):
        return bool(_OWN_PATH.fullmatch(value))
    if (tag, name) == ("ol", "start"):
        return value.isascii() and value.isdigit()
    return value in _VALUES.get(tag, {}).get(name, ())


class _Tools(threading.local):
    """What must not be shared: each thread makes its own at first use."""

    def __init__(self) -> None:
        self.parser = _Parser(_Renderer)
        self.first = Cleaner(tags=_TAGS, attributes=_keeps, protocols=["https"], strip=True)
        self.second = nh3.Cleaner(
            tags=set(_TAGS),
            attributes={"a": {"href"}, "ol": {"start"}},
            tag_attribute_values=_VALUES,
            url_schemes=set(),
            url_relative=lambda url: url if _OWN_PATH.fullmatch(url) else None,
            link_rel=REL,
        )


_TOOLS = _Tools()
