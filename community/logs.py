"""Structured logs, one JSON object a line, that hold no content, no query strings, no secrets and no names."""

import logging
import sys
from typing import Any

import structlog


def _without_text(_logger: object, _method: str, entry: dict[str, Any]) -> dict[str, Any]:
    # An exception's message may repeat what somebody typed or the values of a statement: keep its type and place only.
    error = entry.pop("exc_info", None)
    if error:
        kind, _value, trace = sys.exc_info() if error is True else error
        entry["error"] = kind.__name__ if kind else ""
        frames = []
        while trace:
            frames.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
            trace = trace.tb_next
        entry["at"] = frames[-6:]
    return entry


def configure() -> None:
    """Set up the logs of this process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_text,  # type: ignore[list-item]
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
