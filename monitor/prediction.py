"""The prediction's chart for the page: a scenario's plans, simulated once beside the service.

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
        svg: the chart; none until it is drawn.
    """

    scenario: Scenario
    n_replications: int = 40
    seed: int = 1
    svg: str | None = None
    _is_stopped: bool = field(default=False, init=False)

    async def __call__(self) -> str | None:
        """Return the chart, or none while it is calculated."""
        return self.svg

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
            self.svg = sim.peak_backlog(table)
        except _Stopped:
            return
        except sim.PeakweekError as problem:
            _log.error("no prediction: %s", problem)

    def _go_on_unless_stopped(self, _: int) -> None:
        if self._is_stopped:
            raise _Stopped
