"""What was typed into a form that could not be taken: whatever page answers, it gives the words back."""

from flask import request
from werkzeug.exceptions import HTTPException

from community.pages.hook import FOREIGN

# The fields in which people write in their own words. Nothing else that a form carries is ever shown again by itself.
OWN_WORDS = ("title", "name", "body", "reason", "description", "profile")


def own_words() -> list[str]:
    """What somebody wrote in the form that was sent; nothing when another site sent it, or when it cannot be read."""
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") in FOREIGN:
        return []
    try:
        texts = [request.form.get(name, "") for name in OWN_WORDS]
    except HTTPException:  # larger than we read
        return []
    return [text for text in texts if text.strip()]
