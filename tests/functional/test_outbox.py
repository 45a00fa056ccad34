"""Events are delivered as recorded: at least once, told once, in order, surviving a kill, and holding up nobody."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community import clock, events, outbox
from community.db import action, db
from community.models import Delivery, Follow, Member, Notification, OutboxEvent, Post, Role
from tests.commands import ROOT, environment, musubi
from tests.factories import World, save, url
from tests.paperwork import send_post

Heard = list[tuple[events.Event, int]]


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``listening(first, second)``: these alone are told that a thread has changed."""

    def only(*listeners: outbox.Listener) -> None:
        for number, listener in enumerate(listeners):
            listener.__name__ = f"listener_{number}"
        monkeypatch.setitem(outbox._listeners, "ThreadChanged", list(listeners))

    return only


@action
def happen(*numbers: int) -> None:
    for number in numbers:
        events.record(events.ThreadChanged(number))


def deliver() -> None:
    while outbox.deliver_due():
        pass


def numbers_of(heard: Heard) -> list[int]:
    return [event.thread_id for event, _ in heard if isinstance(event, events.ThreadChanged)]


def ear() -> tuple[Heard, outbox.Listener]:
    heard: Heard = []
    return heard, lambda event, number: heard.append((event, number))


def failing(times: int, heard: Heard) -> outbox.Listener:
    """A listener that raises so many times, and then hears."""
    left = [times]

    def listener(event: events.Event, number: int) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise RuntimeError("words of a post")
        heard.append((event, number))

    return listener


@action
def time_passes(by: timedelta) -> None:
    """As if every failure lay so much further back."""
    for row in db.session.scalars(select(Delivery)):
        row.next_at -= by


def test_what_was_recorded_is_told_once_and_in_order(app: Flask, listening: Callable[..., None]) -> None:
    heard, listener = ear()
    listening(listener)
    happen(*range(1, 56))  # more than one batch
    assert heard == []
    deliver()
    deliver()
    assert numbers_of(heard) == list(range(1, 56))
    assert len({number for _, number in heard}) == 55
    assert outbox.backlog() == 0


def test_what_was_rolled_back_is_never_told(app: Flask, listening: Callable[..., None]) -> None:
    heard, listener = ear()
    listening(listener)

    @action
    def regret() -> None:
        events.record(events.ThreadChanged(7))
        raise LookupError

    with pytest.raises(LookupError):
        regret()
    deliver()
    assert heard == []


def test_a_listener_that_raises_holds_up_nobody_and_is_tried_again(app: Flask, listening: Callable[..., None]) -> None:
    first, second = Heard(), ear()
    listening(failing(1, first), second[1])
    happen(1)
    deliver()
    happen(2)
    deliver()
    assert (numbers_of(first), numbers_of(second[0])) == ([2], [1, 2])
    assert (outbox.backlog(), outbox.failing()) == (1, 1)
    time_passes(timedelta(seconds=5))
    deliver()
    assert (numbers_of(first), numbers_of(second[0])) == ([2, 1], [1, 2])
    assert (outbox.backlog(), outbox.failing()) == (0, 0)


def test_who_had_no_turn_when_another_failed_need_not_wait_for_it(app: Flask, listening: Callable[..., None]) -> None:
    """As when the process was killed between the failure and the next listener."""
    heard, listener = ear()
    listening(failing(99, []), listener)
    happen(1)
    with pytest.MonkeyPatch.context() as patch:
        listening_now = outbox._listeners["ThreadChanged"]
        patch.setitem(outbox._listeners, "ThreadChanged", listening_now[:1])
        deliver()
    deliver()
    assert (numbers_of(heard), outbox.failing()) == ([1], 1)


def test_the_pauses_grow_and_end_at_ten_minutes(app: Flask, listening: Callable[..., None]) -> None:
    listening(failing(99, []))
    happen(1)
    pauses = []
    for _ in range(12):
        deliver()
        row = db.session.scalars(select(Delivery)).one()
        pauses.append(round((row.next_at - clock.now()).total_seconds()))
        deliver()  # not due: nothing is tried
        time_passes(timedelta(minutes=10, seconds=1))
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]


def test_what_fails_a_thousand_times_is_never_given_up_and_says_no_words(
    app: Flask, listening: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    listening(failing(99, []))
    happen(1)
    save(
        Delivery(event_number=1, listener="tests.functional.test_outbox.listener_0", attempts=1000, next_at=clock.now())
    )
    deliver()
    row = db.session.scalars(select(Delivery)).one()
    assert (row.attempts, row.error) == (1001, "RuntimeError")
    assert "words of a post" not in "".join(capsys.readouterr())


def test_many_that_fail_hold_up_nothing_that_comes_after(app: Flask, listening: Callable[..., None]) -> None:
    heard: Heard = []
    listening(failing(outbox.BATCH + 5, heard))
    happen(*range(outbox.BATCH + 5))
    deliver()
    happen(1000)
    deliver()
    assert numbers_of(heard) == [1000]


def test_half_of_what_a_listener_wrote_is_not_kept(app: Flask, world: World, listening: Callable[..., None]) -> None:
    member, group = world.member(), world.group()
    opening = world.thread(group, member)

    def listener(event: events.ThreadChanged, _number: int) -> None:
        db.session.add(Follow(member_id=member.id, thread_id=event.thread_id))
        db.session.flush()
        raise RuntimeError

    listening(listener)
    happen(opening.id)
    deliver()
    assert db.session.scalars(select(Follow)).all() == []


def test_an_event_of_another_version_waits_and_holds_up_nobody(app: Flask, listening: Callable[..., None]) -> None:
    heard, listener = ear()
    listening(listener)
    save(OutboxEvent(kind="ThreadChanged", payload={"thread_id": 1, "color": "red"}))
    happen(2)
    deliver()
    assert (numbers_of(heard), outbox.backlog(), outbox.failing()) == ([2], 1, 1)


# --- several processes ---


@pytest.fixture
def room(world: World) -> tuple[Post, Member, Member]:
    """A thread, its author, and one who follows it."""
    author, reader, group = world.member("Author"), world.member("Reader"), world.group()
    world.join(author, group, Role.MODERATOR)
    world.join(reader, group)
    opening = world.thread(group, author)
    save(Follow(member_id=reader.id, thread_id=opening.id))
    return opening, author, reader


def told() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Notification.member_id, Notification.kind).order_by(Notification.told_at))
    return [(row.member_id, str(row.kind)) for row in rows]


def test_a_listener_run_again_writes_no_second_notification(world: World, room: tuple[Post, Member, Member]) -> None:
    opening, author, reader = room
    send_post(world.enter(author), f"{url('threads', opening)}/reply", body="Once")
    for _ in range(3):
        deliver()
        assert told() == [(reader.id, "reply")]
        replay()


@action
def replay() -> None:
    """As after a restored backup of a while ago, or a kill between the listener's commit and ours."""
    db.session.execute(update(OutboxEvent).values(done_at=None))


KILLED = """
import os, signal, sys
from app import create_app
from community import outbox
from community.db import after_commit
import tests.factories, tests.paperwork
from tests.functional.test_outbox import reply_as

@after_commit
def die():
    from community.models import OutboxEvent
    from community.db import db
    if db.session.query(OutboxEvent).count():
        os.kill(os.getpid(), signal.SIGKILL)

reply_as(create_app(), *map(int, sys.argv[1:]))
"""


def reply_as(app: Flask, author_id: int, opening_id: int) -> None:
    """What the process does that is killed: its member sends a reply."""
    app.test_client_class = None
    with app.app_context():
        world = World(app)
        author, opening = db.session.get_one(Member, author_id), db.session.get_one(Post, opening_id)
        db.session.expunge_all()
        browser = world.enter(author)
    send_post(browser, f"{url('threads', opening)}/reply", body="Kept")


def test_a_kill_between_commit_and_delivery_loses_nothing(app: Flask, room: tuple[Post, Member, Member]) -> None:
    opening, author, reader = room
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(author.id), str(opening.id)]
    ended = subprocess.run(command, env=environment(app.extensions["musubi"]), cwd=ROOT, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert told() == []
    assert db.session.scalar(select(func.count()).where(Post.body == "Kept")) == 1
    assert outbox.backlog() == 1
    deliver()
    assert told() == [(reader.id, "reply")]


@pytest.fixture
def rivals(app: Flask) -> Callable[[], None]:
    """``rivals()``: four that deliver at once, until nothing waits."""

    def work(start: threading.Barrier, troubles: list[BaseException]) -> None:
        with app.app_context():
            start.wait(30)
            try:
                while outbox.deliver_due():
                    pass
            except BaseException as error:  # noqa: BLE001 - the test looks at it
                troubles.append(error)

    def run() -> None:
        start, troubles = threading.Barrier(4), list[BaseException]()
        workers = [threading.Thread(target=work, args=(start, troubles)) for _ in range(4)]
        for one in workers:
            one.start()
        for one in workers:
            one.join(60)
        assert troubles == []

    return run


def test_several_that_deliver_at_once_deliver_once(
    app: Flask, listening: Callable[..., None], rivals: Callable[[], None]
) -> None:
    heard: list[int] = []

    def slow(event: events.ThreadChanged, _number: int) -> None:
        heard.append(event.thread_id)
        time.sleep(0.005)  # long enough for the others to come by

    listening(slow)
    happen(*range(30))
    rivals()
    assert sorted(heard) == list(range(30))


def test_several_that_fail_at_once_count_each_failure_and_stop_nobody(
    app: Flask, listening: Callable[..., None], rivals: Callable[[], None]
) -> None:
    raised: list[int] = []

    def raising(event: events.ThreadChanged, _number: int) -> None:
        raised.append(event.thread_id)
        raise RuntimeError

    heard, listener = ear()
    listening(raising, listener)
    happen(*range(40))
    rivals()
    assert sorted(numbers_of(heard)) == list(range(40))
    attempts = db.session.scalars(select(Delivery.attempts).where(Delivery.done_at.is_(None))).all()
    assert (len(attempts), sum(attempts)) == (40, len(raised))


# --- told to the operator ---


def test_doctor_and_status_show_what_waits_and_what_fails(app: Flask, listening: Callable[..., None]) -> None:
    settings = app.extensions["musubi"]
    listening(failing(99, []))
    happen(1, 2, 3)
    assert "outbox: 3 events wait" in musubi(settings, "doctor").output
    assert musubi(settings, "outbox", "status").output == "3 events wait.\n"
    deliver()
    found = musubi(settings, "doctor")
    assert (found.exit_code, "3 deliveries have failed and are tried again" in found.output) == (1, True)
