"""Plans that somebody is trying out, simulated beside the service, and what is known of them so far.

Place in the pipeline: under the planner's page. In: a scenario and some plans. Out: what is known of them, as often
as people can see. Invariant: the service is never delayed, because processes of their own do the work; whoever has seen
enough leaves, and what was not begun for them is dropped.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

import sim
from monitor.clock import monotonic_s
from monitor.planning.answer import answer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    from sim import Case, Scenario, Table, Workers

_FIRST = 12  # replications that make a first picture
_EVERY_S = 0.15  # thereafter; more often, and nobody would see the difference
_SEED = 1

T = TypeVar("T")


class Studio:
    """The processes that simulate for the page: started when the first asks, kept for the next.

    Args:
        n_workers: how many; none: one for each processor.
    """

    def __init__(self, n_workers: int | None = None) -> None:
        self._n_workers = n_workers
        self._workers: Workers | None = None

    async def warm(self, scenario: Scenario) -> None:
        """Have the processes started and the engine loaded, so that the first picture need not wait for that."""
        cases, workers = [sim.Case(scenario, next(iter(scenario.plans)))], self.executor()
        for n_replications in (1, 2 * workers.n_workers):  # what the first has to compile, the others find on the disk
            await asyncio.to_thread(_grow, cases, n_replications, workers, lambda _: True)

    async def call(self, function: Callable[[], T]) -> T:
        """Return what a function finds in one of the processes."""
        return await asyncio.get_running_loop().run_in_executor(self.executor(), function)

    async def study(
        self, scenario: Scenario, plans: Mapping[str, Mapping[str, object]], n_replications: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the `answer` after some replications, after more, and after all.

        Args:
            scenario: the world.
            plans: by name, as a file would say them.
            n_replications: of each plan, at least 1.

        Raises:
            ScenarioError: a plan is wrong, or the Labour Code forbids it; nothing has run.
            EngineError: a replication failed.
            WorkerError: a worker was lost.
        """
        cases = await asyncio.to_thread(_cases, scenario, plans)
        loop, answers, is_left = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None](), False

        def tell(table: Table) -> bool:
            # Read here, in the thread that goes on to write to what the table is read from.
            loop.call_soon_threadsafe(answers.put_nowait, answer(table))
            return not is_left

        running = asyncio.create_task(asyncio.to_thread(_grow, cases, n_replications, self.executor(), tell))
        running.add_done_callback(lambda _: answers.put_nowait(None))
        try:
            while known := await answers.get():
                yield known
            await running
        except sim.WorkerError:
            self.close()  # the next study has new ones
            raise
        finally:
            is_left = True

    def close(self) -> None:
        """End the processes."""
        if self._workers:
            self._workers.end()
            self._workers = None

    def executor(self) -> Workers:
        """Return the processes; the first call makes them."""
        if self._workers is None:
            self._workers = sim.Workers(self._n_workers)
        return self._workers


def _cases(scenario: Scenario, plans: Mapping[str, Mapping[str, object]]) -> list[Case]:
    """Return a case for each plan, all of one scenario, so that they meet the same demand."""
    theirs = sim.with_plans(scenario, plans)
    for name in plans:
        sim.build_plan(theirs, name)
    return [sim.Case(theirs, name) for name in plans]


def _grow(cases: Sequence[Case], n_replications: int, workers: Workers, tell: Callable[[Table], bool]) -> None:
    """Tell the first picture, one every while, and the last; until that is no longer wanted."""
    shown = monotonic_s() - _EVERY_S
    tables = sim.stream_experiment(cases, seed=_SEED, n_replications=n_replications, executor=workers)
    with closing(tables):
        for table in tables:
            n = table.n_replications
            is_due = n >= _FIRST and monotonic_s() - shown >= _EVERY_S
            if not is_due and n < n_replications:
                continue
            if not tell(table):
                return
            shown = monotonic_s()
