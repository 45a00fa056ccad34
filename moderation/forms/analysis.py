"""The forms of requests for analysis."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from community.forms.groups import Present, lines, readable
from moderation.forms.base import Form

OPENLY = "openly"


class AskForm(Form):
    """What somebody asks the analysts."""

    question = TextAreaField(
        _l("What do you want to know"),
        filters=[lines],
        validators=[Present(_l("Please write what you want to know.")), Length(max=1000), readable],
    )
    how = RadioField(
        _l("Who sees that you ask"),
        choices=[
            SelectChoice("privately", _l("Only the analysts who can read this post")),
            SelectChoice(OPENLY, _l("Everybody who can read this post")),
        ],
        default="privately",
        validators=[InputRequired(_l("Please choose who sees it."))],
    )


class AnswerForm(Form):
    """What an analyst answers in private."""

    answer = TextAreaField(
        _l("Your answer"),
        filters=[lines],
        validators=[Present(_l("Please write something.")), Length(max=4000), readable],
    )
