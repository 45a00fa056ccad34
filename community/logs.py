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


class _Libraries(logging.Handler):
    """What the libraries say, as one of our entries: whose place in the code spoke, and none of its words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one entry. Their words may repeat what somebody sent."""
        place = f"{record.name}:{record.funcName}:{record.lineno}"
        structlog.get_logger().log(record.levelno, "library", place=place, exc_info=record.exc_info)


def _hear_libraries() -> None:
    root = logging.getLogger()
    if not any(isinstance(handler, _Libraries) for handler in root.handlers):
        root.addHandler(_Libraries(logging.WARNING))
    for name in ("werkzeug", "engineio.server", "socketio.server"):
        logging.getLogger(name).setLevel(logging.ERROR)  # one that has a level gets no handler of the library's own


def configure() -> None:
    """Set up the logs of this process."""
    _hear_libraries()
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
