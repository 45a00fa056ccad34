"""Settings: read once from the environment, frozen, and refused when weak."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app

SHORTEST_SECRET = 32
RANGES = {
    "session_hours": (1, 336),
    "idle_minutes": (5, 1440),
    "vouches": (1, 5),
    "read_days": (30, 3650),
    "mail_days": (1, 365),
    "anonymous_people": (3, 1000),
    "anonymous_organizations": (2, 500),
    "anonymous_minutes": (5, 1440),
    "backup_days": (1, 3650),
    "promotion_days": (2, 90),
    "unsealing_hours": (1, 720),
    "posts_an_hour": (0, 1000),
    "posts_an_hour_new": (0, 1000),
}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class WeakSettings(Exception):
    """The settings are missing, malformed or too weak to run with; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """Everything that an operator decides.

    Each field is the variable ``MUSUBI_<NAME>``; docs/operations.md explains them.
    """

    origin: str = "http://localhost:5000"
    database_url: str = ""
    redis_url: str = ""
    session_key: str = field(default="", repr=False)
    anonymity_key: str = field(default="", repr=False)
    audit_key: str = field(default="", repr=False)
    draft_key: str = field(default="", repr=False)
    data_dir: str = "var"
    demo: bool = False
    session_hours: int = 12
    idle_minutes: int = 120
    enrolment_hours: int = 72
    vouches: int = 1
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    read_days: int = 365
    mail_days: int = 30
    anonymous_people: int = 5
    anonymous_organizations: int = 3
    anonymous_minutes: int = 30
    backup_days: int = 30
    promotion_days: int = 14
    unsealing_hours: int = 72
    posts_an_hour: int = 60
    posts_an_hour_new: int = 20
    community_name: str = "Musubi"
    default_locale: str = "en"
    default_time_zone: str = "Asia/Tokyo"
    embedded_outbox: bool = True
    sockets: bool = True
    proxies: int = 0

    @property
    def host(self) -> str:
        """The host name of the origin: the relying party id of passkeys."""
        return urlsplit(self.origin).hostname or ""

    @property
    def secure(self) -> bool:
        """Is the site served under HTTPS?"""
        return self.origin.startswith("https://")

    @property
    def anchor_file(self) -> Path:
        """Where count and head of the audit chain are written, outside the database."""
        return Path(self.data_dir) / "audit-anchor.jsonl"

    def check(self) -> "Settings":
        """Return self, or raise WeakSettings naming every problem at once."""
        problems = [*self._weak_secrets(), *self._weak_origin(), *self._weak_mail(), *self._weak_rest()]
        if problems:
            raise WeakSettings("; ".join(problems))
        return self

    def _weak_secrets(self) -> list[str]:
        names = ("session_key", "anonymity_key", "audit_key", "draft_key")
        values = [getattr(self, name) for name in names]
        short = [
            f"MUSUBI_{name.upper()} must have {SHORTEST_SECRET} characters or more"
            for name, value in zip(names, values, strict=True)
            if len(value) < SHORTEST_SECRET or len(set(value)) < 10
        ]
        same = ["the secrets must differ from each other"] if len(set(values)) < len(values) else []
        return short + same

    def _weak_origin(self) -> list[str]:
        parts = urlsplit(self.origin)
        if parts.path or not parts.hostname or parts.scheme not in ("http", "https"):
            return ["MUSUBI_ORIGIN must be like https://musubi.example"]
        if self.demo and parts.hostname not in LOOPBACK:
            return ["MUSUBI_DEMO is for localhost only"]
        if not self.secure and not (self.demo and parts.hostname in LOOPBACK):
            return ["MUSUBI_ORIGIN must begin with https://"]
        return []

    def _weak_mail(self) -> list[str]:
        if not self.smtp_url:
            return [] if self.demo else ["MUSUBI_SMTP_URL is missing: invitations and recovery go by mail"]
        parts = urlsplit(self.smtp_url)
        problems = []
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            problems.append(
                "MUSUBI_SMTP_URL must be like smtp://user:password@mail.example:587 or smtps://mail.example"
            )
        if "@" not in self.mail_from:
            problems.append("MUSUBI_MAIL_FROM must be a mail address")
        return problems

    def _weak_rest(self) -> list[str]:
        problems = []
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            problems.append("MUSUBI_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
        if self.embedded_outbox and not self.sockets:
            problems.append("MUSUBI_EMBEDDED_OUTBOX=1 needs MUSUBI_SOCKETS=1: who delivers must reach open pages")
        if self.default_locale not in ("en", "ja"):
            problems.append("MUSUBI_DEFAULT_LOCALE must be en or ja")
        problems += [
            f"MUSUBI_{name.upper()} must be between {least} and {most}"
            for name, (least, most) in RANGES.items()
            if not least <= getattr(self, name) <= most
        ]
        if any(os.environ.get(name, "") not in ("", "0") for name in ("FLASK_DEBUG", "WERKZEUG_DEBUG_PIN")):
            problems.append("debug mode must be off")
        return problems


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from ``MUSUBI_*`` variables, checked.

    Raises WeakSettings for an unknown ``MUSUBI_`` name, a malformed value or anything too weak to run with.
    """
    known = {f"MUSUBI_{item.name.upper()}": item for item in fields(Settings)}
    given = {
        name: value
        for name, value in environ.items()
        if name.startswith("MUSUBI_") and not name.startswith("MUSUBI_TEST")
    }
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise WeakSettings(f"unknown settings: {', '.join(unknown)}")
    parsed: dict[str, Any] = {known[name].name: _parse(name, value, known[name].type) for name, value in given.items()}
    return Settings(**parsed).check()


def _parse(name: str, value: str, kind: object) -> str | int | bool:
    if kind is bool:
        if value.lower() not in ("0", "1", "true", "false"):
            raise WeakSettings(f"{name} must be 0 or 1")
        return value.lower() in ("1", "true")
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise WeakSettings(f"{name} must be a whole number") from None
    return value


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions["musubi"])
