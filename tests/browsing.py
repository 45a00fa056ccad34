"""What a person does in a browser, in one line: send a form with its token, read what the page says."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def send(browser: FlaskClient, path: str, **form: Any) -> TestResponse:
    """Post a form with the token that the browser's pages carry."""
    found = TOKEN.search(browser.get("/groups").get_data(as_text=True))
    assert found, "no form on the page"
    return browser.post(path, data=form | {"csrf_token": found[1]})


def words(answer: TestResponse) -> str:
    """The text of a page, without its marks."""
    return plain(answer.get_data(as_text=True))


def plain(page: str) -> str:
    """The text of HTML, without its marks."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def after(browser: FlaskClient, answer: TestResponse) -> str:
    """The text of the page that a redirect leads to."""
    assert answer.status_code == 303, (answer.status_code, words(answer)[:500])
    return words(browser.get(answer.location))
