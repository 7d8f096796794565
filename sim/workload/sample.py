"""Draws a replication.

Place in the pipeline: where a workload is made. In: a scenario, a seed and the number of the replication. Out: a
`Workload`. Invariant: the same three give the same draws, in any order and on any number of processors.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from sim.scenario import Scenario
from sim.scenario.people import Stage
from sim.streams import Streams
from sim.workload import asked
from sim.workload.ahead import Ahead
from sim.workload.asked import Asked
from sim.workload.failures import Failures, Staff
from sim.workload.records import Flags, records
from sim.workload.rows import Workload
from sim.workload.thinning import Whole
from sim.workload.visits import Expected, bounds


def sample(scenario: Scenario, *, seed: int, replications: Sequence[int]) -> list[Workload]:
    """Return the draws of some replications of the scenario's world, side by side."""
    return _sampler(_Same(scenario)).sample(seed, replications)


class _Sampler:
    """All that is worked out once for the replications of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._expected, self._staff, self._failures = Expected(scenario), Staff(scenario), Failures(scenario)
        self._ahead = Ahead([*self._expected.parts(), *self._staff.parts()])
        self._asked = Asked(scenario)

    def sample(self, seed: int, replications: Sequence[int]) -> list[Workload]:
        words = np.array([Streams(seed, replication).key for replication in replications])
        ahead = self._ahead.draw(words)
        drawn, leads, ends = records(self._asked, words, *self._expected.come(words, ahead))
        absences, outages = self._staff.absences(ahead, len(words)), self._failures.outages(words)
        each = zip(replications, bounds(ends), absences, outages, strict=True)
        return [
            _workload(seed, replication, (drawn[:, first:last], leads[first:last]), (absence, outage))
            for replication, (first, last), absence, outage in each
        ]


def _workload(seed: int, replication: int, records: tuple[Whole, Flags], failures: tuple[Whole, Whole]) -> Workload:
    drawn, leads = records
    absence, outages = failures
    return Workload(
        seed=seed,
        replication=replication,
        arrival=drawn[asked.ARRIVAL],
        entry=drawn[asked.ENTRY],
        follower=drawn[asked.FOLLOWER],
        leads=leads,
        procedure=drawn[asked.PROCEDURE],
        priority=drawn[asked.PRIORITY],
        channel_draw=drawn[asked.CHANNEL],
        wrong_draw=drawn[asked.WRONG_COUNTER],
        incomplete_draw=drawn[asked.INCOMPLETE],
        work=drawn[: len(Stage)],
        scan_work=drawn[asked.SCAN],
        upload_bit=drawn[asked.UPLOAD],
        patience=drawn[asked.PATIENCE],
        balk_at=drawn[asked.BALK_AT],
        n_tries=drawn[asked.N_TRIES],
        return_offset=drawn[asked.RETURN_OFFSET],
        supplement_delay=drawn[asked.SUPPLEMENT_DELAY],
        collect_delay=drawn[asked.COLLECT_DELAY],
        absence_draw=absence,
        outages=outages,
    )


class _Same:
    """A scenario as a key: the very same object, for it is too large to be compared by value."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.scenario is other.scenario


@lru_cache(maxsize=64)
def _sampler(same: _Same) -> _Sampler:
    return _Sampler(same.scenario)
