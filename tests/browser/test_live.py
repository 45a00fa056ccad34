"""Open pages hear at once: two members, each in a browser of their own, and events delivered as on a running site."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, WebSocket, expect
from sqlalchemy import select
from werkzeug.exceptions import ServiceUnavailable

from community import ids, outbox
from community.db import action, db
from community.models import Engagement, Group, Member, MemberState, Post, Role, SignIn
from tests.browser.conftest import Site
from tests.browsing import send
from tests.factories import World, url
from tests.paperwork import form_with, last_post, now, press, send_post

CANARY = "Kanariya-5d21"
# What the protocol itself says: opened, listening, a pulse, hung up.
PROTOCOL = re.compile(r'0\{"sid":"[\w-]+",.*\}|40\{"sid":"[\w-]+"\}|[123]|41')
EMPTY = re.compile(r'42\["(access|ended)",\{\}\]')
POINTER = re.compile(r'42\["(new|changed)",\{"post":"([0-9a-z]{13})"\}\]')
SOON = 10_000  # ms; other tests run beside this one: how long it takes on a quiet machine, `make bench-live` says


class Ear:
    """Everything that the server says to a page by socket."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[str] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def until(self, heard: Callable[[], Any], within: int = 10_000) -> None:
        """Wait, with the browser running on, until ``heard`` answers yes."""
        waited = 0
        while not heard():
            assert waited < within, self.frames
            self.page.wait_for_timeout(20)
            waited += 20

    def opened(self, times: int = 1) -> None:
        """Wait until the page listens."""
        self.until(lambda: sum(frame.startswith("40") for frame in self.frames) == times)

    @property
    def pointers(self) -> list[tuple[str, str]]:
        """What the page was pointed at, in order: (``new`` or ``changed``, id)."""
        return [(found[1], found[2]) for frame in self.frames if (found := POINTER.fullmatch(frame))]


@pytest.fixture
def site(site: Site) -> Iterator[Site]:
    """With what a running server does beside answering: delivering."""
    stop = threading.Event()
    sweeper = threading.Thread(target=outbox.sweep, args=(site.served, stop))
    sweeper.start()
    yield site
    for context in site.contexts:
        context.close()
    stop.set()
    outbox.kick()
    sweeper.join(10)


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author")


@pytest.fixture
def reader(world: World) -> Member:
    return world.member("Reader")


@pytest.fixture
def room(world: World, author: Member, reader: Member) -> Group:
    group = world.group("Room")
    world.join(author, group, Role.MODERATOR)
    world.join(reader, group)
    return group


@pytest.fixture
def opening(world: World, room: Group, author: Member) -> Post:
    return world.thread(room, author, "A title", body="Opening words")


@pytest.fixture
def writer(world: World, author: Member) -> FlaskClient:
    """The author's browser, without a window."""
    return world.enter(author)


def listen(site: Site, member: Member, path: str, **more: Any) -> tuple[Page, Ear]:
    """A page at ``path``, listening."""
    page = site.page(member, **more)
    ear = Ear(page)
    page.goto(path)
    ear.opened()
    page.wait_for_load_state("networkidle")
    return page, ear


def reply(writer: FlaskClient, opening: Post, body: str = "A reply", **more: Any) -> Post:
    answer = send_post(writer, f"{url('threads', opening)}/reply", body=body, **more)
    assert answer.status_code == 303
    return last_post()


def article(page: Page, post: Post) -> Any:
    return page.locator(f"#p-{ids.encode(post.id)}")


def toast(page: Page, words: str | re.Pattern[str]) -> Any:
    return page.locator(".toast").filter(has_text=words)


def unmoved(page: Page) -> None:
    """Mark the page, so that a load anew would show."""
    page.evaluate("window.unmoved = true")


def test_a_thread_shows_reply_edit_and_withdrawal_without_a_load(
    site: Site, author: Member, reader: Member, opening: Post
) -> None:
    page, ear = listen(site, reader, url("threads", opening))
    unmoved(page)
    other = site.page(author)
    other.goto(f"{url('threads', opening)}/reply")
    other.get_by_role("textbox", name="Text").fill("Pumps **stand**")
    other.get_by_role("button", name="See who will read it").click()
    other.get_by_role("button", name="Send to").click()
    expect(page.locator("#posts .post-body strong")).to_have_text("stand")
    post = last_post()
    expect(toast(page, "New reply: Author").get_by_role("link")).to_have_attribute("href", f"#p-{ids.encode(post.id)}")
    other.goto(f"{url('posts', post)}/edit")
    other.get_by_role("textbox", name="Text").fill("Pumps run again")
    other.get_by_role("button", name="Save").click()
    expect(article(page, post)).to_contain_text("Pumps run again")
    expect(article(page, post)).to_contain_text("edited")
    other.goto(f"{url('posts', post)}/withdraw")
    other.get_by_role("button", name="Withdraw").click()
    expect(article(page, post)).to_contain_text("Withdrawn by its author.")
    expect(page.get_by_text("Pumps run again")).to_have_count(0)
    assert page.evaluate("window.unmoved")
    key = ids.encode(post.id)
    assert ear.pointers == [("new", key), ("changed", key), ("changed", key)]


def test_the_author_is_not_told_of_their_own_post(
    site: Site, author: Member, writer: FlaskClient, opening: Post
) -> None:
    page, _ = listen(site, author, url("threads", opening))
    post = reply(writer, opening)
    expect(article(page, post)).to_be_visible()
    expect(page.locator(".toast")).to_have_count(0)


def test_elsewhere_a_toast_and_a_badge(site: Site, reader: Member, writer: FlaskClient, opening: Post) -> None:
    send(site.world.enter(reader), f"{url('threads', opening)}/follow")
    page, _ = listen(site, reader, "/members")
    badge = page.locator('[data-count="notifications"]')
    expect(badge).to_be_hidden()
    post = reply(writer, opening)
    expect(toast(page, "Author: A title")).to_be_visible()
    expect(badge).to_have_text("1")
    expect(page.locator("#rail-groups .count")).to_contain_text("1")
    page.locator(".toast").get_by_role("link").click()
    page.wait_for_url(re.compile(f"#p-{ids.encode(post.id)}$"))
    expect(page.locator("#rail-groups .count")).to_have_count(0)


def test_a_toast_can_be_closed_and_is_spoken_politely(
    site: Site, reader: Member, writer: FlaskClient, opening: Post
) -> None:
    page, _ = listen(site, reader, "/members")
    reply(writer, opening)
    expect(page.get_by_role("status").locator(".toast")).to_contain_text("Author: A title")
    expect(page.get_by_role("alert").locator(".toast")).to_have_count(0)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".toast")).to_have_count(0)
    assert site.serious(page) == []


def test_a_warning_stands_out_is_spoken_at_once_and_stays(
    site: Site, reader: Member, writer: FlaskClient, opening: Post
) -> None:
    page, _ = listen(site, reader, "/members")
    page.clock.install()
    reply(writer, opening, severity="warning")
    warning, plain = page.get_by_role("alert").locator(".toast"), page.get_by_role("status").locator(".toast")
    expect(warning).to_contain_text("Warning: Author: A title")
    expect(page.locator('[data-count="notifications"]')).to_have_text("1")
    reply(writer, opening)
    expect(plain).to_be_visible()
    colours = [one.evaluate("one => getComputedStyle(one).borderLeftColor") for one in (warning, plain)]
    assert colours[0] != colours[1]
    page.clock.run_for(60_000)
    expect(plain).to_have_count(0)
    expect(warning).to_be_visible()
    assert site.serious(page) == []


@contextmanager
def away(site: Site) -> Iterator[None]:
    """The server hangs up and is not there for a while, as while it is started anew; the database is."""
    site.expected = "/socket.io/", "/unread"  # the page tries, as it should; the browser may say so much later
    inside, site.served.wsgi_app = site.served.wsgi_app, ServiceUnavailable()  # type: ignore[method-assign]
    for one in list(site.served.extensions["socketio"].server.eio.sockets.values()):
        one.close(wait=False)  # waiting for what a page that has just gone would still read never ends
    yield
    site.served.wsgi_app = inside  # type: ignore[method-assign]


def outbox_is_empty() -> None:
    """Wait until everything was delivered."""
    end = time.monotonic() + 10
    while outbox.backlog():
        assert time.monotonic() < end
        time.sleep(0.05)
        db.session.rollback()


def test_what_a_cut_off_page_missed_is_shown_when_it_is_back(
    site: Site, reader: Member, writer: FlaskClient, opening: Post
) -> None:
    changed = reply(writer, opening, "Before")
    page, ear = listen(site, reader, url("threads", opening))
    unmoved(page)
    with away(site):
        expect(page.get_by_text("The connection is lost.")).to_be_visible(timeout=15_000)
        missed = [reply(writer, opening, f"Missed {number}") for number in range(3)]
        press(writer, writer.get(f"{url('posts', changed)}/edit"), "save", body="Otherwise")
        outbox_is_empty()
    for number, post in enumerate(missed):
        expect(article(page, post)).to_contain_text(f"Missed {number}", timeout=20_000)
    expect(article(page, changed)).to_contain_text("Otherwise")
    order = [one.get_attribute("data-post") for one in page.locator("#posts article").all()]
    assert order == [ids.encode(one.id) for one in (opening, changed, *missed)]
    expect(page.get_by_text("The connection is lost.")).to_be_hidden()
    assert page.evaluate("window.unmoved")
    assert ear.pointers == []


def end_session(world: World, member: Member) -> None:
    """In another browser, as its owner does who has lost the first."""
    last = now(SignIn, select(SignIn.id).where(SignIn.member_id == member.id))
    answer = send(world.enter(member), f"/me/sessions/{ids.encode(last.id)}/end")
    assert answer.status_code == 303


@action
def suspend(_world: World, member: Member) -> None:
    db.session.get_one(Member, member.id).state = MemberState.SUSPENDED


@pytest.mark.parametrize("end", [end_session, suspend])
@pytest.mark.parametrize("path", ["/members", "thread"])
def test_a_session_that_ends_ends_its_pages(
    site: Site, world: World, reader: Member, writer: FlaskClient, opening: Post, end: Any, path: str
) -> None:
    page, ear = listen(site, reader, url("threads", opening) if path == "thread" else path)
    end(world, reader)
    ear.until(lambda: '42["ended",{}]' in ear.frames, SOON)
    expect(page.locator("#connection")).to_have_text("You were signed out here.", timeout=SOON)
    expect(page.locator("#connection")).to_have_role("alert")
    expect(page).to_have_title("You were signed out here.")
    expect(page.get_by_text("Opening words")).to_have_count(0)
    expect(page.locator("#rail-groups a[data-group]")).to_have_count(0)
    heard = len(ear.frames)
    reply(writer, opening, "After")
    page.wait_for_timeout(700)
    assert ear.frames[heard:] == []
    assert site.serious(page) == []


def test_a_session_that_ended_while_the_page_was_cut_off_is_noticed_when_it_is_back(
    site: Site, world: World, reader: Member, opening: Post
) -> None:
    page, _ = listen(site, reader, url("threads", opening))
    with away(site):
        expect(page.get_by_text("The connection is lost.")).to_be_visible(timeout=15_000)
        end_session(world, reader)
    expect(page.locator("#connection")).to_have_text("You were signed out here.", timeout=20_000)
    expect(page.get_by_text("Opening words")).to_have_count(0)


def test_what_was_typed_outlives_the_session(site: Site, world: World, reader: Member, opening: Post) -> None:
    page, _ = listen(site, reader, f"{url('threads', opening)}/reply")
    page.get_by_role("textbox", name="Text").fill("Half a sentence")
    end_session(world, reader)
    expect(page.locator("#connection")).to_have_text("You were signed out here.", timeout=SOON)
    expect(page.get_by_role("textbox", name="Text")).to_have_value("Half a sentence")


def forgive(site: Site, path: str) -> None:
    """The browser complains of a 404, which is the answer that we mean."""
    missing = [one for one in site.complaints if "404" in one and one.endswith(f"{site.origin}{path}")]
    assert missing
    site.complaints[:] = [one for one in site.complaints if one not in missing]


def remove(writer: FlaskClient, room: Group, member: Member) -> None:
    answer = send(writer, f"{url('groups', room)}/people/{ids.encode(member.id)}/remove", role="")
    assert answer.status_code == 303


def test_who_is_taken_out_of_the_group_sees_and_hears_no_more(
    site: Site, reader: Member, writer: FlaskClient, room: Group, opening: Post
) -> None:
    page, ear = listen(site, reader, url("threads", opening))
    elsewhere, second = listen(site, reader, "/members")
    expect(elsewhere.locator("#rail-groups a[data-group]")).to_have_count(1)
    remove(writer, room, reader)
    expect(page.locator("#connection")).to_have_text("You can no longer see this page.", timeout=SOON)
    expect(page).to_have_title("You can no longer see this page.")
    expect(page.get_by_text("Opening words")).to_have_count(0)
    expect(elsewhere.locator("#rail-groups a[data-group]")).to_have_count(0)
    heard = len(ear.frames), len(second.frames)
    reply(writer, opening, "After")
    outbox_is_empty()
    page.wait_for_timeout(300)
    assert (ear.frames[heard[0] :], second.frames[heard[1] :]) == ([], [])
    expect(elsewhere.locator(".toast")).to_have_count(0)
    forgive(site, url("threads", opening))


def test_a_post_whose_label_became_too_narrow_leaves_the_open_thread(
    site: Site, world: World, writer: FlaskClient, room: Group, opening: Post
) -> None:
    contractor = world.member("Contractor", engagement=Engagement.CONTRACTOR, nda_signed=True)
    world.join(contractor, room)
    post = reply(writer, opening, "For a while")
    page, _ = listen(site, contractor, url("threads", opening))
    expect(article(page, post)).to_be_visible()
    path = f"{url('posts', post)}/narrow"
    form = form_with(writer.get(path), "version")
    assert send(writer, path, tlp="AMBER+STRICT", version=form["version"]).status_code == 303
    expect(article(page, post)).to_have_count(0)
    expect(article(page, opening)).to_be_visible()
    forgive(site, f"{url('posts', post)}/live")


def test_a_frame_holds_a_pointer_and_no_word(
    site: Site, world: World, author: Member, reader: Member, room: Group
) -> None:
    hidden = world.group(f"{CANARY} group")
    writing = world.member(f"{CANARY} name")
    for one in (writing, reader):
        world.join(one, hidden)
    browser = world.enter(writing)
    page, ear = listen(site, reader, "/members")
    words = {"title": f"{CANARY} title", "body": f"{CANARY} body", "tlp": "AMBER", "kind": "incident"}
    send_post(browser, f"{url('groups', hidden)}/new", **words, severity="warning")
    opening = last_post()
    post = reply(browser, opening, f"{CANARY} reply")
    press(browser, browser.get(f"{url('posts', post)}/edit"), "save", body=f"{CANARY} edited")
    expect(toast(page, f"Warning: {CANARY} name: {CANARY} title")).to_be_visible()
    keys = [ids.encode(one.id) for one in (opening, post, post)]
    ear.until(lambda: len(ear.pointers) == 3)
    assert ear.pointers == list(zip(("new", "new", "changed"), keys, strict=True))
    strange = [one for one in ear.frames if not any(known.fullmatch(one) for known in (PROTOCOL, EMPTY, POINTER))]
    assert strange == []
    assert CANARY not in "".join(ear.frames)
