"""What a moderator may do about a case: one list that draws the buttons and that the acts themselves ask."""

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.models import CaseKind, MemberState, PostState, StepKind
from community.offers import OVERTAKEN
from community.policy import Permission, Refused, can
from community.viewer import Viewer
from moderation import scope, unsealing
from moderation.cases import Matter

OWN_WORD = _l("You told the moderators about this post yourself: somebody else decides.")
OWN_DECISION = _l("The appeal is against your own decision: somebody else decides.")
HAD_PART = _l("You had a part in this proposal: somebody else decides.")
COLLEAGUE = _l("The author belongs to your organization: somebody else decides.")
UNREAD = _l("Open the post on the record first. Then the decisions are offered here.")


class Offer(NamedTuple):
    """An act by its ``name``. ``means``: what follows, in words; ``asks``: what has to be filled in ("", words, letter,
    label, apart); ``stands``: does the case allow it now? ``page``: it has a page of its own, of the "case" or of the
    "post", or is the one on which "words" are marked.
    """

    name: str
    words: LazyString
    means: LazyString | str
    asks: str
    stands: Callable[[Matter], bool]
    grave: bool = False
    page: str = ""


def why_not(matter: Matter) -> LazyString | None:
    """Why the viewer decides nothing in this case; None when they may decide."""
    if matter.row.kind == CaseKind.UNSEALING:
        return unsealing.why_not_agree(matter.viewer, matter.row) or (None if matter.has_read else UNREAD)
    reasons = (
        (matter.row.spoke, OWN_WORD),
        (matter.row.decided_before, OWN_DECISION),
        (matter.row.had_part, HAD_PART),
        (not matter.has_read, UNREAD),
        (matter.is_colleague, COLLEAGUE),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _decides(matter: Matter) -> bool:
    return matter.is_open and why_not(matter) is None


def _judges(matter: Matter) -> bool:
    return _decides(matter) and matter.row.kind in (CaseKind.FLAG, CaseKind.REDACTION)


def _agrees(matter: Matter) -> bool:
    return bool(matter.row.kind == CaseKind.UNSEALING) and _decides(matter)


def _takes_back(matter: Matter) -> bool:
    return bool(matter.row.kind == CaseKind.UNSEALING and matter.is_open and matter.row.spoke)


def _asks_to_unseal(matter: Matter) -> bool:
    hidden = matter.row.pseudonym is not None and matter.row.kind != CaseKind.UNSEALING
    return bool(hidden and matter.has_read and scope.keeps(matter.viewer))


def _answers(matter: Matter) -> bool:
    return _decides(matter) and matter.row.kind == CaseKind.APPEAL


def _lets_go(matter: Matter) -> bool:
    return _decides(matter) and matter.row.kind == CaseKind.PROMOTION


def _takes_in(matter: Matter) -> bool:
    return _about_copy(matter) and not matter.row.shown_before


def _shows_again(matter: Matter) -> bool:
    return _about_copy(matter) and bool(matter.row.shown_before)


def _about_copy(matter: Matter) -> bool:
    hidden = matter.row.post_state == PostState.REMOVED
    return _decides(matter) and matter.row.kind == CaseKind.COPY and hidden


def _published(matter: Matter) -> bool:
    return bool(matter.row.post_state == PostState.PUBLISHED)


def _takes(matter: Matter) -> bool:
    return matter.row.kind != CaseKind.UNSEALING and _decides(matter) and not _mine(matter)


def _mine(matter: Matter) -> bool:
    return bool(matter.row.assignee_id == matter.viewer.member_id)


def _locks(matter: Matter) -> bool:
    thread = matter.post.thread if matter.post else None
    may = thread is not None and thread.locked_at is None
    return may and can(matter.viewer, Permission.THREAD_MODERATE, thread)


def _redacts(matter: Matter) -> bool:
    return matter.post is not None and can(matter.viewer, Permission.POST_REDACT, matter.post)


def _warns(matter: Matter) -> bool:
    """Once in a case, of an author whom the post names or hides: with the decision, or after the post had to go."""
    after = matter.row.outcome in (StepKind.REDACTED, StepKind.REMOVED, StepKind.NARROWED, StepKind.GUIDED)
    open_to_it = why_not(matter) is None and (matter.is_open or after)
    somebody = matter.row.author_id is not None or matter.row.pseudonym is not None
    return bool(open_to_it and matter.row.kind == CaseKind.FLAG and somebody and not matter.row.warned)


def _restores(matter: Matter) -> bool:
    removed = matter.row.post_state == PostState.REMOVED and matter.row.outcome == StepKind.REMOVED
    return bool(removed and why_not(matter) is None and not matter.row.copy_waits)


OFFERS = (
    Offer("take", _l("Take this case"), "", "", _takes),
    Offer("give_back", _l("Give it back"), "", "", lambda matter: matter.is_open and _mine(matter)),
    Offer(
        "dismiss",
        _l("Nothing to do"),
        _l(
            "The post stays as it is. Whoever told the moderators hears that they have looked; the author of a flagged "
            "post hears nothing. Who asked to have words taken out reads your answer."
        ),
        "words",
        _judges,
    ),
    Offer(
        "guide",
        _l("Send guidance"),
        _l("The author gets the text you choose and what you add, and can appeal once. The post stays."),
        "letter",
        _judges,
    ),
    Offer(
        "narrow",
        _l("Make the label stricter"),
        _l("Fewer people can read the post, and what stands below it or quotes it. The author is told and can appeal."),
        "label",
        lambda matter: _judges(matter) and bool(matter.labels),
    ),
    Offer(
        "redact",
        _l("Take words out"),
        _l(
            "You mark the words. They leave the post, its earlier wordings and what quotes it, for good; a block with "
            "the reason stays. The author is told, and can read what was there."
        ),
        "",
        lambda matter: _judges(matter) and _redacts(matter),
        page="words",
    ),
    Offer(
        "remove",
        _l("Remove the post"),
        _l(
            "Only the author and moderators still see it, and whatever stands below an opening post goes with it. "
            "Replies that quote it lose its words for good. The author is told why and can appeal. It can be restored."
        ),
        "letter",
        lambda matter: _judges(matter) and _published(matter),
        grave=True,
    ),
    Offer(
        "warn",
        _l("Give a formal warning"),
        _l(
            "The author gets the text and can appeal once. Site moderators see it when they decide about a member; of "
            "an anonymous author they see nothing."
        ),
        "letter",
        _warns,
    ),
    Offer(
        "lock",
        _l("Lock the thread"),
        _l("Nobody can reply there any more. The case stays open."),
        "",
        lambda matter: _judges(matter) and _locks(matter),
    ),
    Offer(
        "restore",
        _l("Restore the post"),
        _l("It can be read again by all whom its label lets read it. Quotes of it stay empty. The author is told."),
        "words",
        _restores,
    ),
    Offer(
        "uphold",
        _l("The decision stands"),
        _l("Nothing changes. The author reads your answer; there is no second appeal."),
        "words",
        _answers,
    ),
    Offer(
        "overturn",
        _l("The author is right"),
        _l(
            "A removed post is restored, a warning no longer counts. A stricter label stays until the author makes it "
            "wider, words that were taken out stay out until the author writes them. The author reads your answer."
        ),
        "words",
        _answers,
    ),
    Offer(
        "unseal",
        _l("Agree, and learn who it is"),
        _l(
            "You are shown once who wrote the post, and tell who asked yourself. That it happened is recorded; the "
            "author is told your two names."
        ),
        "",
        _agrees,
        grave=True,
        page="case",
    ),
    Offer("take_back", _l("Take it back"), _l("Nobody learns who wrote the post."), "", _takes_back),
    Offer(
        "ask_to_unseal",
        _l("Ask to unseal the author"),
        _l("For grave abuse only. A second site moderator, of another organization, has to agree."),
        "",
        _asks_to_unseal,
        page="post",
    ),
    Offer(
        "consent",
        _l("Let this copy go there"),
        _l("The moderators of the other group are asked. They see the copy, and not where it comes from."),
        "",
        _lets_go,
    ),
    Offer(
        "ask_source",
        _l("Ask for changes"),
        _l("Who proposed it reads your words. After a change everybody is asked again."),
        "words",
        _lets_go,
    ),
    Offer(
        "refuse_sharing",
        _l("Do not let it go"),
        _l("The proposal is over. Who proposed it, and an author who is named, read your answer."),
        "words",
        _lets_go,
    ),
    Offer(
        "publish",
        _l("Publish the copy"),
        _l("All whom the label lets read it see it from now on, without a name, with today as its date."),
        "",
        _takes_in,
    ),
    Offer(
        "ask_for_other",
        _l("Ask for changes"),
        _l(
            "Those who proposed the copy read your words, and not who you are. It disappears here until it comes again."
        ),
        "apart",
        _takes_in,
    ),
    Offer(
        "refuse_copy",
        _l("Do not publish it"),
        _l("It is gone for good. Those who proposed it read your words, and not who you are."),
        "apart",
        _takes_in,
    ),
    Offer(
        "show_copy",
        _l("Show it again"),
        _l("All whom the label lets read it see it as before. Quotes of it stay empty."),
        "",
        _shows_again,
    ),
    Offer(
        "keep_hidden",
        _l("Keep it hidden"),
        _l("Only moderators still see it. It can be restored."),
        "",
        _shows_again,
    ),
    Offer(
        "note",
        _l("Write a note"),
        _l("For the moderators who see this case, never for others."),
        "words",
        lambda _matter: True,
    ),
)


# Of a copy that was never published nothing is left to look at.
END_IN_NOTHING = ("refuse_copy", "ask_for_other")


def offers(matter: Matter) -> list[Offer]:
    """What the viewer may do with the case now."""
    return [offer for offer in OFFERS if offer.stands(matter)]


def find(matter: Matter, name: str) -> Offer | None:
    """The act of this name, when it is offered now."""
    return next((offer for offer in offers(matter) if offer.name == name), None)


def ensure_offered(matter: Matter, name: str) -> None:
    """Let the act ``name`` pass. Raises Refused when it is not, or no longer, offered."""
    if find(matter, name) is None:
        raise Refused(why_not(matter) or OVERTAKEN)


def opens_posts(viewer: Viewer) -> bool:
    """May the viewer open a single post that their memberships do not give them?"""
    return viewer.site_moderator and viewer.state == MemberState.ACTIVE
