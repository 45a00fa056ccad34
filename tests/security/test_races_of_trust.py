"""Two people act at one moment: nothing is done twice, and the community is never without somebody who can act."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import clock, ids
from community.db import db
from community.models import AuditEntry, Member, MemberState, Proposal, Suspension, Vouch
from tests.authenticator import at_once
from tests.browsing import TOKEN
from tests.factories import World, save

Enter = Callable[..., FlaskClient]
REASON = "Because it has to be."


def ready(browser: FlaskClient, path: str, **form: str) -> Callable[[], int]:
    """A form that waits for its button to be pressed."""
    found = TOKEN.search(browser.get("/groups").text)
    assert found
    return lambda: browser.post(path, data=form | {"csrf_token": found[1]}).status_code


def press(*buttons: Callable[[], int]) -> list[int]:
    answers = at_once(lambda number: buttons[number](), len(buttons))
    db.session.rollback()
    return answers


def states() -> list[MemberState]:
    return sorted(db.session.scalars(select(Member.state).where(Member.site_moderator)))


@pytest.mark.parametrize(("path", "form"), [("/me/leave", {"signed": "named"}), ("/trust/resign", {})])
def test_the_last_two_site_moderators_go_and_one_stays(
    app: Flask, world: World, enter: Enter, path: str, form: dict[str, str]
) -> None:
    keepers = [world.member(site_moderator=True) for _ in range(2)]
    press(*(ready(enter(one), path, **form) for one in keepers))
    assert states() == [MemberState.ACTIVE]


def test_a_proposal_is_done_once(app: Flask, world: World, enter: Enter) -> None:
    first, *others = [world.member(site_moderator=True) for _ in range(4)]
    person = world.member("Promoted")
    path = f"/trust/people/{ids.encode(person.id)}/appoint"
    ready(enter(first), path, reason=REASON)()
    db.session.rollback()
    proposal = db.session.scalars(select(Proposal)).one()
    where = f"/trust/proposals/{ids.encode(proposal.id)}"
    db.session.rollback()
    steps = zip(others, ("confirm", "refuse", "confirm"), strict=True)
    assert set(press(*(ready(enter(one), where, step=step) for one, step in steps))) == {303}
    assert db.session.scalar(select(func.count()).select_from(Proposal)) == 0
    decided = AuditEntry.tag.in_(("moderator:proposal:confirmed", "moderator:proposal:refused"))
    assert db.session.scalar(select(func.count()).select_from(AuditEntry).where(decided)) == 1, "whoever was first"


def test_two_suspend_one_member_and_it_is_done_once(app: Flask, world: World, enter: Enter) -> None:
    keepers = [world.member(site_moderator=True) for _ in range(3)]
    person = world.member()
    path = f"/trust/people/{ids.encode(person.id)}/suspend"
    press(*(ready(enter(one), path, reason=REASON, cause="misuse") for one in keepers))
    assert db.session.scalar(select(func.count()).select_from(Suspension)) == 1
    assert db.session.get_one(Member, person.id).state == MemberState.SUSPENDED


def test_who_is_suspended_while_vouching_has_vouched_for_nothing(app: Flask, world: World, enter: Enter) -> None:
    """Whichever comes first: afterwards the word of who misused the community lets nobody in."""
    keeper, voucher = world.member(site_moderator=True), world.member()
    sponsor, new = world.member(), world.member(state=MemberState.REVOUCHING)
    given = Vouch(
        id=clock.random_id(), person_id=new.id, voucher_id=sponsor.id, organization_id=sponsor.organization_id
    )
    given.sponsor, given.noted, given.words, given.given_on = True, True, "Known", clock.now().date()
    save(given)
    press(
        ready(enter(keeper), f"/trust/people/{ids.encode(voucher.id)}/suspend", reason=REASON, cause="misuse"),
        ready(enter(voucher), f"/vouch/{ids.encode(new.id)}", words="We know each other well."),
    )
    assert db.session.get_one(Member, voucher.id).state == MemberState.SUSPENDED
    assert db.session.get_one(Member, new.id).state == MemberState.REVOUCHING
