"""Asking for the way back to an account, and making sure that it is the person."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from community.forms.base import Form
from community.forms.groups import Present, lines, readable
from community.forms.me import tidy
from trust.forms.base import Address, plain_address


class RecoverForm(Form):
    """Whose account it is."""

    mail = StringField(
        _l("Mail address"),
        filters=[tidy],
        validators=[Present(_l("Please write the mail address.")), Length(max=254), Address()],
    )

    @property
    def address(self) -> str:
        """The address as it is compared."""
        return plain_address(self.mail.data)


class ConsentForm(Form):
    """How one made sure."""

    words = TextAreaField(
        _l("How you made sure"),
        filters=[lines],
        validators=[Present(_l("Please write a sentence.")), Length(min=10, max=500), readable],
    )
