"""What the service says of itself: one line for each thing worth saying, as logfmt or as JSON.

Place in the pipeline: beside the clock, under everything that logs. In: records of the standard library's `logging`,
with figures in their ``fields``. Out: lines on the standard error. Invariant: a record is one line, whatever it says,
and a line that was written for a request carries the request's id.
"""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

_CONNECTIONS = "aiohttp.server"
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that the running task answers; empty outside of one."""

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("logfmt", "json")
Level = Literal["debug", "info", "warning", "error"]
Form = Literal["logfmt", "json"]


def set_up_logging(level: str = "info", form: str = "logfmt") -> None:
    """Write what is logged from this level on to the standard error, in one of the `FORMATS`."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter(form))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class LineFormatter(logging.Formatter):
    """Writes a record as one line.

    Args:
        form: one of the `FORMATS`.
    """

    def __init__(self, form: str) -> None:
        super().__init__()
        self._is_json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        told: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            told["request_id"] = request_id
        told |= getattr(record, "fields", {})
        if record.name == _CONNECTIONS:  # what it says, and its traceback, repeat what a sender wrote
            cause = record.exc_info[0] if record.exc_info else None
            told |= {"msg": "a request could not be read", "exception": cause.__name__ if cause else "unknown"}
        elif record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str) if self._is_json else _logfmt(told)


def _logfmt(told: Mapping[str, object]) -> str:
    return " ".join(f"{name}={_word(str(value))}" for name, value in told.items())


def _word(text: str) -> str:
    """Return a value as it stands, or in quotes where a blank, a sign or its absence would mislead."""
    is_plain = text.isprintable() and text and not set(text) & set(' "=\\')
    return text if is_plain else json.dumps(text, ensure_ascii=False)
