"""The form with which an organization's contact reports who has left."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from community import ids
from community.forms.base import Form
from community.forms.groups import lines, readable


class LeaverForm(Form):
    """Who, and a sentence if one likes."""

    member = SelectField(_l("Who no longer works there"), validate_choice=False)
    words = TextAreaField(
        _l("What the site moderators should know"), filters=[lines], validators=[Length(max=500), readable]
    )

    def __init__(self, colleagues: list[Any]) -> None:
        super().__init__()
        named = [SelectChoice(ids.encode(one.id), one.name) for one in colleagues]
        self.member.choices = [SelectChoice("", _l("Please choose.")), *named]

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody has to be chosen."""
        fine = super().validate(extra_validators)
        if not self.member.data:
            self.member.errors = [_l("Please choose.")]
        return fine and bool(self.member.data)
