"""What a plan has to be worth: over how many years, how often the period comes, and how wrong the assumptions may be.

Place in the pipeline: a part of the scenario; no engine reads it. Invariant: its defaults change nothing.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.document import MisfitError
from sim.scenario.parts import Name, Part

_Times = Annotated[float, Field(gt=0, le=100)]


class Assumption(Part):
    """Numbers of the file that may all be wrong together, and by how much."""

    title: str = Field(min_length=1, max_length=60, description="what people call it")
    fields: tuple[str, ...] = Field(
        min_length=1,
        description="the numbers, as ways through the file such as `demand.visits_per_day`; `*` is every name or entry",
    )
    low_factor: _Times = Field(description="they may be as small as so many times what the file says")
    high_factor: _Times = Field(description="they may be as large as so many times what the file says")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.high_factor <= self.low_factor:
            expected = f"a number above low_factor {self.low_factor:g}"
            raise MisfitError("high_factor", got=self.high_factor, expected=expected)
        return self


class AppraisalTerms(Part):
    """What the leaders' report asks for and cannot know by itself."""

    baseline: Name | None = Field(
        default=None, description="the plan that options are held against; default: the first"
    )
    options: tuple[Name, ...] = Field(
        default=(), description="the plans that can be bought or chosen; default: all others that do not ask what if"
    )
    years: float = Field(default=5, gt=0, le=100, description="years over which costs are told")
    periods_per_year: Annotated[float, Field(gt=0, le=366)] | None = Field(
        default=None, description="how many periods like this one a year has; default: as many as there is room for"
    )
    assumptions: tuple[Assumption, ...] = Field(
        default=(), max_length=8, description="how wrong numbers of the file may be; told and tried out in the report"
    )
