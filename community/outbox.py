"""Delivers recorded events to listeners after the commit: at least once, in order, surviving a kill at any point.

A listener is a function of an event and the event's number. It must be idempotent: it may meet the same number twice.
Each delivery is a transaction of its own; what fails is tried again later, with growing pauses, and blocks nobody else.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from flask import Flask
from sqlalchemy import ColumnElement, case, exists, func, or_, select

from community import clock, events
from community.db import action, after_commit, db
from community.events import Event
from community.models import Delivery, OutboxEvent

E = TypeVar("E", bound=Event)
Listener = Callable[[Any, int], None]
BATCH = 50
LONGEST_PAUSE = timedelta(minutes=10)
STEEPEST = 10  # doublings after which a pause is the longest anyway; a number that grows for ever breaks something
SWEEP_SECONDS = 0.25  # what another process recorded is told within a second, and nothing else wakes this one

_listeners: dict[str, list[Listener]] = defaultdict(list)
_wake = threading.Event()
_log = structlog.get_logger()


def listen(*kinds: type[E]) -> Callable[[Callable[[E, int], None]], Callable[[E, int], None]]:
    """Register a listener for some kinds of event; listeners of one event run in the order of registration."""

    def register(listener: Callable[[E, int], None]) -> Callable[[E, int], None]:
        for kind in kinds:
            if listener not in _listeners[kind.__name__]:
                _listeners[kind.__name__].append(listener)
        return listener

    return register


def name_of(listener: Listener) -> str:
    """How a listener is called in the table of deliveries."""
    return f"{listener.__module__}.{listener.__name__}"


def deliver_due() -> int:
    """Deliver what waits and is due, oldest first. Returns how many deliveries were made or tried."""
    tried = 0
    for number in _due():
        event_row = db.session.get_one(OutboxEvent, number)
        tried += sum(_deliver(number, listener) for listener in _listeners[event_row.kind])
        _finish(number)
    return tried


def backlog() -> int:
    """How many events wait."""
    return len(db.session.scalars(select(OutboxEvent.number).where(OutboxEvent.done_at.is_(None))).all())


def failing() -> int:
    """How many deliveries have failed and will be tried again."""
    return len(db.session.scalars(select(Delivery.listener).where(Delivery.done_at.is_(None))).all())


def _due() -> list[int]:
    failed = exists().where(Delivery.event_number == OutboxEvent.number, Delivery.done_at.is_(None))
    due = exists().where(
        Delivery.event_number == OutboxEvent.number, Delivery.done_at.is_(None), Delivery.next_at <= clock.now()
    )
    waiting = select(OutboxEvent.number).where(OutboxEvent.done_at.is_(None), or_(~failed, due, _untried()))
    numbers = list(db.session.scalars(waiting.order_by(OutboxEvent.number).limit(BATCH)))
    db.session.rollback()
    return numbers


def _untried() -> ColumnElement[bool]:
    """Has a listener had no turn? It need not wait for another that failed before the process died."""
    tried = select(func.count()).where(Delivery.event_number == OutboxEvent.number).scalar_subquery()
    listeners = {kind: len(listeners) for kind, listeners in list(_listeners.items())}
    return tried < case(listeners, value=OutboxEvent.kind, else_=0)


def _deliver(number: int, listener: Listener) -> bool:
    try:
        return _run(number, listener)
    except Exception as error:  # noqa: BLE001 - whatever a listener raises must not stop the others
        _log.exception("delivery failed", listener=name_of(listener), number=number, exc_info=True)
        _postpone(number, listener, type(error).__name__)
        return True


@action
def _run(number: int, listener: Listener) -> bool:
    row = db.session.scalar(
        select(OutboxEvent)
        .where(OutboxEvent.number == number, OutboxEvent.done_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    delivery = db.session.get(Delivery, (number, name_of(listener)))
    if row is None or (delivery and (delivery.done_at or delivery.next_at > clock.now())):
        return False
    listener(events.restore(row), number)
    if delivery is None:
        delivery = Delivery(event_number=number, listener=name_of(listener), next_at=clock.now())
        db.session.add(delivery)
    delivery.done_at = clock.now()
    return True


@action
def _postpone(number: int, listener: Listener, error: str) -> None:
    # Between the failure and this another process may have tried, and be at this very line.
    db.session.scalar(select(OutboxEvent.number).where(OutboxEvent.number == number).with_for_update())
    delivery = db.session.get(Delivery, (number, name_of(listener)))
    if delivery is None:
        delivery = Delivery(event_number=number, listener=name_of(listener), attempts=0)
        db.session.add(delivery)
    delivery.attempts += 1
    delivery.error = error
    pause = timedelta(seconds=2 ** min(delivery.attempts, STEEPEST))
    delivery.next_at = clock.now() + min(pause, LONGEST_PAUSE)


@action
def _finish(number: int) -> None:
    row = db.session.scalar(select(OutboxEvent).where(OutboxEvent.number == number).with_for_update(skip_locked=True))
    if row is None or row.done_at is not None:
        return
    done = set(
        db.session.scalars(
            select(Delivery.listener).where(Delivery.event_number == number, Delivery.done_at.is_not(None))
        )
    )
    if done >= {name_of(listener) for listener in _listeners[row.kind]}:
        row.done_at = clock.now()
        db.session.execute(Delivery.__table__.delete().where(Delivery.event_number == number))  # type: ignore[attr-defined]


@after_commit
def kick() -> None:
    """Wake the sweeper of this process, if it has one."""
    _wake.set()


def sweep(app: Flask, stop: threading.Event) -> None:
    """Deliver until told to stop; the embedded default runs this in a thread, a large site in a process."""
    while not stop.is_set():
        _wake.wait(SWEEP_SECONDS)
        _wake.clear()
        with app.app_context():
            _sweep_once()


def _sweep_once() -> None:
    try:
        while deliver_due():
            pass
    except Exception:  # noqa: BLE001 - the database may be away for a while; the events wait in it
        _log.exception("sweep failed", exc_info=True)
