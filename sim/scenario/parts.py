"""What every part of a scenario is made of: a strict model, days, times of day, ratios.

Place in the pipeline: below the parts. Invariant: an unknown field is an error, and a value is of its kind or refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from sim.document import MisfitError, did_you_mean, shown

_TIME = r"^([01]?\d|2[0-3]):[0-5]\d$"
_DAY = r"^\d{4}-\d\d-\d\d$"
_INSTANT = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$"


@dataclass(frozen=True)
class Like:
    """What texts of a type are like.

    Attributes:
        pattern: a regular expression, for editors.
        expected: the same in words.
        names: what a text may begin with, if it has to be one of these.
    """

    pattern: str
    expected: str
    names: tuple[str, ...] = ()

    def _check(self, text: str) -> str:
        if not re.search(self.pattern, text):
            hint = did_you_mean(text.partition(":")[0], self.names)
            raise MisfitError(got=shown(text), expected=self.expected, hint=hint)
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the type's schema with the check behind it."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return what editors are told."""
        return handler(schema) | {"pattern": self.pattern}


def _read(pattern: str, read: Callable[[str], object], expected: str) -> BeforeValidator:
    """Return what reads a text of a pattern; anything else is left for the model to refuse."""

    def check(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return read(value) if re.search(pattern, value) else value
        except ValueError:
            raise ValueError(expected) from None

    return BeforeValidator(check)


TimeOfDay = Annotated[
    time,
    _read(_TIME, lambda text: datetime.strptime(text, "%H:%M").time(), ""),  # noqa: DTZ007 - a time of day has no zone
    WithJsonSchema({"type": "string", "pattern": _TIME, "examples": ["07:30"]}),
]
Day = Annotated[
    date,
    Strict(),
    _read(_DAY, date.fromisoformat, "a date that exists"),
    WithJsonSchema({"type": "string", "format": "date", "pattern": _DAY}),
]
LocalInstant = Annotated[
    datetime,
    _read(_INSTANT, datetime.fromisoformat, "a date that exists"),
    WithJsonSchema({"type": "string", "pattern": _INSTANT, "examples": ["2025-07-01T08:00:00"]}),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
Ratio = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=20)]
People = Annotated[int, Field(ge=0, le=1000)]
Hour = Annotated[int, Field(ge=0, le=23)]
Weight = Annotated[float, Field(ge=0)]
Name = Annotated[str, Like(r"^[a-z0-9][a-z0-9-]*$", "a name of small letters, digits and hyphens, such as back-office")]


def _each_once(entries: object) -> object:
    """Refuse a list that says the same twice, which a set would hide."""
    if isinstance(entries, tuple):
        for index, entry in enumerate(entries):
            if entry in entries[:index]:
                raise MisfitError(index, got=f"{shown(entry)} again", expected="each entry once")
    return entries


EachOnce = BeforeValidator(_each_once)


class Part(BaseModel):
    """A part of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Days(Part):
    """Something that holds from one day to another, both included."""

    first_day: Day = Field(description="its first day")
    last_day: Day = Field(description="its last day, included")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise MisfitError("last_day", got=self.last_day, expected=f"a day from first_day {self.first_day} on")
        return self

    def covers(self, day: date) -> bool:
        """Return whether this day belongs to it."""
        return self.first_day <= day <= self.last_day

    def overlaps(self, other: "Days") -> bool:
        """Return whether some day belongs to both."""
        return self.first_day <= other.last_day and other.first_day <= self.last_day
