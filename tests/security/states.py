"""What people can do to each other's standing, as a machine that Hypothesis drives.

Each act is done twice, by the application and by `tests/standing_model.py`: both must agree on whether it is possible,
and afterwards on the state of every member.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from community import clock, housekeeping, mail, passkeys
from community.access import NotFound
from community.actions import passkeys as keyring
from community.actions import sign_ins
from community.db import action, db
from community.models import (
    Engagement,
    Group,
    Invitation,
    InvitationState,
    Member,
    Membership,
    MemberState,
    Organization,
    ProposalKind,
    Role,
    SignIn,
    Vouch,
)
from community.passkeys import NewPasskey
from community.policy import NotAllowed, Refused
from community.terms import VERSION
from community.viewer import Viewer, viewer_of_member
from tests.conftest import empty
from tests.factories import World
from tests.standing_model import SEEING, SIGNING_IN, Model, Somebody, Word
from trust import doors, proposing
from trust.actions import employment, invitations, leaving, organizations, proposals, suspensions, vouches
from trust.actions.invitations import Arrival, InvitationDraft

START = datetime(2026, 5, 1, 9, tzinfo=UTC)
REFUSALS = (NotAllowed, NotFound, Refused, passkeys.Refused)
WHO, WHICH = st.integers(0, 11), st.integers(0, 7)
# Who is there at the beginning: whether they are a site moderator, and who vouched for them: the sponsor, another one,
# and somebody only lately. The last two are colleagues.
FIRST = ((True, ()), (True, (0, 2)), (False, (0, 1)), (False, (2, 0)), (True, (2, 3)), (False, (3, 1, 2)))
LATELY = 10
SIZE = st.sampled_from((6, 5, 4))


class Sketch(World):
    """Rows that are written all at once: there is a beginning for every example."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.rows: list[Any] = []

    def _add(self, row: Any) -> Any:
        self.rows.append(row)
        return row

    @action
    def write(self) -> None:
        for row in self.rows:
            db.session.add(row)
            db.session.flush()


class States(RuleBasedStateMachine):
    """A community of four that grows and shrinks. People and organizations are chosen by their place in line."""

    apps: tuple[Flask, ...]

    def __init__(self) -> None:
        super().__init__()
        self.model, self.numbers = Model(), count(1)
        self.turn = 0
        empty(self.apps[0])

    # --- doing things ---

    @contextmanager
    def at(self) -> Iterator[None]:
        """The present of the model, in one process or the other."""
        self.turn += 1
        app = self.apps[self.turn % len(self.apps)]
        with clock.fixed(self.moment(), self.turn), app.app_context():
            yield
            db.session.remove()

    def moment(self) -> datetime:
        return START + timedelta(days=self.model.today, microseconds=self.turn)

    def done(self, act: Callable[[], Any]) -> bool:
        try:
            act()
        except REFUSALS:
            db.session.rollback()
            return False
        return True

    def both(self, ours: Callable[[], Any], theirs: bool) -> None:
        with self.at():
            assert self.done(ours) == theirs, "possible for one, not for the other"

    def viewer(self, key: str) -> Viewer:
        """Somebody who has just shown their passkey."""
        return replace(viewer_of_member(int(key)), sign_in_id=1, passkey_at=clock.now())

    def pick(self, options: Any, number: int) -> str:
        ordered = sorted(options)
        return str(ordered[number % len(ordered)])

    def person(self, number: int) -> str:
        return self.pick(self.model.people, number)

    def actor(self, number: int) -> str:
        """Somebody whom the pages let through to an act."""
        seeing = [key for key, one in self.model.people.items() if one.state in SEEING]
        return self.pick(seeing or self.model.people, number)

    # --- how it begins ---

    @initialize(size=SIZE)
    def begin(self, size: int) -> None:
        """Two site moderators, the first of them the founder, and two members, or more, each vouched for by two."""
        with self.at():
            world = Sketch(self.apps[0])
            group = world.group()
            keys = [self._member(world, group, number) for number in range(size)]
            for about, (_moderator, words) in zip(keys, FIRST, strict=False):
                for number, by in enumerate(words):
                    self._word(world, about, keys[by], number)
            world.write()

    def _member(self, world: Sketch, group: Group, number: int) -> str:
        given: dict[str, Any] = {"site_moderator": FIRST[number][0], "founder": number == 0, "terms": VERSION}
        colleagues = [row for row in world.rows if isinstance(row, Organization)]
        given["organization"] = colleagues[-1] if number == len(FIRST) - 1 else None
        row = world.member(seen_on=clock.now().date(), **given)
        world.join(row, group, Role.MODERATOR if number == 2 else Role.CONTRIBUTOR)
        key, org = str(row.id), str(row.organization_id)
        self.model.orgs[org], self.model.mails[key] = True, str(row.mail)
        self.model.people[key] = Somebody(org, moderator=FIRST[number][0], founder=number == 0)
        return key

    def _word(self, world: Sketch, about: str, by: str, number: int) -> None:
        voucher = self.model.people[by]
        self.model.people[about].words[by] = Word(by, voucher.org, True, voucher.moderator, number == 0)
        row = Vouch(id=clock.random_id(), person_id=int(about), voucher_id=int(by), organization_id=int(voucher.org))
        row.sponsor, row.as_moderator, row.words, row.noted = number == 0, voucher.moderator, "Known", True
        row.given_on = (START - timedelta(days=LATELY if number == 2 else 60)).date()
        world.rows.append(row)

    # --- people come in ---

    @rule(who=WHO)
    def invite(self, who: int) -> None:
        by, address = self.actor(who), f"new{next(self.numbers) % 9}@new.example"
        with self.at():
            draft = InvitationDraft(address, "en", "From work", None, f"Company {next(self.numbers)}")
            found: list[int] = []
            done = self.done(lambda: found.append(invitations.invite(self.viewer(by), draft)))
            call = str(found[0]) if found else ""
        assert self.model.invite(call, by, address) == done

    @rule(who=WHO, which=WHICH)
    def withdraw(self, who: int, which: int) -> None:
        if self.model.calls:
            call, by = self.pick(self.model.calls, which), self.actor(who)
            self.both(lambda: invitations.withdraw(self.viewer(by), int(call)), self.model.withdraw(by, call))

    @rule(which=WHICH, again=st.booleans())
    def redeem(self, which: int, again: bool) -> None:
        """Follow a link to its end, perhaps one that was followed before."""
        wanted = [call for call in self.model.calls if again or self.model.is_open(call)]
        if not wanted:
            return
        call = self.pick(wanted, which)
        with self.at():
            key = self._come_in(call)
            org = str(db.session.get_one(Member, int(key)).organization_id) if key else ""
        assert bool(key) == self.model.is_open(call), "a link opens once, and only while it is open"
        if key:
            self.model.redeem(key, call, org)

    def _come_in(self, call: str) -> str:
        token = mail.link_token("invitation", int(call))
        new = NewPasskey(clock.token(), b"key", 0, clock.token())
        try:
            invitations.introduce(token, Arrival("Nana New", "", VERSION))
            return str(invitations.redeem(token, new, "Test", clock.token(), "en"))
        except REFUSALS:
            db.session.rollback()
            return ""

    @rule(who=WHO, about=WHO, whom=WHO)
    def ask(self, who: int, about: int, whom: int) -> None:
        by, one, asked = self.actor(who), self.person(about), self.person(whom)
        if self.model.people[asked].state in ("active", "dormant", "revouching"):
            self.both(lambda: vouches.ask(self.viewer(by), int(one), int(asked)), self.model.ask(by, one, asked))

    @rule(who=WHO, about=WHO)
    def vouch(self, who: int, about: int) -> None:
        by, one = self.actor(who), self.person(about)
        self.both(lambda: vouches.vouch(self.viewer(by), int(one), "We know each other"), self.model.vouch(by, one))

    @rule(which=WHICH)
    def vouch_as_asked(self, which: int) -> None:
        asked = [f"{by} {one}" for one, who in self.model.people.items() for by in who.asked]
        if asked:
            by, _, one = self.pick(asked, which).partition(" ")
            if self.model.people[by].state in SEEING:
                self.both(lambda: vouches.vouch(self.viewer(by), int(one), "Known"), self.model.vouch(by, one))

    @rule(which=st.integers(0, 30))
    def take_back(self, which: int) -> None:
        given = [f"{by} {one}" for one, who in self.model.people.items() for by in who.words]
        if given:
            by, _, one = self.pick(given, which).partition(" ")
            if self.model.people[by].state in SEEING:
                self.both(lambda: vouches.take_back(self.viewer(by), int(one)), self.model.take_back(by, one))

    @rule(who=WHO, about=WHO)
    def disown(self, who: int, about: int) -> None:
        by, one = self.actor(who), self.person(about)
        self.both(lambda: vouches.disown(self.viewer(by), int(one)), self.model.disown(by, one))

    # --- site moderators ---

    def keeper(self, number: int) -> str:
        return self.pick(self.model.keepers() or {self.actor(number)}, number)

    @rule(who=WHO, about=WHO, misuse=st.booleans())
    def suspend(self, who: int, about: int, misuse: bool) -> None:
        by, one = self.keeper(who), self.person(about)
        expected = self.model.suspend(by, one, misuse)
        self.both(lambda: suspensions.suspend(self.viewer(by), int(one), "Because.", misuse), expected)

    @rule(who=WHO, which=WHICH)
    def reinstate(self, who: int, which: int) -> None:
        stopped = [key for key, one in self.model.people.items() if one.state == "suspended"]
        by, one = self.keeper(who), self.pick(stopped or self.model.people, which)
        self.both(lambda: suspensions.reinstate(self.viewer(by), int(one), "Because."), self.model.reinstate(by, one))

    @rule(who=WHO, about=WHO, kind=st.sampled_from((ProposalKind.APPOINT, ProposalKind.DISMISS)))
    def propose(self, who: int, about: int, kind: ProposalKind) -> None:
        by, one = self.keeper(who), self.person(about)
        expected = self.model.propose(by, one, str(kind))
        self.both(lambda: proposals.propose(self.viewer(by), int(one), kind, "Because."), expected)

    @rule(who=WHO, which=WHICH, yes=st.booleans())
    def answer(self, who: int, which: int, yes: bool) -> None:
        waiting = [f"{kind} {one}" for kind, one in self.model.proposals if self.model.waits(kind, one)]
        if not waiting:
            return
        kind, _, one = self.pick(waiting, which).partition(" ")
        by, act = self.keeper(who), proposals.confirm if yes else proposals.refuse
        with self.at():
            row = proposing.find(int(one), ProposalKind(kind))
            assert row is not None, "a proposal that waits is gone"
            done = self.done(lambda: act(self.viewer(by), row.id))
        assert self.model.answer(by, one, kind, yes) == done

    @rule(who=WHO)
    def resign(self, who: int) -> None:
        by = self.keeper(who)
        self.both(lambda: proposals.resign(self.viewer(by)), self.model.resign(by))

    # --- organizations ---

    @rule(who=WHO, which=WHICH, checked=st.booleans())
    def verify(self, who: int, which: int, checked: bool) -> None:
        by, org = self.keeper(who), self.pick(self.model.orgs, which)

        def act() -> None:
            viewer = self.viewer(by)
            organizations.verify(viewer, int(org), checked, doors.access_judged(viewer, int(org)).version)

        self.both(act, self.model.verify(by, org, checked))

    @rule(who=WHO, which=WHICH, other=WHICH)
    def merge(self, who: int, which: int, other: int) -> None:
        by, source, target = self.keeper(who), self.pick(self.model.orgs, which), self.pick(self.model.orgs, other)

        def act() -> None:
            viewer = self.viewer(by)
            pair = doors.access_judged(viewer, int(source)), doors.access_judged(viewer, int(target))
            organizations.merge(viewer, int(source), int(target), organizations.version_of_both(*pair))

        self.both(act, self.model.merge(by, source, target))

    @rule(who=WHO)
    def change_employer(self, who: int) -> None:
        by = self.person(who)
        with self.at():
            employer = employment.Employer(0, f"Company {next(self.numbers)}")
            done = self.done(lambda: employment.change_employer(self.viewer(by), employer))
            org = str(db.session.get_one(Member, int(by)).organization_id)
        assert self.model.change_employer(by, org if done else "none") == done

    @rule(who=WHO, named=st.booleans())
    def leave(self, who: int, named: bool) -> None:
        by = self.person(who)
        self.both(lambda: leaving.leave(self.viewer(by), named), self.model.leave(by))

    # --- time, sessions ---

    @rule(days=st.sampled_from((1, 7, 14, 15, 60)))
    def time_passes(self, days: int) -> None:
        self.model.pass_days(days)
        with self.at():
            housekeeping.tidy()

    @rule(who=WHO)
    def show_passkey(self, who: int) -> None:
        by = self.person(who)
        if self.model.people[by].state in SIGNING_IN:
            self.model.confirm_oneself(by)
            with self.at():
                keyring.renew(self.viewer(by))

    @rule(who=WHO)
    def look(self, who: int) -> None:
        """A session is given to who may have one, and opens something to who sees."""
        key = self.person(who)
        state = self.model.people[key].state
        with self.at():
            if state not in SIGNING_IN:
                with pytest.raises(passkeys.Refused):
                    sign_ins.begin(int(key), "test")
                return
            world = World(self.apps[self.turn % 2])
            browser = world.enter(db.session.get_one(Member, int(key)))
            answer = browser.get("/unread", base_url="http://localhost:5000")
        self.model.look(key)
        assert answer.status_code == (200 if state in SEEING else 303), state
        assert answer.status_code == 200 or answer.location == "/waiting"

    # --- what always holds ---

    @invariant()
    def it_all_holds(self) -> None:
        """All is read at once: to connect takes longer than to read."""
        with self.at():
            self.look_at_rows()

    def look_at_rows(self) -> None:
        self.everybody_is_where_the_model_says()
        self.rows_are_as_they_must_be()

    def everybody_is_where_the_model_says(self) -> None:
        rows = db.session.execute(select(Member.id, Member.state, Member.site_moderator, Member.organization_id))
        ours = {str(key): (str(state), moderator, str(org)) for key, state, moderator, org in rows}
        assert ours == {key: (one.state, one.moderator, one.org) for key, one in self.model.people.items()}

    @invariant()
    def nobody_takes_part_without_vouches(self) -> None:
        for key, one in self.model.people.items():
            assert one.state not in ("active", "dormant") or self.model.is_in(key), key

    @invariant()
    def somebody_can_act_for_the_community(self) -> None:
        """Or could again: when those who vouched for them, or their passkey, say so."""
        anybody = any(one.moderator and one.state != "left" for one in self.model.people.values())
        assert anybody or not self.model.people

    def rows_are_as_they_must_be(self) -> None:
        out = (MemberState.SUSPENDED, MemberState.LEFT)
        sessions = select(func.count()).select_from(SignIn).join(Member, Member.id == SignIn.member_id)
        assert db.session.scalar(sessions.where(Member.state.in_(out))) == 0, "somebody who is out has a session"
        running = (Invitation.state == InvitationState.OPEN, Invitation.expires_at > clock.now())
        most = select(func.count()).where(*running).group_by(Invitation.sponsor_id)
        assert max(db.session.scalars(most), default=0) <= invitations.MOST_OPEN
        trusted = (Member.engagement == Engagement.STAFF) | Member.nda_signed
        places = select(Member.state, Membership.role).join(Membership, Member.id == Membership.member_id)
        found = [tuple(row) for row in db.session.execute(places.where(trusted))]
        # Who rests goes on being the moderator: another one would tell that they rest.
        led = any(
            state in (MemberState.ACTIVE, MemberState.DORMANT) and role == Role.MODERATOR for state, role in found
        )
        could = any(state == MemberState.ACTIVE for state, _role in found)
        assert led or not could, "a group has nobody who moderates it, and somebody could"
