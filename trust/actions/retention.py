"""What is kept for a while only: who has read what, and the addresses of people who were invited."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, tuple_, update

from community import clock
from community.db import action, db
from community.models import Invitation, Membership, ReadMark, Thread
from community.settings import settings

BATCH = 2000


@action
def fold_read_marks() -> int:
    """Let old read marks go, and have their groups read up to that day instead. Returns how many went."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    until = today - timedelta(days=settings().read_days)
    old = select(ReadMark.member_id, ReadMark.thread_id, Thread.group_id).join(Thread, Thread.id == ReadMark.thread_id)
    rows = db.session.execute(old.where(ReadMark.read_to < until).limit(BATCH)).all()
    for place in {(row.group_id, row.member_id) for row in rows}:
        _read_up_to(until, *place)
    keys = [(row.member_id, row.thread_id) for row in rows]
    db.session.execute(delete(ReadMark).where(tuple_(ReadMark.member_id, ReadMark.thread_id).in_(keys)))
    return len(rows)


def _read_up_to(until: datetime, group_id: int, member_id: int) -> None:
    # Of a membership that began later nothing is read by this: it starts with what came in since.
    behind = or_(Membership.read_to.is_(None), Membership.read_to < until)
    mine = (Membership.group_id == group_id, Membership.member_id == member_id, Membership.since < until, behind)
    db.session.execute(update(Membership).where(*mine).values(read_to=until))


@action
def forget_addresses() -> None:
    """Forget the mail addresses of invitations that are over.

    Counted from the day on which the link would have ended anyway: of one that was used or withdrawn earlier, the day
    is not kept.
    """
    long_ago = clock.now() - timedelta(days=settings().mail_days)
    over = (Invitation.mail.is_not(None), Invitation.expires_at < long_ago)
    db.session.execute(update(Invitation).where(*over).values(mail=None))
