"""What the citizens do when they wait, are sent away, or bring what was missing; and what is there on the first day."""

from typing import Literal

from pydantic import Field

from sim.laws import Law
from sim.scenario.parts import Name, Part, Ratio


class Citizens(Part):
    """How people behave. Without a law they wait as long as it takes, and come back at once when the doors open."""

    waiting_limit_min: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        description="a wait above it is too long, minutes; without it nothing is too long",
    )
    patience_min: Law | None = Field(default=None, description="how long one waits in a line before leaving, minutes")
    balk_at: Law | None = Field(default=None, description="how many must wait in the hall for one to turn around")
    gives_up_ratio: Ratio = Field(
        default=0, description="part of those who left in vain who never come again, each time anew"
    )
    return_offset_min: Law | None = Field(
        default=None, description="how long after an opening one is back who was sent home or left, minutes"
    )
    supplement_delay_h: Law | None = Field(
        default=None, description="how long one takes to bring or send what was missing, hours"
    )
    collect_delay_h: Law | None = Field(
        default=None, description="how long after settlement one comes to collect the result, hours"
    )


class InitialRecords(Part):
    """Records that are there when the period begins, all at the same stage."""

    procedure: Name = Field(description="their procedure")
    stage: Literal["check", "back-office", "approval"] = Field(
        description="where they wait: check, back-office or approval"
    )
    records: int = Field(ge=1, le=100_000, description="how many")
    age_h: Law | None = Field(default=None, description="how long ago they were received, hours")
    done_ratio: float = Field(default=0, ge=0, lt=1, description="part of the work at this stage that is already done")
