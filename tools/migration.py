"""Writes the first migration anew from the models: ``python -m tools.migration``.

Only until the first release: a community that runs already gets a further one:
``python -m tools.migration "what it does"``.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command

from app import create_app
from community.cli.database import MIGRATIONS, alembic
from community.settings import Settings

VERSIONS = MIGRATIONS / "versions"
FIRST = "000000000001"


def settings_in(folder: str) -> Settings:
    """Settings for a database that is thrown away."""
    keys = {
        f"{name}_key": f"{name}-abcdefghijklmnopqrstuvwxyz-0123456789"
        for name in ("session", "anonymity", "audit", "draft")
    }
    return Settings(database_url=f"sqlite:///{folder}/empty.sqlite", data_dir=folder, demo=True, **keys)  # type: ignore[arg-type]


def write(words: str = "") -> Path:
    """Write a migration that makes of the present tables those of the models; without ``words`` the first one, anew."""
    for old in () if words else VERSIONS.glob("*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, create_app(settings_in(folder)).app_context():
        command.upgrade(alembic(), "head")
        made: Any = command.revision(
            alembic(), words or "first tables", autogenerate=True, rev_id=None if words else FIRST
        )
    file = Path(made.path)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")
    return file if words else file.rename(file.with_name(f"20261201_1200_{FIRST}_first_tables.py"))


if __name__ == "__main__":
    if len(sys.argv) == 1 and len(list(VERSIONS.glob("*.py"))) > 1:
        sys.exit("There are further migrations: write one more instead.")
    print(write(*sys.argv[1:2]))
