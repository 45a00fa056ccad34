"""What trust does by itself: in every round of housekeeping, when somebody shows a passkey, when a link is used."""

from datetime import date

from community import clock
from community.actions import enrolments, passkeys
from community.housekeeping import every_round
from trust.actions import dormancy, proposals, recoveries, retention, succession

_folded_on: list[date] = []


@every_round
def fold_once_a_day() -> None:
    """Looking for old read marks means looking at all of them."""
    today = clock.now().date()
    if today not in _folded_on:
        while retention.fold_read_marks():
            pass
        _folded_on[:] = [today]


for task in (dormancy.sweep, recoveries.sweep, proposals.sweep, succession.sweep, retention.forget_addresses):
    every_round(task)
passkeys.when_shown(dormancy.come_back)
passkeys.when_shown(recoveries.is_here)
enrolments.when_used(recoveries.take_over)
