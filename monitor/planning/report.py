"""The leaders' report on plans that somebody has tried out.

Place in the pipeline: beside the studies, in the same processes. In: a scenario and options. Out: how far it is, again
and again, and a PDF. Invariant: whoever leaves ends it; nothing of it is kept.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import sim
from monitor.clock import monotonic_s

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from monitor.planning.study import Studio
    from sim import Appraisal, Case, Scenario, Table

_EVERY_S = 0.3  # people see no more
_N_REPLICATIONS = 40
_SEED = 1


class _LeftError(Exception):
    """Nobody waits for the report any more."""


async def report(
    studio: Studio, scenario: Scenario, options: Sequence[str] = (), baseline: str | None = None
) -> AsyncGenerator[dict[str, Any] | bytes, None]:
    """Yield how far the report is, as experiment, number of replications and of how many; last, the PDF itself.

    Args:
        studio: its processes simulate.
        scenario: the world, with the plans.
        options: names of plans; none: as the scenario says.
        baseline: name of the plan that they are held against; none: as the scenario says.

    Raises:
        ScenarioError: an option is wrong, or the Labour Code forbids it; nothing has run.
        EngineError: a replication failed.
        WorkerError: a worker was lost.
    """
    loop, steps, is_left = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None](), False

    def run(experiment: str, cases: Sequence[Case], n_replications: int) -> Table:
        shown = monotonic_s() - _EVERY_S
        tables = sim.stream_experiment(cases, seed=_SEED, n_replications=n_replications, executor=studio.executor())
        with closing(tables):
            for table in tables:
                if is_left:
                    raise _LeftError
                if monotonic_s() - shown >= _EVERY_S:
                    told = {"experiment": experiment, "n": table.n_replications, "of": n_replications}
                    loop.call_soon_threadsafe(steps.put_nowait, told)
                    shown = monotonic_s()
        return table

    appraise = partial(sim.appraise, scenario, options, baseline=baseline, run=run, n_replications=_N_REPLICATIONS)
    running = asyncio.create_task(asyncio.to_thread(appraise))
    running.add_done_callback(lambda _: steps.put_nowait(None))
    try:
        while step := await steps.get():
            yield step
        yield await studio.call(partial(_as_pdf, await running))
    except sim.WorkerError:
        studio.close()  # the next report has new ones
        raise
    finally:
        is_left = True
        running.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody else asks


def _as_pdf(appraisal: Appraisal) -> bytes:
    return sim.to_pdf(sim.write_paper(appraisal))
