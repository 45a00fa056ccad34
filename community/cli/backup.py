"""Commands that keep and bring back everything."""

from pathlib import Path

import click

from community.cli.base import application


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything in the database to FILE, while the site runs. Keep the keys elsewhere."""
    from community import backup as backups
    from community.cli.database import revision

    if file.exists():
        raise click.ClickException(f"{file} is there already; a backup does not overwrite one.")
    app = application()
    with app.app_context():
        count = backups.write(file, revision(app))
        checked = backups.check(file, revision(app))
    click.echo(f"{count} rows written to {file}, {checked} read back. It holds confidential posts: keep it encrypted.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from FILE. A database that holds anything is refused."""
    from community import backup as backups
    from community.actions import restoring
    from community.cli.database import migrate, revision

    app = application()
    migrate(app)
    with app.app_context():
        try:
            count = restoring.restore(file, revision(app))
        except backups.Damaged as error:
            raise click.ClickException(f"{file} cannot be restored: {error}. Nothing was changed.") from None
        except restoring.NotEmpty:
            raise click.ClickException("The database is not empty. Nothing was changed.") from None
    click.echo(f"{count} rows restored.")
