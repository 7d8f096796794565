"""The line, and what fails: line, portal, software, power."""

from enum import IntEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.document import MisfitError
from sim.laws import Law
from sim.scenario.parts import Day, Hour, LocalInstant, Part, Ratio

SystemName = Literal["link", "portal", "software", "power"]
_Capacity = Annotated[float, Field(gt=0, le=1_000_000)]
_Background = Annotated[float, Field(ge=0, lt=1)]


class System(IntEnum):
    """What can be slow or down, by the number that a workload's outages give it."""

    LINK = 0
    PORTAL = 1
    SOFTWARE = 2
    POWER = 3


class Link(Part):
    """The line that all counters share; every transfer under way gets an equal part of it at once."""

    mbit_per_s: _Capacity = Field(description="capacity of the line, megabits per second")
    mbit_per_s_from: dict[Day, _Capacity] = Field(
        default_factory=dict,
        description="the same where it changes: day, capacity from its midnight on; a plan's own line never changes",
    )
    background_ratio: _Background = Field(default=0, description="part of the capacity that other traffic takes")
    background_by_hour: dict[Hour, _Background] = Field(
        default_factory=dict, description="the same in hours that differ: full hour, part of the capacity"
    )
    holds_counter: bool = Field(
        default=True, description="whether officer and counter wait until the files of a visit are uploaded"
    )


class Outage(Part):
    """A time in which something is slow or down."""

    what: SystemName = Field(
        description="link: the line; portal: what uploads and online submissions go to; "
        "software: what all stages but guidance work with; power: all of these"
    )
    starts: LocalInstant = Field(description="when it starts, local time")
    ends: LocalInstant = Field(description="when it ends, local time")
    left_ratio: Ratio = Field(default=0, description="what is left of the speed; 0 is down")
    loses_work: bool = Field(
        default=False, description="whether uploads (link, portal, power) and work at hand (software, power) start anew"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, instant in (("starts", self.starts), ("ends", self.ends)):
            if instant.tzinfo:
                raise MisfitError(name, got=instant, expected="a local time without a zone")
        if self.ends <= self.starts:
            raise MisfitError("ends", got=self.ends, expected=f"an instant after starts {self.starts}")
        return self


class RandomOutage(Part):
    """Outages at random instants, anew in each replication."""

    what: SystemName = Field(description="as in outages")
    per_day: float = Field(gt=0, le=100, description="how many start in 24 hours, on average")
    duration_min: Law = Field(description="how long each lasts, minutes")
    left_ratio: Ratio = Field(default=0, description="what is left of the speed; 0 is down")
    loses_work: bool = Field(default=False, description="as in outages")
