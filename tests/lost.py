"""A member who has lost all passkeys, those who know her, and the steps of the way back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import clock, housekeeping, ids
from community.db import db
from community.models import (
    Member,
    Notification,
    NotificationKind,
    Recovery,
    RecoveryState,
    Vouch,
)
from community.outbox import deliver_due
from tests.authenticator import Device, give, token_of
from tests.browsing import send
from tests.factories import World, save
from tests.post_office import PostOffice, deliver, link_in, text_of

MAIL = "nana@harbour.example"
SURE = {"words": "I called her desk number."}
Enter = Callable[[Member], FlaskClient]


def fresh() -> Any:
    """The database as it is now."""
    db.session.rollback()
    return db.session


class Lost:
    """Nana has lost her passkeys; two members vouched for her; two site moderators may decide, a third may not."""

    def __init__(self, world: World, office: PostOffice) -> None:
        self.world, self.office, self.guest = world, office, world.app.test_client()
        organization = world.organization("Harbour")
        self.nana = world.member("Nana", organization, mail=MAIL)
        self.old = give(self.nana, Device())
        self.vouchers = [world.member(f"Voucher {number}") for number in range(2)]
        self.moderators = [world.member(f"Moderator {number}", site_moderator=True) for number in range(2)]
        self.colleague = world.member("Colleague", organization, site_moderator=True)
        for one in self.vouchers:
            self.vouch(one)
        self.path = f"/recover/{ids.encode(self.nana.id)}"

    def vouch(self, member: Member, **more: Any) -> None:
        given = Vouch(person_id=self.nana.id, voucher_id=member.id, organization_id=member.organization_id, words="Yes")
        given.given_on = (clock.now() - timedelta(days=60)).date()
        for name, value in more.items():
            setattr(given, name, value)
        save(given)

    def ask(self, address: str = MAIL) -> Any:
        token = token_of(self.guest.get("/recover").text)
        return self.guest.post("/recover", data={"mail": address, "csrf_token": token})

    def link(self) -> str:
        self.ask()
        deliver()
        return link_in(self.office.to(MAIL)[-1])

    def open(self) -> str:
        link = self.link()
        assert press(self.guest, link, link).status_code == 303
        return link

    def consent(self, *members: Member) -> list[int]:
        return [send(self.world.enter(one), self.path, **SURE).status_code for one in members]

    def row(self) -> Recovery | None:
        found: Recovery | None = fresh().scalar(select(Recovery).where(Recovery.member_id == self.nana.id))
        return found

    def state(self) -> RecoveryState | None:
        row = self.row()
        return row.state if row else None

    def granted(self) -> str:
        """The path of the link for a new passkey."""
        self.open()
        self.consent(*self.vouchers, self.moderators[0])
        with later(hours=72, minutes=1):
            housekeeping.tidy()
            deliver()
        return next(line for line in text_of(self.office.to(MAIL)[-1]).splitlines() if "/enrol/" in line)[21:]


def press(browser: FlaskClient, page: str, path: str) -> Any:
    """Press a button of the page."""
    return browser.post(path, data={"csrf_token": token_of(browser.get(page).text)})


@contextmanager
def later(**how: int) -> Iterator[None]:
    db.session.rollback()
    with clock.fixed(clock.now() + timedelta(**how), str(how)):
        yield
    db.session.rollback()


def count(model: Any) -> int:
    return fresh().scalar(select(func.count()).select_from(model)) or 0


def told(kind: NotificationKind) -> set[int]:
    fresh()
    while deliver_due():
        pass
    return set(fresh().scalars(select(Notification.member_id).where(Notification.kind == kind)))
