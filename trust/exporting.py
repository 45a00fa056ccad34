"""Everything of one's own, in one file: what the member gave, and what is kept of them. Nothing that others wrote."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, select

from community import ids, mine, visibility
from community.db import db
from community.models import (
    LISTED,
    EarlierName,
    Group,
    Invitation,
    Member,
    Membership,
    Organization,
    Post,
    PostState,
    Revision,
    Thread,
    Vouch,
)
from community.viewer import Viewer

_PLACES = (
    select(Group.name, Group.visibility, Membership.role, Membership.since)
    .join(Group, Group.id == Membership.group_id)
    .where(Membership.member_id == bindparam("viewer_id"))
    .order_by(Group.name, Group.id)
)
# By the rule of reading: whoever is out of a group is out of what they wrote there, too.
_POSTS = (
    visibility.visible_posts(
        Post.id,
        Post.thread_id,
        Thread.title,
        Thread.kind,
        Group.name.label("group"),
        Post.tlp,
        Post.severity,
        Post.body,
        Post.version,
        Post.released_at,
        Post.edited_at,
    )
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.author_id == bindparam("viewer_id"), Post.state != PostState.WITHDRAWN)
    .order_by(Post.released_at, Post.id)
)
_REVISIONS = (
    select(Revision.post_id, Revision.version, Revision.title, Revision.body, Revision.tlp, Revision.written_at)
    .join(Post, Post.id == Revision.post_id)
    .where(Post.author_id == bindparam("viewer_id"))
    .order_by(Revision.version)
)
# Of somebody who is not among the members any more, or not yet, it holds no more than the pages say: nothing.
_listed = Member.state.in_(LISTED)
_VOUCHED = (
    select(
        case((_listed, Member.name), else_="").label("name"),
        case((_listed, Organization.name), else_="").label("organization"),
        Vouch.words,
        Vouch.given_on,
    )
    .join(Organization, Organization.id == Member.organization_id)
    .order_by(Vouch.given_on, Vouch.id)
)
_GIVEN = _VOUCHED.join(Vouch, Vouch.person_id == Member.id).where(Vouch.voucher_id == bindparam("viewer_id"))
_RECEIVED = _VOUCHED.join(Vouch, Vouch.voucher_id == Member.id).where(Vouch.person_id == bindparam("viewer_id"))
_NAMES = (
    select(EarlierName.name, EarlierName.until)
    .where(EarlierName.member_id == bindparam("viewer_id"))
    .order_by(EarlierName.until, EarlierName.id)
)
_INVITATIONS = (
    select(Invitation.mail, Invitation.knows, Invitation.organization_name, Invitation.state, Invitation.invited_at)
    .where(Invitation.sponsor_id == bindparam("viewer_id"))
    .order_by(Invitation.invited_at, Invitation.id)
)
_STANDING = select(
    Member.state, Member.joined_on, Member.seen_on, Member.revouch_until, Member.appointed_at, Member.terms
).where(Member.id == bindparam("viewer_id"))


def export(viewer: Viewer) -> dict[str, Any]:
    """What the file holds, ready to be written as JSON.

    Who does not see the community at present gets what is about themselves alone: neither where they take part nor what
    became of people they brought or vouched for.
    """
    profile = _plain(mine.profile(viewer)._asdict(), without=("id", "state", "joined_on"))
    given = {"viewer_id": viewer.member_id}
    return {
        "profile": profile | {"sectors": [row.code for row in mine.sectors(viewer)]},
        "standing": _plain(db.session.execute(_STANDING, given).one()._asdict()),
        "earlier_names": _rows(db.session.execute(_NAMES, given)),
        "passkeys": _rows(mine.passkeys(viewer), without=("id",)),
        "sessions": _rows(mine.sign_ins(viewer), without=("id",)),
        "groups": _rows(db.session.execute(_PLACES, given)) if viewer.sees else [],
        "posts": _posts(viewer),
        "vouches_given": _rows(db.session.execute(_GIVEN, given)) if viewer.sees else [],
        "vouches_received": _received(viewer),
        "invitations_sent": _rows(db.session.execute(_INVITATIONS, given)) if viewer.sees else [],
    }


def _received(viewer: Viewer) -> list[dict[str, Any]]:
    # Who does not see the community learns that somebody vouched, and not who. What was said is the others'.
    hidden = ("words",) if viewer.sees else ("words", "name", "organization")
    return _rows(db.session.execute(_RECEIVED, {"viewer_id": viewer.member_id}), without=hidden)


def _posts(viewer: Viewer) -> list[dict[str, Any]]:
    earlier: dict[int, list[dict[str, Any]]] = {}
    for row in db.session.execute(_REVISIONS, {"viewer_id": viewer.member_id}):
        earlier.setdefault(row.post_id, []).append(_plain(row._asdict(), without=("post_id",)))
    posts = []
    for row in db.session.execute(_POSTS, viewer.binds):
        address = {"address": f"/posts/{ids.encode(row.id)}", "thread": f"/threads/{ids.encode(row.thread_id)}"}
        words = _plain(row._asdict(), without=("id", "thread_id"))
        posts.append(address | words | {"earlier_wordings": earlier.get(row.id, [])})
    return posts


def _rows(rows: Iterable[Any], without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [_plain(row._asdict(), without) for row in rows]


def _plain(row: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The columns of a row, moments and days written out, and what is empty left out."""
    return {name: _text(value) for name, value in row.items() if name not in without and value not in (None, "")}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
