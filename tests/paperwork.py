"""Forms as a browser without JavaScript handles them: read from the page, changed, sent with one of their buttons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, TypeVar

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from community.db import db
from community.models import Post

T = TypeVar("T")


@dataclass
class Paper:
    """One form: where it goes, what it holds, its buttons as (name, value)."""

    action: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    offered: list[tuple[str, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return dict(self.fields)[name]

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.fields if found == name]

    def options(self, name: str) -> list[str]:
        """What a radio group, a list or checkboxes of this name offer."""
        return [value for found, value in self.offered if found == name]

    def put(self, **changes: str | list[str] | None) -> None:
        for name, value in changes.items():
            self.fields = [pair for pair in self.fields if pair[0] != name]
            values = value if isinstance(value, list) else [] if value is None else [value]
            self.fields += [(name, one) for one in values]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.papers: list[Paper] = []
        self.area: str | None = None
        self.text = ""
        self.select = ""
        self.chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.papers.append(Paper(given.get("action", "")))
        if self.papers and hasattr(self, f"on_{tag}"):
            getattr(self, f"on_{tag}")(self.papers[-1], given)

    def on_input(self, paper: Paper, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        ticks = given.get("type") in ("radio", "checkbox")
        if ticks:
            paper.offered.append((name, value))
        if name and (not ticks or "checked" in given):
            paper.fields.append((name, value))

    def on_button(self, paper: Paper, given: dict[str, str]) -> None:
        paper.buttons.append((given.get("name", ""), given.get("value", "")))

    def on_textarea(self, _paper: Paper, given: dict[str, str]) -> None:
        self.area, self.text = given.get("name"), ""

    def on_select(self, _paper: Paper, given: dict[str, str]) -> None:
        self.select, self.chosen = given["name"], None

    def on_option(self, paper: Paper, given: dict[str, str]) -> None:
        paper.offered.append((self.select, given["value"]))
        if self.chosen is None or "selected" in given:
            self.chosen = given["value"]

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area is not None:
            self.papers[-1].fields.append((self.area, re.sub(r"\A\r?\n", "", self.text)))
            self.area = None
        if tag == "select" and self.chosen is not None:
            self.papers[-1].fields.append((self.select, self.chosen))


def papers(answer: TestResponse) -> list[Paper]:
    """All forms of a page."""
    reader = _Reader()
    reader.feed(answer.get_data(as_text=True))
    return reader.papers


def paper(answer: TestResponse, step: str) -> Paper:
    """The form of the page that has the button ``step``."""
    found = [one for one in papers(answer) if ("step", step) in one.buttons]
    assert found, f"no button {step} on a page with status {answer.status_code}"
    return found[0]


def press(browser: FlaskClient, answer: TestResponse, step: str, **changes: Any) -> TestResponse:
    """Change the form of the page and press a button of it."""
    form = paper(answer, step)
    form.put(**changes)
    return send(browser, answer, form, step)


def send(browser: FlaskClient, answer: TestResponse, form: Paper, step: str) -> TestResponse:
    """Send a form as it is now."""
    action = form.action or answer.request.path
    return browser.post(action, data=MultiDict([*form.fields, ("step", step)]))


def send_post(browser: FlaskClient, path: str, **changes: Any) -> TestResponse:
    """Write, look at who will read it, send: the three steps on the page at ``path``."""
    confirmed = press(browser, browser.get(path), "check", **changes)
    assert confirmed.status_code == 200, confirmed.get_data(as_text=True)
    return press(browser, confirmed, "send")


def form_with(answer: TestResponse, name: str) -> Paper:
    """The form of the page that has a field of this name."""
    return next(one for one in papers(answer) if any(found == name for found, _ in one.fields))


def last_post() -> Post:
    """The post that was sent last, as it is now."""
    return now(Post, select(Post.id).order_by(Post.released_at.desc()).limit(1))


def now(model: type[T], which: Any) -> T:
    """A row as it is now, by its number or a select of that; to be kept."""
    db.session.rollback()
    row = db.session.get_one(model, which if isinstance(which, int) else db.session.scalars(which).one())
    db.session.expunge(row)
    return row


def rows() -> Iterator[tuple[str, Any]]:
    """Every value of every table: what somebody with a copy of the database has."""
    db.session.rollback()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            yield from ((table.name, value) for value in row)
