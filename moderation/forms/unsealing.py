"""The form of a site moderator who asks that an author become known."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from community.forms.groups import Present, lines, readable
from moderation.forms.base import Form


class UnsealForm(Form):
    """Why the author has to be known: for the site moderators, never for the author."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[lines],
        validators=[Present(_l("Please write why.")), Length(min=10, max=500), readable],
    )
