"""The way back to an account, among all else that people do to each other: `States`, with the acts of ADR 26.

Links are followed as they stand in the mails, while they open something and afterwards; `tests/recovery_model.py` says
what each act does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import delete, select

from community import clock, mail
from community.actions import enrolments, sign_ins
from community.db import db
from community.models import SIGNING_IN, Enrolment, Letter, LetterKind, Member, Passkey, ProposalKind, SignIn
from community.models import Recovery as Row
from community.models import RecoveryConsent as Consent
from community.passkeys import NewPasskey
from tests.post_office import text_of
from tests.recovery_model import RecoveryModel
from tests.security.states import LATELY, START, WHICH, WHO, Sketch, States
from trust.actions import recoveries, vouches

ABOUT_RECOVERY = [kind for kind in LetterKind if kind.startswith("recover")]
HOURS_72 = timedelta(hours=72)
TROUBLE = ("take back", "suspend", "leave", "dismiss", "change employer", "reinstate", "show passkey", "late", "none")
WAY: dict[str, Any] = {
    "who": WHO,
    "steps": st.sampled_from((6, 5, 6, 5, 6, 4, 3, 2)),
    "when": st.sampled_from((3, 4, 3, 4, 5, 2, 1)),
    "what": st.sampled_from(TROUBLE),
    "own": st.booleans(),
    "whom": WHO,
}
LINK, ENROLMENT = re.compile(r"/recover/link/(\w+)"), re.compile(r"/enrol/(\w+)")


def way(what: str, when: int, own: bool) -> dict[str, Any]:
    return {"steps": 6, "what": what, "when": when, "own": own}


# What chance may leave out: communities in which two come back, one after the other, with a trouble each.
TROUBLED = (
    (way("show passkey", 5, True), way("take back", 3, False)),
    (way("suspend", 5, True), way("suspend", 3, False)),
    (way("leave", 2, True), way("leave", 3, False)),
    (way("change employer", 3, True), way("change employer", 4, False)),
    (way("late", 5, True), way("dismiss", 3, False)),
    (way("reinstate", 4, True), way("late", 1, True)),
    (way("late", 2, True), way("none", 1, True)),
)


def days(moment: datetime | None) -> int:
    return (moment - START).days if moment else 0


class Recoveries(States):
    """``links`` and ``enrolments``: the secrets that came by mail, by the case to which they belong.

    ``last_word``: when somebody said last of a person that they made sure.
    """

    model: RecoveryModel
    played: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.model = RecoveryModel()
        self.links: dict[str, str] = {}
        self.enrolments: dict[str, str] = {}
        self.last_word: dict[str, datetime] = {}
        self.addresses = {"nobody@else.example"}

    def teardown(self) -> None:
        self.played.update(self.model.history)

    def moment(self) -> datetime:
        return super().moment() + timedelta(minutes=self.model.minute)

    # --- what lets people in ---

    def _member(self, world: Sketch, *more: Any) -> str:
        key = super()._member(world, *more)
        self.model.keys[key] = set()
        for name in ("Phone", "Key ring"):
            row = Passkey(id=clock.random_id(), member_id=int(key), credential_id=clock.token(), public_key=b"key")
            row.name, row.added_on = name, START.date()
            self.model.keys[key].add(row.credential_id.hex())
            world.rows.append(row)
        return key

    def _word(self, world: Sketch, about: str, by: str, number: int) -> None:
        super()._word(world, about, by, number)
        if number == 2:
            self.model.since[by, about] = -LATELY

    def _come_in(self, call: str) -> str:
        key = super()._come_in(call)
        if key:
            self.model.keys[key] = self._keys()[key]
        return key

    def _keys(self) -> dict[str, set[str]]:
        """The passkeys of those who may sign in."""
        held = select(Passkey.member_id, Passkey.credential_id).join(Member, Member.id == Passkey.member_id)
        found: dict[str, set[str]] = {}
        for member, credential in db.session.execute(held.where(Member.state.in_(SIGNING_IN))):
            found.setdefault(str(member), set()).add(credential.hex())
        return found

    # --- mail ---

    def read_mail(self) -> None:
        """What is said is what holds when it is sent; a link is in no letter before its time."""
        with self.at():
            waiting = select(Letter).where(Letter.kind.in_(ABOUT_RECOVERY), Letter.subject_id != 0)
            queued = [(str(one.kind), str(one.subject_id)) for one in db.session.scalars(waiting)]
            assert sorted(queued) == sorted(self.model.letters), "letters that wait"
            for kind, subject in queued:
                self._read(kind, subject)
            db.session.execute(delete(Letter))
            db.session.commit()
        self.model.letters = []

    def _read(self, kind: str, subject: str) -> None:
        message = mail._writers[LetterKind(kind)](LetterKind(kind), int(subject))
        assert (message and (message.template, message.to)) == self.model.written((kind, subject))
        if message is None:
            return
        text = text_of(mail.written(message, 1))
        for pattern, found in ((LINK, self.links), (ENROLMENT, self.enrolments)):
            if match := pattern.search(text):
                found[subject] = match[1]
        granted = message.template == "recovery_granted"
        assert bool(ENROLMENT.search(text)) == granted, "the link for a passkey is in one letter only"

    # --- the acts ---

    @rule(which=st.integers(0, 20), later=st.booleans())
    def ask_for_recovery(self, which: int, later: bool) -> None:
        """For an address that is known, is not, or was; perhaps eleven minutes after all that was before."""
        self.addresses.update(self.model.mails.values())
        self._ask_for(self.pick(self.addresses, which), later)

    def _ask_for(self, address: str, later: bool) -> str:
        self.model.minute += 11 * later
        with self.at():
            recoveries.ask(address)
            link = str(db.session.scalars(select(Row.id).where(Row.mail == address)).one())
        self.model.ask_for(link, address)
        return link

    def link(self, number: int, over: bool) -> str:
        """A link that came by mail; with ``over`` perhaps one that opens nothing (any more)."""
        self.read_mail()
        return self.pick({one for one in self.links if over or self.model.leads(one)} or {""}, number)

    @rule(which=WHICH, over=st.booleans())
    def follow(self, which: int, over: bool) -> None:
        self._follow(self.link(which, over))

    def _follow(self, link: str) -> None:
        self.both(lambda: recoveries.open_case(self.links.get(link, "")), self.model.open(link))

    def lost(self, number: int) -> str:
        """Somebody whose recovery is under way, if there is anybody."""
        return self.pick({way.person for way in self.model.ways.values()} - {""} or self.model.people, number)

    @rule(which=st.integers(0, 30))
    def make_sure(self, which: int) -> None:
        if asked := self._asked():
            self._make_sure(*self.pick(asked, which).split())

    def _asked(self, about: str = "") -> list[str]:
        """Who is asked about whom, and has not answered."""
        running = [way for way in self.model.ways.values() if way.step == "opened" and about in ("", way.person)]
        return [f"{by} {way.person}" for way in running for by in sorted(self.model.asked(way.person) - set(way.said))]

    def _make_sure(self, by: str, one: str) -> None:
        expected = self.model.make_sure(by, one)
        self.both(lambda: recoveries.consent(self.viewer(by), int(one), "We met at the harbour."), expected)
        if expected:
            self.last_word[one] = self.moment()

    @rule(who=WHO, about=WHO, act=st.sampled_from(("make sure", "object", "stop")))
    def meddle(self, who: int, about: int, act: str) -> None:
        """Somebody, asked or not, in a session of theirs."""
        by, one = self.actor(who), self.lost(about)
        if act == "make sure":
            self._make_sure(by, one)
        elif act == "object":
            self.both(lambda: recoveries.object_to(self.viewer(by), int(one)), self.model.object_to(by, one))
        else:
            key = self.person(about)
            self.both(lambda: recoveries.stop(self.viewer(key)), self.model.stop_mine(key))

    @rule(which=WHICH, over=st.booleans())
    def stop_by_link(self, which: int, over: bool) -> None:
        link = self.link(which, over)
        self.both(lambda: recoveries.stop_by_link(self.links.get(link, "")), self.model.stop_by(link))

    @rule(which=WHICH, early=st.booleans())
    def take_over(self, which: int, early: bool) -> None:
        """By the link of the last mail, or ``early``, by somebody who has found out what it will be."""
        self.read_mail()
        links = set(self.enrolments) | (set(self.links) if early else set())
        if links:
            self._take_over(self.pick(links, which))

    def _take_over(self, link: str) -> None:
        with self.at():
            new, token = NewPasskey(clock.token(), b"key", 0, clock.token()), recoveries.enrolment_token(int(link))
            assert self.enrolments.get(link, token) == token
            done = self.done(lambda: enrolments.enrol(token, new, "New"))
        assert self.model.take_over(link, new.credential_id.hex()) == done, "possible for one, not for the other"

    @rule(days=st.sampled_from((1, 2, 3, 3)), kept=st.booleans())
    def wait(self, days: int, kept: bool) -> None:
        """Perhaps nobody keeps house meanwhile: what is over is over all the same."""
        if kept:
            self.time_passes(days)
        else:
            self.model.pass_days_unkept(days)

    # --- the whole way ---

    @rule(**WAY)
    def come_back(self, **way: Any) -> None:
        self.go_back(**way)

    @rule(**WAY)
    def come_back_again(self, **way: Any) -> None:
        """The same, so that it is chosen twice as often."""
        self.go_back(**way)

    def go_back(self, who: int, steps: int, when: int, what: str, own: bool, whom: int) -> None:
        """Many steps at once, and something that comes between: chance alone comes there far too seldom."""
        here = [key for key in self.model.mails if self.model.people[key].state in SIGNING_IN]
        one = self.pick(self._fit(what, here, "") if own else here, who)
        link = self._ask_for(self.model.mails[one], True)
        for step in range(1, steps):
            if step == when:
                running = self.model.running(one)
                others = (running and running.said) or self.model.asked(one)
                self._trouble(what, one if own or not others else self.pick(self._fit(what, others, one), whom), one)
            self._step(step, one, link, whom)
        self._follow(link)
        self._take_over(link)

    def _fit(self, what: str, keys: Collection[str], one: str) -> Collection[str]:
        """Those to whom it can happen, if there are any."""
        people = self.model.people
        if what == "take back" and one:
            return set(keys) & set(people[one].words) or keys
        if what in ("suspend", "reinstate", "dismiss"):
            return {key for key in keys if people[key].moderator == (what == "dismiss")} or keys
        return keys

    def _step(self, step: int, one: str, link: str, whom: int) -> None:
        if step == 1:
            self.read_mail()
            self._follow(link)
        elif step == 2:
            others = set(self.model.people) - self.model.asked(one)
            self._make_sure(self.pick(others & set(self.model.people[one].words) or others, whom), one)
            for asked in self._asked(one):
                self._make_sure(*asked.split())
        elif step in (3, 4):
            self.time_passes(5 - step)
        else:
            self._sign_in(one)
            self.read_mail()
            self._take_over(link)

    def _sign_in(self, key: str) -> None:
        """Whoever has a key of theirs is in while they come back."""
        if self.model.people[key].state in SIGNING_IN:
            with self.at():
                sign_ins.begin(int(key), "test")
            self.model.sessions[key] += 1

    def _trouble(self, what: str, whom: str, one: str) -> None:
        """Something happens to the person, or to somebody who is asked about them, and who then says so (again)."""
        number = sorted(self.model.people).index(whom)
        if what == "take back":
            self.both(lambda: vouches.take_back(self.viewer(whom), int(one)), self.model.take_back(whom, one))
        elif what == "leave":
            self.leave(number, named=True)
        elif what == "change employer":
            self.change_employer(number)
        elif what == "show passkey":
            self.show_passkey(number)
        elif what == "late":
            self.model.pass_days_unkept(14)
        elif what != "none":
            self._decide(what, number, whom)
        self._make_sure(whom, one)

    def _decide(self, what: str, number: int, whom: str) -> None:
        """Those who may decide about somebody do; about a site moderator, two."""
        able = [key for key in self.model.keepers() if self.model.decides(key, whom)]
        first, *others = [sorted(self.model.keepers()).index(key) for key in able] or [0]
        if what == "dismiss":
            self.propose(first, number, ProposalKind.DISMISS)
        else:
            self.suspend(first, number, misuse=what == "suspend")
        self.answer(others[0] if others else first, 0, yes=True)
        if what == "reinstate":
            self.reinstate(first, 0)

    # --- what always holds ---

    def look_at_rows(self) -> None:
        super().look_at_rows()
        self.every_case_is_where_the_model_says()
        self.nothing_else_lets_anybody_in()

    def every_case_is_where_the_model_says(self) -> None:
        words = db.session.execute(select(Consent.recovery_id, Consent.member_id, Consent.given_at)).all()
        ours = {str(row.id): self._case(row, words) for row in db.session.execute(select(Row.__table__))}
        ways = self.model.ways.items()
        theirs = {key: (one.step, one.address, one.person, one.until, one.ready, one.said) for key, one in ways}
        assert ours == theirs

    def _case(self, row: Any, words: Any) -> tuple[Any, ...]:
        said = {str(by): days(moment) for case, by, moment in words if case == row.id}
        person = str(row.member_id or "")
        if row.ready_at:
            assert row.ready_at - self.last_word[person] >= HOURS_72, "they wait from the last word on"
            assert row.state != "granted" or row.ready_at <= clock.now(), "granted before its time"
        return str(row.state), row.mail, person, days(row.expires_at), days(row.ready_at), said

    def nothing_else_lets_anybody_in(self) -> None:
        """Passkeys, sessions and links for a passkey are those that the model knows."""
        people = self.model.people.items()
        assert self._keys() == {key: self.model.keys[key] for key, one in people if one.state in SIGNING_IN}
        sessions = db.session.scalars(select(SignIn.member_id).where(SignIn.expires_at > clock.now()))
        assert Counter(map(str, sessions)) == +self.model.sessions
        granted = [way.person for way in self.model.ways.values() if way.step == "granted"]
        assert sorted(map(str, db.session.scalars(select(Enrolment.member_id)))) == sorted(granted)
