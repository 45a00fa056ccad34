"""The process that delivers events, on a site where the web server does not do it itself."""

import signal
import threading
from types import FrameType

import click

from community.cli.base import application


@click.group()
def outbox() -> None:
    """Deliver what actions have recorded."""


@outbox.command()
def run() -> None:
    """Deliver events, send mail and tidy up until told to stop. Any number of these may run."""
    from community import housekeeping, mail
    from community import outbox as deliveries

    app, stop = application(), threading.Event()

    def _stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    for task in (mail.carry, housekeeping.keep):
        threading.Thread(target=task, args=(app, stop), daemon=True).start()
    deliveries.sweep(app, stop)


@outbox.command()
def status() -> None:
    """Say how many events wait."""
    from community import outbox as deliveries

    with application().app_context():
        click.echo(f"{deliveries.backlog()} events wait.")
