"""People answer for each other, in real browsers: somebody is brought in, finds the way back, is stopped at once."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from community import clock, housekeeping, mail
from community.db import action, db
from community.models import Group, Member, MemberState, Recovery, Visibility, Vouch
from tests.authenticator import Device, give
from tests.browser.conftest import Site
from tests.browser.test_live import Ear
from tests.factories import World, save, url
from tests.paperwork import now

WORDS = "We have worked together for years."


def open_mail(site: Site, page: Page, subject: str, number: int = 0) -> None:
    """Have what is due sent, and follow the link of a mail that the demo shows."""
    db.session.rollback()
    with site.served.app_context():
        while mail.send_due():
            pass
        db.session.remove()
    page.goto("/demo/mails")
    letter = page.locator("article", has=page.get_by_role("heading", name=re.compile(subject))).nth(number)
    letter.get_by_role("link").first.click()


def vouch(page: Page, button: str) -> None:
    page.get_by_label("How you know this person").fill(WORDS)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Your word counts from now on.")).to_be_visible()


def invite(page: Page) -> None:
    page.goto("/invite/new")
    page.get_by_label("Mail address").fill("nana@new.example")
    page.get_by_label("Organization").select_option("Another one, not listed here")
    page.get_by_label("Its name").fill("Harbour Works")
    page.get_by_label("How you know each other").fill(WORDS)
    page.get_by_label("English").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("The invitation is sent, if that is possible.")).to_be_visible()


def come_in(page: Page) -> None:
    page.get_by_label("Your name").fill("Nana New")
    page.get_by_label("Harbour Works").check()
    page.get_by_label("I accept the terms of use").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make my passkey and come in").click()
    page.wait_for_url(re.compile("/waiting$"))


def speak_for(sponsor: Page, other: Page) -> None:
    """The sponsor says that it is the person, asks Mori, and Mori vouches."""
    sponsor.goto("/invite")
    sponsor.get_by_role("link", name="Answer").click()
    vouch(sponsor, "Yes, this is the person")
    sponsor.goto("/invite")
    sponsor.get_by_role("link", name="Ask for a vouch").click()
    sponsor.get_by_label("Name or organization").fill("Mori")
    sponsor.get_by_role("button", name="Find").click()
    sponsor.get_by_role("button", name="Ask", exact=True).click()
    other.goto("/invite")
    other.get_by_role("link", name="Answer").click()
    vouch(other, "I vouch for this person")


def write(page: Page, room: Group) -> None:
    page.goto(url("groups", room))
    page.get_by_role("button", name="Join").click()
    page.goto(f"{url('groups', room)}/new")
    page.get_by_role("textbox", name="Title").fill("Hello")
    page.get_by_role("textbox", name="Text").fill("My first words")
    page.locator("input[name=tlp][value=CLEAR]").check()
    page.get_by_role("button", name="See who will read it").click()
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_text("My first words")).to_be_visible()


def test_from_invitation_to_first_post(site: Site, world: World) -> None:
    room = world.group("Everybody", Visibility.PUBLIC)
    sponsor, other = site.page(world.member("Sato")), site.page(world.member("Mori"))
    guest = site.page(width=360)
    site.authenticator(guest)
    invite(sponsor)
    open_mail(site, guest, "Sato invites you")
    come_in(guest)
    assert site.serious(guest) == []
    speak_for(sponsor, other)
    guest.goto("/")
    expect(guest.get_by_role("heading", name="Welcome. Four things to know")).to_be_visible()
    write(guest, room)
    other.goto(url("members", now(Member, select(Member.id).where(Member.name == "Nana New"))))
    expect(other.get_by_text("Vouched for by 2 members of 2 organizations")).to_be_visible()


def consent(page: Page, person: Member) -> None:
    page.goto(url("recover", person))
    page.get_by_label("How you made sure").fill("I called her on the number of her desk.")
    page.get_by_role("button", name="It is this person").click()
    expect(page.get_by_text("Thank you. Your word counts.")).to_be_visible()


@action
def let_three_days_pass() -> None:
    db.session.execute(update(Recovery).values(ready_at=clock.now() - timedelta(seconds=1)))


def vouched_for(world: World) -> tuple[Member, list[Member]]:
    """A member, and two who vouched for them."""
    person, vouchers = world.member("Kato", mail="kato@here.example"), [world.member(), world.member()]
    give(person, Device())
    for one in vouchers:
        word = Vouch(person_id=person.id, voucher_id=one.id, organization_id=one.organization_id, words=WORDS)
        word.given_on = (clock.now() - timedelta(days=60)).date()
        save(word)
    return person, vouchers


def ask_for_the_way_back(site: Site, page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name=re.compile("lost", re.IGNORECASE)).click()
    page.get_by_label("Mail address").fill("Kato@here.example")
    page.get_by_role("button", name="Send me the link").click()
    open_mail(site, page, "The way back to your account")
    page.get_by_role("button", name="Yes, ask them").click()


def test_who_lost_all_passkeys_finds_the_way_back(site: Site, world: World) -> None:
    person, vouchers = vouched_for(world)
    forgotten, guest = site.page(person), site.page()
    site.authenticator(guest)
    ask_for_the_way_back(site, guest)
    for one in (*vouchers, world.member("Keeper", site_moderator=True)):
        consent(site.page(one), person)
    ready = now(Recovery, select(Recovery.id)).ready_at
    assert ready is not None
    assert ready > clock.now() + timedelta(hours=71)
    let_three_days_pass()
    with site.served.app_context():
        housekeeping.tidy()
        db.session.remove()
    open_mail(site, guest, "Make your new passkey")
    guest.get_by_role("button", name=re.compile("Make my")).click()
    guest.wait_for_url(f"{site.origin}/")
    expect(guest.get_by_role("heading", name="What is new for you")).to_be_visible()
    forgotten.goto("/groups")
    expect(forgotten.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_suspended_member_is_out(site: Site, world: World) -> None:
    site.expected = ("/socket.io", "WebSocket")
    member, keeper = world.member("Intruder"), world.member("Keeper", site_moderator=True)
    theirs, mine = site.page(member), site.page(keeper)
    ear = Ear(theirs)
    theirs.goto("/groups")
    ear.opened()
    mine.goto(f"{url('trust/people', member)}/suspend")
    mine.get_by_label("Misuse").check()
    mine.get_by_label("Reason").fill("Used what was shared to sell a product.")
    mine.get_by_role("button", name="Suspend", exact=True).click()
    expect(mine.get_by_text("Suspended. Their sessions are ended")).to_be_visible()
    ear.until(lambda: any("ended" in frame for frame in ear.frames))
    assert now(Member, member.id).state == MemberState.SUSPENDED
    theirs.goto("/groups")
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
