"""Who works, at what, when, and how fast."""

from datetime import date
from enum import IntEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.document import MisfitError
from sim.scenario.parts import WEEKDAYS, Day, Days, EachOnce, Like, Part, People, Ratio, TimeOfDay, Weekday
from sim.timebase import in_order


class Stage(IntEnum):
    """What people do for a record, in the order of its route; each has lines of its own, one for each procedure."""

    GUIDANCE = 0
    INTAKE = 1
    CHECK = 2
    BACK_OFFICE = 3
    APPROVAL = 4
    HANDOVER = 5


# In the hall: the citizen is there, and work that was begun is finished also past the end of the shift.
HALL_STAGES = (Stage.GUIDANCE, Stage.INTAKE, Stage.HANDOVER)
COUNTER_STAGES = (Stage.INTAKE, Stage.HANDOVER)
DESK_STAGES = (Stage.CHECK, Stage.BACK_OFFICE)  # at desks that are shared; whoever signs does so at their own
STAGE_NAMES = {stage: stage.name.lower().replace("_", "-") for stage in Stage}
STAGES_BY_NAME = {name: stage for stage, name in STAGE_NAMES.items()}

Skill = Annotated[
    str,
    Like(
        rf"^({'|'.join(STAGES_BY_NAME)})(:[a-z0-9][a-z0-9-]*)?$",
        f"one of: {', '.join(STAGES_BY_NAME)}; for one procedure alone, such as intake:land",
        tuple(STAGES_BY_NAME),
    ),
]
Skills = Annotated[tuple[Skill, ...], Field(min_length=1)]


def skill_parts(skill: str) -> tuple[Stage, str | None]:
    """Return the stage of a skill, and the one procedure that it is for, if it is not for all.

    >>> skill_parts("back-office:land")
    (<Stage.BACK_OFFICE: 3>, 'land')
    """
    stage, _, procedure = skill.partition(":")
    return STAGES_BY_NAME[stage], procedure or None


class Leave(Days):
    """Planned absence."""

    people: People = Field(description="how many of the group are away")


class Group(Part):
    """People who do the same work."""

    people: People = Field(description="how many they are")
    skills: Skills = Field(
        description="stages that they work at, preferred first; `intake:land` is intake for the procedure land alone"
    )
    first_day: Day | None = Field(default=None, description="the first day on which they work; default: always")
    last_day: Day | None = Field(default=None, description="the last day on which they work; default: always")
    weekdays: Annotated[frozenset[Weekday], Field(strict=False), EachOnce] | None = Field(
        default=None, description="days of the week on which they work, if not on all that the office does"
    )
    times: tuple[tuple[TimeOfDay, TimeOfDay], ...] = Field(
        default=(), description="times of a working day between which they work, if not those of the office"
    )
    leave: tuple[Leave, ...] = Field(default=(), description="planned absence")
    absence_ratio: Ratio = Field(default=0, description="part of the days on which each is absent without warning")
    experience_days: float = Field(
        default=0, ge=0, le=10_000, description="working days of practice that they have on their first day"
    )
    wage_per_h: float = Field(default=0, ge=0, description="wage for an hour, in the currency of costs")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise MisfitError("last_day", got=self.last_day, expected=f"a day from first_day {self.first_day} on")
        if not in_order(self.times):
            got = ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in self.times)
            raise MisfitError("times", got=got, expected="parts of a day in their order, each ending after it starts")
        return self

    def is_present(self, day: date) -> bool:
        """Return whether the group is there on this day: it has come and not gone for good."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)

    def is_weekday(self, day: date) -> bool:
        """Return whether the group works on this day of the week, if the office does."""
        return self.weekdays is None or WEEKDAYS[day.weekday()] in self.weekdays


class Learning(Part):
    """How work that takes longer in unpractised hands gets shorter: the excess halves every few working days."""

    first_day_factor: float = Field(
        default=1, ge=1, le=20, description="how many times its practised duration work takes without any practice"
    )
    halving_working_days: float = Field(
        default=1, gt=0, le=1000, description="working days after which half of the excess is left"
    )


class Fatigue(Part):
    """How work gets longer in a long day."""

    after_h: int = Field(default=24, ge=0, le=24, description="hours after the start of one's day from which one tires")
    growth_per_h: float = Field(
        default=0, ge=0, le=5, description="by how much of its duration work gets longer with each hour from then on"
    )


class Guidance(Part):
    """What each person with the skill `guidance` changes while the group is there."""

    wrong_counter_factor: Annotated[float, Field(ge=0, le=1)] = Field(
        default=1, description="factor on each wrong_counter_ratio for each such person"
    )
    incomplete_factor: Annotated[float, Field(ge=0, le=1)] = Field(
        default=1, description="factor on each incomplete_ratio for each such person"
    )


class VolunteerEffect(Part):
    """What a team of volunteers changes on the days when it is there."""

    moves_online_ratio: Ratio = Field(
        default=0, description="part of those who would come to a counter whom each team helps to submit online"
    )
    intake_factor: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1, description="factor on the work at the counter for each team"
    )


class Volunteering(Days):
    """Teams of volunteers, on those of these days that the office works."""

    teams: Annotated[int, Field(ge=0, le=100)] = Field(description="how many teams")
