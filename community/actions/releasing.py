"""Releasing what was sent without a name: here rows, audit log and outbox first hear of it, and of nobody behind it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select, update

from community import anonymity, bounds, clock, crowd
from community.access import NotFound, PostRow
from community.actions.destroying import destroy_originals
from community.actions.editing import empty_post, rewrite_post
from community.actions.labels import hold_post
from community.actions.posts import release_reply, release_thread
from community.bounds import Place
from community.db import action, db
from community.models import PostKind, PostState, SealedAct, Severity, Thread
from community.policy import NotAllowed, Permission, Refused, can, ensure
from community.tlp import Tlp
from community.viewer import NOBODY, Viewer, viewer_of_member
from community.writing import Changed, Draft

STALE = timedelta(days=1)  # what could not be released by then goes out only when its author says so
KEPT = timedelta(days=30)


def sweep() -> None:
    """One round: release what is due. What a rule speaks against by now stays, and its author sees that it does."""
    now = clock.now()
    due = select(SealedAct.id).where(SealedAct.due_at <= now, SealedAct.due_at > now - STALE)
    for number in list(db.session.scalars(due.order_by(SealedAct.due_at, SealedAct.id))):
        try:
            release(number)
        except (NotFound, NotAllowed, Refused, Changed, InvalidTag):
            leave_to_its_author(number)
    if db.session.scalar(select(SealedAct.id).where(SealedAct.due_at <= now - KEPT).limit(1)):
        forget_old()


@action
def leave_to_its_author(number: int) -> None:
    """Do not try again. Whoever lifts the obstacle, a role or a suspension, would see at once whose post comes out."""
    due_at = clock.now() - STALE
    db.session.execute(update(SealedAct).where(SealedAct.id == number).values(due_at=due_at))


@action
def forget_old() -> None:
    """Forget what its author has left lying for a month."""
    db.session.execute(delete(SealedAct).where(SealedAct.due_at <= clock.now() - KEPT))


@action
def release(number: int) -> None:
    """Do what was sealed, if it has not been done. Raises what the act itself raises, when it is not possible now."""
    release_sealed(number)


def release_sealed(number: int) -> None:
    """The same inside the running action."""
    row = db.session.scalar(select(SealedAct).where(SealedAct.id == number).with_for_update(skip_locked=True))
    if row is None:
        return
    act, tag = anonymity.unseal(number, row.sealed), row.tag
    db.session.delete(row)
    db.session.flush()
    _ACTS[act["act"]](viewer_of_member(act["member"]), act, tag)


def _release_thread(viewer: Viewer, act: dict[str, Any], tag: bytes) -> None:
    _ensure_still_hidden(viewer, bounds.place_for_thread(viewer, act["where"]), act)
    release_thread(viewer, act["where"], _draft(act["draft"]), tag, _signature(viewer, act))


def _release_reply(viewer: Viewer, act: dict[str, Any], tag: bytes) -> None:
    _ensure_still_hidden(viewer, bounds.place_for_reply(viewer, act["where"]), act)
    release_reply(viewer, act["where"], _draft(act["draft"]), tag, _signature(viewer, act))


def _ensure_still_hidden(viewer: Viewer, place: Place, act: dict[str, Any]) -> None:
    ensure(viewer, Permission.GROUP_WRITE_UNNAMED, place.group)
    crowd.ensure_hidden(viewer, place, Tlp(act["draft"]["tlp"]), act["how"]["sector"])


def _release_edit(viewer: Viewer, act: dict[str, Any], _tag: bytes) -> None:
    rewrite_post(viewer, _held(viewer, act["where"]), _draft(act["draft"]), act["version"])


def _release_withdrawal(viewer: Viewer, act: dict[str, Any], _tag: bytes) -> None:
    empty_post(viewer, _held(viewer, act["where"]))


def _release_destruction(_viewer: Viewer, act: dict[str, Any], _tag: bytes) -> None:
    destroy_originals(NOBODY, act["where"])


def _held(viewer: Viewer, post_id: int) -> PostRow:
    post = hold_post(viewer, post_id, Permission.POST_READ)
    ensure_correctable(viewer, post)
    return post


def ensure_correctable(viewer: Viewer, post: PostRow) -> None:
    """Raise NotAllowed unless an author may correct this post: what is asked of a named one, but for the name."""
    stands = post.state == PostState.PUBLISHED and post.in_thread
    if not stands or not can(viewer, Permission.THREAD_CREATE, post.group):
        raise NotAllowed


Release = Callable[[Viewer, dict[str, Any], bytes], None]
_ACTS: dict[str, Release] = {
    "thread": _release_thread,
    "reply": _release_reply,
    "edit": _release_edit,
    "withdraw": _release_withdrawal,
    "destroy": _release_destruction,
}
_PATIENT: set[str] = set()  # acts that are released together with others, and not before


def releases(act: str) -> Callable[[Release], Release]:
    """Register what releases the acts of a name that are sealed elsewhere; these come out on their day only."""

    def register(release: Release) -> Release:
        _ACTS[act] = release
        _PATIENT.add(act)
        return release

    return register


def is_patient(act: str) -> bool:
    """Does an act of this name wait for its day, whatever its author wishes?"""
    return act in _PATIENT


def when_released(name: str) -> Callable[[Release], Release]:
    """Register what is done when an act of this name is released: given its author, what was sealed, and its tag."""

    def register(release: Release) -> Release:
        _ACTS[name] = release
        return release

    return register


def _signature(viewer: Viewer, act: dict[str, Any]) -> Callable[[int], dict[str, Any]]:
    def sign(thread_id: int) -> dict[str, Any]:
        scope = _scope(thread_id)
        line = anonymity.byline(viewer.member_id, thread_id, scope, fresh=act["how"]["fresh"])
        return line._asdict() | {
            "shown_sector": act["how"]["sector"] or None,
            "released_at": anonymity.moment(thread_id, Tlp(act["draft"]["tlp"])),
        }

    return sign


def _scope(thread_id: int) -> bytes:
    """The scope of a thread, made when the first anonymous post comes."""
    # Two first ones at once: the second waits here for the first, and finds its scope.
    found = db.session.scalar(select(Thread.scope).where(Thread.id == thread_id).with_for_update())
    if found is None:
        found = clock.token(anonymity.SCOPE)
        db.session.execute(update(Thread).where(Thread.id == thread_id).values(scope=found))
    return found


# --- what is sealed, as plain values ---


def plain(draft: Draft) -> dict[str, Any]:
    values = asdict(draft) | {"recipients": [], "whole_groups": [], "quotes": sorted(draft.quotes), "send_key": ""}
    return values | {"cause_types": list(draft.cause_types)}


def _draft(values: dict[str, Any]) -> Draft:
    kinds = {"tlp": Tlp(values["tlp"]), "kind": PostKind(values["kind"]), "severity": Severity(values["severity"])}
    sets = {name: frozenset(values[name]) for name in ("recipients", "whole_groups", "quotes")}
    return Draft(**(values | kinds | sets | {"cause_types": tuple(values["cause_types"])}))
