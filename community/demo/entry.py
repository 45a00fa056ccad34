"""One mapping of a YAML file, read strictly: what is unknown, missing or refers to nothing is refused by name."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

_SPAN = re.compile(r"(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_MISSING: Any = object()


class ContentError(ValueError):
    """A file of the demo community is wrong; the message names file, entry and key."""


def span(words: str) -> timedelta:
    """``3d4h`` or ``45m`` as a length of time. Raises ValueError."""
    match = _SPAN.fullmatch(words)
    if not match or not any(match.groups()[1:]):
        raise ValueError(f"{words!r} is no length of time (like 3d4h or 45m)")
    days, hours, minutes = (int(part or 0) for part in match.groups()[1:])
    return timedelta(days=days, hours=hours, minutes=minutes) * (-1 if match[1] else 1)


@dataclass
class Entry:
    """One mapping of a file: hands out its values by key and remembers which were asked for."""

    where: str
    values: dict[str, Any]
    asked: set[str] = field(default_factory=set)

    def fail(self, key: str, problem: str) -> ContentError:
        """The error to raise about ``key``."""
        return ContentError(f"{self.where}: {key}: {problem}")

    def take(self, key: str, kind: type, default: Any = _MISSING) -> Any:
        """The value of ``key``, which must be of ``kind``; the default when it is absent."""
        self.asked.add(key)
        if key not in self.values:
            if default is _MISSING:
                raise self.fail(key, "is missing")
            return default
        if type(self.values[key]) is not kind:
            raise self.fail(key, f"must be {kind.__name__}, not {self.values[key]!r}")
        return self.values[key]

    def text(self, key: str, default: Any = _MISSING) -> Any:
        """A text that is not empty."""
        words = self.take(key, str, default)
        if words is not default and not words.strip():
            raise self.fail(key, "is empty")
        return words

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        return bool(self.take(key, bool, False))

    def ago(self, key: str, default: Any = _MISSING) -> Any:
        """A length of time before the loading."""
        words = self.take(key, str, default)
        try:
            return words if words is default else span(words)
        except ValueError as error:
            raise self.fail(key, str(error)) from None

    def one(self, key: str, options: Collection[str], default: Any = _MISSING) -> Any:
        """One of ``options``."""
        word = self.take(key, str, default)
        if word is not default and word not in options:
            raise self.fail(key, f"there is no {word!r}")
        return word

    def some(self, key: str, options: Collection[str]) -> tuple[str, ...]:
        """Several of ``options``, each once; none when absent."""
        words = self.take(key, list, [])
        for word in words:
            if word not in options:
                raise self.fail(key, f"there is no {word!r}")
        if len(set(words)) < len(words):
            raise self.fail(key, "names something twice")
        return tuple(words)

    def entries(self, key: str, *known: str) -> "list[Entry]":
        """The mappings listed under ``key``, none when absent; with ``known``, their only keys."""
        found = entries(self.take(key, list, []), f"{self.where}: {key}")
        for entry in found if known else ():
            entry.asked.update(known)
            entry.close()
        return found

    def close(self) -> None:
        """Refuse keys that nobody asked for."""
        if unknown := sorted(set(self.values) - self.asked):
            raise self.fail(unknown[0], "is not known here")


def entries(values: Any, where: str) -> list[Entry]:
    """The mappings of a list. Raises ContentError when it is something else."""
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ContentError(f"{where}: must be a list of mappings")
    return [Entry(f"{where}[{value.get('key', number)}]", value) for number, value in enumerate(values)]
