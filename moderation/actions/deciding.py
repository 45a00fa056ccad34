"""What moderators do in a case. Every act says which version of the case it was decided on; the second one is told."""

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from community import audit, clock, events
from community.actions import groups, labels, removing
from community.db import action, db
from community.models import (
    Case,
    CaseKind,
    CaseState,
    CaseStep,
    NotificationKind,
    Post,
    PostState,
    StepKind,
    Submission,
)
from community.offers import OVERTAKEN
from community.policy import Refused
from community.redacting import Words, without
from community.tlp import Tlp
from community.viewer import Viewer
from moderation import cases, offers
from moderation.actions import redacting
from moderation.cases import Matter

HANDLED: dict[StepKind, Callable[[str], LazyString]] = {
    StepKind.DISMISSED: lambda name: _l("Already handled by %(name)s: nothing to do.", name=name),
    StepKind.GUIDED: lambda name: _l("Already handled by %(name)s: guidance was sent.", name=name),
    StepKind.WARNED: lambda name: _l("Already handled by %(name)s: a warning was given.", name=name),
    StepKind.NARROWED: lambda name: _l("Already handled by %(name)s: the label was made stricter.", name=name),
    StepKind.REDACTED: lambda name: _l("Already handled by %(name)s: words were taken out.", name=name),
    StepKind.REMOVED: lambda name: _l("Already handled by %(name)s: the post was removed.", name=name),
    StepKind.RESTORED: lambda name: _l("Already handled by %(name)s: the post was restored.", name=name),
    StepKind.UPHELD: lambda name: _l("Already handled by %(name)s: the decision stands.", name=name),
    StepKind.OVERTURNED: lambda name: _l("Already handled by %(name)s: the author was right.", name=name),
    StepKind.CONSENTED: lambda name: _l("Already handled by %(name)s: the copy may leave the group.", name=name),
    StepKind.ACCEPTED: lambda name: _l("Already handled by %(name)s: the copy is published.", name=name),
    StepKind.CHANGES_ASKED: lambda name: _l("Already handled by %(name)s: changes were asked for.", name=name),
    StepKind.REFUSED: lambda name: _l("Already handled by %(name)s: refused.", name=name),
    StepKind.UNSEALED: lambda name: _l("Already handled by %(name)s: agreed.", name=name),
    StepKind.TAKEN_BACK: lambda name: _l("Already handled by %(name)s: taken back.", name=name),
    StepKind.TAKEN: lambda name: _l(
        "%(name)s has taken this case meanwhile. Look at it again before you decide.", name=name
    ),
}
CHANGED = _l("Something happened in this case meanwhile. Look at it again before you decide; nothing was done.")


class Letter(NamedTuple):
    """What the moderator filled in: a standard text by its key, own words, a label, words to take out of the post.

    ``post_version`` is the version of the post in which they found those.
    """

    standard: str = ""
    words: str = ""
    label: Tlp | None = None
    wanted: tuple[Words, ...] = ()
    post_version: int = 0


LONGEST = 2000
Act = Callable[[Viewer, Matter, Letter], None]
_ACTS: dict[str, Act] = {}


def does(name: str) -> Callable[[Act], Act]:
    """Register what does the offered act of this name."""

    def register(act: Act) -> Act:
        _ACTS[name] = act
        return act

    return register


@action
def act(viewer: Viewer, case_id: int, name: str, version: int, letter: Letter) -> None:
    """Do the act ``name`` in a case, as it was in ``version``.

    Raises NotFound, and Refused when somebody else was quicker or the act is not offered (any more).
    """
    matter = hold(viewer, case_id, version if name != "note" else None)
    if name not in _ACTS:
        raise Refused(OVERTAKEN)
    offers.ensure_offered(matter, name)
    _ACTS[name](viewer, matter, letter)


@action
def redact_post(viewer: Viewer, post_id: int, letter: Letter) -> None:
    """Take words out of a post that the viewer moderates, where no case asks for it: one is opened and decided.

    Raises NotFound, NotAllowed, and Refused as ``act``.
    """
    case = redacting.case_for(viewer, post_id)
    db.session.flush()
    act(viewer, case.id, "redact", case.version, letter)


def hold(viewer: Viewer, case_id: int, version: int | None) -> Matter:
    """The case, while nobody else does anything about it or its thread. Who does not see it waits for no lock.

    Raises NotFound, and Refused when it is not ``version`` (None: whichever) any more: who did what since.
    """
    row = cases.access_case(viewer, case_id).row
    db.session.execute(select(Post.id).where(Post.id == row.thread_id).with_for_update())
    db.session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    matter = cases.access_case(viewer, case_id)
    if version not in (None, matter.row.version):
        raise Refused(_overtaken(matter))
    return matter


def _overtaken(matter: Matter) -> LazyString:
    """Who did what since the viewer looked."""
    told = [step for step in cases.steps(matter) if step.what in HANDLED and step.by_id != matter.viewer.member_id]
    if not told:
        return CHANGED
    return HANDLED[told[-1].what](told[-1].by_name or "")


def _step(viewer: Viewer, matter: Matter, what: StepKind, letter: Letter, facts: str = "") -> Case:
    case = db.session.get_one(Case, matter.row.id, populate_existing=True)
    step = CaseStep(case_id=case.id, what=what, by_id=viewer.member_id, at=clock.now(), facts=facts)
    step.standard, step.words = letter.standard, letter.words
    db.session.add(step)
    about = {"group_id": case.group_id, "subject_id": case.post_id}
    audit.record(viewer, f"moderator:case:{what}", **about, case=case.id)
    return case


def _change(viewer: Viewer, matter: Matter, what: StepKind, letter: Letter) -> Case:
    case = _step(viewer, matter, what, letter)
    case.version += 1
    return case


def close(viewer: Viewer, matter: Matter, what: StepKind, letter: Letter, facts: str = "") -> None:
    """In the running act: it is decided, and who flagged hears that somebody has looked."""
    case = _step(viewer, matter, what, letter, facts)
    case.state, case.outcome, case.closed_at = CaseState.CLOSED, what, clock.now()
    case.version += 1
    if case.kind == CaseKind.FLAG:
        for member_id in db.session.scalars(select(Submission.member_id).where(Submission.case_id == case.id)):
            events.record(events.MemberTold(member_id or 0, NotificationKind.FLAG_HANDLED, 0))


def _tell(matter: Matter, kind: NotificationKind) -> None:
    events.record(events.AuthorTold(matter.row.post_id, kind))


def _take(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    _change(viewer, matter, StepKind.TAKEN, letter).assignee_id = viewer.member_id


def _give_back(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    _change(viewer, matter, StepKind.GIVEN_BACK, letter).assignee_id = None


def _note(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    _step(viewer, matter, StepKind.NOTED, letter)


def _dismiss(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    close(viewer, matter, StepKind.DISMISSED, letter)
    if matter.row.kind == CaseKind.REDACTION:
        _tell(matter, NotificationKind.REQUEST_ANSWERED)


def _guide(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    close(viewer, matter, StepKind.GUIDED, letter)
    _tell(matter, NotificationKind.POST_GUIDED)


def _narrow(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    # The post's own act tells the author that the label changed.
    label = letter.label or matter.labels[0]
    labels.narrow_post(viewer, matter.row.post_id, label, matter.post.version if matter.post else 0)
    close(viewer, matter, StepKind.NARROWED, letter, label)


def _redact(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    redacting.take_words_out(viewer, matter, letter.wanted, letter.post_version)
    close(viewer, matter, StepKind.REDACTED, letter._replace(words=without(letter.words, letter.wanted, LONGEST)))
    _tell(matter, NotificationKind.POST_REDACTED)


def _remove(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    removing.remove_post(viewer, matter.row.post_id)
    close(viewer, matter, StepKind.REMOVED, letter)
    _tell(matter, NotificationKind.POST_REMOVED)


def _warn(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    if matter.is_open:
        close(viewer, matter, StepKind.WARNED, letter)
    else:
        _change(viewer, matter, StepKind.WARNED, letter)
    _tell(matter, NotificationKind.POST_WARNED)


def _restore(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    removing.restore_post(viewer, matter.row.post_id)
    _change(viewer, matter, StepKind.RESTORED, letter).outcome = StepKind.RESTORED
    _tell(matter, NotificationKind.POST_RESTORED)


def _lock(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    groups.mark_thread(viewer, matter.row.thread_id, "lock")
    _change(viewer, matter, StepKind.LOCKED, letter)


def _take_back(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    close(viewer, matter, StepKind.TAKEN_BACK, letter)


def _uphold(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    close(viewer, matter, StepKind.UPHELD, letter)
    _tell(matter, NotificationKind.APPEAL_DECIDED)


def _overturn(viewer: Viewer, matter: Matter, letter: Letter) -> None:
    about = cases.appealed(matter)
    decided = db.session.get_one(Case, about.case_id)
    # What was restored since, and removed anew for another reason, is not what the appeal is about.
    stands = about.what == decided.outcome == StepKind.REMOVED
    if stands and matter.row.post_state == PostState.REMOVED:
        removing.restore_post(viewer, matter.row.post_id)
        decided.outcome = StepKind.RESTORED
    close(viewer, matter, StepKind.OVERTURNED, letter)
    _tell(matter, NotificationKind.APPEAL_DECIDED)


_ACTS |= {
    "take": _take,
    "give_back": _give_back,
    "note": _note,
    "dismiss": _dismiss,
    "guide": _guide,
    "narrow": _narrow,
    "redact": _redact,
    "remove": _remove,
    "restore": _restore,
    "warn": _warn,
    "lock": _lock,
    "take_back": _take_back,
    "uphold": _uphold,
    "overturn": _overturn,
}
