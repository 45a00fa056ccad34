"""Where every member stands, written a second time, in plain Python, from section 5 of the domain alone.

Nothing here imports the application. The model knows people by key, organizations by key, and whole days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

REVOUCHING, DORMANT_AFTER, OPEN, MOST_OPEN = 14, 90, 14, 5


@dataclass(frozen=True)
class Word:
    """That ``voucher`` knows somebody; organization and office are the voucher's at that time."""

    voucher: str
    org: str
    checked: bool = True
    moderator: bool = False
    sponsor: bool = False


def enough(own: str, words: Iterable[Word], needed: int = 1) -> bool:
    """The sponsor, and one from an organization that is neither the sponsor's nor the person's, or a moderator (5.3).

    Ours: where the sponsor's word does not stand, whoever else vouched takes that place; the organization that counts
    was checked; and a site moderator's word counts from outside the person's organization.
    """
    words = list(words)
    sponsors = [one for one in words if one.sponsor]
    return any(_answered(first, own, words, needed) for first in sponsors or words)


def _answered(first: Word, own: str, words: list[Word], needed: int) -> bool:
    others = [one for one in words if one.voucher != first.voucher]
    if any(one.moderator and one.org != own for one in others):
        return True
    fit = [one for one in others if one.checked and one.org not in (first.org, own)]
    return any(len({one.org for one in some}) == needed for some in combinations(fit, needed))


SEEING, SIGNING_IN = ("active", "revouching"), ("pending", "active", "revouching", "dormant")
LISTED = ("active", "revouching", "dormant")


@dataclass
class Somebody:
    """One member. ``asked``: who was asked to vouch for them and has not answered, and by whom. ``was``: their state
    before a suspension. ``until``: when re-vouching ends. ``seen``: the day on which they were here last.
    """

    org: str
    state: str = "active"
    trusted: bool = True
    moderator: bool = False
    founder: bool = False
    sponsor: str | None = None
    words: dict[str, Word] = field(default_factory=dict)
    void: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    settled: bool = False
    was: str = ""
    misuse: bool = False
    until: int = 0
    seen: int = 0

    @property
    def keeps(self) -> bool:
        return self.moderator and self.state == "active" and self.trusted


@dataclass
class Call:
    """An invitation."""

    sponsor: str
    mail: str
    until: int
    state: str = "open"


@dataclass
class Model:
    """A community. Each act answers whether it was possible, and then it is done."""

    orgs: dict[str, bool] = field(default_factory=dict)
    people: dict[str, Somebody] = field(default_factory=dict)
    mails: dict[str, str] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    proposals: dict[tuple[str, str], tuple[str, bool, int]] = field(default_factory=dict)
    today: int = 0

    # --- questions ---

    def stands(self, key: str) -> list[Word]:
        """The words for somebody that count: those of a voucher suspended for misuse do not (5.4)."""
        words = self.people[key].words
        return [
            Word(one, word.org, self.orgs[word.org] and word.checked, word.moderator, word.sponsor)
            for one, word in words.items()
            if one not in self.people[key].void
        ]

    def is_in(self, key: str) -> bool:
        one = self.people[key]
        unanswered = one.sponsor is not None and not one.settled and self.people[one.sponsor].state in LISTED
        return one.founder or (not unanswered and enough(one.org, self.stands(key)))

    def keepers(self) -> set[str]:
        return {key for key, one in self.people.items() if one.keeps}

    def decides(self, by: str, about: str) -> bool:
        one, other = self.people[by], self.people[about]
        return one.keeps and by != about and one.org != other.org

    def open_calls(self, sponsor: str) -> list[Call]:
        return [
            one
            for one in self.calls.values()
            if one.sponsor == sponsor and one.state == "open" and self.today < one.until
        ]

    def is_open(self, call: str) -> bool:
        one = self.calls[call]
        fresh = one.state == "open" and self.today < one.until
        return fresh and self.people[one.sponsor].state == "active" and one.mail not in self.mails.values()

    def knows(self, by: str, about: str) -> bool:
        """The listed are known to all; who waits, to the sponsor, whom they ask, and site moderators (5.3)."""
        one, other = self.people[by], self.people[about]
        if one.state not in SEEING:
            return False
        asked = by in (*other.asked, *other.words, other.sponsor) or one.keeps
        return other.state in LISTED or (other.state == "pending" and asked)

    # --- how people come in ---

    def invite(self, call: str, by: str, mail: str) -> bool:
        mine = self.open_calls(by)
        if self.people[by].state != "active" or len(mine) >= MOST_OPEN or mail in {one.mail for one in mine}:
            return False
        self.calls[call] = Call(by, mail, self.today + OPEN)
        return True

    def withdraw(self, by: str, call: str) -> bool:
        one = self.calls[call]
        if one.sponsor != by or one not in self.open_calls(by):
            return False
        one.state = "withdrawn"
        return True

    def redeem(self, key: str, call: str, org: str) -> bool:
        if not self.is_open(call):
            return False
        one = self.calls[call]
        one.state, self.mails[key] = "used", one.mail
        self.orgs.setdefault(org, False)
        self.people[key] = Somebody(org, "pending", trusted=False, sponsor=one.sponsor, asked={one.sponsor: key})
        self.people[key].seen = self.today
        return True

    def ask(self, by: str, about: str, whom: str) -> bool:
        one, other, third = self.people[by], self.people[about], self.people[whom]
        may = self.knows(by, about) and other.state in ("pending", "revouching")
        may = may and (by in (about, other.sponsor) or one.keeps)
        fit = third.state in ("active", "dormant") and whom not in (about, *other.asked)
        if not may or not fit or (whom in other.words and whom not in other.void) or len(other.asked) >= 10:
            return False
        other.asked[whom] = by
        return True

    def vouch(self, by: str, about: str) -> bool:
        one, other = self.people[by], self.people[about]
        if one.state != "active" or by == about or not self.knows(by, about) or by in other.words:
            return False
        other.words[by] = Word(by, one.org, one.trusted, one.keeps, by == other.sponsor)
        other.asked.pop(by, None)
        other.settled = other.settled or by == other.sponsor
        self.weigh(about)
        return True

    def take_back(self, by: str, about: str) -> bool:
        if by not in self.people[about].words:
            return False
        del self.people[about].words[by]
        self.weigh(about)
        return True

    def disown(self, by: str, about: str) -> bool:
        one, other = self.people[by], self.people[about]
        if one.state != "active" or other.state != "pending" or other.sponsor != by or other.settled:
            return False
        self.move(about, "left")
        del self.mails[about]
        return True

    # --- where people stand ---

    def weigh(self, key: str) -> None:
        one = self.people[key]
        if self.is_in(key) and one.state in ("pending", "revouching"):
            self.move(key, "active")
        elif not self.is_in(key) and one.state in ("active", "dormant"):
            self.move(key, "revouching")

    def move(self, key: str, to: str) -> None:
        one = self.people[key]
        one.state, one.settled = to, one.settled or to == "active"
        one.until = self.today + REVOUCHING
        if to not in SIGNING_IN:
            for call in self.calls.values():
                call.state = "withdrawn" if call.sponsor == key and call.state == "open" else call.state
        if to not in LISTED:
            self.ask_no_more(key)

    def ask_no_more(self, key: str) -> None:
        for other, one in sorted(self.people.items()):
            if key in one.asked or (one.sponsor == key and not one.settled):
                one.asked.pop(key, None)
                self.weigh(other)

    def suspend(self, by: str, about: str, misuse: bool) -> bool:
        other = self.people[about]
        if not self.decides(by, about) or other.state not in SIGNING_IN:
            return False
        if other.moderator:
            return self.put(by, about, "suspend", misuse)
        self.stop(about, misuse)
        return True

    def stop(self, about: str, misuse: bool) -> None:
        other = self.people[about]
        other.was, other.misuse = other.state, misuse
        self.move(about, "suspended")
        if misuse:
            self.count_words(about, False)

    def count_words(self, voucher: str, counting: bool) -> None:
        for key, one in sorted(self.people.items()):
            if voucher in one.words:
                (one.void.discard if counting else one.void.add)(voucher)
                self.weigh(key)

    def reinstate(self, by: str, about: str) -> bool:
        other = self.people[about]
        if not self.decides(by, about) or other.state != "suspended":
            return False
        self.move(about, other.was)
        self.weigh(about)
        if other.misuse:
            self.count_words(about, True)
        return True

    # --- decisions by two ---

    def makes_sense(self, kind: str, about: str) -> bool:
        other = self.people[about]
        if kind == "appoint":
            return other.state == "active" and other.trusted and not other.moderator
        if kind == "dismiss":
            return other.moderator and other.state in (*SIGNING_IN, "suspended")
        return other.state in SIGNING_IN

    def waits(self, kind: str, about: str) -> bool:
        found = self.proposals.get((kind, about))
        return found is not None and self.today < found[2] and self.decides(found[0], about)

    def propose(self, by: str, about: str, kind: str) -> bool:
        if not self.decides(by, about) or not self.makes_sense(kind, about):
            return False
        return self.put(by, about, kind, False)

    def put(self, by: str, about: str, kind: str, misuse: bool) -> bool:
        """Only who is the only site moderator appoints alone: there could otherwise never be a second (ours)."""
        if self.waits(kind, about):
            return False
        office = {key for key, one in self.people.items() if one.moderator and one.state in SIGNING_IN}
        second = any(self.people[key].org != self.people[about].org for key in office - {by, about})
        if not second and not (kind == "appoint" and office == {by}):
            return False
        self.proposals.pop((kind, about), None)
        if second:
            self.proposals[kind, about] = (by, misuse, self.today + 7)
        else:
            self.do(kind, about, misuse)
        return True

    def answer(self, by: str, about: str, kind: str, yes: bool) -> bool:
        found = self.proposals.get((kind, about))
        if found is None or found[0] == by or not self.decides(by, about) or not self.waits(kind, about):
            return False
        if yes and not self.makes_sense(kind, about):
            return False
        del self.proposals[kind, about]
        if yes:
            self.do(kind, about, found[1])
        return True

    def do(self, kind: str, about: str, misuse: bool) -> None:
        if kind == "suspend":
            self.stop(about, misuse)
        else:
            self.people[about].moderator = kind == "appoint"

    def is_last(self, key: str) -> bool:
        return self.people[key].moderator and self.keepers() <= {key}

    def resign(self, by: str) -> bool:
        if not self.people[by].keeps or self.is_last(by):
            return False
        self.people[by].moderator = False
        return True

    # --- who goes ---

    def change_employer(self, by: str, org: str) -> bool:
        one = self.people[by]
        if one.state not in ("active", "revouching", "pending") or self.is_last(by) or org == one.org:
            return False
        self.orgs.setdefault(org, False)
        before, one.org, one.trusted, one.founder, one.moderator = one.org, org, False, False, False
        one.words, one.void = {}, set()
        # Whether it is the person whom they invited stays a question for the sponsor.
        one.asked = {whom: asker for whom, asker in one.asked.items() if whom == one.sponsor}
        self.forget(before)
        if one.state == "active":
            self.move(by, "revouching")
        return True

    def forget(self, org: str) -> None:
        """What was only typed, and nobody checked or belongs to, is no organization any more (ours)."""
        named = {one.org for one in self.people.values()}
        named |= {word.org for one in self.people.values() for word in one.words.values()}
        if not self.orgs[org] and org not in named:
            del self.orgs[org]

    def leave(self, by: str) -> bool:
        one = self.people[by]
        if one.state not in SIGNING_IN or self.is_last(by):
            return False
        one.moderator = False
        self.move(by, "left")
        del self.mails[by]
        one.asked = {}
        for key, other in sorted(self.people.items()):
            other.asked = {whom: asker for whom, asker in other.asked.items() if asker != by}
            self.weigh(key)
        for what in [what for what, found in self.proposals.items() if by in (what[1], found[0])]:
            del self.proposals[what]
        return True

    # --- organizations, time ---

    def verify(self, by: str, org: str, checked: bool) -> bool:
        if not self.people[by].keeps or self.people[by].org == org:
            return False
        self.orgs[org] = checked
        for key, one in sorted(self.people.items()):
            if any(word.org == org for word in one.words.values()):
                self.weigh(key)
        return True

    def merge(self, by: str, source: str, target: str) -> bool:
        if not self.people[by].keeps or self.people[by].org in (source, target) or source == target:
            return False
        del self.orgs[source]
        for one in self.people.values():
            one.org = target if one.org == source else one.org
            for voucher, word in one.words.items():
                if word.org == source:
                    one.words[voucher] = Word(voucher, target, True, word.moderator, word.sponsor)
        for key, one in sorted(self.people.items()):
            if one.org == target or any(word.org == target for word in one.words.values()):
                self.weigh(key)
        return True

    def pass_days(self, days: int) -> None:
        """One round of housekeeping at the end of them."""
        self.today += days
        for key, one in sorted(self.people.items()):
            if one.state == "active" and self.today - one.seen > DORMANT_AFTER:
                self.move(key, "dormant")
        for key, one in sorted(self.people.items()):
            if one.state == "revouching" and self.today >= one.until:
                self.move(key, "pending")

    def confirm_oneself(self, by: str) -> None:
        one = self.people[by]
        if one.state == "dormant":
            one.seen = self.today
            self.move(by, "active")

    def look(self, by: str) -> None:
        if self.people[by].state in SEEING:
            self.people[by].seen = self.today
