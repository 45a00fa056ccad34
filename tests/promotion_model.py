"""What may happen to a proposal, in plain Python: who must have agreed to what before anybody else reads it.

Nothing here imports the application. `tests/security/test_promotion_states.py` holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

Form = tuple[str, str, str, str]  # target, label, title, words
OPEN = frozenset({"author", "source", "target", "changes"})
STRICTEST_FIRST = ("AMBER+STRICT", "AMBER", "GREEN", "CLEAR")


@dataclass(frozen=True)
class Way:
    """A proposal: in which form, who prepared it, who agreed to which form."""

    form: Form
    by: str
    stage: str
    days: int = 0
    agreed: dict[str, tuple[str, Form]] = field(default_factory=dict)


@dataclass
class Model:
    """One post by ``author`` under ``label``, moderated by some, and groups it could go to with their moderators."""

    author: str
    named: bool
    label: str
    source: frozenset[str]
    targets: dict[str, frozenset[str]]
    way: Way | None = None
    published: list[Form] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    gone: bool = False

    # --- what is possible ---

    def wider(self, label: str) -> bool:
        return STRICTEST_FIRST.index(label) > STRICTEST_FIRST.index(self.label)

    def fits(self, form: Form) -> bool:
        return not self.label.startswith("AMBER") or self.wider(form[1])

    def is_author(self, who: str) -> bool:
        return self.named and who == self.author

    def open(self) -> Way | None:
        return self.way if self.way and self.way.stage in OPEN else None

    # --- acts: each says whether it was possible ---

    def propose(self, who: str, form: Form, agrees: bool) -> bool:
        if self.gone or not (who in self.source or self.is_author(who)) or not self.fits(form):
            return False
        if self.is_author(who):
            if self.wider(form[1]) and not agrees:
                return False
            self.way = Way(form, who, "source", agreed={"author": (who, form)})
        else:
            self.way = Way(form, who, "author")
        return True

    def agree(self, who: str, agrees: bool) -> bool:
        way = self.open()
        if self.gone or who != self.author or way is None or way.stage != "author":
            return False
        if self.wider(way.form[1]) and not agrees:
            return False
        self.way = replace(way, stage="source", agreed={"author": (who, way.form)})
        return True

    def end_as_author(self, who: str, stage: str) -> bool:
        way = self.open()
        if self.gone or who != self.author or way is None or way.stage != "author":
            return False
        self.way = replace(way, stage=stage, agreed={})
        return True

    def take_back(self, who: str) -> bool:
        way = self.open()
        if self.gone or who != self.author or way is None or way.stage not in ("source", "target"):
            return False
        self.way = replace(way, stage="author", agreed={})
        return True

    def let_go(self, who: str, stage: str) -> bool:
        way = self.open()
        able = who in self.source and not self.is_author(who)
        if self.gone or not able or way is None or way.stage != "source" or who == way.by:
            return False
        agreed = way.agreed | {"source": (who, way.form)} if stage == "target" else {}
        self.way = replace(way, stage=stage, agreed=agreed)
        return True

    def take_let_go_back(self, who: str) -> bool:
        way = self.open()
        if self.gone or way is None or way.agreed.get("source", ("",))[0] != who:
            return False
        self.way = replace(way, stage="source", agreed={"author": way.agreed["author"]})
        return True

    def withdraw(self, who: str) -> bool:
        way = self.open()
        if self.gone or way is None or not (who in self.source or self.is_author(who)):
            return False
        self.way = replace(way, stage="withdrawn", agreed={})
        return True

    def decide(self, who: str, stage: str) -> bool:
        way = self.open()
        if way is None or way.stage != "target" or who not in self.targets[way.form[0]]:
            return False
        involved = (
            {way.by, *(one for one, _ in way.agreed.values())} if self.named else {way.by, way.agreed["source"][0]}
        )
        if who in involved or self.is_author(who):
            return False
        if stage == "published":
            assert {form for _, form in way.agreed.values()} == {way.form}
            assert set(way.agreed) == {"author", "source"}
            self.published.append(way.form)
        self.way = replace(way, stage=stage, agreed=way.agreed if stage == "published" else {})
        return True

    def wait(self, days: int, lasts: int) -> None:
        way = self.open()
        if way is not None:
            late = way.days + days >= lasts
            self.way = replace(way, days=way.days + days, stage="expired" if late else way.stage)

    def shrink(self) -> None:
        if self.open():
            self.way = replace(self.way, stage="ended", agreed={})  # type: ignore[type-var]
        self.hidden |= set(range(len(self.published)))
        self.gone = True
