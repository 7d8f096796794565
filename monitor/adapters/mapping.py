"""A mapping: how the rows of another system's table tell events.

Place in the pipeline: under the adapters. In: rows, each a mapping from the names of columns to values, whatever they
came from (a query, a file, a request). Out: `Event`s. Invariant: a row that is read again tells the same events with
the same ids, so that the log takes each once; only columns that the mapping names are looked at; and no message repeats
a value of a row.

A row tells what has happened to one thing so far: a ticket's row tells that it was issued and, once that column is
filled, that it was called. Texts of the mapping may hold columns in braces:

* ``{ticket_id}``: the value as it is, which must then be a short identifier;
* ``{office|name}``: a short name made of it, without spaces and accents;
* ``{number|code}``: a code of it that stays the same, for long numbers, which the service would take for a citizen's.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from types import NoneType
from typing import Annotated, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator
from pydantic.fields import FieldInfo

from monitor.config import Section, TimeZone
from monitor.events import VOCABULARY, Event, EventError, fields_of, parse_event
from sim import MisfitError, near_name

Row = Mapping[str, object]

_PLACE = re.compile(r"\{([^{}|]+)(?:\|(\w+))?\}")
_OUTSIDE = re.compile(r"[^A-Za-z0-9]+")
_NAME_CHARACTERS = 32
_ID_CHARACTERS = 64
_CODE_BYTES = 8
_KINDS = {happening.kind: happening for happening in VOCABULARY.values()}


def short_name(text: str) -> str:
    """Return a short name of the text, without spaces and accents; empty if nothing is left of it.

    >>> short_name("Đất đai và Xây dựng"), short_name("A: Użytkowanie")
    ('Dat-dai-va-Xay-dung', 'A-Uzytkowanie')
    """
    for letter, plain in (("đ", "d"), ("Đ", "D"), ("ł", "l"), ("Ł", "L")):  # have no accent that could be taken off
        text = text.replace(letter, plain)
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _OUTSIDE.sub("-", letters)[:_NAME_CHARACTERS].strip("-")


def short_code(text: str) -> str:
    """Return a code of the text that is always the same; it hides nothing from who can guess the text.

    >>> short_code("20250701000123")
    'x-2701-5ba5-d357-dc32'
    """
    digest = hashlib.blake2b(text.encode(), digest_size=_CODE_BYTES).hexdigest()
    return "x-" + "-".join(digest[at : at + 4] for at in range(0, len(digest), 4))


_FILTERS: dict[str, Callable[[str], str]] = {"": str, "name": short_name, "code": short_code}


def _type(field: FieldInfo) -> object:
    """Return what a field of an event holds where it is there."""
    kind = next((kind for kind in get_args(field.annotation) if kind is not NoneType), field.annotation)
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


class RowError(ValueError):
    """A row cannot be told; the text says why, without any value of it."""


def _template(text: str) -> str:
    """Return a text with columns in braces."""
    for _, how in _PLACE.findall(text):
        if how not in _FILTERS:
            raise ValueError(f"{' or '.join(name for name in _FILTERS if name)} behind the |, not {how}")
    if set(_PLACE.sub("", text)) & set("{}"):
        raise ValueError("text with columns in braces, such as {id} or {office|name}")
    return text


Template = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_template)]


class Tell(Section):
    """One event that a row tells.

    Attributes:
        event: its kind in the vocabulary, such as ``ticket.issued``.
        id: what makes its id unique among those of its kind; the same whenever the row is read.
        at: the column with its instant; a row in which that is empty does not tell it.
        when: columns and the values of which they must have one, written as text.
        fields: the event's fields.
    """

    event: str
    id: Template
    at: str = Field(min_length=1)
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    fields: dict[str, Template] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> "Tell":
        """Refuse what is not in the vocabulary."""
        if self.event not in _KINDS:
            raise MisfitError("event", got=self.event, expected=f"a kind of event: {', '.join(_KINDS)}")
        known = fields_of(_KINDS[self.event])
        for name in self.fields:
            if name not in known:
                near = near_name(name, known)
                meant = f" (did you mean {near}?)" if near else ""
                raise MisfitError(
                    "fields", name, got=name, expected=f"a field of {self.event}: {', '.join(known)}{meant}"
                )
        for name, info in known.items():
            if info.is_required() and name not in self.fields:
                raise MisfitError("fields", got="none of it", expected=f"{name}, which every {self.event} has")
            if name in self.fields and _type(info) is datetime and not _PLACE.fullmatch(self.fields[name]):
                raise MisfitError("fields", name, got=self.fields[name], expected="one column in braces: an instant")
        return self

    @property
    def decisive(self) -> set[str]:
        """Return the columns that say whether it has happened."""
        return {self.at, *self.when}

    @property
    def columns(self) -> set[str]:
        """Return the columns that it looks at."""
        templates = (self.id, *self.fields.values())
        return {self.at, *self.when, *(name for text in templates for name, _ in _PLACE.findall(text))}


def _sender(name: str) -> str:
    """Return the name of a sender, if the vocabulary takes it."""
    try:
        _event("ticket.abandoned", "id", name, datetime(2025, 7, 1, tzinfo=UTC), {"ticket": "t"})
    except EventError as problem:
        raise ValueError(problem.expected) from None
    return name


class TableMapping(Section):
    """How the rows of one table tell events.

    Attributes:
        source: the name by which the sender of these events is known.
        time_zone: the zone of instants that name none.
        time_format: how instants are written where that is not ISO 8601, in the signs of Python's ``strptime``.
        tells: what a row tells, in the order in which it happens.
    """

    source: Annotated[str, AfterValidator(_sender)]
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    time_format: str | None = None
    tells: tuple[Tell, ...] = Field(min_length=1)

    @property
    def columns(self) -> set[str]:
        """Return the columns that are looked at."""
        return set().union(*(tell.columns for tell in self.tells))

    def unknown_columns(self, columns: Iterable[str]) -> dict[str, str]:
        """Return the columns that the mapping needs and a table lacks, each with the nearest that the table has."""
        there = list(columns)
        return {name: near_name(name, there) or "" for name in sorted(self.columns - set(there))}

    def events(self, rows: Iterable[Row], skipped: Counter[str]) -> list[Event]:
        """Return what the rows tell, by time, causes before effects.

        Args:
            rows: each has all of `columns`; others are not looked at.
            skipped: where it is counted, by reason, what could not be told.
        """
        found: list[Event] = []
        for row in rows:
            for tell in self.tells:
                try:
                    event = self._told(tell, row)
                except RowError as problem:
                    skipped[f"{tell.event}: {problem}"] += 1
                    continue
                if event:
                    found.append(event)
        return sorted(found, key=lambda event: event.time)

    def _told(self, tell: Tell, row: Row) -> Event | None:
        """Return the event that a row tells; none if it has not happened (yet)."""
        if any(as_text(row[column]) not in values for column, values in tell.when.items()):
            return None
        instant = self._instant(tell.at, row)
        if instant is None:
            return None
        kind = fields_of(_KINDS[tell.event])
        fields: dict[str, object] = {}
        for name, template in tell.fields.items():
            fields[name] = self._field(name, _type(kind[name]), template, row)
            if fields[name] is None and kind[name].is_required():
                raise RowError(f"{name} would be empty ({template})")
        try:
            name = f"{tell.event}:{_filled(tell.id, row)}"
            if len(name) > _ID_CHARACTERS:
                name = f"{tell.event}:{short_code(name)}"
            return _event(tell.event, name, self.source, instant, fields)
        except EventError as problem:
            raise RowError(f"{problem.field} was {problem.got}; expected {problem.expected}") from None

    def _field(self, name: str, wanted: object, template: str, row: Row) -> object:
        """Return the value of an event's field; None if the row has none."""
        text = _filled(template, row)
        if wanted is datetime:
            instant = self._instant(template.strip("{}"), row)
            return instant and instant.isoformat()
        if wanted is int and text:
            try:
                return int(text)
            except ValueError:
                raise RowError(f"{name} is no whole number") from None
        return text or None

    def _instant(self, column: str, row: Row) -> datetime | None:
        """Return the instant in a column; none if it is empty."""
        try:
            return as_instant(row[column], self.time_zone, self.time_format)
        except ValueError as problem:
            raise RowError(f"column {column} is no instant {problem}") from None


def as_instant(value: object, time_zone: str, time_format: str | None = None) -> datetime | None:
    """Return the instant that a value means; none if it is empty.

    Args:
        value: of a row.
        time_zone: the zone of instants that name none.
        time_format: how texts are written; None: as ISO 8601.

    Raises:
        ValueError: it means none; the text completes "no instant …".
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = datetime.strptime(value.strip(), time_format) if time_format else _from_iso(value)  # noqa: DTZ007 - its zone comes below
        except ValueError:
            wanted = f"like {time_format}" if time_format else "in ISO 8601, such as 2025-07-01 07:30:00"
            raise ValueError(wanted) from None
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        value = datetime.fromtimestamp(value, UTC)
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError(f"but {type(value).__name__}")  # noqa: TRY004 - it is a row's value that is wrong, not a type
    return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(time_zone))


def _from_iso(text: str) -> datetime:
    return datetime.fromisoformat(text.strip().replace("/", "-"))


def as_text(value: object) -> str:
    """Return a value as the mapping's author would write it: nothing for nothing, 3 for 3.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _filled(template: str, row: Row) -> str:
    """Return the template with the row's values; empty where it only holds columns and one of them is empty."""
    is_empty = False

    def value(place: re.Match[str]) -> str:
        nonlocal is_empty
        text = as_text(row[place[1]])
        is_empty = is_empty or not text
        return _FILTERS[place[2] or ""](text) if text else ""

    text = _PLACE.sub(value, template)
    return "" if is_empty else text


def _event(kind: str, name: str, source: str, instant: datetime, fields: Mapping[str, object]) -> Event:
    """Return the event, checked as the service's door would check it."""
    content = {
        "specversion": "1.0",
        "id": name,
        "source": source,
        "type": f"org.peakweek.{kind}.v1",
        "time": instant.astimezone(UTC).isoformat(),
        "data": {field: value for field, value in fields.items() if value is not None},
    }
    return parse_event(json.dumps(content).encode())
