"""The form in which a moderator marks words: rows of words and reasons, and suggestions to tick."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from community.blocks import Missing
from community.forms.groups import lines
from community.redacting import Words, is_empty
from moderation.actions.deciding import Letter
from moderation.forms.base import Form
from moderation.forms.cases import LetterForm

FEWEST, MOST, LONGEST = 3, 40, 300
NO_WORDS = _l("Please mark what is to be taken out.")
NOTHING_THERE = _l("There is nothing here to look for.")
TOO_LONG = _l("Up to 300 characters in one row, please.")
NO_REASON = _l("Please choose the reason.")
NOT_IN_POST = _l("This does not stand in the post, now or in an earlier wording.")


class TextsField(Field):
    """Texts of any number, one under the other."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take them as they come."""
        self.data = valuelist


class Row(NamedTuple):
    """One row as it was typed, and what is wrong with it."""

    words: str
    reason: str
    error: Any = ""


class RedactionForm(LetterForm):
    """Words to take out, with a reason each, and what the author is told. ``version`` is that of the post."""

    version = IntegerField(widget=HiddenInput())
    case_version = IntegerField(validators=[Optional()], widget=HiddenInput())
    case = HiddenField()
    taken = TextsField()
    missing = TextsField()
    suggested = TextsField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.rows = [Row(words, reason) for words, reason in self._typed() if words]

    def validate(self, extra_validators: Any = None) -> bool:
        """Rows that can be looked for; to say something to the author is not asked."""
        good = Form.validate(self, extra_validators)
        self.rows = [row._replace(error=_wrong(row)) for row in self.rows]
        if not self.rows:
            self.form_errors.append(NO_WORDS)
        return bool(good and self.rows and not any(row.error for row in self.rows))

    def refuse(self, missing: Sequence[Words]) -> None:
        """Say beside each of these rows that the post does not have the words."""
        lost = {one.text for one in missing}
        self.rows = [row._replace(error=NOT_IN_POST) if row.words in lost else row for row in self.rows]

    def wanted(self) -> tuple[Words, ...]:
        """What is to be taken out."""
        return tuple(Words(row.words, Missing(row.reason)) for row in self.rows)

    def _typed(self) -> list[tuple[str, str]]:
        ticked = [one.partition(":") for one in self.suggested.data or ()]
        typed = zip(self.taken.data or (), self.missing.data or (), strict=False)
        pairs = [(lines(words), reason) for words, reason in typed] + [(words, reason) for reason, _, words in ticked]
        return list(dict.fromkeys(pairs))[:MOST]

    def blank(self) -> int:
        """How many empty rows the page shows below."""
        return max(FEWEST - len(self.rows), 1)

    def letter(self) -> Letter:
        """What was filled in."""
        return super().letter()._replace(wanted=self.wanted(), post_version=self.version.data or 0)


def _wrong(row: Row) -> Any:
    if len(row.words) > LONGEST:
        return TOO_LONG
    if is_empty(row.words):
        return NOTHING_THERE
    return "" if row.reason in set(Missing) else NO_REASON
