"""What somebody is about to send, and why it may not go out as it is."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community import quoting
from community.models import PostKind, Severity
from community.policy import Refused
from community.tlp import Tlp

TITLE_LIMIT = 200
BODY_LIMIT = 50_000


@dataclass(frozen=True)
class Draft:
    """A post as its author wrote it, before anybody asked whether it may be sent.

    ``title``, ``kind``, ``event_type`` and ``cause_types`` belong to the post that opens a thread, ``follow_up`` and
    ``assessment`` to a reply. ``recipients`` and the members of ``whole_groups`` are named by TLP:RED. ``quotes`` are
    the posts that the form put into the text. ``send_key`` is the form's own: one form makes one post.
    """

    body: str
    tlp: Tlp
    title: str = ""
    kind: PostKind = PostKind.DISCUSSION
    severity: Severity = Severity.REFERENCE
    event_type: str | None = None
    cause_types: tuple[str, ...] = ()
    recipients: frozenset[int] = frozenset()
    whole_groups: frozenset[int] = frozenset()
    quotes: frozenset[int] = frozenset()
    follow_up: bool = False
    assessment: bool = False
    send_key: str = ""

    @property
    def quoted(self) -> frozenset[int]:
        """The posts it quotes: those its headers name, and those its form put in while anything is quoted at all."""
        return quoting.quoted_ids(self.body) | (self.quotes if quoting.has_quote(self.body) else frozenset())

    @property
    def classification(self) -> dict[str, Any]:
        """What a thread says of itself beside its title; only incidents have types."""
        incident = self.kind is PostKind.INCIDENT
        event_type, cause_types = (self.event_type, list(self.cause_types)) if incident else (None, [])
        return {"kind": self.kind, "event_type": event_type, "cause_types": cause_types}


@dataclass(frozen=True)
class Unnamed:
    """How somebody posts without their name: with a sector of their organization (its code) or none, under a
    ``fresh`` pseudonym or the one they have in the thread, released ``at_once`` or after a random delay.
    """

    sector: str = ""
    fresh: bool = False
    at_once: bool = False


class Unfit(Refused):
    """A rule of sharing speaks against the draft: ``field`` is where the author can mend it, ``reason`` says how."""

    def __init__(self, field: str, reason: LazyString) -> None:
        super().__init__(reason)
        self.field = field


LABEL_NOT_OFFERED = _l("This label cannot be used here. Choose another one.")
LABEL_WIDER = _l("A label can only be made stricter here. To make it wider, use “Make the label wider”.")
NOBODY_NAMED = _l("Name at least one person who can read here, or choose another label.")
QUOTE_WITHDRAWN = _l("The text quotes a post that was withdrawn or removed. Take the quote out.")
QUOTE_NOT_HERE = _l(
    "The text quotes a post that is not in this thread, or that you cannot read there. Take the quote out."
)
QUOTE_STRICTER = _l("The text quotes a post with a stricter label. Take the quote out, or make this label stricter.")
RED_IS_NAMED = _l("TLP:RED names people, and its author. Choose another label, or post under your name.")
NOT_YOUR_SECTOR = _l("Your organization is not in this sector.")
FOLLOW_UP_IS_NAMED = _l("A follow-up tells who wrote the first report. Take the mark off, or post under your name.")
CHANGED = _l("The post was changed meanwhile. Nothing was done now.")
CANNOT_BE_NAMED = _l("This person cannot be chosen, or can read the post already.")
QUOTES_OTHERS = _l("The post quotes words of others that this person may not read. Only their authors can open those.")
NOT_YOUR_REPORT = _l("Only the author of the first report can add a follow-up to it.")
ANALYSTS_ASSESS = _l("Only an analyst of the community can mark a reply as an assessment.")
ASSESSMENT_IS_NAMED = _l("An assessment is given under one's name. Take the mark off, or post under your name.")


class AudienceGrew(Exception):
    """Somebody would read it whom the author was not shown."""


class AlreadySent(Exception):
    """This form made the post ``post_id`` before, with other words."""

    def __init__(self, post_id: int) -> None:
        super().__init__(post_id)
        self.post_id = post_id


class Changed(Exception):
    """The post is no longer the version that the author had before them."""
