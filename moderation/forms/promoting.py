"""Forms of sharing a copy of a post in another group: what is proposed, and what its author answers."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from community import ids
from community.forms.base import Form
from community.forms.compose import Within, clean_body, clean_line
from community.forms.groups import lines, readable
from community.tlp import STRICT_TO_WIDE, Tlp
from community.writing import BODY_LIMIT, TITLE_LIMIT
from moderation.actions.consenting import Answer
from moderation.actions.promoting import Seen
from moderation.promotions import Prepared, Target

ANSWERS = {
    Answer.AGREE: _l("I agree to exactly this"),
    Answer.CHANGES: _l("I ask for changes"),
    Answer.REFUSE: _l("I do not want this"),
    Answer.TAKE_BACK: _l("I take my consent back"),
}
_SAY_WHAT = _l("Please write what should be changed.")


class _Refusing(Form):
    agrees = BooleanField(_l("I agree to a label that is wider than that of the post"))
    version = IntegerField(widget=HiddenInput())

    def refuse(self, name: str, reason: LazyString) -> None:
        """Put beside a field why it cannot be so."""
        field: Any = self[name]
        field.errors = [*field.errors, reason]


class PromoteForm(_Refusing):
    """Where to, under which label, in which words."""

    target = RadioField(_l("Group"), validators=[InputRequired(_l("Please choose a group."))], validate_choice=False)
    tlp = RadioField(
        _l("Label of the copy"),
        choices=[SelectChoice(str(label), label.label) for label in STRICT_TO_WIDE if label != Tlp.RED],
        validators=[InputRequired(_l("Please choose a label."))],
    )
    title = StringField(_l("Title"), [Within(TITLE_LIMIT, _l("Give it a title."))], [clean_line])
    body = TextAreaField(_l("Text"), [Within(BODY_LIMIT, _l("Write something first."))], [clean_body])

    post_version = IntegerField(widget=HiddenInput())

    def seen(self) -> Seen:
        """What was there when the page was opened."""
        return Seen(self.version.data or 0, self.post_version.data or 0)

    def offer(self, targets: list[Target]) -> None:
        """Which groups there are to choose from."""
        self.target.choices = [SelectChoice(ids.encode(one.id), one.name) for one in targets]

    def prepared(self) -> Prepared:
        """What was filled in; a group that is none is refused by the action."""
        try:
            target = ids.decode(self.target.data or "")
        except ValueError:
            target = 0
        return Prepared(target, Tlp(self.tlp.data), self.title.data, self.body.data)


class AnswerForm(_Refusing):
    """What the author answers."""

    answer = RadioField(_l("Your answer"), validators=[InputRequired(_l("Please choose."))])
    words = TextAreaField(_l("In your words"), filters=[lines], validators=[Length(max=1000), readable])

    def offer(self, answers: tuple[Answer, ...]) -> None:
        """Which answers are possible now."""
        self.answer.choices = [SelectChoice(str(one), ANSWERS[one]) for one in answers]

    def validate(self, extra_validators: Any = None) -> bool:
        """Who asks for changes says which."""
        good = super().validate(extra_validators)
        if good and self.answer.data == Answer.CHANGES and not self.words.data:
            self.refuse("words", _SAY_WHAT)
            return False
        return bool(good)

    def chosen(self) -> Answer:
        """The answer that was chosen."""
        return Answer(self.answer.data)
