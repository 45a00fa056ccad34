"""Bring the lists that the tables refer to up to date."""

from community import lists
from community.db import action, db
from community.models import Sector


@action
def load_sectors() -> None:
    """Write the sectors of the current edition; those of earlier editions stay, for what refers to them."""
    for position, entry in enumerate(lists.sectors().values()):
        db.session.merge(
            Sector(
                code=entry.code, position=position, version=lists.sectors_version(), name_en=entry.en, name_ja=entry.ja
            )
        )
