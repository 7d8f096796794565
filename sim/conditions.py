"""What line, portal, software and power make of a replication: how fast things go, and when work starts anew.

In: a `Workload` (its outages) and a `Plan` (its line and batteries). Out: frozen `Conditions`, which an engine is given
beside the two. Invariant: pure arithmetic on whole ticks; nothing here depends on what people do.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.plan import Plan
from sim.scenario.things import System
from sim.timebase import Ticks
from sim.workload import Workload

FOREVER = 1 << 62  # later than any tick
_FULL = 1000  # permille

_SPEED_OF = {"link": (System.LINK, System.PORTAL, System.POWER), "pace": (System.SOFTWARE, System.POWER)}


@dataclass(frozen=True)
class Conditions:
    """How fast the line and the work go, as steps; the first step of each is at tick 0.

    Where several outages overlap, the smallest part that one of them leaves holds for each of link, portal, software
    and power; link, portal and power then multiply for the line, software and power for the work. Batteries bridge the
    first `ups` ticks of each power cut. An outage that loses work does so where it starts, a power cut where the
    batteries end; one that has started before tick 0 loses nothing.

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

    @cached_property
    def pace(self) -> list[tuple[int, int, bool, int]]:
        """Return each pace as (tick, permille, loses work, permille-ticks passed since tick 0)."""
        found, passed = [], 0
        steps = zip(self.pace_step_tick.tolist(), self.pace_permille.tolist(), self.pace_loses.tolist(), strict=True)
        for tick, permille, loses in steps:
            if found:
                passed += (tick - found[-1][0]) * found[-1][1]
            found.append((tick, permille, loses, passed))
        return found


def find_conditions(workload: Workload, plan: Plan) -> Conditions:
    """Return the conditions of a replication under a plan."""
    end = plan.hours.timebase.end_tick
    outages = _after_batteries(workload.outages, plan.ups, end)
    link = _steps(outages, _SPEED_OF["link"], plan.link_step_tick)
    pace = _steps(outages, _SPEED_OF["pace"], np.zeros(1, dtype=np.int64))
    capacity = plan.link_bit_per_tick[np.searchsorted(plan.link_step_tick, link.tick, side="right") - 1]
    portal = _steps(outages, (System.PORTAL,), np.zeros(1, dtype=np.int64))
    is_down = np.concatenate([[False], portal.permille == 0, [False]])
    edges = np.append(portal.tick, FOREVER)
    starts, ends = np.flatnonzero(is_down[1:-1] & ~is_down[:-2]), np.flatnonzero(is_down[1:-1] & ~is_down[2:]) + 1
    return Conditions(
        link_step_tick=link.tick,
        link_bit_per_tick=capacity * (link.permille / _FULL),
        link_loses=link.loses,
        pace_step_tick=pace.tick,
        pace_permille=pace.permille,
        pace_loses=pace.loses,
        portal_down=np.column_stack([edges[starts], edges[ends]]),
    )


@dataclass(frozen=True)
class _Steps:
    tick: Ticks
    permille: NDArray[np.int64]
    loses: NDArray[np.bool_]


def _after_batteries(outages: NDArray[np.int64], ups: int, end: int) -> NDArray[np.int64]:
    """Return the outages that are felt, cut to the period: power cuts start when the batteries are empty."""
    felt = outages.copy()
    felt[felt[:, 0] == System.POWER, 1] += ups
    felt = felt[(felt[:, 1] < felt[:, 2]) & (felt[:, 2] > 0) & (felt[:, 1] < end)]
    felt[:, 4] &= felt[:, 1] >= 0
    felt[:, 1] = np.maximum(felt[:, 1], 0)
    return felt


def _steps(outages: NDArray[np.int64], systems: tuple[System, ...], more: Ticks) -> _Steps:
    """Return the steps of the speed that these systems leave, in permille rounded down system by system."""
    of_these = outages[np.isin(outages[:, 0], systems)]
    tick = np.unique(np.concatenate([[0], more, of_these[:, 1], of_these[:, 2]]))
    permille = np.full(len(tick), _FULL, dtype=np.int64)
    loses = np.zeros(len(tick), dtype=bool)
    for system in systems:
        left = np.full(len(tick), _FULL, dtype=np.int64)
        for _, start, end, of_outage, loses_work in of_these[of_these[:, 0] == system].tolist():
            left[(start <= tick) & (tick < end)] = np.minimum(left[(start <= tick) & (tick < end)], of_outage)
            loses |= (tick == start) & bool(loses_work)
        permille = permille * left // _FULL
    return _Steps(tick, permille, loses)


def finish(conditions: Conditions, tick: int, duration: int) -> int:
    """Return the first tick at which work of this duration, taken up at `tick`, is done; `FOREVER` if it never is.

    It is done when `duration` × 1000 permille-ticks have passed since `tick`, or since the last step after `tick` and
    before that moment that loses work. A step that loses work at the very tick at which work is done takes nothing
    from it, and one at the tick at which it is taken up neither. Work of no duration is done at once.
    """
    pace, missing, at = conditions.pace, duration * _FULL, tick
    if not missing:
        return tick
    for number in range(bisect_right(pace, tick, key=lambda step: step[0]) - 1, len(pace)):
        _, permille, _, _ = pace[number]
        following, _, loses, _ = pace[number + 1] if number + 1 < len(pace) else (FOREVER, 0, False, 0)
        if permille and missing <= (following - at) * permille:
            return at - (-missing // permille)
        missing = duration * _FULL if loses else missing - (following - at) * permille
        at = following
    return FOREVER


def progress(conditions: Conditions, tick: int, until: int) -> int:
    """Return how many whole ticks of work at full speed pass from `tick` to `until`.

    Where a step in between, or at `until`, loses work, only what passes after the last of these counts.
    """
    pace = conditions.pace
    first = bisect_right(pace, tick, key=lambda step: step[0])
    last = bisect_right(pace, until, key=lambda step: step[0])
    since = max([tick, *(step for step, _, loses, _ in pace[first:last] if loses)])
    return (_passed(pace, until) - _passed(pace, since)) // _FULL


def _passed(pace: list[tuple[int, int, bool, int]], tick: int) -> int:
    """Return the permille-ticks that have passed by a tick since tick 0."""
    step, permille, _, passed = pace[bisect_right(pace, tick, key=lambda step: step[0]) - 1]
    return passed + (tick - step) * permille
