"""HTML read as a browser would, against a list of our own of what a post may hold."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

from community import indicators, markup

BARE = "blockquote br em h3 h4 h5 h6 hr li p pre s strong table tbody td th thead tr ul"
ALLOWED: dict[str, set[str]] = {tag: set() for tag in BARE.split()}
ALLOWED |= {"a": {"href", "rel"}, "code": {"class", "data-kind"}, "span": {"class"}, "ol": {"start"}}
OURS = re.compile(r"/leave/\d+|/(?:groups|threads|posts|members|organizations)/[0-9a-z]{13}(?:#[a-z0-9-]+)?")
KINDS = {kind.value for kind in indicators.Kind}


class Page(HTMLParser):
    """Reads HTML as a browser would and refuses whatever is not on the list."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert tag in ALLOWED, tag
        assert set(given) <= ALLOWED[tag], (tag, given)
        assert len(given) == len(attrs), "an attribute twice"
        self.judge(tag, given)
        self.tags.append((tag, given))
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def judge(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "a":
            assert OURS.fullmatch(given["href"] or ""), given
            assert given["rel"] == "noopener noreferrer nofollow ugc"
            assert "a" not in self.open
        if tag == "code" and given:
            assert given["class"] == "indicator"
            assert given["data-kind"] in KINDS
            assert "a" not in self.open, "a clickable indicator"
        if tag == "span":
            assert given == {"class": "host"}
        if tag == "ol":
            assert (given.get("start") or "1").isdigit()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"declaration {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"instruction {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"declaration {data}")


def numbered() -> tuple[list[str], Callable[[str], str]]:
    """The URLs that were asked for, and a ``leave`` that numbers them."""
    urls: list[str] = []

    def leave(url: str) -> str:
        urls.append(url)
        return f"/leave/{len(urls) - 1}"

    return urls, leave


def shown(text: str) -> str:
    return markup.render(text, numbered()[1])
