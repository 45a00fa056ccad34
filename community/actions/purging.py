"""Words that have left the tables leave the files of the database, too: outside of transactions, until it went."""

from sqlalchemy import delete, select

from community import clock
from community.db import action, db, scrub
from community.models import Purge


def ask() -> None:
    """In the running action, which takes words away: have the files written anew after it."""
    db.session.add(Purge(id=clock.random_id()))


def sweep() -> None:
    """One round: when words went since the last one, the files are written anew. Raises what hinders it."""
    asked = list(db.session.scalars(select(Purge.id)))
    db.session.rollback()
    if asked:
        scrub()
        _forget(asked)


@action
def _forget(asked: list[int]) -> None:
    db.session.execute(delete(Purge).where(Purge.id.in_(asked)))
