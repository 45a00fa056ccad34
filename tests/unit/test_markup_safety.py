"""What members write cannot do anything: judged by a parser and a list of our own, never by looking for bad words."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community import markup
from tests.html_page import Page, numbered, shown

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" onerror="alert(1)"/>',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==></object>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href='javascript:alert(1)'>x</a>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "<!DOCTYPE html><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<textarea><script>alert(1)</script></textarea><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](< javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](javascript://evil.example/%0aalert(1))",
    "[x](ftp://evil.example/)",
    "[x](wss://evil.example/)",
    "[x](https://evil.example/\u200b)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\\\evil.example)",
    "[x](///evil.example)",
    "[x](https:evil.example)",
    "[x](https:///evil.example)",
    "[x](https:\\\\evil.example)",
    "[x](https://good.example@evil.example/)",
    "[x](https://good.example%00.evil.example/)",
    "[x](https://evil.example\u2028/)",
    "[x](https://evil\u202e.example/)",
    "[x](ｈttps://evil.example/)",
    '[x](https://evil.example/ "onmouseover=alert(1) x=\'")',
    '[x](https://evil.example/" onmouseover="alert(1))',
    "[x](https://evil.example/'onmouseover='alert(1))",
    '[x](<https://evil.example/"><script>alert(1)</script>>)',
    '[x"><img src=x onerror=alert(1)>](https://evil.example/)',
    "[x](/sign-out)",
    "[x](/posts/0123456789abc/leave/0)",
    "[x](#top)",
    "[x](?a=1)",
    "[x](.)",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://evil.example/x.png)',
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "![<script>alert(1)</script>](https://evil.example/x.png)",
    "[a]: javascript:alert(1)\n\n[a]",
    "[a]: <javascript:alert(1)>\n\n[x][a] ![x][a]",
    "<javascript:alert(1)>",
    "<https://evil.example/'onclick=alert(1)>",
    "```<script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    '```"><img src=x onerror=alert(1)>\nx\n```',
    "`</code><script>alert(1)</script>`",
    "    </code></pre><script>alert(1)</script>",
    "|<script>alert(1)</script>|\n|-|\n|</td><img src=x onerror=alert(1)>|",
    '1"onmouseover="alert(1). x',
    "# <img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "https://evil.example/<script>alert(1)</script>",
    'https://evil.example/"onmouseover="alert(1)',
    "javascript://evil.example/%0aalert(1)",
    'evil.example"><script>alert(1)</script>',
    "\"'><svg/onload=alert(1)>@evil.example",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_leaves_anything_executable(payload: str) -> None:
    for text in (
        payload,
        f"> - {payload}\n\nafter",
        f"**{payload}**",
        f"[{payload}](https://ok.example/)",
        f"|a|\n|-|\n|{payload}|",
    ):
        urls, leave = numbered()
        Page(markup.render(text, leave))
        assert all(url.startswith(("http://", "https://")) for url in urls)


@pytest.mark.parametrize("payload", [text for text in PAYLOADS if text.startswith("[x](")])
def test_a_target_that_is_not_plainly_http_is_no_link(payload: str) -> None:
    allowed = payload.startswith(
        ("[x](https://evil.example/'", '[x](https://evil.example/ "on', '[x](https://evil.example/" ')
    )
    tags = [tag for tag, _ in Page(shown(payload)).tags]
    assert "a" not in tags or allowed


MARKS = (
    "** * _ ` ~~ | [ ]( ) ![ \\ &amp; < > \" ' evil[.]com 192.0.2.1 u@mail.example CVE-2024-3400 「重要」 です。 [a]"
)
BLOCKS = ["```\n", "\n", "\n\n", "> ", "- ", "1. ", "# ", "\n|-|\n", "\u202e", "\x00", "[a]: https://z.example/\n"]
LINKS = ["https://evil.example/a", "[a](https://x.example/)", "![b](https://y.example/p)"]
FRAGMENTS = st.sampled_from([*PAYLOADS, *MARKS.split(" "), *BLOCKS, *LINKS])


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS | st.text(max_size=5), max_size=25).map("".join))
def test_whatever_is_written_the_page_holds_only_what_is_allowed(text: str) -> None:
    urls, leave = numbered()
    page = Page(markup.render(text, leave))
    asked = [given["href"] for tag, given in page.tags if tag == "a" and (given["href"] or "").startswith("/leave/")]
    assert asked == [f"/leave/{number}" for number in range(len(urls))]
    assert markup.links(text) == urls
    assert all(re.fullmatch(r"https?://[a-z0-9_.:\[\]-]+(?:[/?#][!-~]*)?", url) for url in urls)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_characters_at_all(text: str) -> None:
    Page(shown(text))
    markup.plain(text, 50)


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS | st.text(max_size=5), max_size=25).map("".join), st.integers(0, 80))
def test_an_excerpt_is_one_line_within_its_limit(text: str, limit: int) -> None:
    words = markup.plain(text, limit)
    assert len(words) <= limit
    assert "\n" not in words


def test_a_leave_that_answers_with_a_foreign_address_makes_no_link() -> None:
    for answer in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "leave"):
        html = markup.render("[x](https://ok.example/)", lambda _, answer=answer: answer)  # type: ignore[misc]
        assert "href" not in html, html


def test_each_net_is_closed_by_itself() -> None:
    dirty = '<p onclick="x()">a<script>b</script><a href="https://evil.example/">c</a><a href="//evil.example">d</a>'
    dirty += '<a href="/leave/1">e</a><img src="x">'
    for net in (markup._TOOLS.first.clean, markup._TOOLS.second.clean):
        html = net(dirty)
        assert not re.search(r"<script|onclick|https:|//evil|<img", html), html
        assert '<a href="/leave/1"' in html
