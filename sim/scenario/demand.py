"""How many visits come, when, with how many records each, and by which channel."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.document import MisfitError
from sim.laws import Law
from sim.scenario.parts import WEEKDAYS, Days, Factor, Hour, Part, Ratio, TimeOfDay, Weekday, Weight


class Surge(Days):
    """Days on which more (or fewer) people come."""

    factor: Factor = Field(description="how many times the ordinary number of visits")


class Slot(Part):
    """A time of day for which appointments are given."""

    at: TimeOfDay = Field(description="the time of the appointment, on every working day")
    visits: int = Field(ge=1, le=1000, description="how many visits have an appointment for that time")


class Appointments(Part):
    """Visits that come by appointment, on top of those that walk in."""

    slots: tuple[Slot, ...] = Field(min_length=1, description="the times of a working day")
    no_show_ratio: Ratio = Field(default=0, description="part of those with an appointment who do not come")
    lateness_min: Law | None = Field(default=None, description="how long after the time one comes, minutes")
    priority: int = Field(
        default=0, ge=-9, le=9, description="added to the priority of their procedures; −1 comes before walk-ins"
    )


class Demand(Part):
    """How many visits arrive, and when."""

    visits_per_day: float = Field(
        ge=0, le=100_000, description="mean number of visits, without appointments, on an ordinary working day"
    )
    hour_weights: dict[Hour, Weight] = Field(
        min_length=1, description="how a day's visits spread over its hours: full hour, relative weight"
    )
    weekday_hour_weights: dict[Weekday, Annotated[dict[Hour, Weight], Field(min_length=1)]] = Field(
        default_factory=dict, description="the same for days of the week that differ"
    )
    weekday_factors: dict[Weekday, Factor] = Field(
        default_factory=dict, description="how many times the ordinary number of visits, by day of the week"
    )
    after_holiday_factor: Factor = Field(
        default=1, description="how many times the ordinary number of visits on the first working day after a holiday"
    )
    surges: tuple[Surge, ...] = Field(default=(), description="days on which more, or fewer, people come")
    day_cv: float = Field(
        default=0, ge=0, le=2, description="spread of a day's demand around its mean, over and above chance"
    )
    hour_cv: float = Field(
        default=0, ge=0, le=2, description="spread of an hour's demand around what its day gives, over and above chance"
    )
    records_per_visit: dict[Annotated[int, Field(ge=1, le=20)], Weight] = Field(
        default={1: 1.0}, min_length=1, description="how many records a visit brings: number, relative weight"
    )
    appointments: Appointments | None = Field(default=None, description="visits by appointment")

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        weights: dict[tuple[str, ...], dict[int, float]] = {
            ("hour_weights",): self.hour_weights,
            **{("weekday_hour_weights", day): each for day, each in self.weekday_hour_weights.items()},
            ("records_per_visit",): self.records_per_visit,
        }
        for at, each in weights.items():
            if not sum(each.values()) > 0:
                raise MisfitError(*at, got="no weight above 0", expected="at least one")
        return self

    def visits_per_hour(self, day: date, hour: int, *, is_after_holiday: bool) -> float:
        """Return the mean number of walk-in visits in this hour of a working day."""
        weekday = WEEKDAYS[day.weekday()]
        weights = self.weekday_hour_weights.get(weekday, self.hour_weights)
        factor: float = self.weekday_factors.get(weekday, 1.0)
        if is_after_holiday:
            factor *= self.after_holiday_factor
        for surge in self.surges:
            if surge.covers(day):
                factor *= surge.factor
        return self.visits_per_day * weights.get(hour, 0.0) / sum(weights.values()) * factor
