"""Commands about the database."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask

from community.cli.base import application

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@click.command()
def upgrade() -> None:
    """Bring the database to the present version: migrations, then the lists of sectors."""
    migrate(application())
    click.echo("The database is up to date.")


def migrate(app: Flask) -> None:
    """Run the migrations that are missing, and write the lists that come with the program."""
    from alembic import command

    from community.actions.reference import load_sectors

    with app.app_context():
        command.upgrade(alembic(), "head")
        load_sectors()


def alembic() -> "Config":
    """Alembic's configuration; its commands run inside an application context."""
    from alembic.config import Config

    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def is_current(app: Flask) -> bool:
    """Has every migration been run? Looks at the file names only: loading Alembic's environment takes a second."""
    from sqlalchemy import inspect, text

    from community.db import db

    versions = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    with app.app_context(), db.engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        reached = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    return bool(reached == versions[-1].split("_")[2])


def revision(app: Flask) -> str:
    """Which migration the database has reached."""
    from sqlalchemy import text

    from community.db import db

    with app.app_context(), db.engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
