"""The command ``musubi``: what operators do. Each module beside this one holds the commands of one subject.

Modules are imported when their command is asked for, so that ``musubi --help`` answers at once.
"""

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "audit": "audit:audit",
    "backup": "backup:backup",
    "bootstrap": "members:bootstrap",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "explain": "explain:explain",
    "import": "imports:imports",
    "outbox": "outbox:outbox",
    "restore": "backup:restore",
    "serve": "serve:serve",
    "upgrade": "database:upgrade",
}


class Commands(click.Group):
    """A group that imports a command when it is needed."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The names, in their order."""
        return sorted(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command called ``name``."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        found: click.Command = getattr(import_module(f"community.cli.{module}"), attribute)
        return found

    def invoke(self, context: click.Context) -> Any:
        """Run a command; what the system or the database refuses is said in a line."""
        try:
            return super().invoke(context)
        except BrokenPipeError:
            raise
        except Exception as error:
            said = _said(error)
            if not said:
                raise
            raise click.ClickException(said) from None


def _said(error: Exception) -> str:
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, DBAPIError):
        kind = type(error.orig).__name__
        return f'The database cannot be used as it is ({kind}). "musubi doctor" looks what is wrong.'
    if isinstance(error, UnicodeError):
        return "What was given is not text in UTF-8."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return ""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Musubi: a moderated community in which cyber threats are shared.

    Settings are read from the environment (MUSUBI_*; docs/operations.md). Without any, commands other than "serve"
    work on the demo community of this folder, when there is one.
    """
