"""What the tests of trust share: people who vouched, site moderators, and forms about a member."""

import shutil
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from community import clock, mail
from community.db import db
from community.models import Invitation, InvitationState, Letter, Member, MemberState, Vouch
from tests.browsing import send
from tests.factories import World, save, url

REASON = "Seen by two of us"


def vouch(person: Member, voucher: Member, **more: Any) -> None:
    """``voucher`` vouched for ``person``; ``sponsor=True`` for who brought them."""
    given = {"noted": True, "words": "We worked together", "given_on": clock.now().date()} | more
    save(
        Vouch(
            id=clock.random_id(),
            person_id=person.id,
            voucher_id=voucher.id,
            organization_id=voucher.organization_id,
            **given,
        )
    )


def invited(sponsor: Member, came: Member | None = None, **more: Any) -> None:
    """An invitation of ``sponsor``: open, or the one by which ``came`` came."""
    given = {"locale": "en", "knows": "School", "token_hash": clock.token(), "mail": "friend@example.test"} | more
    given.setdefault("expires_at", clock.now() + timedelta(days=14))
    state = InvitationState.USED if came else InvitationState.OPEN
    member_id = came.id if came else None
    save(
        Invitation(
            id=clock.random_id(),
            sponsor_id=sponsor.id,
            member_id=member_id,
            state=state,
            settled=came is not None,
            **given,
        )
    )


def brought(world: World, name: str, sponsor: Member, *others: Member, **more: Any) -> Member:
    """A member whom ``sponsor`` brought and the others vouched for."""
    made = world.member(name, **more)
    invited(sponsor, made)
    vouch(made, sponsor, sponsor=True)
    for other in others:
        vouch(made, other)
    return made


def keeper(world: World, name: str, **more: Any) -> Member:
    """A site moderator who needs no vouches."""
    return world.member(name, site_moderator=True, founder=True, **more)


def about(member: Member, act: str = "") -> str:
    """The address of an act about a member, or of the page for site moderators."""
    return "/trust" + url("people", member) + (f"/{act}" if act else "")


def suspend(browser: FlaskClient, member: Member, cause: str = "misuse", reason: str = REASON) -> TestResponse:
    return send(browser, about(member, "suspend"), cause=cause, reason=reason)


def state(member: Member) -> MemberState:
    db.session.rollback()
    return db.session.scalars(select(Member.state).where(Member.id == member.id)).one()


def letters(member: Member) -> list[str]:
    """The letters that wait to be sent about a member."""
    db.session.rollback()
    return [str(kind) for kind in db.session.scalars(select(Letter.kind).where(Letter.subject_id == member.id))]


def mails() -> list[str]:
    """Send what waits; the texts of the mails that the demo keeps, their heads with them."""
    db.session.rollback()
    shutil.rmtree(mail.folder(), ignore_errors=True)
    while mail.send_due():
        pass
    return [_read(file.read_bytes()) for file in sorted(mail.folder().glob("*.eml"))]


def _read(text: bytes) -> str:
    letter = message_from_bytes(text, policy=default)
    body = letter.get_body(("plain",))
    assert body
    return f"{letter['Subject']}\n{letter['To']}\n{body.get_content()}"
