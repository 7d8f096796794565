"""The vocabulary: what can happen at a centre, as CloudEvents 1.0 in JSON.

Place in the pipeline: the door of the service. In: the bytes of a request. Out: frozen `Event` values. Invariant: an
event holds no text except short identifiers; a name, an address, an identity or a phone number has no place in it, and
no message repeats a value that was refused. Attributes that say nothing about the centre (a CloudEvent's `subject` and
`dataschema`, extensions such as `traceparent`) are dropped here: they are neither stored nor logged.

To add a kind of event, add one subclass of `Happening`: its name on the wire is ``org.peakweek.<kind>.v1``.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

import pydantic_core
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from monitor.personal import is_personal
from sim import InputError, near_name

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_SOURCE = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._:/-]{0,127}")
# What the specification lets an extension be called; `subject` and `dataschema` are called so, too.
_EXTENSION = re.compile(r"[a-z0-9]{1,20}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_IMPERSONAL_TEXT = re.compile(r"org\.peakweek(\.[a-z]{1,20}){1,3}(\.v\d)?|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")
# The first year of the oldest logs that are replayed, and what nobody's clock should show.
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_NO_NUMBER = "an identifier without an identity or phone number, or 9 digits in a row (put letters between)"
_WORDS = {
    "missing": "this field to be there",
    "string_type": "text",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


@dataclass(eq=False)
class EventError(InputError):
    """An event that a sender offers is wrong; nothing of its batch was stored.

    Attributes:
        index: number of the event in its batch, from 0; -1 where the whole body is wrong.
    """

    index: int = -1


def _impersonal(value: str) -> str:
    """Return the value unless it holds the digits of an identity or phone number."""
    if is_personal(value):
        raise ValueError(_NO_NUMBER)
    return value


def _identifier(value: str) -> str:
    """Return a short identifier of safe characters."""
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError("an identifier of at most 64 letters a-z, digits and . _ : - (no spaces, no names)")
    return _impersonal(value)


def _source(value: str) -> str:
    """Return the name of a sender: as an identifier, longer, and with slashes."""
    if not _SOURCE.fullmatch(value):
        raise ValueError("a source such as /tho-xuan/kiosk-1: at most 128 letters a-z, digits and . _ : / -")
    return _impersonal(value)


def _instant(value: object) -> datetime:
    """Return the instant, in UTC, that an RFC 3339 text names."""
    expected = "an RFC 3339 instant with an offset, from 1990 to 2099, such as 2025-07-01T07:30:00+07:00"
    if isinstance(value, datetime) and value.tzinfo:  # made by ourselves; JSON has no such type
        return value.astimezone(UTC)
    if not (isinstance(value, str) and _INSTANT.fullmatch(value)):
        raise ValueError(expected)
    try:
        instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(expected) from None
    if not _FIRST <= instant < _LAST:
        raise ValueError(expected)
    return instant


Identifier = Annotated[str, AfterValidator(_identifier)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class Happening(BaseModel):
    """What an event says has happened: the CloudEvent's ``data``.

    Attributes:
        kind: thing and what happened to it; the middle of the CloudEvent's type.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    kind: ClassVar[str]


class TicketIssued(Happening):
    """A visitor took a ticket and began to wait."""

    kind = "ticket.issued"
    ticket: Identifier
    queue: Identifier


class TicketCalled(Happening):
    """A ticket was called to a counter: its wait is over, its service begins."""

    kind = "ticket.called"
    ticket: Identifier
    counter: Identifier | None = None


class TicketAbandoned(Happening):
    """A visitor left without being served."""

    kind = "ticket.abandoned"
    ticket: Identifier


class ServiceFinished(Happening):
    """The service of a called ticket ended."""

    kind = "service.finished"
    ticket: Identifier


class RecordReceived(Happening):
    """A record was received, perhaps with the instant at which it is due."""

    kind = "record.received"
    record: Identifier
    procedure: Identifier
    due: Instant | None = None


class RecordSettled(Happening):
    """A record was settled: its result is ready."""

    kind = "record.settled"
    record: Identifier


class CounterOpened(Happening):
    """A counter was staffed, perhaps for one queue only."""

    kind = "counter.opened"
    counter: Identifier
    queue: Identifier | None = None


class CounterClosed(Happening):
    """A counter is no longer staffed."""

    kind = "counter.closed"
    counter: Identifier


VOCABULARY: dict[str, type[Happening]] = {
    f"org.peakweek.{happening.kind}.v1": happening for happening in Happening.__subclasses__()
}
"""Every kind of event by its CloudEvents type."""


class _Envelope(BaseModel):
    """A CloudEvent before its ``data`` is looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    specversion: Literal["1.0"]
    id: Identifier
    source: Annotated[str, AfterValidator(_source)]
    type: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        id: the sender's name for the event; unique within its source.
        source: the sender.
        time: when it happened, in UTC.
        happening: what happened.
    """

    id: str
    source: str
    time: datetime
    happening: Happening

    @property
    def type(self) -> str:
        """Return the CloudEvents type."""
        return f"org.peakweek.{self.happening.kind}.v1"

    def to_json(self) -> str:
        """Return the event as a CloudEvent; equal events give equal text, whatever the sender's spelling was."""
        fields = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "time": self.time,
            "data": self.happening.model_dump(exclude_none=True),
        }
        return pydantic_core.to_json(fields).decode()


@dataclass(frozen=True, slots=True)
class Stored:
    """An event in the log.

    Attributes:
        seq: its number; later events have greater ones, there may be gaps.
        received: when it was appended, by the service's clock, in UTC.
        event: the event.
        centre: id of the centre that it belongs to.
    """

    seq: int
    received: datetime
    event: Event
    centre: str = "centre"


def parse_event(body: bytes) -> Event:
    """Return the one event of a body in the structured mode.

    Raises:
        EventError: when the body is not one valid event.
    """
    return _to_event(_from_json(body), 0)


def parse_batch(body: bytes) -> list[Event]:
    """Return the events of a body in the batch mode, in their order.

    Raises:
        EventError: when the body is not a list of valid events; it tells the first that is not.
    """
    content = _from_json(body)
    if not isinstance(content, list):
        raise EventError("body", "", _shown(content), "a JSON array of events")
    return [_to_event(part, index) for index, part in enumerate(content)]


def _from_json(body: bytes) -> object:
    """Return the body's JSON value; unlike most parsers, none where an object has two fields of one name."""
    try:
        content: object = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_number)
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
        raise EventError("body", _shown_name(twice), "two fields of one name in one object", "each name once")
    return found


def _no_number(_: str) -> None:
    raise EventError("body", "", "no JSON", "JSON (in which NaN and Infinity are no numbers)")


def _to_event(content: object, index: int) -> Event:
    """Return the event of a JSON value."""
    if not isinstance(content, dict):
        raise EventError(f"event {index}", "", _shown(content), "an object", index=index)
    try:
        envelope = _Envelope.model_validate(_without_extensions(content))
    except ValidationError as problem:
        raise _error(problem, _Envelope, (), index, content) from None
    happening = VOCABULARY.get(envelope.type)
    if happening is None:
        near = near_name(envelope.type, VOCABULARY)
        hint = f"did you mean {near}?" if near else ""
        expected = "one of: " + ", ".join(VOCABULARY)
        raise EventError(f"event {index}", "type", _shown(envelope.type), expected, hint, index=index)
    try:
        told = happening.model_validate(envelope.data)
    except ValidationError as problem:
        raise _error(problem, happening, ("data",), index, envelope.data) from None
    return Event(envelope.id, envelope.source, envelope.time, told)


def _without_extensions(content: dict[str, object]) -> dict[str, object]:
    """Return the attributes that we read, and those that are no CloudEvent's."""
    return {
        name: value
        for name, value in content.items()
        if name in _Envelope.model_fields or not _EXTENSION.fullmatch(name) or isinstance(value, dict | list)
    }


def _error(
    problem: ValidationError, model: type[BaseModel], parent: Sequence[str], index: int, told: Iterable[str]
) -> EventError:
    """Return the first of pydantic's errors without the value that it refuses; `told` are the fields that came."""
    # The unknown name goes first: with its suggestion it explains the field that it leaves missing.
    details = min(problem.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    name = str(details["loc"][0]) if details["loc"] else ""
    place, hint = f"event {index}", ""
    if details["type"] == "extra_forbidden":
        near = near_name(name, model.model_fields)
        field, found = ".".join((*parent, _shown_name(name))), "an unknown field"
        expected = "one of: " + ", ".join(model.model_fields)
        hint = f"did you mean {near}?" if near else ""
    else:
        field = ".".join((*parent, name))
        found = "nothing" if details["type"] == "missing" else _shown(details["input"])
        meant = near_name(name, set(told) - set(model.model_fields)) if details["type"] == "missing" else None
        hint = f"is {_shown_name(meant)} meant to be {name}?" if meant else ""
        expected = _WORDS.get(details["type"], details["msg"].removeprefix("Value error, "))
        expected = expected.removeprefix("Input should be ")
    return EventError(place, field, found, expected, hint, index=index)


def _shown_name(name: str) -> str:
    """Return the name of a field, unless it could be a person's."""
    return name if _IDENTIFIER.fullmatch(name) and not is_personal(name) else "(name not shown)"


def _shown(value: object) -> str:
    """Return what a value is, and the value itself only where it cannot be personal."""
    if isinstance(value, str):
        return repr(value) if _IMPERSONAL_TEXT.fullmatch(value) else f"text of {len(value)} characters"
    words = {dict: "an object", list: "an array", bool: "true or false", type(None): "null"}
    return words.get(type(value), "a number")
