"""Unsealing, as several people at once: one is refused; with two it is done, once, and the author is told."""

import pytest
from playwright.sync_api import Error, Page, expect

from community import ids
from tests.browser.conftest import Site
from tests.browser.test_live import site
from tests.factories import World
from tests.unsealing import REASON, Pair

__all__ = ["site"]


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


def ask(site: Site, pair: Pair) -> Page:
    page = site.page(pair.asker)
    page.goto(f"/moderation/posts/{ids.encode(pair.post)}/unseal")
    assert site.serious(page) == []
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Ask a second site moderator").click()
    expect(page.get_by_text("The site moderators who may agree are told")).to_be_visible()
    return page


def is_refused(page: Page) -> None:
    """Who asked is offered nothing, and the address of the other's page leads back."""
    expect(page.get_by_text("You asked for this yourself")).to_be_visible()
    expect(page.get_by_role("link", name="Agree, and learn who it is")).to_have_count(0)
    page.goto(f"{page.url}/unseal")
    expect(page.get_by_role("heading", name="What you can do")).to_be_visible()


def agree(site: Site, pair: Pair, case: str) -> Page:
    page = site.page(pair.second)
    page.goto(case)
    page.get_by_role("link", name="Agree, and learn who it is").click()
    expect(page.get_by_text(REASON)).to_be_visible()
    assert site.serious(page) == []
    page.get_by_role("button", name="Agree, and show me who it is").click()
    expect(page.get_by_text(pair.author.name, exact=True)).to_be_visible()
    assert site.serious(page) == []
    return page


def is_gone(page: Page, name: str) -> None:
    """Neither going on and back nor opening the address anew shows the name."""
    address = page.url
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Agreed: the author was unsealed").first).to_be_visible()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser kept nothing
        page.go_back()
    expect(page.get_by_text(name, exact=True)).to_have_count(0)
    page.goto(address)
    expect(page.get_by_text(name, exact=True)).to_have_count(0)


def is_told(site: Site, pair: Pair) -> None:
    author = site.page()
    device = site.authenticator(author)
    author.goto("/sign-in")
    site._sign_in(author.context, pair.author)
    author.goto("/me/passkeys")
    author.get_by_label("Name").fill("Desk")
    author.get_by_role("button", name="Add a passkey").click()
    expect(author.get_by_text("Desk")).to_be_visible()
    assert device.credentials()
    author.context.clear_cookies()
    author.goto("/sign-in")
    author.get_by_role("button", name="Sign in with a passkey").click()
    expect(author.get_by_text("You became known to two site moderators")).to_be_visible()
    expect(author.get_by_text("Asker asked, Second agreed")).to_be_visible()
    assert site.serious(author) == []
    author.get_by_role("button", name="I have read this").click()
    expect(author.get_by_role("heading", name="What is new for you")).to_be_visible()


def test_with_one_refused_with_two_done_and_told(site: Site, pair: Pair) -> None:
    asking = ask(site, pair)
    case = asking.url
    is_refused(asking)
    agreeing = agree(site, pair, case)
    is_gone(agreeing, pair.author.name)
    asking.goto(case)
    expect(asking.get_by_text("Agreed: the author was unsealed").first).to_be_visible()
    expect(asking.get_by_text(pair.author.name, exact=True)).to_have_count(0)
    is_told(site, pair)
