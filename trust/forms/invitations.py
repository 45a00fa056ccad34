"""Inviting a person, coming in, vouching."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from community import ids
from community.forms.base import Form
from community.forms.groups import Present, lines, readable
from community.forms.me import tidy, visible
from trust.actions.invitations import Arrival, InvitationDraft
from trust.forms.base import Address, plain_address

OTHER = "other"


class InvitationForm(Form):
    """Whom to invite."""

    mail = StringField(
        _l("Mail address"),
        filters=[tidy],
        validators=[Present(_l("Please write the mail address.")), Length(max=254), Address()],
    )
    organization = SelectField(_l("Organization"), validators=[InputRequired(_l("Please choose."))])
    organization_name = StringField(_l("Its name"), filters=[tidy], validators=[Length(max=200), visible])
    knows = TextAreaField(
        _l("How you know each other"),
        filters=[lines],
        validators=[Present(_l("Please write a sentence.")), Length(max=500), readable],
    )
    locale = RadioField(
        _l("Language of the mail"),
        choices=[SelectChoice("ja", "日本語"), SelectChoice("en", "English")],
        validators=[InputRequired(_l("Please choose."))],
    )

    def __init__(self, organizations: Iterable[Any], **more: Any) -> None:
        super().__init__(**more)
        listed = [SelectChoice(ids.encode(one.id), one.name) for one in organizations]
        self.organization.choices = [
            SelectChoice("", _l("Choose one")),
            *listed,
            SelectChoice(OTHER, _l("Another one, not listed here")),
        ]

    def validate_organization_name(self, field: Any) -> None:
        """An organization that is not listed has a name."""
        if self.organization.data == OTHER and not field.data:
            raise ValidationError(_l("Please write the name of the organization."))

    def draft(self) -> InvitationDraft:
        """The invitation as it was sent."""
        other = self.organization.data == OTHER
        return InvitationDraft(
            plain_address(self.mail.data),
            self.locale.data,
            self.knows.data,
            None if other else ids.decode(self.organization.data),
            self.organization_name.data if other else "",
        )


class ArrivalForm(Form):
    """What an invited person says of themselves."""

    name = StringField(
        _l("Your name"),
        filters=[tidy],
        validators=[Present(_l("Please write your name.")), Length(max=100), visible],
    )
    organization = RadioField(_l("Your organization"), validators=[InputRequired(_l("Please choose."))])
    organization_name = StringField(_l("Its name"), filters=[tidy], validators=[Length(max=200), visible])
    terms = BooleanField(
        _l("I accept the terms of use"), validators=[InputRequired(_l("Without this you cannot come in."))]
    )

    def __init__(self, said: str, **more: Any) -> None:
        super().__init__(**more)
        self.organization.choices = [
            SelectChoice("same", said),
            SelectChoice(OTHER, _l("Another one")),
        ]

    def validate_organization_name(self, field: Any) -> None:
        """Another organization has a name."""
        if self.organization.data == OTHER and not field.data:
            raise ValidationError(_l("Please write the name of your organization."))

    def arrival(self, terms: str) -> Arrival:
        """What was said, with the version of the ``terms`` that were shown."""
        other = self.organization.data == OTHER
        return Arrival(self.name.data, self.organization_name.data if other else "", terms)


class VouchForm(Form):
    """How one knows a person."""

    words = TextAreaField(
        _l("How you know this person"),
        filters=[lines],
        validators=[Present(_l("Please write a sentence.")), Length(min=10, max=500), readable],
    )


class AskForm(Form):
    """Whom to ask for a vouch."""

    member = StringField(_l("Who"))
