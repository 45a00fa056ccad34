"""Standard texts for authors, in both languages: our own, and what a community adds in a file of its own."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from community.settings import settings

OWN_FILE = "guidance.yaml"


class StandardText(NamedTuple):
    """One text under its key, in both languages."""

    key: str
    titles: dict[str, str]
    texts: dict[str, str]

    def title(self, locale: str) -> str:
        """Its title in ``locale`` ("ja" or any other, which reads English)."""
        return self.titles["ja" if locale == "ja" else "en"]

    def text(self, locale: str) -> str:
        """What it says."""
        return self.texts["ja" if locale == "ja" else "en"]


def standard_texts() -> dict[str, StandardText]:
    """All of them by key, in their order; those of the community come last, or in the place of ours."""
    own = Path(settings().data_dir) / OWN_FILE
    changed = own.stat().st_mtime_ns if own.is_file() else 0
    return _OURS | (_read(own, changed) if changed else {})


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> dict[str, StandardText]:
    return _entries(file.read_text(encoding="utf-8"))


def _entries(written: str) -> dict[str, StandardText]:
    entries: list[dict[str, Any]] = yaml.safe_load(written)["texts"]
    return {one["key"]: _entry(one) for one in entries}


def _entry(one: dict[str, Any]) -> StandardText:
    told = {part: {locale: str(one[locale][part]).strip() for locale in ("en", "ja")} for part in ("title", "text")}
    return StandardText(one["key"], told["title"], told["text"])


_OURS = _entries(files("moderation").joinpath("data/guidance.yaml").read_text(encoding="utf-8"))
