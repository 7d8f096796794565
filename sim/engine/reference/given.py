"""What a replication is given: draws, plan and conditions."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from sim.conditions import Conditions
from sim.plan import Plan
from sim.workload import Workload


@dataclass(frozen=True)
class Given:
    """All that happens is a consequence of this.

    Attributes:
        workload: every draw.
        plan: the leaders' choice.
        conditions: what line, portal, software and power make of it.
    """

    workload: Workload
    plan: Plan
    conditions: Conditions

    @cached_property
    def _midnights(self) -> list[int]:
        midnights: list[int] = self.plan.hours.timebase.midnights.tolist()
        return midnights

    @cached_property
    def procedure(self) -> list[int]:
        """Return each record's procedure."""
        procedure: list[int] = self.workload.procedure.tolist()
        return procedure

    def day(self, tick: int) -> int:
        """Return the day that a tick falls on."""
        return bisect_right(self._midnights, tick) - 1
