"""The prediction's charts for the page: a scenario's plans, simulated once beside the service.

Place in the pipeline: beside the collector. In: a scenario. Out: SVG, once it is there. Invariant: it never delays the
service, because it is computed in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sim

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sim import Scenario

_log = logging.getLogger(__name__)


class _Stopped(Exception):  # noqa: N818 - not an error: how a calculation is told to end
    """The service stops; the rest of the calculation is not needed."""


@dataclass
class ScenarioPrediction:
    """A scenario's peak week under each of its plans.

    Attributes:
        scenario: the scenario.
        n_replications: replications of each plan.
        seed: root seed.
    """

    scenario: Scenario
    n_replications: int = 40
    seed: int = 1
    _svg_by_is_narrow: dict[bool, str] = field(default_factory=dict, init=False)
    _is_stopped: bool = field(default=False, init=False)

    @property
    def caption(self) -> str:
        """Return what the chart shows."""
        return (
            f"{self.scenario.title}: the backlog when each working day closes, under each plan. Lines are means over "
            f"{self.n_replications} replications, bands hold 80 % of them; days off are left out."
        )

    async def draw(self, *, is_narrow: bool) -> str | None:
        """Return the chart in one of its forms, or none while it is calculated."""
        return self._svg_by_is_narrow.get(is_narrow)

    @contextlib.asynccontextmanager
    async def calculating(self) -> AsyncIterator[None]:
        """Calculate while the block runs; leave the rest when it ends."""
        task = asyncio.create_task(asyncio.to_thread(self._calculate))
        try:
            yield
        finally:
            self._is_stopped = True
            await task

    def _calculate(self) -> None:
        cases = [sim.Case(self.scenario, plan) for plan in self.scenario.plans]
        try:
            with sim.Workers(1) as executor:
                table = sim.run_experiment(
                    cases,
                    seed=self.seed,
                    n_replications=self.n_replications,
                    executor=executor,
                    on_done=self._go_on_unless_stopped,
                )
            self._svg_by_is_narrow = {
                is_narrow: sim.peak_backlog(table, is_narrow=is_narrow) for is_narrow in (False, True)
            }
        except _Stopped:
            return
        except sim.PeakweekError as problem:
            _log.error("no prediction: %s", problem)

    def _go_on_unless_stopped(self, _: int) -> None:
        if self._is_stopped:
            raise _Stopped
