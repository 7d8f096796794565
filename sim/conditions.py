"""What line, portal, software and power make of a replication: how fast things go, and when work starts anew.

In: a `Workload` (its outages) and a `Plan` (its line and batteries). Out: frozen `Conditions`, which an engine is given
beside the two. Invariant: pure arithmetic on whole ticks; nothing here depends on what people do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.plan import Plan
from sim.timebase import Ticks
from sim.workload import Workload

FOREVER = 1 << 62  # later than any tick


@dataclass(frozen=True)
class Conditions:
    """How fast the line and the work go, as steps; the first step of each is at tick 0.

    Where several outages overlap, the smallest part that one of them leaves holds for each of link, portal, software
    and power; link, portal and power then multiply for the line, software and power for the work. Batteries bridge the
    first `ups` ticks of each power cut.

    Attributes:
        link_step_tick: ``int64[n_steps]``, increasing.
        link_bit_per_tick: ``float64[n_steps]``, what uploads share from then on.
        link_loses: ``bool[n_steps]``, whether uploads under way at the step start anew.
        pace_step_tick: ``int64[n_paces]``, increasing.
        pace_permille: ``int64[n_paces]``, speed of work from then on; 1000 is full.
        pace_loses: ``bool[n_paces]``, whether work at hand at the step starts anew.
        portal_down: ``int64[n, 2]``, disjoint rows [start, end) in which nothing can be submitted online, sorted.
    """

    link_step_tick: Ticks
    link_bit_per_tick: NDArray[np.float64]
    link_loses: NDArray[np.bool_]
    pace_step_tick: Ticks
    pace_permille: NDArray[np.int64]
    pace_loses: NDArray[np.bool_]
    portal_down: Ticks


def find_conditions(workload: Workload, plan: Plan) -> Conditions:
    """Return the conditions of a replication under a plan."""
    raise InvariantError


def finish(conditions: Conditions, tick: int, duration: int) -> int:
    """Return the first tick at which work of this duration, taken up at `tick`, is done; `FOREVER` if it never is.

    It is done when `duration` × 1000 permille-ticks have passed since `tick`, or since the last step after `tick` and
    before that moment that loses work. A step that loses work at the very tick at which work is done takes nothing
    from it, and one at the tick at which it is taken up neither. Work of no duration is done at once.
    """
    raise InvariantError


def progress(conditions: Conditions, tick: int, until: int) -> int:
    """Return how many whole ticks of work at full speed pass from `tick` (or the last step that loses work in between,
    `until` included) to `until`."""
    raise InvariantError
