"""The main figures of one replication: what the compiled pass over it is given, and what it fills in.

Place in the pipeline: between `measure` and the pass. In: a `Trace` and its `Plan`. Out: a row for each figure, in the
order of `Measures`.
"""

from functools import lru_cache

import numpy as np

from sim.conditions import Conditions, Same, find_conditions
from sim.measures.basis import basis_of
from sim.measures.compiled.given import TABLE_SIZE, Arrays
from sim.measures.compiled.keys import LINES
from sim.measures.compiled.whole import END, fill_in
from sim.measures.facts import Facts
from sim.measures.room import Size, lent_room
from sim.measures.spans import Floats
from sim.measures.terms import terms_of
from sim.plan import Plan
from sim.trace import Trace


def main_figures(trace: Trace, plan: Plan) -> Floats:
    """Return all main figures: ``float64[n_figures, n_spans]``."""
    given, conditions = _given(Same(plan)), find_conditions(trace.workload, plan)
    story = story_of(trace, conditions)
    found = np.empty((END, given.size.spans))
    n_steps = len(conditions.link_step_tick) + len(conditions.pace_step_tick)
    with lent_room(given.need(len(trace.stints), len(trace.received), n_steps)) as room:
        if not fill_in(given.terms, story, room, found, False):  # noqa: FBT003 - compiled code knows no names
            facts = Facts(trace, plan, basis_of(plan))
            room[0][:, : len(trace.received)] = facts.due, facts.due_from_arrival
            fill_in(given.terms, story, room, found, True)  # noqa: FBT003
    return found


def story_of(trace: Trace, conditions: Conditions) -> Arrays:
    """Return what happened, in the order of `Story`."""
    workload = trace.workload
    return (
        trace.stints,
        trace.received,
        trace.settled,
        workload.arrival,
        workload.entry,
        workload.procedure,
        workload.upload_bit,
        workload.absence_draw,
        conditions.link_step_tick,
        conditions.link_bit_per_tick,
        conditions.link_loses,
        conditions.pace_step_tick,
        conditions.pace_permille,
        conditions.pace_loses,
    )


class _Given:
    """What a plan gives to all its replications."""

    def __init__(self, plan: Plan) -> None:
        terms = terms_of(basis_of(plan))
        self.terms: Arrays = tuple(terms)
        self._is_scarce = bool(terms.lines[:, 4].any())
        self.size = Size(
            stints=0,
            records=0,
            steps=0,
            sorted_for_places=0,
            edges=len(terms.edges),
            stretches=int(terms.numbers[TABLE_SIZE]),
            midnights=len(terms.paid),
            spans=terms.spans.shape[1],
            keys=LINES + len(terms.lines),
            sets=len(terms.can),
            persons=len(terms.wage),
            shifts=len(terms.shifts),
            overtime=len(terms.overtime),
        )

    def need(self, n_stints: int, n_records: int, n_steps: int) -> Size:
        """Return how much room a replication needs; each stint may tell six events, to find what waited for places."""
        n_events = 6 * n_stints + 2 * self.size.shifts + self.size.edges if self._is_scarce else 0
        return Size(n_stints, n_records, n_steps, n_events, *self.size[4:])


@lru_cache(maxsize=64)
def _given(plan: Same[Plan]) -> _Given:
    return _Given(plan.of)
