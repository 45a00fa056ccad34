"""What forms about moderation share."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from community.forms.groups import Present, lines, readable


class Form(FlaskForm):
    """A form whose protection against forgery is checked before any page runs."""

    class Meta:
        csrf = False  # checked for every form before any page runs


class WordsForm(Form):
    """Words, which must be there."""

    words = TextAreaField(
        _l("In your words"),
        filters=[lines],
        validators=[Present(_l("Please write something.")), Length(max=1000), readable],
    )
