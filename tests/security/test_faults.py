"""The list of hand-made faults fits the code. ``make soak`` tries them all: each must be caught."""

from __future__ import annotations

from tools import faults


def test_the_list_fits_the_code() -> None:
    found = faults.faults()
    assert [fault.number for fault in found] == list(range(1, len(found) + 1))
    assert len(found) == faults.LIST.read_text(encoding="utf-8").count("\n## ") >= 30
    assert [fault.name for fault in found if not faults.fits(fault)] == []


def test_every_guard_of_reading_has_faults() -> None:
    guards = {"visibility", "policy", "access", "pages/hook", "reading", "listing", "live", "sockets", "alerts"}
    assert {f"community/{name}.py" for name in guards} <= {fault.path for fault in faults.faults()}


def test_every_guard_of_trust_has_faults() -> None:
    guards = {"standing", "vouching", "recovering", "actions/invitations", "actions/proposals", "actions/standing"}
    assert {f"trust/{name}.py" for name in guards} <= {fault.path for fault in faults.faults()}
