"""Is the server alive?"""

from flask import Blueprint
from sqlalchemy import text

from community.db import db

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> tuple[str, int, dict[str, str]]:
    """200 when the database answers; says nothing else."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
