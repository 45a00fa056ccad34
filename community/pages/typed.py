"""What forms carry beside their fields: words to be given back whatever page answers, and when their page was drawn."""

from datetime import UTC, datetime

from flask import request
from werkzeug.exceptions import HTTPException

from community import clock
from community.pages.hook import FOREIGN

# The fields in which people write in their own words. Nothing else that a form carries is ever shown again by itself.
OWN_WORDS = (
    *("title", "name", "body", "reason", "description", "profile", "words", "knows"),
    *("short_name", "domains", "networks", "employer_name", "organization_name", "mail"),
)


def own_words() -> list[str]:
    """What somebody wrote in the form that was sent; nothing when another site sent it, or when it cannot be read."""
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") in FOREIGN:
        return []
    try:
        texts = [request.form.get(name, "") for name in OWN_WORDS]
    except HTTPException:  # larger than we read
        return []
    return [text for text in texts if text.strip()]


def drawn_at() -> datetime:
    """Until when the page knew of what there is (field ``until``, ISO 8601): what came in since is not meant.

    Never later than now; nonsense means now.
    """
    now = clock.now()
    try:
        return min(datetime.fromisoformat(request.form.get("until", "")).astimezone(UTC), now)
    except (ValueError, OverflowError):
        return now
