"""Bodies that other systems post in a form of their own.

Place in the pipeline: an adapter, used by the service's door. In: the JSON of a request. Out: events. Invariant: a body
with a row that is wrong tells nothing, and what is not understood of the others is said; no answer holds a value of it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Understood:
    """What a body tells.

    Attributes:
        events: by time.
        n_rows: rows of the body.
        n_silent: rows that the mapping knows, and that tell nothing (yet).
        missing: of each row that it does not know, by its place, the columns that it lacks to be one.
    """

    events: list[Event]
    n_rows: int
    n_silent: int
    missing: dict[int, list[str]]


def understand(body: bytes, mapping: WebhookMapping) -> Understood:
    """Return what a body tells.

    Raises:
        EventError: the body is no JSON, or a row is wrong.
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
    events: list[Event] = []
    missing: dict[int, list[str]] = {}
    n_silent = 0
    for place, row in enumerate(rows):
        if lacks := min((tell.decisive - row.keys() for tell in mapping.tells), key=len):
            missing[place] = sorted(lacks)
            continue
        skipped: Counter[str] = Counter()
        told = mapping.events([_complete(row)], skipped)
        if skipped:
            expected = "rows that can be told; nothing of the body was stored"
            raise EventError("body", "", f"row {place}: {next(iter(skipped))}", expected)
        n_silent += not told
        events += told
    return Understood(sorted(events, key=lambda event: event.time), len(rows), n_silent, missing)


def _complete(row: Row) -> Row:
    """Return a row in which whatever is not there is empty."""
    return defaultdict(lambda: None, row)


def _read(path: str) -> WebhookMapping:
    if path in shipped_webhooks():
        text = (_SHIPPED / f"{path}.yaml").read_text("utf-8")
        return parse_document(text, path, WebhookMapping, ConfigError)
    return read_document(path, WebhookMapping, ConfigError)
