"""Reads the lines of files to import: one JSON object a line becomes one record, or a reason why not."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from community import clock, lists
from community.models import PostKind
from community.tlp import Tlp

LONGEST_TITLE = 200
LONGEST_BODY = 50_000
VCDB = "VERIS Community Database"
VCDB_TERMS = "VERIS Community Database (VCDB), CC BY-SA 4.0"
_EVENTS = {
    "malware": "malware",
    "hacking": "intrusion",
    "social": "intrusion",
    "misuse": "leak",
    "error": "leak",
    "physical": "leak",
    "environmental": "unavailable",
}
_CAUSES = {
    "hacking:DoS": "mass_access",
    "hacking:Exploit vuln": "vulnerability",
    "hacking:SQLi": "vulnerability",
    "hacking:Use of stolen creds": "identity_fraud",
    "hacking:Brute force": "identity_fraud",
    "social:Phishing": "suspicious_mail",
    "misuse": "insider",
    "error": "user_error",
    "error:Loss": "user_mismanagement",
    "error:Misconfiguration": "user_error",
    "physical": "information_theft",
    "physical:Theft": "user_mismanagement",
    "environmental": "disaster_disease",
    "unknown": "unknown",
}
_FACTS = (
    ("victim", "Victim"),
    ("country", "Country"),
    ("actor_variety", "Actor"),
    ("action_variety", "Action"),
    ("action_vector", "Vector"),
    ("malware_name", "Malware"),
    ("cve", "CVE"),
    ("asset", "Asset"),
    ("impact", "Impact"),
    ("discovery", "Discovered by"),
)


class BadLine(Exception):
    """A line cannot be imported; the message says why."""


@dataclass(frozen=True)
class Record:
    """One thread to be written. ``key`` names it within its source; ``sector`` is a code of our list, or empty."""

    key: str
    title: str
    body: str
    at: datetime
    tlp: Tlp = Tlp.GREEN
    kind: PostKind = PostKind.DISCUSSION
    sector: str = ""
    event_type: str | None = None
    cause_types: list[str] = field(default_factory=list)
    attribution: str = ""


_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")  # halves of characters, and what PostgreSQL does not keep


def _object(line: str) -> dict[str, Any]:
    try:
        found = _writable(json.loads(line))
    except (ValueError, RecursionError):
        raise BadLine("is not JSON") from None
    if not isinstance(found, dict):
        raise BadLine("is not a JSON object")
    return found


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNWRITABLE.sub("", value)
    if isinstance(value, list):
        return [_writable(one) for one in value]
    return {name: _writable(one) for name, one in value.items()} if isinstance(value, dict) else value


def _texts(found: dict[str, Any], *names: str) -> Iterator[str]:
    """All that is text in lists of these names."""
    for name in names:
        given = found.get(name)
        yield from (one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str))


def _text(found: dict[str, Any], name: str, longest: int, *, needed: bool = True) -> str:
    value = found.get(name, "")
    if not isinstance(value, str) or (needed and not value.strip()):
        raise BadLine(f"has no text in “{name}”")
    if len(value) > longest:
        raise BadLine(f"has more than {longest} characters in “{name}”")
    return value.strip()


def incident(line: str) -> Record:
    """An incident of the VERIS Community Database, as ``incidents.jsonl`` holds it. Raises BadLine."""
    found = _object(line)
    key = _text(found, "id", 100)
    sector = next(_texts(found, "sector"), "")
    if sector not in lists.sectors():
        raise BadLine("has an unknown “sector”")
    return Record(
        key=key,
        title=_text(found, "title", LONGEST_TITLE),
        body=_incident_body(found),
        at=_incident_day(found),
        kind=PostKind.INCIDENT,
        sector=sector,
        event_type=_event_type(found),
        cause_types=_cause_types(found),
        attribution=f"{VCDB_TERMS}, {key}",
    )


def _incident_day(found: dict[str, Any]) -> datetime:
    # A day or month that is left out, or does not exist (the source has a 29th of February 2018), reads as the first.
    for names in (("year", "month", "day"), ("year", "month"), ("year",)):
        values = [found.get(name, 1) for name in names] + [1] * (3 - len(names))
        try:
            return datetime(*map(int, values), tzinfo=UTC)  # type: ignore[misc, arg-type]
        except (TypeError, ValueError, OverflowError):
            continue
    raise BadLine("has no “year” that exists")


def _incident_body(found: dict[str, Any]) -> str:
    parts = [_text(found, "summary", LONGEST_BODY)]
    facts = [f"- {label}: {_joined(found[name])}" for name, label in _FACTS if found.get(name)]
    links = [f"- [{_host(url)}]({url})" for url in _texts(found, "references") if _is_link(url)]
    return "\n\n".join([*parts, "\n".join(facts), "\n".join(links)]).strip()


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_link(url: str) -> bool:
    return url.startswith(("http://", "https://")) and not any(letter in url for letter in " ()<>\n")


def _host(url: str) -> str:
    return url.split("/")[2]


def _event_type(found: dict[str, Any]) -> str:
    if "hacking:DoS" in _texts(found, "action_variety"):
        return "unavailable"
    return next((_EVENTS[action] for action in _texts(found, "action") if action in _EVENTS), "other")


def _cause_types(found: dict[str, Any]) -> list[str]:
    named = _texts(found, "action_variety", "action")
    return sorted({_CAUSES[name] for name in named if name in _CAUSES})


def post(line: str) -> Record:
    """A line of ``musubi import posts``: id, title, text; date (ISO 8601), tlp, language if wanted. Raises BadLine."""
    found = _object(line)
    label = found.get("tlp", Tlp.GREEN)
    if label not in list(Tlp) or label == Tlp.RED:
        raise BadLine("has a “tlp” that is none of CLEAR, GREEN, AMBER, AMBER+STRICT")
    return Record(
        key=str(found["id"]) if found.get("id") not in (None, "") else _missing_id(),
        title=_text(found, "title", LONGEST_TITLE),
        body=_text(found, "text", LONGEST_BODY),
        at=_moment(found.get("date")),
        tlp=Tlp(label),
    )


def _missing_id() -> str:
    raise BadLine("has no “id”")


def _moment(value: Any) -> datetime:
    if value is None:
        return clock.now()
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadLine("has no ISO 8601 “date”") from None
