"""The demo community: one command from nothing to a running site."""

import os
import socket
from pathlib import Path

import click
from flask import Flask

from community.cli.base import DEMO, build, demo_settings
from community.cli.database import is_current, migrate


@click.command()
@click.option(
    "--port",
    default=5000,
    type=click.IntRange(1, 65535),
    help="Where it listens, on this machine only.",
    show_default=True,
)
@click.option(
    "--folder",
    default=DEMO,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where its data are.",
    show_default=True,
)
def demo(port: int, folder: Path) -> None:
    """Run a demo community on http://localhost:5000. It keeps what you do in it; everything in it is made up."""
    from community.cli.serve import run

    os.umask(0o077)
    ensure_free(port)
    settings = demo_settings(folder, port)
    app = build(settings)
    prepare(app, folder)

    def ready(_server: object) -> None:
        say(settings.origin, folder)

    run(app, {"bind": f"127.0.0.1:{port}", "workers": 1, "when_ready": ready})


def say(origin: str, folder: Path) -> None:
    """Print where it runs and what to try."""
    from community.demo.content import content

    people, locale = content(), "ja" if os.environ.get("LANG", "").startswith("ja") else "en"
    click.echo(f"\nMusubi runs on {click.style(origin, bold=True)}\n")
    click.echo('Open it, choose "Sign in", and enter as one of these people:\n')
    for persona in people.personas:
        member = people.members[persona.member]
        click.echo(f"  {member.name}, {people.organizations[member.organization].short}\n      {persona.hint[locale]}")
    click.echo(f'\nStop it with Ctrl-C. Its data stay in {folder}; "make demo-reset" forgets them.')


def prepare(app: Flask, folder: Path) -> None:
    """Migrate, and load the demo community the first time; nothing when all is there, so that it starts quickly."""
    from community.demo.personas import is_loaded

    if not is_current(app):
        migrate(app)
    with app.app_context():
        if not is_loaded():
            load(folder)


def load(folder: Path) -> None:
    """Load the demo community."""
    from community.demo.load import load_demo

    load_demo()
    click.echo(f"Made the demo community in {folder}.")


def ensure_free(port: int) -> None:
    """Refuse a port that something else listens on, before anything is done."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise click.ClickException(f"Port {port} is in use. Choose another: make demo PORT={port + 117}") from None
