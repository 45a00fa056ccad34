"""What the commands share: the application they work on, and refusals without a traceback."""

import json
import os
from functools import partial
from pathlib import Path

import click
from flask import Flask

from community import clock
from community.settings import Settings, WeakSettings, read_settings

DEMO = Path("var/demo")
KEYS = ("session_key", "anonymity_key", "audit_key", "draft_key")


def application() -> Flask:
    """The application to work on: that of the environment; else, where no setting is given, the demo of this folder."""
    if not any(name.startswith("MUSUBI_") for name in os.environ) and secrets_file(DEMO).exists():
        click.echo(f"Working on the demo community in {DEMO}.", err=True)
        return build(demo_settings(DEMO))
    return build(from_environment())


def from_environment() -> Settings:
    """The settings of the environment. Refuses what is too weak, in words."""
    try:
        return read_settings()
    except WeakSettings as error:
        problems = "\n".join(f"  - {problem}" for problem in str(error).split("; "))
        raise click.ClickException(
            f"These settings are not fit to run with:\n{problems}\nThey are explained in docs/operations.md."
        ) from None


def build(settings: Settings) -> Flask:
    """The application with these settings; its connections are closed when the command ends."""
    from app import create_app

    app = create_app(settings)
    command = click.get_current_context(silent=True)
    if command:
        command.call_on_close(partial(disconnect, app))
    return app


def disconnect(app: Flask) -> None:
    """Close the connections to the database."""
    from community.db import db

    with app.app_context():
        db.engine.dispose()


def secrets_file(folder: Path) -> Path:
    """Where a demo community keeps its own secrets."""
    return folder / "secrets.json"


def demo_settings(folder: Path, port: int = 5000) -> Settings:
    """The settings of the demo in ``folder``; its secrets are made the first time, for its owner's eyes only."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    file = secrets_file(folder)
    if not file.exists():
        with open(file, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as new:
            json.dump({key: clock.token().hex() for key in KEYS}, new)
    return Settings(
        origin=f"http://localhost:{port}",
        database_url=f"sqlite:///{folder.resolve()}/musubi.sqlite",
        data_dir=str(folder.resolve()),
        demo=True,
        **json.loads(file.read_text(encoding="utf-8")),
    ).check()
