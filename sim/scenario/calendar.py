"""When the simulated period is, and when the office normally works."""

from datetime import date, time, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from sim.document import MisfitError
from sim.scenario.parts import WEEKDAYS, Day, Days, EachOnce, Part, TimeOfDay, Weekday
from sim.timebase import in_order

_MAX_DAYS = 3660  # ten years


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads files; only when a scenario is read

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("an IANA time zone such as Asia/Ho_Chi_Minh") from None
    return name


class Period(Days):
    """The days that are simulated, and among them those that the question is about."""

    peak_last_day: Day = Field(description="last day of the peak week, which the table shows day by day")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Ho_Chi_Minh", description="IANA time zone of all times in the file"
    )
    tick_ms: int = Field(default=1, ge=1, le=600_000, description="resolution of simulated time, milliseconds")

    @model_validator(mode="after")
    def _peak_inside(self) -> Self:
        if (self.last_day - self.first_day).days >= _MAX_DAYS:
            raise MisfitError("last_day", got=self.last_day, expected=f"a period of at most {_MAX_DAYS} days")
        if not self.covers(self.peak_last_day):
            expected = f"a day from {self.first_day} to {self.last_day}"
            raise MisfitError("peak_last_day", got=self.peak_last_day, expected=expected)
        return self


class Hours(Part):
    """Normal office hours, and what becomes of those who are inside when the office closes."""

    morning: tuple[TimeOfDay, TimeOfDay] = Field(description="opening and closing time of the morning")
    afternoon: tuple[TimeOfDay, TimeOfDay] | None = Field(
        default=None,
        description="opening and closing time of the afternoon, with lunch before it unless the two touch; "
        "without it, the day is one session",
    )
    working_weekdays: Annotated[frozenset[Weekday], Field(strict=False), EachOnce] = Field(
        default=frozenset(WEEKDAYS[:5]),
        min_length=1,
        description="days of the week that are worked",
        json_schema_extra={"default": list(WEEKDAYS[:5])},  # a set has no order of its own
    )
    holidays: Annotated[frozenset[Day], Field(strict=False), EachOnce] = Field(
        default=frozenset(), description="days off that would otherwise be worked"
    )
    inside_served_until: TimeOfDay | None = Field(
        default=None,
        description="who is inside when the last counter closes is served up to this time; "
        "without it, who still waits then is sent home",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not in_order(self.sessions):
            got = ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in self.sessions)
            expected = "morning and afternoon in the order of the day, each closing after it opens"
            raise MisfitError(got=got, expected=expected)
        return self

    @property
    def sessions(self) -> tuple[tuple[time, time], ...]:
        """Return opening and closing time of each session of the day."""
        return (self.morning,) if self.afternoon is None else (self.morning, self.afternoon)

    @property
    def closes(self) -> time:
        """Return when the last session of the day ends."""
        return self.sessions[-1][1]

    def is_after_holiday(self, day: date) -> bool:
        """Return whether only holidays and days off lie between this day and the holiday before it."""
        before = day - timedelta(days=1)
        while before not in self.holidays and WEEKDAYS[before.weekday()] not in self.working_weekdays:
            before -= timedelta(days=1)
        return before in self.holidays and day not in self.holidays
