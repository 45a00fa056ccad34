"""The form of a member who leaves."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from community.forms.base import Form


class LeaveForm(Form):
    """Does their name stay on what they wrote?"""

    signed = RadioField(
        _l("Your name on what you wrote"),
        choices=[SelectChoice("named", "named"), SelectChoice("unnamed", "unnamed")],  # the page says what they mean
        validators=[InputRequired(_l("Please choose."))],
    )

    @property
    def is_named(self) -> bool:
        """Does the name stay?"""
        return bool(self.signed.data == "named")
