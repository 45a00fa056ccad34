"""Nonsense, as strangers, broken programs and ordinary people send it: drawn around the requests that make sense."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

LONG = 100_000
Fields = list[tuple[str, bytes]]
Lines = tuple[tuple[str, str], ...]
TEXTS: tuple[bytes, ...] = (
    b"",
    b" ",
    b"-1",
    b"0",
    b"1e999",
    b"9" * 30,
    b"9" * 5000,
    b"2026-02-31",
    b"NaN",
    b"None",
    b"[]",
    b"\0",
    b"\0" * 13,
    b"a\0b",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xed\xa0\x80 half a pair",
    b"\xf0\x9f\x98\x80" * 200,
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627".encode(),
    "e\u0301\u200b\ufeff\u2066".encode(),
    "Ａ\u3000全角\uffff\ud7ff".encode(),
    b"'; DROP TABLE posts; --",
    b"%s %(x)s {0} {{7*7}} ${x}",
    b"<script>alert(1)</script>",
    b"</textarea><b>\"'&amp;",
    b"../../../etc/passwd",
    b"..\\..\\windows",
    b"//evil.example/",
    b"http://[",
    b"javascript:alert(1)",
    b"line\r\nSet-Cookie: a=b",
    b"0" * 13,
    b"z" * 13,
    b"7zzzzzzzzzzzz",
    b"0000000000001",
    b"*" * 2000,
    b"> " * 1000,
    b"[" * 1000,
)
HUGE = (b"x" * LONG, b"\xe3\x81\x82\n" * (LONG // 2), b"\0" * LONG, b"`[*_<" * (LONG // 5))
METHODS = ("GET", "GET", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "NONSENSE", "get")
HEADERS: tuple[tuple[str, str], ...] = (
    ("Accept-Language", "xx;q=nonsense, *;q=-1, ja;q=1e9,,;"),
    ("Accept-Language", "\xff\xfe" * 500),
    ("Range", "bytes=5-1,-,a-b"),
    ("Range", "bytes=0-0"),
    ("Host", "evil.example"),
    ("Host", "localhost:99999999"),
    ("Host", "[::1"),
    ("Host", ""),
    ("Cookie", "musubi=nonsense; =; a; \xff=\xfe; musubi=.eJx"),
    ("Cookie", "musubi=" + "a" * 5000),
    ("If-None-Match", 'W/"x", *, "'),
    ("If-Modified-Since", "Thu, 99 Foo 99999 99:99:99 GMT"),
    ("Origin", "null"),
    ("Referer", "\xff//"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Dest", "nonsense"),
    ("User-Agent", "\xff" * 3000),
    ("Authorization", "Basic ////"),
    ("X-Forwarded-For", "a, ,\xff"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "nonsense"),
    ("Accept", "application/json;q=x"),
)
KINDS = (
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/json",
    "application/json; charset=nonsense",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=\xff",
    "nonsense",
    "",
)


@dataclass(frozen=True)
class Raw:
    """One request, byte for byte. ``fields`` are those of a form that the server is able to read."""

    method: str
    path: str
    query: bytes = b""
    body: bytes = b""
    kind: str = ""
    headers: Lines = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def words() -> st.SearchStrategy[bytes]:
    """A piece of text that nobody meant, as bytes."""
    texts = st.text(st.characters(codec=None, exclude_categories=[]), max_size=40)
    drawn = texts.map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(st.sampled_from(TEXTS), st.sampled_from(TEXTS), drawn, st.binary(max_size=20))


def path_parts() -> st.SearchStrategy[str]:
    """Something in the place of an id or a token, as it stands in an address."""
    return words().map(lambda part: quote_from_bytes(part[:3000], safe=""))


def queries(names: list[str]) -> st.SearchStrategy[bytes]:
    """A query of these parameters and of unknown ones, some of them more than once."""
    pairs = st.tuples(st.sampled_from([*names, "page", "zq"]), words())
    joined = st.lists(pairs, max_size=4).map(lambda some: "&".join(map(_pair, some)).encode())
    return st.one_of(joined, joined, joined, st.sampled_from([b"%", b"&&=&=&", b"?%00=%ff", b"page[]=1;page", b"\xff"]))


def _pair(pair: tuple[str, bytes]) -> str:
    return f"{pair[0]}={quote_from_bytes(pair[1][:5000])}"


def headers() -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Mostly none; else some that make no sense."""
    return st.one_of(st.just(()), st.just(()), st.lists(st.sampled_from(HEADERS), max_size=2).map(tuple))


@st.composite
def fields(draw: st.DrawFn, sense: Mapping[str, str], most: int = 3) -> Fields:
    """The fields of a form that makes sense, with up to ``most`` of them changed, gone or sent again."""
    sent = [(name, value.encode()) for name, value in sense.items()]
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(sent) - 1))
        name = sent[at][0]
        value = draw(st.one_of(words(), words(), words(), st.sampled_from(HUGE)))
        if draw(st.integers(0, 4)) == 0:
            sent.append((name, value))
        elif value:
            sent[at] = (name, value)
        elif len(sent) > 1:
            del sent[at]
    return sent


def urlencoded(sent: Fields) -> tuple[bytes, str]:
    """The body and its type."""
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in sent).encode(), KINDS[0].partition(";")[0]


def multipart(sent: Fields, as_file: str = "") -> tuple[bytes, str]:
    """The same as a form with files; the field ``as_file`` is sent as one."""
    edge = b"zqzqzq"
    parts = []
    for name, value in sent:
        name_file = b'; filename="\xff\0.exe"' if name == as_file else b""
        parts.append(b'--%s\r\nContent-Disposition: form-data; name="%s"%s' % (edge, name.encode(), name_file))
        parts.append(b"\r\n\r\n%s\r\n" % value)
    return b"".join([*parts, b"--%s--\r\n" % edge]), f"multipart/form-data; boundary={edge.decode()}"


def misnamed(sent: Fields, kind: str) -> tuple[bytes, str]:
    """A body that is not what its type says, or is no form at all."""
    said = {name: value.decode("utf-8", "replace") for name, value in sent}
    return json.dumps(said).encode() if "json" in kind else urlencoded(sent)[0], kind
