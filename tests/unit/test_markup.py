"""Markdown to HTML, as members use it; that nothing executable comes out is shown in test_markup_safety."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from community import markup
from tests.html_page import Page, numbered, shown


def line(text: str) -> str:
    """The HTML of one paragraph, without its tags."""
    html = shown(text)
    assert html.startswith("<p>"), html
    return html.removeprefix("<p>").removesuffix("</p>\n")


def code(kind: str, value: str) -> str:
    return f'<code class="indicator" data-kind="{kind}">{value}</code>'


def anchor(words: str, host: str, number: int = 0) -> str:
    return f'<a href="/leave/{number}" rel="{markup.REL}">{words}</a> <span class="host">({host})</span>'


# --- what people write ---


def test_the_usual_marks() -> None:
    assert line("**bold** *slanted* ~~gone~~ `code` foo_bar_baz a * b") == (
        "<strong>bold</strong> <em>slanted</em> <s>gone</s> <code>code</code> foo_bar_baz a * b"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("これは**「重要」**です。", "これは<strong>「重要」</strong>です。"),
        ("**注意！**次の文", "<strong>注意！</strong>次の文"),
        ("全角**（注）**後", "全角<strong>（注）</strong>後"),
        ("これは**重要**です", "これは<strong>重要</strong>です"),
        ("これは*(半角)*です", "これは<em>(半角)</em>です"),
        ("~~「旧」~~を削除", "<s>「旧」</s>を削除"),
        ("한국어**(강조)**입니다", "한국어<strong>(강조)</strong>입니다"),
        ("**VPN**装置と**FW**を確認", "<strong>VPN</strong>装置と<strong>FW</strong>を確認"),
        ("2 * 3 * 4 と ＊注＊", "2 * 3 * 4 と ＊注＊"),
        ("変数_名前_です", "変数_名前_です"),
        ("a**(b)**c", "a**(b)**c"),
        ("**「a」**b", "<strong>「a」</strong>b"),
    ],
)
def test_emphasis_between_japanese_characters(text: str, html: str) -> None:
    assert line(text) == html


def test_headings_stand_below_those_of_the_page() -> None:
    assert shown("# a\n\n## b\n\n##### c\n\nd\n=\n") == "<h3>a</h3>\n<h4>b</h4>\n<h6>c</h6>\n<h3>d</h3>\n"


def test_lists_quotes_tables_and_line_breaks() -> None:
    assert shown("a\nb") == "<p>a<br>\nb</p>\n"
    assert shown("3. a\n4. b") == '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'
    assert shown("> a") == "<blockquote>\n<p>a</p>\n</blockquote>\n"
    assert "style" not in shown("|a|b|\n|:-|-:|\n|c|d|")
    assert Page(shown("|a|b|\n|:-|-:|\n|c|d|")).tags[0][0] == "table"


def test_code_is_shown_as_it_is_without_colours() -> None:
    assert shown("```python\nif a < b:\n    pass\n```") == "<pre><code>if a &lt; b:\n    pass\n</code></pre>\n"


def test_html_is_text() -> None:
    assert line('a <b>b</b> &lt; & "c"') == 'a &lt;b&gt;b&lt;/b&gt; &lt; &amp; "c"'


# --- links ---


def test_an_explicit_link_leads_to_our_page_and_names_its_host() -> None:
    urls, leave = numbered()
    html = markup.render('[JPCERT](https://www.jpcert.or.jp/at/?a=1&b=2#c "title")', leave)
    assert html == f"<p>{anchor('JPCERT', 'www.jpcert.or.jp')}</p>\n"
    assert urls == ["https://www.jpcert.or.jp/at/?a=1&b=2#c"]


def test_the_host_is_named_as_the_network_reads_it() -> None:
    urls, leave = numbered()
    text = "[a](HTTPS://аррӏе.com/x) [b](https://例え.jp:8443/あ) [c](http://[2001:DB8::1]/) [d](https://good.com．evil.example/)"
    hosts = re.findall(r'"host">\((.*?)\)', markup.render(text, leave))
    assert hosts == ["xn--80ak6aa92e.com", "xn--r8jz45g.jp:8443", "[2001:db8::1]", "good.com.evil.example"]
    assert urls[1] == "https://xn--r8jz45g.jp:8443/%E3%81%82"
    assert [re.split("[/]", url)[2] for url in urls] == hosts


def test_the_words_of_a_link_cannot_pretend_another_address() -> None:
    assert line("[https://good.example/login](https://evil.example/)") == anchor(
        "hxxps://good[.]example/login", "evil.example"
    )
    assert line("[see `192.0.2.1`](https://evil.example/)") == anchor(
        "see <code>192[.]0[.]2[.]1</code>", "evil.example"
    )


def test_a_picture_is_its_description_and_a_link() -> None:
    assert line("![a **map** of evil.com](https://x.example/p.png)") == anchor("a map of evil[.]com", "x.example")
    assert line("![](https://x.example/p.png)") == anchor("x.example", "x.example")
    assert line("[![icon](https://a.example/i)](https://b.example/)") == anchor("icon", "b.example")


def test_an_empty_link_shows_where_it_leads() -> None:
    assert line("[](https://x.example/)") == anchor("x.example", "x.example")


def test_our_own_threads_are_linked_directly() -> None:
    assert line("[the thread](/threads/0123456789abc#post-1)") == (
        f'<a href="/threads/0123456789abc#post-1" rel="{markup.REL}">the thread</a>'
    )
    assert markup.links("[the thread](/threads/0123456789abc)") == []


def test_links_are_listed_in_the_order_of_the_page() -> None:
    text = "[b](https://b.example/) [a][r]\n\n|![c](https://c.example/)|\n|-|\n|`[x](https://x.example/)`|\n\n[r]: https://a.example/\n"
    assert markup.links(text) == ["https://b.example/", "https://a.example/", "https://c.example/"]


def test_a_monstrous_address_is_no_link() -> None:
    assert markup.links(f"[x](https://x.example/{'a' * 2000})") == []
    assert markup.links(f"[x](https://x.example/{'あ' * 300})") == []


# --- indicators ---


def test_indicators_are_set_apart_and_never_clickable() -> None:
    assert line("C2は192.0.2.1とevil[.]exampleです") == (
        f"C2は{code('ipv4', '192[.]0[.]2[.]1')}と{code('domain', 'evil[.]example')}です"
    )
    assert line("<https://evil.example/a> hxxp://evil.example/b") == (
        f"&lt;{code('url', 'hxxps://evil[.]example/a')}&gt; {code('url', 'hxxp://evil[.]example/b')}"
    )


def test_indicators_in_code_too() -> None:
    assert line("`evil.example`") == code("domain", "evil[.]example")
    assert line("`curl evil.example`") == f"<code>curl {code('domain', 'evil[.]example')}</code>"
    assert (
        shown("```\ncurl evil.example\n```") == f"<pre><code>curl {code('domain', 'evil[.]example')}\n</code></pre>\n"
    )


def test_no_mark_in_an_indicator_is_markup() -> None:
    assert (
        line("https://evil.example/_a_/*b*/~~c~~?d=`1") == code("url", "hxxps://evil[.]example/_a_/*b*/~~c~~?d=") + "`1"
    )
    assert line("**evil.example**と_evil.example_") == (
        f"<strong>{code('domain', 'evil[.]example')}</strong>と_{code('domain', 'evil[.]example')}_"
    )


def test_escapes_and_entities_hide_no_indicator() -> None:
    for text in ("evil&#46;example", "evil\\.example", "evil&period;example"):
        assert line(text) == code("domain", "evil[.]example")


def test_a_reference_named_like_a_defanged_dot_makes_no_link() -> None:
    assert line("evil[.]example\n\n[.]: https://evil.example/") == code("domain", "evil[.]example")


# --- characters that deceive ---


def test_characters_that_turn_the_direction_are_made_visible() -> None:
    assert line("invoice\u202efdp.exe") == "invoice[U+202E]fdp.exe"


def test_control_characters_and_broken_ones_vanish() -> None:
    assert line("a\x00\x08\x1b[31m\x85b \ud800") == "a[31mb \ufffd"


# --- excerpts ---


def test_an_excerpt_has_no_markup() -> None:
    text = (
        "# 件名\n\n**「重要」** [記事](https://x.example/) evil.example\n次の行\n\n```\ncode\n```\n|a|b|\n|-|-|\n|c|d|"
    )
    assert markup.plain(text, 100) == "件名 「重要」 記事 evil[.]example 次の行 code a b c d"
    assert markup.plain(text, 8) == "件名 「重要」…"
    assert markup.plain("<b>x</b>", 10) == "<b>x</b>"
    assert markup.plain("", 10) == ""


# --- bounds ---


def test_what_is_too_long_is_cut_and_says_so() -> None:
    page = Page(shown("あ" * (markup.MAX_CHARACTERS + 10)))
    assert len(page.text.strip()) == markup.MAX_CHARACTERS + 1
    assert page.text.strip().endswith("…")


@pytest.mark.parametrize(
    "text",
    ["**a** [x](https://x.example/) evil.example\n" * 1100, "evil.example " * 3800, "[" * 7000 + " evil.example"],
)
def test_more_markup_than_anybody_writes_is_shown_as_it_stands(text: str) -> None:
    page = Page(shown(text))
    assert [tag for tag, _ in page.tags] == ["pre"]
    assert "evil[.]example" in page.text
    assert "evil.example" not in page.text
    assert markup.links(text) == []


PATHOLOGICAL = [
    "> ",
    ">",
    "- ",
    "[",
    "![",
    "[a](",
    "*",
    "*a_ ",
    "**a",
    "_*",
    "`",
    "``a`",
    "<",
    "&",
    "|",
    "a|b\n-|-\n",
    "\\",
]
PATHOLOGICAL += [
    "~~",
    "(",
    "[a]: ",
    "[a\n",
    "# a\n",
    "```\n",
    "\n",
    "  - a\n",
    "evil.com ",
    "[x](<",
    '"',
    "<!--",
    "+ a\n\n",
    "***a",
]


@pytest.mark.parametrize("piece", PATHOLOGICAL)
def test_the_time_grows_with_the_length_and_not_faster(piece: str) -> None:
    def cost(characters: int) -> float:
        text, best = piece * (characters // len(piece)), 60.0
        for _ in range(2):
            start = time.process_time()
            shown(text)
            best = min(best, time.process_time() - start)
        return best

    # Four times the length: linear is 4, quadratic 16. What takes no time at all is not worth comparing.
    assert cost(6_000) <= 9 * cost(1_500) + 0.05
    assert cost(markup.MAX_CHARACTERS) <= 9 * cost(markup.MAX_CHARACTERS // 4) + 0.05


def test_threads_do_not_disturb_each_other() -> None:
    texts = [
        f"**{number}** [a](https://x{number}.example/) evil{number}.example `{number}`\n\n- b" * 5
        for number in range(40)
    ]
    alone = [shown(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shown, texts * 3)) == alone * 3
