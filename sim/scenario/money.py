"""What things cost, and what the Labour Code allows."""

from datetime import time
from typing import Annotated

from pydantic import Field

from sim.scenario.parts import Like, Part, TimeOfDay


class Equipment(Part):
    """What one more of a thing costs."""

    price: float = Field(default=0, ge=0, description="price of one")
    life_years: float = Field(default=5, gt=0, le=100, description="years over which the price is spread")
    upkeep_per_year: float = Field(default=0, ge=0, description="upkeep of one in a year")


class Costs(Part):
    """Prices, all in one currency; what has no price costs nothing."""

    currency: Annotated[str, Like("^[A-Z]{3}$", "three capital letters such as VND")] = Field(
        default="VND", description="ISO 4217 code"
    )
    counter: Equipment = Field(default=Equipment(), description="a counter with its furniture and computer")
    desk: Equipment = Field(default=Equipment(), description="a desk in the back office; unlimited desks cost nothing")
    scanner: Equipment = Field(default=Equipment(), description="a scanner; unlimited scanners cost nothing")
    ups: Equipment = Field(default=Equipment(), description="battery for one minute of a power cut")
    link_per_mbit_month: float = Field(default=0, ge=0, description="the line, for each megabit per second and month")
    training_day: float = Field(default=0, ge=0, description="a day of training for one person")
    volunteer_team_day: float = Field(default=0, ge=0, description="a team of volunteers for a day")
    citizen_wait_h: float = Field(
        default=0, ge=0, description="an hour that a citizen waits, if leaders want it valued"
    )


class LabourRules(Part):
    """Limits and supplements of overtime; the defaults are those of Vietnam's Labour Code of 2019.

    Source: Labour Code 45/2019/QH14, articles 98 and 105 to 107.
    """

    is_enforced: bool = Field(default=True, description="whether a plan that breaks a limit is refused")
    normal_day_h: float = Field(default=8, gt=0, le=24, description="normal hours of a day, at most")
    normal_week_h: float = Field(default=48, gt=0, le=168, description="normal hours of a week, at most")
    overtime_day_ratio: float = Field(
        default=0.5, ge=0, le=2, description="overtime of a day, part of its normal hours"
    )
    day_h: float = Field(default=12, gt=0, le=24, description="normal hours and overtime of a day together")
    overtime_month_h: float = Field(default=40, ge=0, le=744, description="overtime of a calendar month")
    overtime_year_h: float = Field(default=200, ge=0, le=8784, description="overtime of a calendar year")
    workday_factor: float = Field(default=1.5, ge=1, le=10, description="pay of overtime on a working day")
    rest_day_factor: float = Field(default=2, ge=1, le=10, description="pay of overtime on a weekly day of rest")
    holiday_factor: float = Field(default=3, ge=1, le=10, description="pay of overtime on a holiday")
    night_starts: TimeOfDay = Field(
        default=time(22), description="when night work starts", json_schema_extra={"default": "22:00"}
    )
    night_ends: TimeOfDay = Field(
        default=time(6), description="when night work ends", json_schema_extra={"default": "06:00"}
    )
    night_supplement_ratio: float = Field(default=0.3, ge=0, le=5, description="supplement for night work")
    night_overtime_supplement_ratio: float = Field(
        default=0.2, ge=0, le=5, description="further supplement for overtime at night"
    )
