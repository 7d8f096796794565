"""Kinds of record: the stages that each goes through, how much work each stage takes, and when it is due."""

from datetime import time
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from sim.document import MisfitError
from sim.laws import Law
from sim.scenario.parts import Part, Ratio, TimeOfDay
from sim.scenario.people import Stage


class Deadline(Part):
    """When a record is due, counted from receipt: the end of a working day, or a number of working hours later."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": [name],
                    "properties": {name: {"not": {"type": "null"}}, other: {"type": "null"}},
                }
                for name, other in (("working_days", "working_hours"), ("working_hours", "working_days"))
            ]
        }
    )

    working_days: int | None = Field(
        default=None, ge=0, le=365, description="working days after the day of receipt; 0 is the same day"
    )
    working_hours: float | None = Field(
        default=None, gt=0, le=2000, description="instead of days: hours of normal office time after receipt"
    )
    cutoff: TimeOfDay = Field(
        default=time(15),
        description="with working_days: received from then on counts as the next working day",
        json_schema_extra={"default": "15:00"},
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.working_days is None) == (self.working_hours is None):
            got = "neither" if self.working_days is None else "both"
            raise MisfitError(got=got, expected="either working_days or working_hours")
        return self


class Procedure(Part):
    """A kind of record. A stage whose work is not given is not in its route."""

    share: Ratio = Field(description="part of all records that are of this kind; all shares sum to 1")
    online_ratio: Ratio = Field(
        default=0, description="part of them, if without appointment, that is submitted online, without a visit"
    )
    priority: int = Field(default=0, ge=-9, le=9, description="in every line the lower number comes first")
    guidance_min: Law | None = Field(default=None, description="help in the hall before the counter, minutes")
    intake_min: Law = Field(description="desk work at the counter, minutes")
    pages: Law | None = Field(default=None, description="pages scanned at the counter")
    scan_s_per_page: float = Field(default=0, ge=0, le=3600, description="time on a scanner for each page, seconds")
    page_mb: float = Field(default=0, ge=0, le=1000, description="megabytes a scanned page uploads")
    check_min: Law | None = Field(
        default=None, description="check of a record submitted online before it is received, minutes"
    )
    back_office_min: Law | None = Field(default=None, description="work in the back office, minutes")
    approval_min: Law | None = Field(default=None, description="the signatory's work, minutes")
    handover_min: Law | None = Field(
        default=None, description="handing the result over at a counter, minutes; without it nobody comes to collect it"
    )
    wrong_counter_ratio: Ratio = Field(
        default=0, description="part of the visits that first reach a counter that cannot help them"
    )
    incomplete_ratio: Ratio = Field(
        default=0, description="part of the records whose papers are found incomplete, once, by intake or check"
    )
    deadline: Deadline = Field(description="when such a record is due")

    @model_validator(mode="after")
    def _pages_that_are_there(self) -> Self:
        if self.pages is None and (self.page_mb or self.scan_s_per_page):
            raise MisfitError("pages", got="nothing", expected="how many there are to scan or to upload")
        return self

    def work_min(self, stage: Stage) -> Law | None:
        """Return the law of the work at a stage, minutes; none when it is not in the route."""
        works = {
            Stage.GUIDANCE: self.guidance_min,
            Stage.INTAKE: self.intake_min,
            Stage.CHECK: self.check_min,
            Stage.BACK_OFFICE: self.back_office_min,
            Stage.APPROVAL: self.approval_min,
            Stage.HANDOVER: self.handover_min,
        }
        return works[stage]
