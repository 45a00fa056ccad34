"""Forms of a site moderator: which post, and why."""

import re

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from community import ids
from community.forms.base import Form
from community.forms.groups import Present, lines, readable
from community.forms.me import tidy

# The address of a post, of its place in a thread, or only the id.
_ADDRESS = re.compile(r"(?:.*(?:/posts/|#p-))?([0-9a-z]{13})(?:[/?].*)?")


class AddressForm(Form):
    """The address of a post."""

    address = StringField(
        _l("Address of the post"),
        filters=[tidy],
        validators=[Present(_l("Please paste the address of the post.")), Length(max=500)],
    )

    def validate_address(self, field: StringField) -> None:
        """Refuse what cannot be the address of a post; whether there is one is not said."""
        if self.post_id() is None:
            raise ValidationError(_l("This is not the address of a post. It looks like …/posts/ and 13 characters."))

    def post_id(self) -> int | None:
        """The id in the address."""
        match = _ADDRESS.fullmatch(self.address.data or "")
        try:
            return ids.decode(match.group(1)) if match else None
        except ValueError:
            return None


class OpenForm(Form):
    """Why a post has to be opened."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[lines],
        validators=[Present(_l("Please write why.")), Length(min=10, max=500), readable],
    )
