"""Bodies that other systems post in a form of their own.

Place in the pipeline: an adapter, used by the service's door. In: the JSON of a request. Out: events. Invariant: a body
of which anything cannot be told tells nothing: its sender is answered what is wrong, without any value of it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from importlib import resources
from typing import TYPE_CHECKING

from monitor.adapters.mapping import TableMapping
from monitor.events import EventError
from sim import ConfigError, parse_document, read_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.adapters.mapping import Row
    from monitor.events import Event

_SHIPPED = resources.files("monitor.adapters") / "webhooks"
_MOST_ROWS = 10_000


class WebhookMapping(TableMapping):
    """How a body tells events.

    Attributes:
        rows: the way to the list of objects, names with dots between; empty: the body is the list, or one object.
    """

    rows: str = ""


def shipped_webhooks() -> list[str]:
    """Return the names of the mappings that come with the program."""
    return sorted(each.name.removesuffix(".yaml") for each in _SHIPPED.iterdir() if each.name.endswith(".yaml"))


def read_webhooks(webhooks: Mapping[str, str]) -> dict[str, WebhookMapping]:
    """Return the mapping of each webhook, from its file or from those that come with the program.

    Raises:
        ConfigError: a file cannot be read or is wrong.
    """
    return {name: _read(path) for name, path in webhooks.items()}


def webhook_events(body: bytes, mapping: WebhookMapping) -> list[Event]:
    """Return what a body tells, by time.

    Raises:
        EventError: the body is no JSON, or something of it cannot be told.
    """
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        raise EventError("body", "", "something else", "JSON in UTF-8") from None
    for key in filter(None, mapping.rows.split(".")):
        content = content.get(key) if isinstance(content, dict) else None
    found = content if isinstance(content, list) else [content]
    rows = [row for row in found if isinstance(row, dict)]
    if len(rows) < len(found) or len(rows) > _MOST_ROWS:
        where = f"at {mapping.rows}" if mapping.rows else "in the body"
        raise EventError(
            "body", mapping.rows, "something else", f"an object, or a list of at most {_MOST_ROWS}, {where}"
        )
    skipped: Counter[str] = Counter()
    events = mapping.events([_complete(row) for row in rows], skipped)
    if skipped:
        reason, n = next(iter(skipped.items()))
        raise EventError("body", "", f"{n} × {reason}", "rows that can be told; nothing of the body was stored")
    return events


def _complete(row: Row) -> Row:
    """Return a row in which whatever is not there is empty."""
    return defaultdict(lambda: None, row)


def _read(path: str) -> WebhookMapping:
    if path in shipped_webhooks():
        text = (_SHIPPED / f"{path}.yaml").read_text("utf-8")
        return parse_document(text, path, WebhookMapping, ConfigError)
    return read_document(path, WebhookMapping, ConfigError)
