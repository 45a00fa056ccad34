"""What a case about a copy shows beside the post: the proposal to those of the source, the audience to the target."""

from typing import Any

from community import rendering
from community.access import NotFound
from community.pages.audience import AudienceShown, shown
from community.policy import NotAllowed
from community.tlp import Tlp
from moderation import promotions
from moderation.cases import Matter


def proposal(matter: Matter) -> dict[str, Any] | None:
    """The proposal that a case of the source is about, once the viewer has read the post; None when it is over."""
    row = promotions.open_of(matter.row.post_id) if matter.has_read else None
    if row is None:
        return None
    return {"row": row, "target": promotions.target_of(matter.viewer, row), "html": rendering.preview(row.body)}


def audience(matter: Matter) -> AudienceShown | None:
    """Who will read a copy once it is published; None for who does not read the group."""
    if not matter.row.in_thread:
        return None
    try:
        return shown(promotions.audience(matter.viewer, matter.row.group_id, Tlp(matter.row.tlp)))
    except (NotFound, NotAllowed):
        return None
