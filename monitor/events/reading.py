"""The door for events: CloudEvents 1.0 in JSON, in the structured, the batch and the binary mode.

Place in the pipeline: before the log. In: the bytes of a request, and in the binary mode its headers. Out: frozen
`Event` values. Invariant: no message repeats a value that was refused. Attributes that say nothing about the centre (a
CloudEvent's `subject` and `dataschema`, extensions such as `traceparent`) are dropped here: they are neither stored nor
logged.
"""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from monitor.events.batch import read_plain, read_stored
from monitor.events.envelope import Envelope, Event
from monitor.events.errors import EventError, shown, shown_name, told_error
from monitor.events.forms import form_of
from monitor.events.vocabulary import VOCABULARY
from sim import near_name

# What the specification lets an extension be called; `subject` and `dataschema` are called so, too.
_EXTENSION = re.compile(r"[a-z0-9]{1,20}")
_BINARY_PREFIX = "ce-"
_ATTRIBUTES = frozenset(Envelope.model_fields)


def parse_event(body: bytes) -> Event:
    """Return the one event of a body in the structured mode.

    Raises:
        EventError: when the body is not one valid event.
    """
    plain = read_plain(b"[" + body + b"]")
    return plain[0] if plain and len(plain) == 1 else _to_event(_from_json(body), 0)


def parse_batch(body: bytes) -> list[Event]:
    """Return the events of a body in the batch mode, in their order.

    Raises:
        EventError: when the body is not a list of valid events; it tells the first that is not.
    """
    plain = read_plain(body)
    if plain is not None:
        return plain
    content = _from_json(body)
    if not isinstance(content, list):
        raise EventError("body", "", shown(content), "a JSON array of events")
    return [_to_event(part, index) for index, part in enumerate(content)]


def read_written(body: str) -> Event:
    """Return the event that `Event.to_json` wrote.

    It was checked when it came, by the rules of that day, and is not checked again: a rule that is made stricter leaves
    every log readable, and reading is some times as fast.

    Raises:
        EventError: when it is not what was written.
    """
    event = read_stored(body)
    if event is None:
        raise EventError("log", "", "no event, or one of a newer version", "an event as it was written")
    return event


def is_binary(headers: Iterable[tuple[str, str]]) -> bool:
    """Return whether a request has the attributes of an event in its headers: the binary mode."""
    return any(name.lower().startswith(_BINARY_PREFIX) for name, _ in headers)


def parse_binary(headers: Iterable[tuple[str, str]], body: bytes) -> Event:
    """Return the one event of a request in the binary mode: attributes in its headers, its data in the body.

    Args:
        headers: names, in any case, and values, percent-encoded as the HTTP binding says; without the type of the body.
        body: the event's ``data`` in JSON.

    Raises:
        EventError: when headers and body are not one valid event.
    """
    told = [
        (name.lower().removeprefix(_BINARY_PREFIX), unquote(value))
        for name, value in headers
        if name.lower().startswith(_BINARY_PREFIX)
    ]
    attributes = _object(told)
    if "data" in attributes:  # it is no attribute, and would hide the body
        raise EventError("headers", "ce-data", "an attribute", "the data in the body")
    return _to_event(attributes | {"data": _from_json(body)}, 0)


def _from_json(body: bytes) -> object:
    """Return the body's JSON value; unlike most parsers, none where an object has two fields of one name."""
    try:
        content: object = _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise EventError("body", "", "no JSON", "JSON in UTF-8") from None
    except json.JSONDecodeError as problem:
        # The parser's message tells what it missed and where, and repeats nothing of the body.
        raise EventError("body", "", "no JSON", f"JSON ({problem})") from None
    except RecursionError:
        raise EventError("body", "", "arrays or objects too deep in each other", "JSON of an event") from None
    except ValueError:  # a whole number that is longer than any interpreter takes
        raise EventError("body", "", "a number of thousands of digits", "JSON of an event") from None
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's fields; which of two of one name is meant, nobody can know."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise EventError("body", shown_name(twice), "two fields of one name in one object", "each name once")
    return found


def _no_number(_: str) -> None:
    raise EventError("body", "", "no JSON", "JSON (in which NaN and Infinity are no numbers)")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)


def _to_event(content: object, index: int) -> Event:
    """Return the event of a JSON value."""
    if not isinstance(content, dict):
        raise EventError(f"event {index}", "", shown(content), "an object", index=index)
    try:
        envelope = Envelope.model_validate(_without_extensions(content))
    except ValidationError as problem:
        raise told_error(problem, Envelope, (), index, content) from None
    happening = VOCABULARY.get(envelope.type)
    if happening is None:
        near = near_name(envelope.type, VOCABULARY)
        hint = f"did you mean {near}?" if near else ""
        expected = "one of: " + ", ".join(VOCABULARY)
        raise EventError(f"event {index}", "type", shown(envelope.type), expected, hint, index=index)
    form = form_of(happening)
    try:
        told = form.model_validate(envelope.data)
    except ValidationError as problem:
        raise told_error(problem, form, ("data",), index, envelope.data) from None
    return Event(envelope.id, envelope.source, envelope.time, happening(**dict(told)))


def _without_extensions(content: dict[str, object]) -> dict[str, object]:
    """Return the attributes that we read, and those that are no CloudEvent's."""
    if content.keys() <= _ATTRIBUTES:
        return content
    return {
        name: value
        for name, value in content.items()
        if name in _ATTRIBUTES or not _EXTENSION.fullmatch(name) or isinstance(value, dict | list)
    }
