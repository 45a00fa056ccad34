"""The log for members: what kind of act happened in which public group on which day, and nothing more."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select

from community import clock, visibility
from community.db import UTCDateTime, read
from community.models import AuditEntry, Group, Visibility
from community.viewer import Viewer

DAYS = timedelta(days=90)
MOST = 2000
# Suspensions and unsealings are in no log (domain, section 7); what is told one person alone is not either.
ACTS = (
    "moderator:post:redacted",
    "moderator:post:removed",
    "moderator:post:restored",
    "moderator:post:narrowed",
    "moderator:case:warned",
    "moderator:thread:lock",
    "moderator:thread:unlock",
    "moderator:group:changed",
    "moderator:group:archived",
    "moderator:group:unarchived",
)
_KNOWN = visibility.visible_groups(Group.id).where(Group.visibility == Visibility.PUBLIC)
_ACTS = (
    select(AuditEntry.at, AuditEntry.tag, AuditEntry.group_id, Group.name)
    .join(Group, Group.id == AuditEntry.group_id)
    .where(AuditEntry.tag.in_(ACTS), AuditEntry.group_id.in_(_KNOWN.correlate(None)))
    .where(AuditEntry.at > bindparam("since", type_=UTCDateTime))
    .order_by(AuditEntry.number.desc())
    .limit(MOST)
)


class Line(NamedTuple):
    """So many acts of one kind (the tag of the audit log) in one group on one day."""

    day: date
    group_id: int
    group_name: str
    tag: str
    number: int


def lines(viewer: Viewer, local: Callable[[datetime], datetime]) -> list[Line]:
    """What happened in the last 90 days, the latest day first; within a day in no order of time."""
    rows = read(_ACTS, viewer.binds | {"since": clock.now() - DAYS}).all()
    counted = Counter((local(row.at).date(), row.name, row.group_id, row.tag) for row in rows)
    found = [Line(day, group_id, name, tag, number) for (day, name, group_id, tag), number in counted.items()]
    return sorted(found, key=lambda line: (-line.day.toordinal(), line.group_name, line.group_id, line.tag))
