"""The form of a new employer."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from community import ids
from community.forms.base import Form
from community.forms.me import tidy, visible
from trust.actions.employment import Employer


class EmployerForm(Form):
    """One of the organizations that the person sees, or a name."""

    employer = SelectField(_l("Your new organization"), validate_choice=False)
    employer_name = StringField(
        _l("Its name, when it is not in the list"), filters=[tidy], validators=[Length(max=200), visible]
    )

    def __init__(self, listed: list[Any]) -> None:
        super().__init__()
        self.listed = {ids.encode(one.id): one for one in listed}
        named = [SelectChoice(key, one.name) for key, one in self.listed.items()]
        self.employer.choices = [SelectChoice("", _l("Not in the list")), *named]

    def validate(self, extra_validators: Any = None) -> bool:
        """Either of the two, and not both."""
        fine = super().validate(extra_validators)
        chosen = self.employer.data or ""
        if chosen and chosen not in self.listed:
            self.employer.errors = [_l("Please choose an organization that is there.")]
        elif bool(chosen) == bool(self.employer_name.data) and not self.employer_name.errors:
            self.employer_name.errors = [_l("Please choose an organization, or type the name of one: not both.")]
        return fine and not self.employer.errors and not self.employer_name.errors

    @property
    def words(self) -> str:
        """The organization that is meant, by its name."""
        chosen = self.listed.get(self.employer.data or "")
        return chosen.name if chosen else str(self.employer_name.data)

    def draft(self) -> Employer:
        """What was sent."""
        chosen = self.listed.get(self.employer.data or "")
        return Employer(chosen.id) if chosen else Employer(0, self.employer_name.data)
