"""An anonymous author has read what moderators did: they are not told again, and nothing says who it was."""

from typing import Any

from community import anonymity, clock
from community.actions.releasing import releases
from community.actions.unnamed import keep_sealed, once, was_sent
from community.db import action, db, insert_new
from community.models import Heard
from community.policy import ensure_proved
from community.viewer import Viewer
from moderation import hearing


def hear(viewer: Viewer) -> None:
    """Take note, sealed and with the day, that the viewer has read all that they were told. Raises Unproved.

    Not after minutes, as a post: they have just shown their passkey, and the moment of that stands with their session.
    """
    ensure_proved(viewer)
    steps = sorted(row.id for row in (*hearing.unsealed(viewer), *hearing.unheard(viewer)))
    tag = anonymity.sent_tag(viewer.member_id, f"heard:{steps}", "")
    once(tag, lambda: _hear(viewer, steps, tag))


@action
def _hear(viewer: Viewer, steps: list[int], tag: bytes) -> None:
    if steps and not was_sent(tag):
        keep_sealed(viewer, {"act": "heard", "steps": steps}, tag, clock.day() + clock.DAY)


@releases("heard")
def _release_heard(_viewer: Viewer, act: dict[str, Any], _tag: bytes) -> None:
    db.session.execute(insert_new(Heard), [{"step_id": step} for step in act["steps"]])
