"""Makes people, organizations, groups and posts straight as rows, for tests to meet them through the user's doors."""

import hashlib
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from community import clock, ids
from community.db import action, db
from community.models import (
    Engagement,
    Grant,
    Group,
    Member,
    Membership,
    MemberState,
    Organization,
    OrganizationKind,
    Post,
    PostKind,
    Recipient,
    Role,
    SignIn,
    Thread,
    Visibility,
)
from community.terms import VERSION
from community.tlp import Tlp


@action
def save(*rows: Any) -> None:
    """Write rows as they are."""
    for row in rows:
        db.session.merge(row)


class World:
    """A factory bound to one application. Every method returns the row it made."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.numbers = count(1)

    def organization(self, name: str = "", **more: Any) -> Organization:
        """An operator, unless ``kind`` says otherwise."""
        name = name or f"Organization {next(self.numbers)}"
        given = {"short_name": name[:60], "kind": OrganizationKind.OPERATOR, "verified": True} | more
        return self._add(Organization(id=clock.random_id(), name=name, **given))

    def member(self, name: str = "", organization: Organization | None = None, **more: Any) -> Member:
        """An active member of the staff, of an organization of their own unless one is given."""
        number = next(self.numbers)
        organization = organization or self.organization()
        given: dict[str, Any] = {
            "state": MemberState.ACTIVE,
            "engagement": Engagement.STAFF,
            "joined_on": clock.now().date(),
            "guided": True,
            "engagement_noted": True,
            "terms": VERSION,
            "seen_on": clock.now().date(),
        } | more
        given.setdefault("mail", f"member{number}@example.test")
        return self._add(
            Member(
                id=clock.random_id(),
                name=name or f"Member {number}",
                organization_id=organization.id,
                **given,
            )
        )

    def group(self, name: str = "", visibility: Visibility = Visibility.PRIVATE, **more: Any) -> Group:
        """A private group that takes all labels, unless told otherwise."""
        labels = [Tlp.GREEN, Tlp.CLEAR] if visibility == Visibility.PUBLIC else list(Tlp)
        role = Role.CONTRIBUTOR if visibility == Visibility.PUBLIC else Role.READER
        given = {"labels": [str(label) for label in labels], "join_role": role} | more
        return self._add(
            Group(id=clock.random_id(), name=name or f"Group {next(self.numbers)}", visibility=visibility, **given)
        )

    def join(
        self, member: Member, group: Group, role: Role = Role.CONTRIBUTOR, since: datetime | None = None
    ) -> Membership:
        """Make ``member`` belong to ``group``, by default since long ago."""
        return self._add(
            Membership(
                group_id=group.id, member_id=member.id, role=role, since=since or clock.now() - timedelta(days=300)
            )
        )

    def thread(self, group: Group, author: Member | None, title: str = "", tlp: Tlp = Tlp.GREEN, **more: Any) -> Post:
        """A thread; returns its opening post. ``recipients`` for TLP:RED."""
        number = clock.random_id()
        kind = more.pop("kind", PostKind.DISCUSSION)
        self._add(
            Thread(
                id=number, group_id=group.id, title=title or f"Thread {next(self.numbers)}", kind=kind, cause_types=[]
            )
        )
        return self._post(number, number, group.id, author, tlp, more)

    def reply(self, opening: Post, author: Member | None, body: str = "", tlp: Tlp | None = None, **more: Any) -> Post:
        """A reply in the thread of ``opening``, by default under the same label."""
        return self._post(
            clock.random_id(), opening.thread_id, opening.group_id, author, tlp or opening.tlp, {"body": body} | more
        )

    def grant(self, post: Post, member: Member) -> Grant:
        """The author opens ``post`` to ``member``."""
        return self._add(Grant(post_id=post.id, member_id=member.id, given_at=clock.now()))

    def enter(self, member: Member) -> FlaskClient:
        """A browser in which ``member`` is signed in."""
        token, now = clock.token().hex(), clock.now()
        hashed = hashlib.sha256(token.encode()).digest()
        row = SignIn(
            id=clock.random_id(), member_id=member.id, token_hash=hashed, began_at=now, passkey_at=now, browser="test"
        )
        row.expires_at = now + timedelta(hours=12)
        self._add(row)
        browser = self.app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return browser

    def _post(
        self, number: int, thread_id: int, group_id: int, author: Member | None, tlp: Tlp, more: dict[str, Any]
    ) -> Post:
        recipients = more.pop("recipients", ())
        body = more.pop("body", "") or f"Text {next(self.numbers)}"
        given = {"released_at": clock.now(), "html": f"<p>{body}</p>", "renderer": 0} | more
        post = Post(id=number, thread_id=thread_id, group_id=group_id, tlp=tlp, body=body, **given)
        if author:
            post.author_id, post.organization_id = author.id, author.organization_id
        self._add(post)
        for member in recipients:
            self._add(Recipient(post_id=number, member_id=member.id))
        return post

    def _add(self, row: Any) -> Any:
        save(row)
        db.session.expunge_all()
        return row


def url(kind: str, row: Any) -> str:
    """The address of a row: ``url("threads", opening)``."""
    return f"/{kind}/{ids.encode(row.id)}"
