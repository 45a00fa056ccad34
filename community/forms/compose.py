"""The forms of writing: what was typed becomes a frozen Draft. Shape only; who may say what to whom is the action's."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import get_locale, lazy_pgettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from community import clock, ids, lists
from community.forms.base import Form, is_blank
from community.forms.groups import CheckboxesField
from community.models import PostKind, Severity
from community.tlp import Tlp
from community.writing import BODY_LIMIT, TITLE_LIMIT, Draft, Unnamed

KINDS = {
    PostKind.DISCUSSION: lazy_pgettext("kind", "Discussion"),
    PostKind.QUESTION: lazy_pgettext("kind", "Question"),
    PostKind.INCIDENT: lazy_pgettext("kind", "Incident"),
    PostKind.ADVISORY: lazy_pgettext("kind", "Security advisory"),
    PostKind.BEST_PRACTICE: lazy_pgettext("kind", "Best practice"),
    PostKind.ANALYSIS: lazy_pgettext("kind", "Analysis"),
}
SEVERITIES = {
    Severity.WARNING: lazy_pgettext("severity", "Warning"),
    Severity.ADVISORY: lazy_pgettext("severity", "Advisory"),
    Severity.REFERENCE: lazy_pgettext("severity", "Reference"),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_KEY = re.compile(r"[0-9a-f]{32}")


def clean(text: str | None) -> str:
    """``text`` without control characters, which no database and no reader wants, and with plain line ends."""
    return _CONTROL.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n"))


def clean_body(text: str | None) -> str:
    """A text of several lines, without blank ones around it. The first line keeps its indent: it may be code."""
    return re.sub(r"\A(?:[^\S\n]*\n)+", "", clean(text)).rstrip()


def clean_line(text: str | None) -> str:
    """A text of one line: composed characters, single spaces, nothing that turns the direction of what follows."""
    return " ".join(unicodedata.normalize("NFC", _TURNING.sub("", clean(text))).split())


class Within:
    """Refuse a text of which nothing shows, or that is longer than ``limit``."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it as it is

    def __init__(self, limit: int, missing: LazyString) -> None:
        self.limit = limit
        self.missing = missing

    def __call__(self, _form: object, field: Field) -> None:
        """Check one field."""
        if is_blank(field.data):
            raise ValidationError(self.missing)
        if (over := len(field.data) - self.limit) > 0:
            too_long = _l("This is too long by %(over)s characters; %(limit)s are possible.")
            raise ValidationError(str(too_long) % {"over": f"{over:,}", "limit": f"{self.limit:,}"})


class IdsField(Field):
    """Any number of ids as they are written in addresses; what is none is passed over."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was sent."""
        self.data = frozenset(_decoded(valuelist))

    def process_data(self, value: Iterable[int] | None) -> None:
        """Take what the page gives."""
        self.data = frozenset(value or ())


def _decoded(texts: Iterable[str]) -> Iterable[int]:
    for text in texts:
        try:
            yield ids.decode(text)
        except ValueError:
            continue


def _choices(words: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(str(value), said) for value, said in words.items()]


def event_types() -> list[SelectChoice]:
    """The types of event in the reader's language; the first choice is none."""
    return [SelectChoice("", _l("Not said")), *_choices(_named(lists.event_types()))]


def cause_types() -> list[SelectChoice]:
    """The types of cause in the reader's language."""
    return _choices(_named(lists.cause_types()))


def _named(entries: Mapping[str, lists.Entry]) -> dict[str, str]:
    return {code: entry.name(str(get_locale())) for code, entry in entries.items()}


class WordsForm(Form):
    """What every form of writing has: a text, its label and its severity."""

    body = TextAreaField(_l("Text"), [Within(BODY_LIMIT, _l("Write something first."))], [clean_body])
    tlp = RadioField(
        _l("Who may know"),
        choices=_choices({label: label.label for label in reversed(Tlp)}),
        validate_choice=False,
    )
    severity = SelectField(_l("Severity"), choices=_choices(SEVERITIES), default=Severity.REFERENCE)
    send_key = HiddenField()
    shown = HiddenField()

    def validate_tlp(self, field: Field) -> None:
        """One label must be chosen."""
        if field.data not in list(Tlp):
            raise ValidationError(_l("Choose who may know."))

    def fresh_key(self) -> None:
        """Make this form another one: what it sends becomes a post of its own."""
        self.send_key.data = clock.token(16).hex()

    def ensure_key(self) -> None:
        """Keep the form's key, unless it has none."""
        if not _KEY.fullmatch(self.send_key.data or ""):
            self.fresh_key()

    def refuse(self, field: str, reason: Any) -> None:
        """Say beside ``field`` why a rule speaks against it."""
        if field in self:
            self[field].errors = [*self[field].errors, reason]
        else:
            self.form_errors.append(reason)

    def _words(self) -> dict[str, Any]:
        return {"body": self.body.data, "tlp": Tlp(self.tlp.data), "severity": Severity(self.severity.data)}


def sector_choices() -> list[SelectChoice]:
    """All sectors in the reader's language; which of them are the author's, the action knows."""
    return [SelectChoice("", _l("Show no sector")), *_choices(_named(lists.sectors()))]


class _Named(WordsForm):
    recipients = IdsField(_l("Who may read it"))
    whole_groups = IdsField(_l("Everybody who is in"))
    without_name = BooleanField(_l("Post without my name"))
    sector = SelectField(_l("Sector to show in place of my name"), choices=sector_choices, default="")
    fresh = BooleanField(_l("Under another pseudonym than before in this thread"))
    at_once = BooleanField(_l("Release at once"))

    def _words(self) -> dict[str, Any]:
        self.ensure_key()
        named = {"recipients": self.recipients.data, "whole_groups": self.whole_groups.data}
        return super()._words() | named | {"send_key": self.send_key.data}

    def unnamed(self) -> Unnamed | None:
        """How it is posted without a name; None under the author's."""
        if not self.without_name.data:
            return None
        return Unnamed(self.sector.data, self.fresh.data, self.at_once.data)


class _Opening(WordsForm):
    title = StringField(_l("Title"), [Within(TITLE_LIMIT, _l("Give it a title."))], [clean_line])
    kind = SelectField(_l("Kind"), choices=_choices(KINDS), default=PostKind.DISCUSSION)
    event_type = SelectField(_l("What happened"), choices=event_types, default="")
    cause_types = CheckboxesField(_l("Why it happened, as far as known"), choices=cause_types)

    def _words(self) -> dict[str, Any]:
        return super()._words() | {
            "title": self.title.data,
            "kind": PostKind(self.kind.data),
            "event_type": self.event_type.data or None,
            "cause_types": tuple(self.cause_types.data or ()),
        }


class ThreadForm(_Named, _Opening):
    """A new thread."""

    def draft(self) -> Draft:
        """The thread as it was sent."""
        return Draft(**self._words())


class ReplyForm(_Named):
    """A reply."""

    quotes = IdsField()
    follow_up = BooleanField(_l("This is a follow-up to the first report"))
    assessment = BooleanField(_l("This is an assessment"))

    def draft(self) -> Draft:
        """The reply as it was sent."""
        kinds = {"follow_up": self.follow_up.data, "assessment": self.assessment.data}
        return Draft(**self._words(), quotes=self.quotes.data, **kinds)


class EditReplyForm(WordsForm):
    """Other words for a reply. ``version`` is the one its author had before them."""

    version = IntegerField(widget=HiddenInput())
    at_once = BooleanField(_l("Release at once"))
    forget = BooleanField(_l("Remove the old wordings"))

    def draft(self) -> Draft:
        """The post as it shall be."""
        return Draft(**self._words())


class EditOpeningForm(EditReplyForm, _Opening):
    """Other words for the post that opens a thread."""


class LabelForm(Form):
    """Another label for a post."""

    tlp = RadioField(_l("New label"), choices=_choices({label: label.label for label in reversed(Tlp)}))
    version = IntegerField(widget=HiddenInput())
    shown = HiddenField()

    class Meta:
        csrf = False  # see WordsForm
