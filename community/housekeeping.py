"""What is done from time to time whether or not anybody asks: end sessions, forget links, anchor the audit log."""

import threading

import structlog
from flask import Flask

from community import audit, clock
from community.actions import enrolments, passkeys, sign_ins
from community.settings import settings

SECONDS = 30.0
_log = structlog.get_logger()


def keep(app: Flask, stop: threading.Event) -> None:
    """Tidy up twice a minute until told to stop."""
    while not stop.wait(SECONDS):
        with app.app_context():
            try:
                tidy()
            except Exception:  # noqa: BLE001 - the database may be away for a while; the next round comes soon
                _log.exception("housekeeping failed", exc_info=True)


def tidy() -> None:
    """One round."""
    sign_ins.sweep()
    enrolments.sweep()
    passkeys.sweep()
    if _anchor_is_old():
        audit.anchor(clock.now())


def _anchor_is_old() -> bool:
    file = settings().anchor_file
    return not file.exists() or clock.now().timestamp() - file.stat().st_mtime > 3600
