"""What forms about trust share."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError


def plain_address(text: str) -> str:
    """A mail address as it is compared: in small letters, its domain as machines write it.

    Raises EmailNotValidError.
    """
    found = validate_email(text, check_deliverability=False, allow_smtputf8=False, allow_display_name=False)
    return (found.ascii_email or found.normalized).lower()


class Address:
    """Refuse what is no mail address. Nothing is looked up anywhere, and what was typed stays as it is."""

    def __call__(self, _form: object, field: Any) -> None:
        """Check one field."""
        try:
            plain_address(field.data or "")
        except EmailNotValidError:
            raise ValidationError(_l("This is no mail address. It looks like name@organization.example.")) from None
