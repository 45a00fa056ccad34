"""The form of one's own profile."""

import unicodedata
from functools import cache
from importlib.resources import files

from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from community.actions.members import ProfileDraft
from community.forms.base import Form
from community.models import Theme

THEMES = {Theme.AUTO: _l("As the device"), Theme.LIGHT: _l("Light"), Theme.DARK: _l("Dark")}
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def tidy(text: str | None) -> str:
    """``text`` in composed characters, with single spaces, on one line."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def visible(_form: object, field: Field) -> None:
    """Refuse characters that do not show: they make one name look like another."""
    if any(unicodedata.category(letter) in HIDDEN for letter in field.data or ""):
        raise ValidationError(_l("Please take out the characters that cannot be seen."))


@cache
def time_zones() -> list[SelectChoice]:
    """The time zones of places, by part of the world; places that keep the same time since 1970 are one."""
    lines = files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text(encoding="utf-8").splitlines()
    names = sorted(line.split("\t")[2] for line in lines if not line.startswith("#"))
    places = [(name, *name.split("/", 1)) for name in names]
    return [
        SelectChoice("UTC"),
        *(SelectChoice(name, place.replace("_", " "), optgroup=area) for name, area, place in places),
    ]


class ProfileForm(Form):
    """What a member says of themselves and how pages look for them."""

    name = StringField(
        _l("Name"), filters=[tidy], validators=[DataRequired(_l("Please write your name.")), Length(max=100), visible]
    )
    profile = TextAreaField(_l("About you"), filters=[tidy], validators=[Length(max=500), visible])
    locale = SelectField(_l("Language"), choices=[SelectChoice("en", "English"), SelectChoice("ja", "日本語")])
    time_zone = SelectField(_l("Time zone"), choices=time_zones)
    theme = SelectField(_l("Colours"), choices=[SelectChoice(str(theme), words) for theme, words in THEMES.items()])

    def draft(self) -> ProfileDraft:
        """The profile as it was sent."""
        return ProfileDraft(
            self.name.data, self.profile.data, self.locale.data, self.time_zone.data, Theme(self.theme.data)
        )


class PasskeyForm(Form):
    """How a member calls a passkey."""

    name = StringField(_l("A name for it"), filters=[tidy], validators=[DataRequired(), Length(max=60), visible])
