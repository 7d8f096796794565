"""The world as a planner writes it: demand, procedures, people, link, and the plans that leaders may choose.

In: a YAML file. Out: a frozen `Scenario`, checked whole; everything behind it trusts it. Invariant: every number that
the model uses comes from here, and the unit is the last word of its name.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from sim.document import MisfitError, read_document
from sim.errors import ScenarioError
from sim.laws import Law
from sim.timebase import OfficeHours, Timebase


def _time_of_day(text: object) -> object:
    """Return the time of a text such as "07:30"; anything else is left for the model to refuse."""
    if isinstance(text, str):
        try:
            return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
        except ValueError:
            raise ValueError('a time of day such as "07:30"') from None
    return text


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads files; only when a scenario is read

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("an IANA time zone such as Asia/Ho_Chi_Minh") from None
    return name


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
_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_MAX_DAYS = 3660  # ten years
Share = Annotated[float, Field(ge=0, le=1)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _Days(_Model):
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

    def overlaps(self, other: "_Days") -> bool:
        """Return whether some day belongs to both."""
        return self.first_day <= other.last_day and other.first_day <= self.last_day


class Period(_Days):
    """The days that are simulated, and among them those that the question is about."""

    peak_last_day: date = Field(description="last day of the peak week, which the table shows day by day")
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


class Hours(_Model):
    """Normal office hours."""

    morning: tuple[TimeOfDay, TimeOfDay] = Field(description="opening and closing time of the morning")
    afternoon: tuple[TimeOfDay, TimeOfDay] = Field(description="opening and closing time of the afternoon")
    working_weekdays: Annotated[frozenset[Weekday], Field(strict=False)] = Field(
        default=frozenset(_WEEKDAYS[:5]),
        description="days of the week that are worked",
        json_schema_extra={"default": list(_WEEKDAYS[:5])},  # a set has no order of its own
    )
    holidays: Annotated[frozenset[date], Field(strict=False)] = Field(
        default=frozenset(), description="days off that would otherwise be worked"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        edges = [*self.morning, *self.afternoon]
        if edges != sorted(set(edges)):
            raise ValueError("morning and afternoon in the order of the day, each closing after it opens")
        if not self.working_weekdays:
            raise ValueError("at least one working weekday")
        return self


class Surge(_Days):
    """Days on which more (or fewer) people come."""

    factor: float = Field(ge=0, le=20, description="how many times the ordinary number of visits")


class Demand(_Model):
    """How many visits arrive, and when; one visit brings one record."""

    visits_per_day: float = Field(gt=0, le=100_000, description="mean number of visits on an ordinary working day")
    hour_weights: dict[Annotated[int, Field(ge=0, le=23)], Annotated[float, Field(ge=0)]] = Field(
        min_length=1, description="how a day's visits spread over its hours: full hour, relative weight"
    )
    weekday_factors: dict[Weekday, Annotated[float, Field(ge=0, le=20)]] = Field(
        default_factory=dict, description="how many times the ordinary number of visits, by day of the week"
    )
    surges: tuple[Surge, ...] = Field(default=(), description="days on which more, or fewer, people come")
    day_cv: float = Field(
        default=0, ge=0, le=2, description="spread of a day's demand around its mean, over and above chance"
    )

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if not sum(self.hour_weights.values()) > 0:
            raise ValueError("at least one hour_weights entry above 0")
        return self

    def visits_per_hour(self, day: date, hour: int) -> float:
        """Return the mean number of visits in this hour of a working day."""
        share = self.hour_weights.get(hour, 0.0) / sum(self.hour_weights.values())
        factor: float = self.weekday_factors.get(_WEEKDAYS[day.weekday()], 1.0)
        for surge in self.surges:
            if surge.covers(day):
                factor *= surge.factor
        return self.visits_per_day * share * factor


class Deadline(_Model):
    """When a record is due: the end of a working day, counted from receipt."""

    working_days: int = Field(ge=0, le=365, description="working days after the day of receipt; 0 is the same day")
    cutoff: TimeOfDay = Field(
        default=time(15),
        description="received from then on: counts as the next working day",
        json_schema_extra={"default": "15:00"},
    )


class Procedure(_Model):
    """A kind of record."""

    share: Share = Field(description="part of all records that are of this kind; all shares sum to 1")
    intake_min: Law = Field(description="desk work at the counter, minutes")
    pages: Law = Field(description="pages scanned at the counter")
    page_mb: float = Field(ge=0, le=1000, description="megabytes a scanned page uploads")
    back_office_min: Law = Field(description="work in the back office, minutes")
    deadline: Deadline = Field(description="when such a record is due")


class Staffing(_Model):
    """People per station."""

    intake: int = Field(ge=0, le=1000, description="officers at the counters")
    back_office: int = Field(ge=0, le=1000, description="officers in the back office")


class Learning(_Model):
    """How work that takes longer in unpractised hands gets shorter: the excess halves every few working days."""

    first_day_factor: float = Field(
        default=1, ge=1, le=20, description="how many times its practised duration work takes on the first working day"
    )
    halving_working_days: float = Field(
        default=1, gt=0, le=1000, description="working days after which half of the excess is left"
    )


class LinkFault(_Model):
    """A time in which the line, or the portal behind it, is slow or down."""

    starts: LocalInstant = Field(description="when it starts, local time")
    ends: LocalInstant = Field(description="when it ends, local time")
    capacity_ratio: Share = Field(description="what is left of the capacity; 0 is down")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts.tzinfo or self.ends.tzinfo:
            raise ValueError("local times without a zone")
        if self.ends <= self.starts:
            raise MisfitError("ends", got=self.ends, expected=f"an instant after starts {self.starts}")
        return self


class Link(_Model):
    """The line that all counters share; every transfer under way gets an equal part of it at once."""

    mbit_per_s: float = Field(gt=0, le=1_000_000, description="capacity of the line, megabits per second")
    background_ratio: float = Field(default=0, ge=0, lt=1, description="part of the capacity that other traffic takes")
    faults: tuple[LinkFault, ...] = Field(default=(), description="times in which the line is slow or down")


class Lunch(_Days, Staffing):
    """Who works through lunch on these days: so many of each station, in turn."""


class Evening(_Days, Staffing):
    """Who stays after the afternoon on these days: so many of each station, in turn."""

    until: TimeOfDay = Field(description="when they leave")


class PlanChoice(_Model):
    """What leaders choose; what is left out stays as in the scenario."""

    title: str = Field(min_length=1, description="what people call the plan")
    lunch: tuple[Lunch, ...] = Field(default=(), description="who works through lunch, and on which days")
    evening: tuple[Evening, ...] = Field(default=(), description="who stays in the evening, and on which days")
    staff: Staffing | None = Field(default=None, description="people per station, instead of the scenario's")
    counters: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        default=None, description="counters, instead of the scenario's"
    )
    link_mbit_per_s: Annotated[float, Field(gt=0, le=1_000_000)] | None = Field(
        default=None, description="capacity of the line, megabits per second, instead of the scenario's"
    )


class Scenario(_Model):
    """A centre, its period and the plans to compare."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="short name: small letters, digits, hyphens")
    title: str = Field(description="what people call the scenario")
    question: str = Field(description="the question that it answers")
    period: Period = Field(description="the days that are simulated")
    hours: Hours = Field(description="normal office hours")
    demand: Demand = Field(description="how many visits arrive, and when")
    procedures: dict[str, Procedure] = Field(min_length=1, description="kinds of record, by name")
    return_offset_min: Law = Field(
        description="sent home at closing: how long after the next opening one is back, minutes"
    )
    staff: Staffing = Field(description="people per station")
    counters: int = Field(ge=0, le=1000, description="how many visits can be attended at once")
    learning: Learning = Field(default=Learning(), description="how unpractised hands get practised")
    link: Link = Field(description="the line that the counters upload over")
    plans: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")], PlanChoice] = Field(
        min_length=1, description="what leaders may choose, by name"
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Check what no single part can know."""
        total = sum(procedure.share for procedure in self.procedures.values())
        if abs(total - 1) > 1e-9:  # noqa: PLR2004 - shares are decimal fractions, their sum is not exact
            raise MisfitError("procedures", got=f"shares that sum to {total:g}", expected="shares that sum to 1")
        for name, procedure in self.procedures.items():
            if procedure.deadline.cutoff > self.hours.afternoon[1]:
                got = procedure.deadline.cutoff
                raise MisfitError("procedures", name, "deadline", "cutoff", got=got, expected="a time in office hours")
        if not any(self.office_hours.is_working(day) for day in self.timebase.days if day <= self.period.peak_last_day):
            expected = "a working day from period.first_day to it"
            raise MisfitError("period", "peak_last_day", got=self.period.peak_last_day, expected=expected)
        for name, plan in self.plans.items():
            self._check_plan(name, plan)
        return self

    def _check_plan(self, name: str, plan: PlanChoice) -> None:
        staff = plan.staff or self.staff
        kinds: tuple[tuple[str, tuple[Lunch | Evening, ...]], ...] = (("lunch", plan.lunch), ("evening", plan.evening))
        for kind, covers in kinds:
            for index, cover in enumerate(covers):
                at = ("plans", name, kind, index)
                if cover.intake > staff.intake or cover.back_office > staff.back_office:
                    available = f"intake {staff.intake}, back_office {staff.back_office}"
                    asked = f"intake {cover.intake}, back_office {cover.back_office}"
                    raise MisfitError(*at, got=asked, expected=f"at most the staff there is: {available}")
                if any(cover.overlaps(other) for other in covers[index + 1 :]):
                    days = f"{cover.first_day} to {cover.last_day}"
                    raise MisfitError(*at, got=days, expected=f"days that no other {kind} entry of the plan has")
        for index, evening in enumerate(plan.evening):
            if evening.until <= self.hours.afternoon[1]:
                expected = f"a time after {self.hours.afternoon[1]:%H:%M}"
                raise MisfitError("plans", name, "evening", index, "until", got=evening.until, expected=expected)

    @property
    def timebase(self) -> Timebase:
        """Return the clock of the period."""
        period = self.period
        n_days = (period.last_day - period.first_day).days + 1
        return Timebase(period.first_day, n_days, period.time_zone, period.tick_ms)

    @property
    def office_hours(self) -> OfficeHours:
        """Return when the office normally works."""
        return OfficeHours(
            self.timebase,
            frozenset(_WEEKDAYS.index(name) for name in self.hours.working_weekdays),
            self.hours.holidays,
            self.hours.morning,
            self.hours.afternoon,
        )

    @property
    def titles(self) -> Mapping[str, str]:
        """Return the plans' titles by name, in the file's order."""
        return {name: plan.title for name, plan in self.plans.items()}


def read_scenario(path: Path | str) -> Scenario:
    """Return the scenario of a YAML file.

    Raises:
        ScenarioError: the file cannot be read or does not describe a scenario; the message names the field.
    """
    return read_document(path, Scenario, ScenarioError)
