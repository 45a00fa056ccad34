"""Forms of a site moderator who decides about a member, and of the second one who confirms it."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from community.forms.base import Form
from community.forms.groups import Present, lines, readable

MISUSE, PRECAUTION = "misuse", "precaution"


class ReasonForm(Form):
    """Why it is done: for the other site moderators, never for the member."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[lines],
        validators=[Present(_l("Please write why.")), Length(min=10, max=500), readable],
    )


class SuspendForm(ReasonForm):
    """Why a member is stopped, and whether those who vouched with them are concerned."""

    cause = RadioField(
        _l("What it is about"),
        choices=[SelectChoice(MISUSE, MISUSE), SelectChoice(PRECAUTION, PRECAUTION)],  # the page says what they mean
        validators=[InputRequired(_l("Please choose."))],
    )

    @property
    def is_misuse(self) -> bool:
        """Did this member do something wrong, and not somebody else with their account?"""
        return bool(self.cause.data == MISUSE)
