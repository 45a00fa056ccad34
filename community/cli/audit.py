"""Commands about the audit log."""

import click

from community.cli.base import application


@click.group()
def audit() -> None:
    """The audit log and its chain."""


@audit.command()
def verify() -> None:
    """Walk the chain and compare it with the anchor file; say what is wrong and exit with 1."""
    from community import audit as log

    with application().app_context():
        found = list(log.problems())
    for problem in found:
        click.echo(problem, err=True)
    if found:
        raise click.ClickException(f"{len(found)} problems in the audit log")
    click.echo("The audit log is whole.")


@audit.command()
def anchor() -> None:
    """Write count and head of the chain to the anchor file, outside the database."""
    from community import audit as log
    from community import clock

    app = application()
    with app.app_context():
        log.anchor(clock.now())
    click.echo(f"Written to {app.extensions['musubi'].anchor_file}.")
