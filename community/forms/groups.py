"""Forms of a group: creating it, its rules, asking to come in, inviting, roles."""

import unicodedata
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from community import directory, ids, lists
from community.access import GroupRow
from community.actions.groups import GroupRules, NewGroup
from community.forms.base import Form, is_blank
from community.forms.me import HIDDEN, tidy, visible
from community.models import Anonymous, Role, Visibility
from community.tlp import PUBLIC_GROUP, STRICT_TO_WIDE, Tlp

NEWCOMERS = [
    SelectChoice(Role.READER, _l("Reader: reads what is posted")),
    SelectChoice(Role.CONTRIBUTOR, _l("Contributor: reads, posts and replies")),
]
ROLES = [*NEWCOMERS, SelectChoice(Role.MODERATOR, _l("Moderator: decides about people, rules and threads"))]
UNNAMED = [
    SelectChoice(Anonymous.OFF, _l("Not possible: every post carries its author's name")),
    SelectChoice(Anonymous.ALLOWED, _l("Possible: members may post under a pseudonym")),
]
KINDS = [SelectChoice(kind, kind) for kind in Visibility]  # the page says what they mean


def lines(text: str | None) -> str:
    """``text`` in composed characters, with plain line ends and no space around it."""
    return "\n".join(unicodedata.normalize("NFC", text or "").splitlines()).strip()


def readable(_form: object, field: Any) -> None:
    """Refuse characters that do not show, but for line ends."""
    if any(unicodedata.category(letter) in HIDDEN - {"Cf"} for letter in (field.data or "").replace("\n", "")):
        raise ValidationError(_l("Please take out the characters that cannot be seen."))


class Present:
    """Refuse a text of which nothing shows."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it as it is

    def __init__(self, message: LazyString) -> None:
        self.message = message

    def __call__(self, _form: object, field: Any) -> None:
        """Check one field."""
        if is_blank(field.data or ""):
            raise ValidationError(self.message)


class CheckboxesField(SelectMultipleField):
    """Several choices, each a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class VersionField(HiddenField):
    """The version that the page showed (``community.versions``). A form that brings none back has seen none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was sent."""
        self.data = valuelist[0] if valuelist else ""


def sector_choices() -> list[SelectChoice]:
    """The sectors by code with their names in the reader's language."""
    return [SelectChoice(code, entry.name(str(get_locale()))) for code, entry in lists.sectors().items()]


class _About(Form):
    name = StringField(
        _l("Name"), filters=[tidy], validators=[Present(_l("Please give the group a name.")), Length(max=120), visible]
    )
    description = TextAreaField(_l("What it is for"), filters=[lines], validators=[Length(max=2000), readable])
    sectors = CheckboxesField(_l("Sectors"), choices=sector_choices)


class NewGroupForm(_About):
    """A new group. The first moderator is looked for by name; several of that name are offered to choose from."""

    visibility = RadioField(
        _l("Who knows of it and reads it"),
        choices=KINDS,
        validators=[InputRequired(_l("Please choose."))],
    )
    moderator = StringField(
        _l("First moderator"),
        filters=[tidy],
        validators=[Present(_l("Please name the first moderator.")), Length(max=100)],
    )
    chosen = StringField(_l("Which of them?"))

    def draft(self, moderator_id: int) -> NewGroup:
        """The group as it was sent, with the moderator that was found."""
        return NewGroup(
            self.name.data,
            self.description.data,
            Visibility(self.visibility.data),
            tuple(self.sectors.data),
            moderator_id,
        )

    def pick(self, found: list[Any]) -> int | None:
        """The one that is meant among the people found; None, with the field's error set, when that is not clear."""
        chosen = [person for person in found if ids.encode(person.id) == self.chosen.data]
        if len(chosen or found) == 1:
            return int((chosen or found)[0].id)
        unclear = _l("Several people fit. Please choose one of them below.")
        self.moderator.errors = [unclear if found else _l("Nobody of this name or organization was found.")]
        return None


class RulesForm(_About):
    """What the moderators of a group decide about it."""

    join_role = RadioField(
        _l("Who comes in begins as"), choices=NEWCOMERS, validators=[InputRequired(_l("Please choose."))]
    )
    labels = CheckboxesField(_l("Labels that posts here may carry"))
    anonymous = RadioField(
        _l("Posting without a name"), choices=UNNAMED, validators=[InputRequired(_l("Please choose."))]
    )
    hides_history = BooleanField(_l("Hide the history: members see what was posted after they came in"))
    version = VersionField()

    def __init__(self, group: GroupRow) -> None:
        more = {"sectors": directory.sectors_of_group(group), "version": directory.version_of_rules(group)}
        super().__init__(obj=group, data=more)
        self.group = group
        self.labels.choices = [SelectChoice(str(tlp), tlp.label) for tlp in STRICT_TO_WIDE if self._takes(tlp)]
        if group.is_public or group.hides_history:
            del self.hides_history

    def _takes(self, label: Tlp) -> bool:
        return not self.group.is_public or label in PUBLIC_GROUP

    def validate_labels(self, field: Any) -> None:
        """A group that takes nothing could not be written in."""
        if not field.data:
            raise ValidationError(_l("Please choose one label or more. To close the group, archive it."))

    def draft(self) -> GroupRules:
        """The rules as they were sent."""
        hides = self.hides_history.data if "hides_history" in self else self.group.hides_history
        return GroupRules(
            self.name.data,
            self.description.data,
            tuple(self.sectors.data),
            tuple(Tlp(label) for label in self.labels.data),
            Role(self.join_role.data),
            hides,
            Anonymous(self.anonymous.data),
        )


class NarrowForm(Form):
    """How much stricter a group becomes."""

    visibility = RadioField(
        _l("From now on it is"),
        choices=KINDS,
        validators=[InputRequired(_l("Please choose."))],
    )


class AskForm(Form):
    """Why somebody wants to come into a private group."""

    reason = TextAreaField(
        _l("Why you want to join"),
        filters=[lines],
        validators=[
            Present(_l("Please write a sentence, so that a moderator can decide.")),
            Length(max=1000),
            readable,
        ],
    )


class InviteForm(Form):
    """Whom to invite, and as what."""

    member = StringField(_l("Who"))
    role = RadioField(_l("As"), choices=NEWCOMERS, validators=[InputRequired(_l("Please choose."))])


class RoleForm(Form):
    """What a member may do in a group."""

    role = RadioField(_l("Role in this group"), choices=ROLES, validators=[InputRequired(_l("Please choose."))])
