"""A person comes in by link, signs in and out by passkey, and keeps their passkeys, in a real browser."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from community import clock, ids
from community.actions import enrolments
from community.db import db
from community.demo.personas import mail_of
from community.models import ModeratorReading, OrganizationKind, SignIn
from tests.browser.conftest import Authenticator, Site

REFUSED = re.compile("400")


def come_in(site: Site) -> tuple[Page, Authenticator]:
    """The first site moderator, enrolled in a browser of their own."""
    token = enrolments.found("Ada King", "ada@example.test", "Harbour Works", OrganizationKind.HUB)
    page = site.page()
    device = site.authenticator(page)
    page.goto(f"/enrol/{token}")
    page.get_by_role("button", name="Make my passkey and come in").click()
    page.wait_for_url(f"{site.origin}/")
    return page, device


def sign_out(page: Page) -> None:
    page.goto("/me/sessions")
    page.locator("#main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/$"))


def sign_in(page: Page) -> None:
    page.goto("/sign-in?next=/me")
    page.get_by_role("button", name="Sign in with a passkey").click()


def expect_refusals(site: Site, count: int) -> None:
    """The browser's console names the requests that were refused: as many as we meant."""
    assert [words for words in site.complaints if not REFUSED.search(words)] == []
    assert len(site.complaints) == count
    site.complaints.clear()


def test_from_link_to_passkey_to_profile(site: Site) -> None:
    page, device = come_in(site)
    assert [one["rpId"] for one in device.credentials()] == ["localhost"]
    sign_out(page)
    sign_in(page)
    page.wait_for_url(f"{site.origin}/me")
    expect(page.get_by_label("Name")).to_have_value("Ada King")
    expect(page.get_by_text("Harbour Works")).to_be_visible()


def test_who_does_not_prove_to_be_the_owner_stays_out(site: Site) -> None:
    page, device = come_in(site)
    sign_out(page)
    device.set(isUserVerified=False)
    sign_in(page)
    expect(page.get_by_text("It was stopped, or took too long.")).to_be_visible()
    device.set(isUserVerified=True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site.origin}/me")


def test_a_passkey_that_nobody_knows_is_refused_and_one_may_try_again(site: Site) -> None:
    page, device = come_in(site)
    sign_out(page)
    stranger = site.page()
    credential = device.credentials()[0] | {"credentialId": "AAAA"}
    site.authenticator(stranger).take(credential)
    sign_in(stranger)
    expect(stranger.get_by_text("This did not work.")).to_be_visible()
    expect(stranger.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()
    expect_refusals(site, 1)


def test_a_second_passkey_and_the_first_removed(site: Site) -> None:
    page, device = come_in(site)
    page.goto("/me/passkeys")
    expect(page.get_by_text("The last passkey cannot be removed.")).to_be_visible()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("This device already holds a passkey of yours")).to_be_visible()
    second = site.authenticator(page, "usb")
    page.get_by_label("A name for it").fill("Blue key")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Your new passkey works from now on.")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    first = (
        page.get_by_role("listitem")
        .filter(has=page.get_by_role("button", name="Remove"))
        .filter(has_not_text="Blue key")
    )
    first.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The last passkey cannot be removed.")).to_be_visible()
    assert len(second.credentials()) == 1
    assert len(device.credentials()) == 1


def test_a_persona_of_the_demo_by_keyboard(site: Site) -> None:
    site.world.member("久保 亜希", mail=mail_of("kubo"), locale="ja")
    page = site.page()
    page.goto("/sign-in?next=/me")
    page.get_by_role("button", name=re.compile("Enter as 久保 亜希")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.origin}/me")
    expect(page.locator("html")).to_have_attribute("lang", "ja")


def test_without_javascript_the_page_says_what_is_needed(site: Site) -> None:
    site.world.member("久保 亜希", mail=mail_of("kubo"))
    page = site.page(java_script_enabled=False)
    page.goto("/sign-in")
    expect(page.get_by_text("Passkeys need JavaScript.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_disabled()
    page.get_by_role("button", name=re.compile("Enter as")).click()
    page.goto("/me")
    page.get_by_label("Name").fill("久保")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Name")).to_have_value("久保")


def test_the_numeric_address_leads_to_the_name(site: Site) -> None:
    page = site.page()
    page.goto(site.origin.replace("localhost", "127.0.0.1") + "/sign-in?next=/me")
    page.get_by_role("link", name=site.origin).click()
    page.wait_for_url(f"{site.origin}/sign-in?next=/me")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_nothing_serious_for_axe(site: Site) -> None:
    member = site.world.member("Ada", mail=mail_of("kubo"))
    site.world.enter(member)
    token = enrolments.found("Grace", "grace@example.test", "Hub", OrganizationKind.HUB)
    for who, paths in (
        (None, ("/sign-in", "/terms", f"/enrol/{token}", "/enrol/x")),
        (member, ("/me", "/me/passkeys", "/me/sessions", "/me/confirm")),
    ):
        for scheme, width in (("light", 1280), ("dark", 360)):
            page = site.page(who, width=width, color_scheme=scheme)
            for path in paths:
                page.goto(path)
                assert site.serious(page) == [], (path, scheme)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    site.complaints = [words for words in site.complaints if "404" not in words]


def test_an_old_proof_is_shown_again_on_the_spot(site: Site) -> None:
    """A form that needs the passkey goes on by itself once it is shown, with what was typed."""
    page, _device = come_in(site)
    post = site.world.thread(site.world.group(), site.world.member(), body="Loud words")
    db.session.execute(update(SignIn).values(passkey_at=clock.now() - timedelta(minutes=11)))
    db.session.commit()
    page.goto(f"/moderation/posts/{ids.encode(post.id)}/open")
    page.get_by_label("Reason").fill("Somebody asked\nme to look.")
    page.get_by_role("button", name="Record this and open").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    expect(page.get_by_label("What you wrote")).to_have_value("Somebody asked\nme to look.")
    assert site.serious(page) == []
    page.get_by_role("button", name="Confirm with my passkey and go on").click()
    expect(page.get_by_text("Loud words")).to_be_visible()
    db.session.rollback()
    assert db.session.scalar(select(ModeratorReading.reason)) == "Somebody asked\nme to look."
    assert [words for words in site.complaints if "403" not in words] == []
    site.complaints.clear()
