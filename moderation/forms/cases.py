"""Forms of a moderator who decides a case."""

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from community.forms.groups import lines, readable
from community.knowing import author_of
from community.text_check import check
from community.tlp import Tlp
from community.viewer import Viewer
from moderation.actions.deciding import Letter
from moderation.cases import Matter
from moderation.forms.base import Form, WordsForm
from moderation.texts import standard_texts

NOTHING = _l("Please choose a text or write one.")


class AnswerForm(WordsForm):
    """An answer or a note in one's own words."""

    def letter(self) -> Letter:
        """What was filled in."""
        return Letter(words=self.words.data)


class ApartForm(AnswerForm):
    """An answer to people who must not learn who gives it."""

    def __init__(self, viewer: Viewer, **more: Any) -> None:
        super().__init__(**more)
        self.viewer = viewer

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse what names the writer or their organization."""
        good = super().validate(extra_validators)
        found = check(self.words.data or "", author_of(self.viewer)) if good else []
        if found:
            self.words.errors = [*self.words.errors, str(NAMES_YOU) % {"words": found[0].words}]
        return bool(good) and not found


class LetterForm(Form):
    """A standard text, own words, or both: the author reads them in their language, and own words as they are."""

    standard = SelectField(_l("Standard text"), choices=[], default="")
    words = TextAreaField(_l("In your words"), filters=[lines], validators=[Length(max=1000), readable])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        titles = [SelectChoice(one.key, one.title(str(get_locale()))) for one in standard_texts().values()]
        self.standard.choices = [SelectChoice("", _l("None")), *titles]

    def validate(self, extra_validators: Any = None) -> bool:
        """Something has to be said."""
        good = super().validate(extra_validators)
        if good and not self.standard.data and not self.words.data:
            self.words.errors = [*self.words.errors, NOTHING]
            return False
        return bool(good)

    def letter(self) -> Letter:
        """What was filled in."""
        return Letter(self.standard.data or "", self.words.data or "")


class NarrowForm(LetterForm):
    """A stricter label, and why."""

    tlp = RadioField(_l("New label"), validators=[InputRequired(_l("Please choose."))])

    def offer(self, labels: tuple[Tlp, ...]) -> None:
        """Which labels there are to choose from."""
        self.tlp.choices = [SelectChoice(str(label), label.label) for label in labels]

    def letter(self) -> Letter:
        """What was filled in."""
        return super().letter()._replace(label=Tlp(self.tlp.data))


CaseForm = AnswerForm | LetterForm
_FORMS: dict[str, type[AnswerForm] | type[LetterForm]] = {"words": AnswerForm, "letter": LetterForm}
NAMES_YOU = _l("“%(words)s” could show who you are. Please leave it out.")


def form_for(asks: str, matter: Matter) -> CaseForm | None:
    """The form for an act that asks for ``asks``; None when a button is all it takes."""
    if asks == "label":
        narrow = NarrowForm()
        narrow.offer(matter.labels)
        return narrow
    if asks == "apart":
        return ApartForm(matter.viewer)
    return _FORMS[asks]() if asks else None
