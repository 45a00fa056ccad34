"""A copy goes from one group into another, each of those concerned in a browser of their own."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from community import ids
from community.models import CaseKind
from tests.browser.conftest import Site
from tests.browser.test_live import site
from tests.factories import World, url
from tests.promoting import TITLE, Nameless, days_later

__all__ = ["site"]
TOLD = "All those who work with us have had mails with a false invoice since Monday."


@pytest.fixture
def trade(world: World) -> Nameless:
    return Nameless(world)


def look(site: Site, page: Page, name: str) -> None:
    """Nothing serious is wrong with the page; where a folder is given, how it looks is kept there."""
    assert site.serious(page) == []
    if folder := os.environ.get("MUSUBI_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def propose(site: Site, trade: Nameless, page: Page, words: str) -> None:
    page.goto(url("posts", trade.post))
    page.get_by_role("link", name="Share a copy elsewhere").click()
    if page.get_by_role("link", name="Propose a copy").count():
        page.get_by_role("link", name="Propose a copy").click()
    else:
        page.get_by_role("link", name="Change the proposal").click()
    page.get_by_role("radio", name="All waters").check()
    page.get_by_role("radio", name="TLP:GREEN", exact=True).check()
    page.locator("input[name=title]").fill(TITLE)
    page.locator("textarea[name=body]").fill(words)
    look(site, page, "prepare")
    page.get_by_role("button", name="Look at the copy").click()
    look(site, page, "look")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("Waits for the author of the post")).to_be_visible()
    look(site, page, "show")


def agree(site: Site, page: Page) -> None:
    page.goto("/me/anonymous")
    look(site, page, "asked")
    page.get_by_role("link", name="May a copy be shared in another group?").click()
    look(site, page, "question")
    page.get_by_label("I agree to exactly this").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_text("An answer about a copy")).to_be_visible()
    days_later()


def open_case(page: Page, trade: Nameless, kind: CaseKind) -> None:
    page.goto("/moderation")
    page.get_by_role(
        "link", name=f"{'Copy to publish' if kind == CaseKind.COPY else 'Copy for another group'}:"
    ).click()
    assert ids.encode(trade.case(kind).id) in page.url


def publish(site: Site, trade: Nameless, second: Page, gate: Page) -> None:
    open_case(second, trade, CaseKind.PROMOTION)
    look(site, second, "case-source")
    second.get_by_role("button", name="Let this copy go there").click()
    expect(second.get_by_text("The copy may leave the group").first).to_be_visible()
    open_case(gate, trade, CaseKind.COPY)
    look(site, gate, "case-target")
    gate.get_by_role("button", name="Publish the copy").click()
    expect(gate.get_by_text("The copy is published").first).to_be_visible()


def test_proposed_changed_agreed_published(site: Site, trade: Nameless) -> None:
    chief, second, gate = (site.page(trade[name].member) for name in ("Chief", "Second", "Gate"))
    author, visitor = site.page(trade.crowd[0]), site.page(trade["Visitor"].member)
    propose(site, trade, chief, "Too long a story")
    agree(site, author)
    open_case(second, trade, CaseKind.PROMOTION)
    second.get_by_role("link", name="Ask for changes").click()
    second.get_by_label("In your words").fill("Say since when")
    second.get_by_role("button", name="Ask for changes").click()
    chief.goto(trade.path())
    expect(chief.get_by_text("Say since when")).to_be_visible()
    propose(site, trade, chief, TOLD)
    agree(site, author)
    publish(site, trade, second, gate)
    visitor.goto(url("groups", trade.target))
    visitor.get_by_role("link", name=TITLE).click()
    expect(visitor.get_by_text(TOLD)).to_be_visible()
    expect(visitor.get_by_text("A copy without names, shared with the consent of its author.")).to_be_visible()
    look(site, visitor, "copy")


def test_refused_on_a_phone_without_script(site: Site, trade: Nameless) -> None:
    trade.propose(body=TOLD)
    trade.reply("agree")
    days_later()
    trade.let_go()
    gate = site.page(trade["Gate"].member, width=360, java_script_enabled=False)
    open_case(gate, trade, CaseKind.COPY)
    gate.get_by_role("link", name="Do not publish it").click()
    gate.get_by_label("In your words").fill("We know it already")
    gate.get_by_role("button", name="Do not publish it").click()
    expect(gate.get_by_text("Nothing waits")).to_be_visible()
    chief = site.page(trade["Chief"].member)
    chief.goto(trade.path())
    expect(chief.get_by_text("We know it already")).to_be_visible()
    expect(chief.get_by_text("Gate")).to_have_count(0)
    assert trade.copies() == []
