"""The audit log: appended in the transaction of the act, each entry's MAC chained to the one before.

Tags read ``source:subject:action``, for example ``member:post:published``. Facts never hold content.
Whoever can change the tables but lacks the audit key cannot make a changed, removed or added entry fit; cutting the
end off is noticed by the anchor file outside the database, which holds count and head.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from community import clock
from community.db import action, db, insert_new, one_moment, read, write
from community.models import AuditEntry, AuditHead
from community.settings import settings
from community.viewer import Viewer

BEGINNING = bytes(32)
# Built once: every act appends.
_HELD = select(AuditHead.count, AuditHead.mac).with_for_update()
_ENTRY = insert(AuditEntry.__table__)  # type: ignore[arg-type]
_END = update(AuditHead).values(count=bindparam("new_count"), mac=bindparam("new_mac"))


def record(
    actor: Viewer | None, tag: str, *, group_id: int | None = None, subject_id: int | None = None, **facts: Any
) -> None:
    """Append one entry to the log, inside the running action.

    ``actor`` None, or NOBODY, stands for the system or for somebody who must not be named.
    """
    count, before = _hold_head()
    entry = {
        "number": count + 1,
        "at": clock.now(),
        "tag": tag,
        "actor_id": (actor.member_id or None) if actor else None,
        "group_id": group_id,
        "subject_id": subject_id,
        "facts": facts,
        "key_version": 1,
    }
    mac = _mac(AuditEntry(**entry), before)
    write(_ENTRY, entry | {"mac": mac})
    write(_END, {"new_count": count + 1, "new_mac": mac})


def hold() -> None:
    """Make this action wait for every other one that records something, and those after it wait for this one.

    What is read afterwards is as the last of them left it: for acts that weigh several people at once.
    """
    _hold_head()


def _hold_head() -> tuple[int, bytes]:
    """Count and end of the chain, locked until the action ends. Two first entries at once follow each other as well."""
    head = read(_HELD, {}).one_or_none()
    if head is None:
        db.session.execute(insert_new(AuditHead), [{"id": 1, "count": 0, "mac": BEGINNING}])
        head = read(_HELD, {}).one()
    count, mac = tuple(head)
    return int(count), bytes(mac)


def _mac(entry: AuditEntry, before: bytes) -> bytes:
    words = [
        entry.number,
        entry.at.isoformat(),
        entry.tag,
        entry.actor_id,
        entry.group_id,
        entry.subject_id,
        entry.facts,
        entry.key_version,
    ]
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.digest(settings().audit_key.encode(), before + text.encode(), hashlib.sha256)


def problems() -> Iterator[str]:
    """Walk the chain and the anchors; yield a sentence for each thing that is wrong (nothing when all is well)."""
    anchors = dict(_anchors())  # first: what is anchored meanwhile would look as if it were gone
    with one_moment():
        yield from _differences(anchors)


def _differences(anchors: dict[int, str]) -> Iterator[str]:
    before, expected = BEGINNING, 1
    for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=1000)):
        if entry.number != expected:
            yield f"entry {expected} is missing"
            expected = entry.number
        if not hmac.compare_digest(entry.mac, _mac(entry, before)):
            yield f"entry {entry.number} was changed, or something before it was"
        if anchors.pop(entry.number, entry.mac.hex()) != entry.mac.hex():
            yield f"entry {entry.number} differs from its anchor"
        before, expected = entry.mac, expected + 1
    head = db.session.get(AuditHead, 1)
    if head and (head.count, head.mac) != (expected - 1, before):
        yield f"the log says it has {head.count} entries; {expected - 1} are there"
    yield from (f"entry {number} is anchored and gone" for number in sorted(anchors) if number)


def _anchors() -> Iterator[tuple[int, str]]:
    if settings().anchor_file.exists():
        for line in settings().anchor_file.read_text(encoding="utf-8").splitlines():
            anchor = json.loads(line)
            yield anchor["count"], anchor["head"]


@action
def anchor(at: datetime) -> None:
    """Write count and head of the chain to the anchor file, outside the database."""
    head = db.session.execute(select(AuditHead.count, AuditHead.mac).with_for_update()).one_or_none()
    if head is None:
        return
    settings().anchor_file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"at": at.isoformat(), "count": head.count, "head": head.mac.hex()})
    with settings().anchor_file.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
