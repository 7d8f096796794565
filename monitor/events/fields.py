"""The kinds of field that an event has: short identifiers, instants, counts. There is no field for free text.

Place in the pipeline: under the vocabulary. In: values of JSON. Out: checked values. Invariant: no text that may be a
name, an identity or a phone number gets through, and the schema of each kind is beside what checks it.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from msgspec import Meta
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.personal import PersonalError, is_personal

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_SOURCE = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._:/-]{0,127}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_USUAL_INSTANT = r"(199\d|20\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)"
_USUAL_INSTANTS = re.compile(rf"{_USUAL_INSTANT}(\n{_USUAL_INSTANT})*", re.ASCII)
# The years of the oldest logs that are replayed, and of what nobody's clock should show, by the sender's own calendar.
_FIRST, _LAST = datetime(1989, 12, 31, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC)
_YEARS = range(1990, 2100)
_KEPT = 4_096  # texts that were found good: most come again within the day, and none that is refused is kept

_NO_NUMBER = "an identifier without an identity or phone number, or 9 digits in a row (put letters between)"
_EXPECTED_INSTANT = "an RFC 3339 instant with an offset, from 1990 to 2099, such as 2025-07-01T07:30:00+07:00"

# The same, as a regular expression that every schema validator knows: only days that there are.
_DAY_SCHEMA = (
    "((199[0-9]|20[0-9][0-9])-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))|(199[26]|20([02468][048]|[13579][26]))-02-29)"
)
_TIME_SCHEMA = "([01][0-9]|2[0-3]):[0-5][0-9]"
_INSTANT_SCHEMA = rf"^{_DAY_SCHEMA}[Tt]{_TIME_SCHEMA}:[0-5][0-9](\.[0-9]{{1,9}})?([Zz]|[+-]{_TIME_SCHEMA})$"


def _impersonal(value: str) -> str:
    """Return the value unless it holds the digits of an identity or phone number."""
    if is_personal(value):
        raise PersonalError(_NO_NUMBER)
    return value


@lru_cache(_KEPT)
def identifier(value: str) -> str:
    """Return a short identifier of safe characters."""
    if not IDENTIFIER.fullmatch(value):
        raise ValueError("an identifier of at most 64 letters a-z, digits and . _ : - (no spaces, no names)")
    return _impersonal(value)


@lru_cache(_KEPT)
def source(value: str) -> str:
    """Return the name of a sender: as an identifier, longer, and with slashes."""
    if not _SOURCE.fullmatch(value):
        raise ValueError("a source such as /tho-xuan/kiosk-1: at most 128 letters a-z, digits and . _ : / -")
    return _impersonal(value)


def instant(value: object) -> datetime:
    """Return the instant, in UTC, that an RFC 3339 text names."""
    if isinstance(value, datetime) and value.tzinfo:  # made by ourselves; JSON has no such type
        return value.astimezone(UTC)
    if not (isinstance(value, str) and _INSTANT.fullmatch(value) and int(value[:4]) in _YEARS):
        raise ValueError(_EXPECTED_INSTANT)
    try:
        found = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_EXPECTED_INSTANT) from None
    if not _FIRST <= found < _LAST:
        raise ValueError(_EXPECTED_INSTANT)
    return found


def instants(texts: Sequence[str]) -> list[datetime]:
    """Return the instants that texts name, all of which are looked at in one go where they are spelt as usual."""
    if _USUAL_INSTANTS.fullmatch("\n".join(texts)):
        return [datetime.fromisoformat(text).astimezone(UTC) for text in texts]
    return [instant(text) for text in texts]


def _whole(value: object) -> object:
    """Return 3 for 3.0: in JSON they are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text_schema(pattern: re.Pattern[str], example: str) -> WithJsonSchema:
    """Return the schema of a text; numbers of persons that are parted into groups are refused besides."""
    not_personal = {"pattern": "[0-9]{9}"}
    return WithJsonSchema(
        {"type": "string", "pattern": f"^{pattern.pattern}$", "not": not_personal, "examples": [example]}
    )


Identifier = Annotated[str, AfterValidator(identifier), _text_schema(IDENTIFIER, "A-017")]
Source = Annotated[str, AfterValidator(source), _text_schema(_SOURCE, "/tho-xuan/kiosk-1")]
Instant = Annotated[
    datetime,
    BeforeValidator(instant),
    WithJsonSchema({"type": "string", "pattern": _INSTANT_SCHEMA, "examples": ["2025-07-01T07:30:00+07:00"]}),
]
Count = Annotated[int, Meta(ge=1, le=1_000), Field(ge=1, le=1_000), BeforeValidator(_whole)]
