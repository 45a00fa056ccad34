"""An anonymous author has read what moderators did: they are not told again, and nothing says who it was."""

from typing import Any

from community import anonymity
from community.actions.releasing import when_released
from community.actions.unnamed import once, take, was_sent
from community.db import action, db, insert_new
from community.models import Heard
from community.policy import ensure_proved
from community.viewer import Viewer
from moderation import hearing


def hear(viewer: Viewer) -> None:
    """Take note, sealed and after a while, that the viewer has read all that they were told. Raises Unproved."""
    ensure_proved(viewer)
    steps = sorted(row.id for row in (*hearing.unsealed(viewer), *hearing.unheard(viewer)))
    tag = anonymity.sent_tag(viewer.member_id, f"heard:{steps}", "")
    once(tag, lambda: _hear(viewer, steps, tag))


@action
def _hear(viewer: Viewer, steps: list[int], tag: bytes) -> None:
    if steps and not was_sent(tag):
        take(viewer, {"act": "heard", "steps": steps}, tag)


@when_released("heard")
def _release_heard(_viewer: Viewer, act: dict[str, Any], _tag: bytes) -> None:
    db.session.execute(insert_new(Heard), [{"step_id": step} for step in act["steps"]])
