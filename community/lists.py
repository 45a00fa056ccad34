"""Lists that are data: sectors, types of event and of cause, with their names in both languages."""

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, cast

import yaml


class Entry(NamedTuple):
    """One entry of a list: its code and its names."""

    code: str
    en: str
    ja: str

    def name(self, locale: str) -> str:
        """The name in ``locale`` ("ja" or any other, which reads English)."""
        return self.ja if locale == "ja" else self.en


def read_data(name: str) -> dict[str, Any]:
    """A file of ``community/data``, read."""
    return cast(dict[str, Any], yaml.safe_load(files("community.data").joinpath(name).read_text(encoding="utf-8")))


def _entries(name: str, key: str) -> dict[str, Entry]:
    return {item["code"]: Entry(item["code"], item["en"], item["ja"]) for item in read_data(name)[key]}


@cache
def sectors() -> dict[str, Entry]:
    """The sectors of critical infrastructure by code, in their order."""
    return _entries("sectors.yaml", "sectors")


@cache
def sectors_version() -> str:
    """Which edition of the list of sectors this is."""
    return str(read_data("sectors.yaml")["version"])


@cache
def event_types() -> dict[str, Entry]:
    """What can happen (H figure 4 ①): an incident has one, the one detected first."""
    return _entries("incident_types.yaml", "event_types")


@cache
def cause_types() -> dict[str, Entry]:
    """Why it happened (H table 1): an incident has any number."""
    return _entries("incident_types.yaml", "cause_types")
