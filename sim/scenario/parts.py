"""What every part of a scenario is made of: a strict model, days, times of day, ratios.

Place in the pipeline: below the parts. Invariant: an unknown field is an error, and a value is of its kind or refused.
"""

from datetime import date, datetime, time
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from sim.document import MisfitError


def _time_of_day(text: object) -> object:
    """Return the time of a text such as "07:30"; anything else is left for the model to refuse."""
    if isinstance(text, str):
        try:
            return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
        except ValueError:
            raise ValueError('a time of day such as "07:30"') from None
    return text


TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "examples": ["07:30"]}),
]
LocalInstant = Annotated[
    datetime,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$",
            "examples": ["2025-07-01T08:00:00"],
        }
    ),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
Ratio = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=20)]
People = Annotated[int, Field(ge=0, le=1000)]
Hour = Annotated[int, Field(ge=0, le=23)]
Weight = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Part(BaseModel):
    """A part of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Days(Part):
    """Something that holds from one day to another, both included."""

    first_day: date = Field(description="its first day")
    last_day: date = Field(description="its last day, included")

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
