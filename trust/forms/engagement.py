"""The form of how somebody works for their organization."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from community.forms.base import Form
from community.forms.groups import VersionField
from community.models import Engagement
from trust.actions.engagement import EngagementDraft

KINDS = [
    SelectChoice(Engagement.STAFF, _l("Staff of the organization")),
    SelectChoice(Engagement.CONTRACTOR, _l("Contractor: works there for another employer")),
]


class EngagementForm(Form):
    """How somebody works, and what they do beside it."""

    engagement = RadioField(_l("How they work there"), choices=KINDS, validators=[InputRequired(_l("Please choose."))])
    nda_signed = BooleanField(_l("A non-disclosure agreement is signed"))
    analyst = BooleanField(_l("Analyst of the community"))
    contact = BooleanField(_l("Contact of the organization"))
    version = VersionField()

    def draft(self) -> EngagementDraft:
        """What was sent."""
        return EngagementDraft(
            Engagement(self.engagement.data), self.nda_signed.data, self.analyst.data, self.contact.data
        )
