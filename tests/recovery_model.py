"""The way back to an account, written a second time, in plain Python: section 5 point 6 of the domain, and ADR 26.

Nothing here imports the application. It stands on the model of where members stand, and counts days: 72 hours
are three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations

from tests.standing_model import SIGNING_IN, Model

WAITING = 3
# Ours: a link lasts a day, a question two weeks, the link for the passkey three days; asking again does nothing for ten
# minutes; and whoever vouched less than 30 days ago may have done it for this.
LINK, CASE, ENROLMENT, PAUSE, SETTLED = 1, 14, 3, 10, 30
LONG_AGO = -365
Letter = tuple[str, str]


@dataclass
class Way:
    """One way back. ``asked``: the day and minute of the question. ``until``: the day on which it is over.

    ``said``: who has made sure that it is this ``person``, and when. ``ready``: the day on which the waiting ends.
    """

    address: str
    asked: tuple[int, int]
    until: int
    step: str = "asked"
    person: str = ""
    ready: int = 0
    said: dict[str, int] = field(default_factory=dict)


@dataclass
class RecoveryModel(Model):
    """A community whose members lose their passkeys.

    ``ways`` by the link that is mailed. ``keys`` and ``sessions``: what lets a member in; a session lasts half a day.
    ``since``: the day of a vouch. ``letters`` wait to be written, each when it is sent. ``minute`` of the day.
    """

    ways: dict[str, Way] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    sessions: Counter[str] = field(default_factory=Counter)
    since: dict[tuple[str, str], int] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    history: Counter[str] = field(default_factory=Counter)
    minute: int = 0

    # --- questions ---

    def speaking(self, about: str) -> set[str]:
        """The members who vouched for somebody, long enough ago, and whose word counts now."""
        other = self.people[about]
        settled = {by for by in other.words if self.since.get((by, about), LONG_AGO) <= self.today - SETTLED}
        return {by for by in settled - other.void if self.people[by].state == "active"}

    def judging(self, about: str) -> set[str]:
        return {by for by in self.people if self.decides(by, about)}

    def asked(self, about: str) -> set[str]:
        return self.speaking(about) | self.judging(about)

    def suffices(self, about: str, said: Iterable[str]) -> bool:
        """Two who vouched and a third, a site moderator; two site moderators where fewer than two such are left."""
        vouchers, moderators = self.speaking(about), self.judging(about)
        if len(vouchers) < 2:
            return len(moderators.intersection(said)) >= 2
        return any({one, two} <= vouchers and third in moderators for one, two, third in permutations(said, 3))

    def owner(self, way: Way) -> str:
        """Whose account it is, if they may sign in."""
        found = [way.person] if way.person else [key for key, mail in self.mails.items() if mail == way.address]
        return next((key for key in found if self.people[key].state in SIGNING_IN), "")

    def leads(self, link: str) -> Way | None:
        """What a link opens: nothing when its time is over, or for somebody who is out."""
        way = self.ways.get(link)
        return way if way and self.today < way.until and self.owner(way) else None

    def running(self, about: str) -> Way | None:
        return next((way for way in self.ways.values() if way.person == about and self.today < way.until), None)

    def answers(self, by: str, about: str) -> Way | None:
        """The way on which somebody is asked whether it is the person."""
        return self.running(about) if by != about and by in self.asked(about) else None

    def written(self, letter: Letter) -> Letter | None:
        """What a letter says when it is sent, and to whom; None when there is nothing to say any more."""
        kind, subject = letter
        if kind in ("recovery_stopped", "recovered"):
            return (kind, self.mails[subject]) if self.people[subject].state in SIGNING_IN else None
        way = self.ways.get(subject)
        if way is None or not self.owner(way) or (kind == "recovery_link" and way.step != "asked"):
            return None
        return ("recovery_link" if way.step == "asked" else f"recovery_{way.step}", way.address)

    # --- the way ---

    def ask_for(self, link: str, address: str) -> None:
        """``link``: the one that this address would get."""
        way = next((one for one in self.ways.values() if one.address == address), None)
        now = self.today, self.minute
        if way is None:
            way = self.ways[link] = Way(address, now, self.today + LINK)
        elif way.step == "asked" and (way.asked[0] < self.today or way.asked[1] + PAUSE < self.minute):
            way.asked, way.until = now, self.today + LINK
        else:
            return
        self.letters.append(("recovery_link", link))

    def open(self, link: str) -> bool:
        way = self.leads(link)
        if way and way.step == "asked":
            way.person, way.step, way.until = self.owner(way), "opened", self.today + CASE
            self.letters.append(("recovery_opened", link))
            self.history["opened"] += 1
        return way is not None

    def make_sure(self, by: str, about: str) -> bool:
        way = self.answers(by, about)
        if way is None or way.step != "opened" or by in way.said:
            return False
        self.strike(way)
        way.said[by] = self.today
        if self.suffices(about, way.said):
            way.step, way.ready = "waiting", self.today + WAITING
            way.until = way.ready + CASE
            self.tell("waiting", way)
        return True

    def strike(self, way: Way) -> None:
        """Whose word is found not to count (any more) would have to say so again."""
        way.said = {by: day for by, day in way.said.items() if by in self.asked(way.person)}

    def tell(self, step: str, way: Way) -> None:
        kind = "recovery_ready" if step == "granted" else "recovery_opened"
        self.letters += [(kind, link) for link, one in self.ways.items() if one is way]
        self.history[step] += 1

    def object_to(self, by: str, about: str) -> bool:
        return self.answers(by, about) is not None and self.close(about)

    def stop_mine(self, by: str) -> bool:
        return self.running(by) is not None and self.close(by)

    def stop_by(self, link: str) -> bool:
        way = self.leads(link)
        return way is not None and way.step != "asked" and self.close(way.person)

    def close(self, person: str) -> bool:
        self.drop(person)
        self.letters.append(("recovery_stopped", person))
        self.history["stopped"] += 1
        return True

    def drop(self, person: str) -> None:
        self.ways = {link: way for link, way in self.ways.items() if way.person != person}

    def take_over(self, link: str, key: str) -> bool:
        """The new passkey is the only one, and nobody is signed in; where the person stands is as before."""
        way = self.leads(link)
        if way is None or way.step != "granted":
            return False
        self.keys[way.person], self.sessions[way.person] = {key}, 0
        self.drop(way.person)
        self.letters.append(("recovered", way.person))
        self.history["taken over"] += 1
        return True

    # --- what else happens has a meaning for it ---

    def vouch(self, by: str, about: str) -> bool:
        done = super().vouch(by, about)
        if done:
            self.since[by, about] = self.today
        return done

    def look(self, by: str) -> None:
        super().look(by)
        self.sessions[by] += 1

    def confirm_oneself(self, by: str) -> None:
        """Whoever shows a passkey of the account has not lost it."""
        super().confirm_oneself(by)
        if any(way.person == by for way in self.ways.values()):
            self.close(by)

    def move(self, key: str, to: str) -> None:
        """Nothing leads to the account of who is out."""
        super().move(key, to)
        if to not in SIGNING_IN:
            self.drop(key)
            self.sessions[key] = 0

    def leave(self, by: str) -> bool:
        """Nothing is kept of the address, and what the person said of others goes with them."""
        address = self.mails.get(by)
        done = super().leave(by)
        if done:
            self.ways = {link: way for link, way in self.ways.items() if way.address != address}
            for way in self.ways.values():
                way.said.pop(by, None)
        return done

    def pass_days(self, days: int) -> None:
        super().pass_days(days)
        self.sessions.clear()
        for way in self.ways.values():
            if way.step == "waiting" and self.today >= way.ready:
                self.judge(way)
        self.ways = {link: way for link, way in self.ways.items() if self.today < way.until}

    def judge(self, way: Way) -> None:
        """They have waited: those who made sure are asked for by the rule once more."""
        self.strike(way)
        if self.suffices(way.person, way.said):
            way.step, way.until = "granted", self.today + ENROLMENT
            self.tell("granted", way)
        else:
            way.step, way.ready, way.until = "opened", 0, self.today + CASE
            self.history["voided"] += 1

    def pass_days_unkept(self, days: int) -> None:
        """No housekeeping came round: what is over is over all the same."""
        self.today += days
        self.sessions.clear()
