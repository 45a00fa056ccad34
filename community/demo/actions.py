"""The one act of the demo: planting its rows in an empty community."""

from collections.abc import Iterable

from sqlalchemy import select

from community import audit, events
from community.actions.reference import load_sectors
from community.db import Base, action, db
from community.events import Event
from community.models import Member


@action
def plant(rows: Iterable[Base], news: Iterable[Event]) -> bool:
    """Write ``rows``, and ``news`` for the listeners. Answers False, doing nothing, when anybody is there already."""
    if db.session.scalar(select(Member.id).limit(1)) is not None:
        return False
    load_sectors()
    planted = list(rows)
    for table in db.metadata.sorted_tables:
        # Models know no relationships: the session cannot tell by itself what must be there first.
        db.session.add_all(row for row in planted if row.__table__ is table)
        db.session.flush()
    for event in news:
        events.record(event)
    audit.record(None, "command:demo:loaded")
    return True
