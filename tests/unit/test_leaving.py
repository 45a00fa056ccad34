"""Leaving links: only the right key makes one, only for a link that the post has, and it tells nothing."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import leaving, markup

KEY = "k-0123456789abcdefghijklmnopqrstuvwxyz"
POST, OTHER_POST = "0123456789abc", "1123456789abc"
URL, OTHER_URL = "https://www.example.org/a?b=1", "https://evil.example/"
TOKEN = leaving.sign(URL, POST, KEY)


def test_a_token_stands_for_its_link() -> None:
    assert leaving.verify(TOKEN, POST, [OTHER_URL, URL], KEY) == URL


def test_a_token_is_always_the_same_for_the_same_link_so_that_the_html_can_be_kept() -> None:
    assert leaving.sign(URL, POST, KEY) == TOKEN


@pytest.mark.parametrize(
    ("post", "urls", "key"),
    [
        (OTHER_POST, [URL], KEY),
        (POST, [URL], KEY + "x"),
        (POST, [OTHER_URL], KEY),
        (POST, [URL + "/"], KEY),
        (POST, [], KEY),
    ],
)
def test_no_other_post_key_or_link_takes_it(post: str, urls: list[str], key: str) -> None:
    assert leaving.verify(TOKEN, post, urls, key) is None


def test_no_letter_of_it_can_be_changed() -> None:
    for at, was in enumerate(TOKEN):
        for letter in set(string.ascii_letters + string.digits + "-_=.") - {was}:
            assert leaving.verify(TOKEN[:at] + letter + TOKEN[at + 1 :], POST, [URL], KEY) is None
    for token in ("", TOKEN[:-1], TOKEN + "A", TOKEN + "=", TOKEN.swapcase(), f" {TOKEN}", "０" * 22, "\ud800"):
        assert leaving.verify(token, POST, [URL], KEY) is None


@given(st.text(max_size=40))
def test_what_is_made_up_is_refused(token: str) -> None:
    assert leaving.verify(token, POST, [URL, OTHER_URL], KEY) is None


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_post_and_link_cannot_be_cut_elsewhere(post: str, url: str) -> None:
    """The message of the MAC says where the post ends; addresses of posts hold no NUL."""
    post = post.replace("\0", "")
    moved = post + url[:1], url[1:]
    assert not url or leaving.sign(url, post, KEY) != leaving.sign(moved[1], moved[0].replace("\0", ""), KEY)


def test_the_address_holds_neither_link_nor_host() -> None:
    assert re.fullmatch(r"/posts/0123456789abc/leave/[A-Za-z0-9_-]{22}", leaving.address(URL, POST, KEY))


def test_from_the_text_of_a_post_to_its_page_and_back() -> None:
    text = f"[a]({OTHER_URL}) と [b](https://例え.jp/あ) と ![c]({URL})"
    html = markup.render(text, leaving.leave(POST, KEY))
    tokens = re.findall(rf'href="/posts/{POST}/leave/([^"]+)"', html)
    assert [leaving.verify(token, POST, markup.links(text), KEY) for token in tokens] == markup.links(text)
    assert len(tokens) == 3


def test_a_link_that_was_edited_away_answers_no_more() -> None:
    assert leaving.verify(TOKEN, POST, markup.links(f"[a]({URL})"), KEY) == URL
    assert leaving.verify(TOKEN, POST, markup.links("no link"), KEY) is None
    assert leaving.verify(TOKEN, POST, markup.links(URL), KEY) is None
