"""Plain events, read in one go: what nearly all bodies hold, in a fifth of the time; and events of the log.

Place in the pipeline: beside `reading`, which looks at one event after the other and says what is wrong. In: JSON. Out:
frozen `Event` values, or nothing. Invariant: what is taken here is what `reading` takes; the tests compare.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_type_hints

from msgspec import NODEFAULT, UNSET, DecodeError, Struct, UnsetType, defstruct
from msgspec.json import Decoder
from msgspec.structs import astuple, fields

from monitor.events.envelope import Event
from monitor.events.fields import identifier, instant, instants, source
from monitor.events.vocabulary import VOCABULARY, Happening

_OF_ENVELOPE = 22  # quotes around five attributes and their texts, and around the name of the data
_OF_TEXT = 4  # quotes around a field and its text


class _Told(Struct, kw_only=True, forbid_unknown_fields=True):
    """An event as it is told: its type is in its class, its time is still a text."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: str
    datacontenttype: Literal["application/json"] | UnsetType = UNSET


class _Kept(Struct, kw_only=True, forbid_unknown_fields=True):
    """An event as it was written."""

    specversion: Literal["1.0"]
    id: str
    source: str
    time: datetime


def read_plain(body: bytes) -> list[Event] | None:
    """Return the events of a batch; none where one of them is wrong, has more than we read, or is spelt unusually.

    Of two fields of one name the parser keeps the last. Then there are more quotes in the body than around what was
    read; a quote inside a text would be escaped, and such a body is not read here.
    """
    if b"\\" in body:
        return None
    try:
        events, n_quotes = _checked(_told_decoder()(body))
    except (DecodeError, RecursionError, ValueError):
        return None
    return events if n_quotes == body.count(b'"') else None


def read_stored(body: str) -> Event | None:
    """Return an event of the log; none where it is none of ours. Its texts were looked at when it came."""
    try:
        kept = _kept_decoder()(body)
    except DecodeError:
        return None
    return Event(kept.id, kept.source, kept.time, kept.data)


def _checked(told: list[Any]) -> tuple[list[Event], int]:
    """Return the events, and how many quotes are around what they hold; raise `ValueError` where one is wrong."""
    events, sources, texts, n_quotes = [], set[str](), set[object](), 0
    times = instants([each.time for each in told])
    for each, time in zip(told, times, strict=True):
        n_quotes += _OF_ENVELOPE + (0 if each.datacontenttype is UNSET else _OF_TEXT)
        data = each.data
        values = astuple(data)
        n_quotes += _OF_TEXT * (len(values) - values.count(None))
        if not isinstance(data, Happening):
            data = data.read()
            values = astuple(data)
        sources.add(each.source)
        texts.add(each.id)
        texts.update(values)
        events.append(Event(each.id, each.source, time, data))
    for name in sources:
        source(name)
    for text in texts:
        if isinstance(text, str):
            identifier(text)
    return events, n_quotes


@cache
def _told_decoder() -> Callable[[bytes], list[Any]]:
    """Return what parses a batch of all kinds of event that hold texts and instants alone."""
    forms = [
        defstruct(
            f"{happening.__name__}Told", [("data", told)], bases=(_Told,), tag_field="type", tag=name, kw_only=True
        )
        for name, happening in VOCABULARY.items()
        if (told := _told_data(happening))
    ]
    return Decoder(list[Union[tuple(forms)]]).decode  # type: ignore[misc]  # noqa: UP007 - made, not written


@cache
def _kept_decoder() -> Callable[[str], Any]:
    """Return what parses one event of the log."""
    forms = [
        defstruct(
            f"{happening.__name__}Kept", [("data", happening)], bases=(_Kept,), tag_field="type", tag=name, kw_only=True
        )
        for name, happening in VOCABULARY.items()
    ]
    return Decoder(Union[tuple(forms)]).decode  # noqa: UP007 - as above


def _told_data(happening: type[Happening]) -> type[Struct] | None:
    """Return how the data of a kind are told: as they are, or with instants as texts; none where there are numbers."""
    hints = get_type_hints(happening)
    if int in hints.values():
        return None
    instants = {name for name, hint in hints.items() if datetime in get_args(hint)}
    if not instants:
        return happening

    def read(told: Struct) -> Happening:
        """Return the data with their instants."""
        values = zip(told.__struct_fields__, astuple(told), strict=True)
        return happening(*(instant(value) if value and name in instants else value for name, value in values))

    told = [
        (each.name, str if each.required else str | None, NODEFAULT if each.required else None)
        for each in fields(happening)
    ]
    return defstruct(f"{happening.__name__}Data", told, namespace={"read": read}, forbid_unknown_fields=True)
