"""Commands about people."""

import click

from community.cli.base import application
from community.models import OrganizationKind


@click.command()
@click.option("--name", required=True, help="How others see the first site moderator.")
@click.option("--mail", required=True, help="Their mail address.")
@click.option("--organization", required=True, help="The organization they belong to; made when it is not there yet.")
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in OrganizationKind]),
    default="hub",
    help="What that organization is.",
    show_default=True,
)
def bootstrap(name: str, mail: str, organization: str, kind: str) -> None:
    """Make the first site moderator and print their enrolment link. Refused once one has come in."""
    from community.actions import enrolments

    app = application()
    with app.app_context():
        try:
            token = enrolments.found(name.strip(), mail.strip().lower(), organization.strip(), OrganizationKind(kind))
        except enrolments.AlreadyFounded:
            raise click.ClickException(
                "There is a site moderator already. Further ones are appointed inside the community."
            ) from None
        except enrolments.MailTaken:
            raise click.ClickException("A member has this mail address already.") from None
        settings = app.extensions["musubi"]
    click.echo(
        f"Open this link once, within {settings.enrolment_hours} hours, on the device that will hold the passkey:"
    )
    click.echo(f"{settings.origin}/enrol/{token}")
