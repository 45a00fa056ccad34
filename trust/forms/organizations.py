"""The forms of an organization as site moderators keep it."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from community import ids
from community.forms.base import Form
from community.forms.groups import CheckboxesField, Present, VersionField, lines, readable, sector_choices
from community.forms.me import tidy, visible
from community.models import OrganizationKind
from trust.actions.organizations import OrganizationDraft
from trust.doors import KeptRow

MOST_LINES = 200
LONGEST_LIST = 10_000
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
KINDS = [
    SelectChoice(OrganizationKind.OPERATOR, _l("Operator")),
    SelectChoice(OrganizationKind.SECRETARIAT, _l("Sector secretariat (CEPTOAR, ISAC)")),
    SelectChoice(OrganizationKind.MINISTRY, _l("Ministry")),
    SelectChoice(OrganizationKind.LOCAL_GOVERNMENT, _l("Local government")),
    SelectChoice(OrganizationKind.HUB, _l("National hub")),
    SelectChoice(OrganizationKind.AGENCY, _l("Agency")),
    SelectChoice(OrganizationKind.VENDOR, _l("Vendor")),
    SelectChoice(OrganizationKind.INDIVIDUAL, _l("Individual")),
]


def domain(line: str) -> str:
    """A mail domain as the network writes it: lower case, other scripts in IDNA. Raises ValueError."""
    name = line.strip().removeprefix("@").rstrip(".").lower().encode("idna").decode("ascii").lower()
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError(line)
    return name


def network(line: str) -> str:
    """A range of addresses in the one way to write it (CIDR). Raises ValueError, also for all addresses at once."""
    found = ipaddress.ip_network(line.strip(), strict=False)
    if not found.prefixlen or "%" in line:
        raise ValueError(line)
    return str(found)


def each_line(text: str | None, read: Callable[[str], str]) -> tuple[str, ...]:
    """What ``read`` makes of each line that is not empty, in order and once. Raises ValueError."""
    return tuple(sorted({read(line) for line in (text or "").splitlines() if line.strip()}))


class _LinesField(TextAreaField):
    """One thing a line."""

    def __init__(self, label: Any, read: Callable[[str], str], complaint: Any, **more: Any) -> None:
        super().__init__(label, filters=[lines], validators=[Length(max=LONGEST_LIST), readable], **more)
        self.read = read
        self.complaint = complaint

    def items(self) -> tuple[str, ...]:
        """The lines, each as it is kept."""
        return each_line(self.data, self.read)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Say which line cannot be read."""
        wrong = [line for line in (self.data or "").splitlines() if line.strip() and not self._reads(line)]
        if not self.errors and wrong:
            raise ValidationError(self.complaint % {"line": wrong[0].strip()[:100]})
        if not self.errors and len(self.items()) > MOST_LINES:
            raise ValidationError(_l("At most %(number)s lines, please.", number=MOST_LINES))

    def _reads(self, line: str) -> bool:
        try:
            return bool(self.read(line))
        except ValueError:
            return False


class OrganizationForm(Form):
    """What is said of an organization."""

    name = StringField(
        _l("Name"),
        filters=[tidy],
        validators=[Present(_l("Please give the organization a name.")), Length(max=200), visible],
    )
    short_name = StringField(
        _l("Short name"),
        filters=[tidy],
        validators=[Present(_l("Please give a short name: it stands beside every post.")), Length(max=60), visible],
    )
    kind = SelectField(_l("Kind"), choices=KINDS, validators=[InputRequired(_l("Please choose."))])
    sectors = CheckboxesField(_l("Sectors"), choices=sector_choices)
    domains = _LinesField(_l("Mail domains"), domain, _l("This is no mail domain: %(line)s"))
    networks = _LinesField(_l("Address ranges"), network, _l("This is no range of addresses: %(line)s"))
    version = VersionField()

    def __init__(self, kept: KeptRow) -> None:
        shown = {"domains": "\n".join(kept.domains), "networks": "\n".join(kept.networks)}
        plain = {name: getattr(kept, name) for name in ("name", "short_name", "kind", "version")}
        super().__init__(data=plain | shown | {"sectors": list(kept.sectors)})

    def draft(self) -> OrganizationDraft:
        """What was sent."""
        return OrganizationDraft(
            self.name.data,
            self.short_name.data,
            OrganizationKind(self.kind.data),
            tuple(sorted(self.sectors.data)),
            self.domains.items(),
            self.networks.items(),
        )


class MergeForm(Form):
    """Into which organization another one goes."""

    into = SelectField(_l("The organization that stays"), validate_choice=False)
    version = VersionField()

    def __init__(self, others: list[Any]) -> None:
        super().__init__()
        self.offer(others)

    def offer(self, others: list[Any]) -> None:
        """Let one of these be chosen."""
        self.others = {ids.encode(one.id): one for one in others}
        named = [SelectChoice(key, f"{one.name} ({one.short_name})") for key, one in self.others.items()]
        self.into.choices = [SelectChoice("", _l("Please choose.")), *named]

    def pick(self) -> int | None:
        """The one that is meant; None, with the field's error set, when there is none such."""
        chosen = self.others.get(self.into.data or "")
        if chosen is None:
            self.into.errors = [_l("Please choose an organization that is there.")]
        return int(chosen.id) if chosen else None
