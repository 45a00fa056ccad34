"""Every text a reader can meet is translated, and the check that says so can tell."""

import pytest
from babel.messages import Catalog

from tools.translations import gaps, problems, texts


def test_every_catalogue_is_complete() -> None:
    assert list(problems()) == []


def test_texts_of_code_and_templates_are_found() -> None:
    places = {place.split(":")[0].split("/")[0] for place in texts().values()}
    assert {"community", "templates"} <= places


@pytest.mark.parametrize(
    ("wanted", "translated", "flags", "gap"),
    [
        ("Send", "送信", (), None),
        ("%(num)d minute ago", "%(num)d分前", ("python-format",), None),
        ("Send", "", (), "not translated"),
        ("Send", "送信", ("fuzzy",), "fuzzy"),
        ("Send now", "送信", (), "not in the catalogue"),
        ("Sent by %(name)s", "%(member)sが送信", ("python-format",), "placeholder"),
    ],
)
def test_a_gap_is_noticed(wanted: str, translated: str, flags: tuple[str, ...], gap: str | None) -> None:
    catalog = Catalog(locale="ja")
    catalog.add("Send" if wanted == "Send now" else wanted, translated, flags=flags)
    found = list(gaps(catalog, {(wanted, None): "templates/x.html:1"}))
    assert len(found) == (gap is not None)
    assert all(str(gap) in sentence for sentence in found)
