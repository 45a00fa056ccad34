"""The web server, in this process, with the threads that deliver events and tidy up."""

import threading
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from community.cli.base import build, disconnect, from_environment
from community.cli.database import is_current
from community.settings import Settings

CONFIG = Path(__file__).parents[2] / "gunicorn.conf.py"


class Server(BaseApplication):
    """Gunicorn, told by gunicorn.conf.py and by us, serving one application that each worker builds for itself."""

    def __init__(self, settings: Settings, told: dict[str, Any]) -> None:
        self.settings = settings
        self.told = told
        super().__init__()

    def load_config(self) -> None:
        """Take what gunicorn.conf.py says, then what we say."""
        config: dict[str, Any] = {}
        exec(compile(CONFIG.read_text(encoding="utf-8"), str(CONFIG), "exec"), config)  # noqa: S102 - our own file
        for name, value in {**config, "post_worker_init": let_go_at_end, **self.told}.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, in the worker, with its threads."""
        app = build(self.settings)
        start_threads(app)
        return app


def let_go_at_end(worker: Any) -> None:
    """Have the worker let its open pages go when it is told to stop, so that a new start takes a second and not ten."""
    sockets = worker.wsgi.extensions.get("musubi_sockets")
    if sockets:
        sockets.is_stopping = lambda: not worker.alive


def start_threads(app: Flask) -> None:
    """Deliver events and tidy up in this process, unless the settings leave that to a process of its own."""
    from community import housekeeping, mail, outbox

    if app.extensions["musubi"].embedded_outbox:
        stop = threading.Event()
        for task in (outbox.sweep, mail.carry, housekeeping.keep):
            threading.Thread(target=task, args=(app, stop), name=task.__module__, daemon=True).start()


def run(app: Flask, told: dict[str, Any]) -> None:
    """Serve with the settings of ``app``; does not return. Processes fork from here and must not share a connection."""
    disconnect(app)
    Server(app.extensions["musubi"], told).run()


@click.command()
@click.option("--bind", default="127.0.0.1:8000", help="Address and port, or unix:PATH.", show_default=True)
def serve(bind: str) -> None:
    """Run the server with the settings of the environment. Refuses weak ones, and a database that is not up to date."""
    settings = from_environment()
    if settings.demo:
        raise click.ClickException('MUSUBI_DEMO is for the demo: run it with "musubi demo".')
    app = build(settings)
    if not is_current(app):
        raise click.ClickException('The database is not up to date. Run "musubi upgrade" first.')
    run(app, {"bind": bind})
