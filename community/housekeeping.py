"""What is done from time to time whether or not anybody asks: end sessions, forget links, anchor the audit log."""

import threading
from collections.abc import Callable

import structlog
from flask import Flask

from community import audit, clock
from community.actions import enrolments, passkeys, purging, releasing, sign_ins
from community.settings import settings

SECONDS = 30.0
_log = structlog.get_logger()
_rounds: list[Callable[[], object]] = [sign_ins.sweep, enrolments.sweep, passkeys.sweep, releasing.sweep, purging.sweep]


def every_round(call: Callable[[], None]) -> Callable[[], None]:
    """Register what else is done in every round; it must do nothing when there is nothing to do."""
    _rounds.append(call)
    return call


def keep(app: Flask, stop: threading.Event) -> None:
    """Tidy up twice a minute until told to stop."""
    while not stop.wait(SECONDS):
        with app.app_context():
            for call in (*_rounds, anchor):
                _try(call)


def _try(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception:  # noqa: BLE001 - the database may be away for a while; what fails holds up none of the others
        _log.exception("housekeeping failed", what=f"{call.__module__}.{call.__name__}", exc_info=True)


def tidy() -> None:
    """One round, in which what fails is raised."""
    for call in (*_rounds, anchor):
        call()


def anchor() -> None:
    """Write the end of the audit log down, once an hour."""
    if _anchor_is_old():
        audit.anchor(clock.now())


def _anchor_is_old() -> bool:
    file = settings().anchor_file
    return not file.exists() or clock.now().timestamp() - file.stat().st_mtime > 3600
