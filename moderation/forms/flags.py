"""The form of a member who flags a post."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from community.forms.groups import lines, readable
from community.models import FlagReason
from moderation.forms.base import Form

REASONS = {
    FlagReason.LABEL: _l("The label lets too many people read it"),
    FlagReason.IDENTIFIES: _l("It shows who was affected, or who reported"),
    FlagReason.PERSONAL: _l("It holds personal data, passwords or keys"),
    FlagReason.WRONG: _l("It is wrong, or dangerous to follow"),
    FlagReason.OFF_TOPIC: _l("It does not belong here"),
    FlagReason.CONDUCT: _l("Advertising, insults, or other misconduct"),
    FlagReason.OTHER: _l("Something else"),
}


class FlagForm(Form):
    """What is wrong with a post."""

    wrong = RadioField(
        _l("What is wrong"),
        choices=[SelectChoice(reason.value, words) for reason, words in REASONS.items()],
        validators=[InputRequired(_l("Please choose what is wrong."))],
    )
    words = TextAreaField(_l("In your words"), filters=[lines], validators=[Length(max=1000), readable])

    def validate(self, extra_validators: Any = None) -> bool:
        """Who chooses "something else" says what."""
        good = super().validate(extra_validators)
        if good and self.wrong.data == FlagReason.OTHER and not self.words.data:
            self.words.errors = [*self.words.errors, _l("Please write what is wrong.")]
            return False
        return bool(good)
