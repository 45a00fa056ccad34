"""Cases of the demo as they stand in the file: who told the moderators what, and what was done."""

from dataclasses import dataclass
from datetime import timedelta

from community.demo.entry import Entry
from community.models import CaseKind, FlagReason, StepKind

CLOSING = (StepKind.DISMISSED, StepKind.GUIDED)


@dataclass(frozen=True)
class Saying:
    """What somebody told the moderators."""

    by: str
    reason: FlagReason | None
    words: str


@dataclass(frozen=True)
class Step:
    """What a moderator did."""

    what: StepKind
    by: str
    ago: timedelta
    standard: str
    words: str


@dataclass(frozen=True)
class Case:
    """One case; an appeal is ``against`` an earlier one, by its key."""

    key: str
    post: str
    kind: CaseKind
    ago: timedelta
    against: str | None
    said: tuple[Saying, ...]
    steps: tuple[Step, ...]

    @property
    def outcome(self) -> StepKind | None:
        """What closed it."""
        return next((step.what for step in self.steps if step.what in CLOSING), None)


def read_case(entry: Entry, posts: set[str], members: set[str], before: set[str]) -> Case:
    """A case as the file says it. Raises ContentError."""
    return Case(
        key=entry.text("key"),
        post=entry.one("post", posts),
        kind=CaseKind(entry.one("kind", list(CaseKind))),
        ago=entry.ago("ago"),
        against=entry.one("against", before, None),
        said=tuple(_saying(one, members) for one in entry.entries("said", "by", "reason", "words")),
        steps=tuple(_step(one, members) for one in entry.entries("steps", "what", "by", "ago", "standard", "words")),
    )


def _saying(entry: Entry, members: set[str]) -> Saying:
    reason = entry.one("reason", list(FlagReason), None)
    return Saying(entry.one("by", members), FlagReason(reason) if reason else None, entry.text("words", ""))


def _step(entry: Entry, members: set[str]) -> Step:
    what = StepKind(entry.one("what", list(StepKind)))
    words = entry.text("words", ""), entry.text("standard", "")
    return Step(what, entry.one("by", members), entry.ago("ago"), words[1], words[0])
