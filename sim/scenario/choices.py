"""What leaders choose: a plan."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.document import MisfitError
from sim.scenario.money import Equipment
from sim.scenario.parts import Days, Name, Part, People, TimeOfDay
from sim.scenario.people import Skills, Volunteering


class Cover(Days):
    """Who works outside normal hours on these days: so many of each group, in turn."""

    people: dict[Name, People] = Field(min_length=1, description="how many of each group")


class Lunch(Cover):
    """Who works through lunch on these days: so many of each group, in turn."""


class Evening(Cover):
    """Who stays after the afternoon on these days: so many of each group, in turn."""

    until: TimeOfDay = Field(description="when they leave")


class Session(Cover):
    """Opening on these days where they are days off, such as a Saturday: so many of each group, in turn."""

    opens: TimeOfDay = Field(description="when it begins")
    closes: TimeOfDay = Field(description="when it ends")

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.closes <= self.opens:
            raise MisfitError("closes", got=self.closes, expected=f"a time after opens {self.opens:%H:%M}")
        return self


class PlanChoice(Part):
    """What leaders choose; what is left out stays as in the scenario."""

    title: str = Field(min_length=1, description="what people call the plan")
    lunch: tuple[Lunch, ...] = Field(default=(), description="who works through lunch, and on which days")
    evening: tuple[Evening, ...] = Field(default=(), description="who stays in the evening, and on which days")
    sessions: tuple[Session, ...] = Field(default=(), description="openings on days off, and who works then")
    staff: dict[Name, People] = Field(
        default_factory=dict, description="people of groups whose number differs from the scenario's"
    )
    skills: dict[Name, Skills] = Field(
        default_factory=dict, description="skills of groups that are trained for other work, preferred first"
    )
    training_days: dict[Name, Annotated[float, Field(ge=0, le=1000)]] = Field(
        default_factory=dict, description="working days of practice that training gives each of a group beforehand"
    )
    volunteers: tuple[Volunteering, ...] = Field(default=(), description="teams of volunteers, and on which days")
    counters: People | None = Field(default=None, description="counters, instead of the scenario's")
    desks: People | None = Field(default=None, description="desks, instead of the scenario's")
    scanners: People | None = Field(default=None, description="scanners, instead of the scenario's")
    link_mbit_per_s: Annotated[float, Field(gt=0, le=1_000_000)] | None = Field(
        default=None, description="capacity of the line, megabits per second, instead of the scenario's"
    )
    world: dict[str, Any] = Field(
        default_factory=dict,
        description="what would be otherwise, with the fields of the scenario itself: a plan that asks what if",
    )
    ups_min: Annotated[float, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="how long batteries bridge a power cut, minutes, instead of the scenario's"
    )
    purchase: Equipment = Field(
        default=Equipment(), description="what else the plan buys, such as the work of laying a line, or furniture"
    )
