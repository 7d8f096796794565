"""What line, portal, software and power make of a replication: how fast things go, and when work starts anew.

In: a `Workload` (its outages) and a `Plan` (its line and batteries). Out: frozen `Conditions`, which an engine is given
beside the two. Invariant: pure arithmetic on whole ticks; nothing here depends on what people do.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.plan import Plan
from sim.scenario.things import System
from sim.timebase import Ticks
from sim.workload import Workload

T = TypeVar("T")
FOREVER = 1 << 62  # later than any tick
_FULL = 1000  # permille

# The systems that line, work and portal need, by their numbers.
_USES = np.array(
    [
        [system in needed for system in System]
        for needed in (
            (System.LINK, System.PORTAL, System.POWER),
            (System.SOFTWARE, System.POWER),
            (System.PORTAL,),
        )
    ]
)


@dataclass(frozen=True)
class Conditions:
    """How fast the line and the work go, as steps; the first step of each is at tick 0.

    Where several outages overlap, the smallest part that one of them leaves holds for each of link, portal, software
    and power; link, portal and power then multiply for the line, software and power for the work, in whole permille,
    each product rounded down. Batteries bridge the first `ups` ticks of each power cut, also where cuts overlap; a cut
    that they outlast is not felt. An outage that loses work does so where it starts, a power cut where the batteries
    end, however much speed is left; one that has started before tick 0 loses nothing. One that lasts past the period
    lasts as long as it says, and one of no length is not felt. Where one ends nothing is lost.

    Attributes:
        link_step_tick: ``int64[n_steps]``, increasing.
        link_bit_per_tick: ``float64[n_steps]``, what uploads share from then on.
        link_loses: ``bool[n_steps]``, whether uploads under way at the step start anew.
        pace_step_tick: ``int64[n_paces]``, increasing.
        pace_permille: ``int64[n_paces]``, speed of work from then on; 1000 is full.
        pace_loses: ``bool[n_paces]``, whether work at hand at the step starts anew.
        portal_down: ``int64[n, 2]``, disjoint rows [start, end) in which nothing can be submitted online, sorted. Only
            outages of the portal that leave nothing count: citizens have power and a line of their own.
    """

    link_step_tick: Ticks
    link_bit_per_tick: NDArray[np.float64]
    link_loses: NDArray[np.bool_]
    pace_step_tick: Ticks
    pace_permille: NDArray[np.int64]
    pace_loses: NDArray[np.bool_]
    portal_down: Ticks

    @cached_property
    def pace(self) -> "Pace":
        """Return the speed of work, as `finish` and `progress` read it."""
        return Pace(self)


class Same(Generic[T]):
    """An object as a key: the very same one, for its arrays make it too large to be compared by value."""

    def __init__(self, of: T) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.of is other.of


class Pace:
    """The speed of work as plain lists, which are quick to search.

    Attributes:
        ticks: when it changes.
        permille: speed from then on.
        passed: permille-ticks that have passed by then since tick 0.
        losses: ticks at which work at hand starts anew.
    """

    def __init__(self, conditions: Conditions) -> None:
        lengths = np.diff(conditions.pace_step_tick)
        self.ticks: list[int] = conditions.pace_step_tick.tolist()
        self.permille: list[int] = conditions.pace_permille.tolist()
        self.passed: list[int] = [0, *np.cumsum(lengths * conditions.pace_permille[:-1]).tolist()]
        self.losses: list[int] = conditions.pace_step_tick[conditions.pace_loses].tolist()

    def passed_by(self, tick: int) -> int:
        """Return the permille-ticks that have passed by a tick."""
        step = bisect_right(self.ticks, tick) - 1
        return self.passed[step] + (tick - self.ticks[step]) * self.permille[step]

    def reached_at(self, passed: int) -> int:
        """Return the first tick by which so many permille-ticks, above 0, have passed; `FOREVER` if they never have."""
        step = bisect_left(self.passed, passed) - 1
        if not self.permille[step]:  # the last one, or the next would be the last that has not passed as many
            return FOREVER
        return self.ticks[step] - (self.passed[step] - passed) // self.permille[step]

    def lost_at(self, tick: int) -> int:
        """Return the first tick later than this one at which work at hand starts anew; `FOREVER` if there is none."""
        loss = bisect_right(self.losses, tick)
        return self.losses[loss] if loss < len(self.losses) else FOREVER


def find_conditions(workload: Workload, plan: Plan) -> Conditions:
    """Return the conditions of a replication under a plan, from memory if they were asked for lately.

    Plans that have the same line and batteries share them.
    """
    line = plan.link_step_tick.tobytes(), plan.link_bit_per_tick.tobytes()
    return _conditions(Same(workload), line, plan.ups, plan.hours.timebase.end_tick)


@lru_cache(maxsize=16)  # an engine asks, then the measures, then for the next plan: in as many threads at once
def _conditions(workload: Same[Workload], line: tuple[bytes, bytes], ups: int, end: int) -> Conditions:
    plan_tick, plan_bit_per_tick = np.frombuffer(line[0], dtype=np.int64), np.frombuffer(line[1])
    link, pace, portal = _steps(workload.of.outages, plan_tick, ups, end)
    capacity = plan_bit_per_tick[np.searchsorted(plan_tick, link.tick, side="right") - 1]
    return Conditions(
        link_step_tick=link.tick,
        link_bit_per_tick=capacity * (link.permille / _FULL),
        link_loses=link.loses,
        pace_step_tick=pace.tick,
        pace_permille=pace.permille,
        pace_loses=pace.loses,
        portal_down=_down(portal),
    )


class _Steps(NamedTuple):
    tick: Ticks
    permille: NDArray[np.int64]
    loses: NDArray[np.bool_]


def _steps(outages: NDArray[np.int64], planned: Ticks, ups: int, end: int) -> list[_Steps]:
    """Return the steps of line, work and portal; power cuts start when the batteries are empty."""
    from sim.steps import find_steps  # noqa: PLC0415 - loads the compiler, as whatever has drawn a workload did

    felt = outages.copy()
    felt[felt[:, 0] == System.POWER, 1] += ups
    tick = np.concatenate([planned, np.maximum(felt[:, 1], 0), felt[:, 2]])
    tick.sort()
    n, n_kinds = len(tick), len(_USES)
    steps, loses = np.empty((n_kinds, 2, n), dtype=np.int64), np.empty((n_kinds, n), dtype=np.bool_)
    sizes = np.empty(n_kinds, dtype=np.int64)
    find_steps(felt, _USES, planned, end, (tick, np.empty((4, n), dtype=np.int64), steps, loses, sizes))
    return [
        _Steps(steps[kind, 0, :size], steps[kind, 1, :size], loses[kind, :size])
        for kind, size in enumerate(sizes.tolist())
    ]


def _down(steps: _Steps) -> Ticks:
    """Return where nothing is left: disjoint rows [start, end); each ends, for after the last step all is well."""
    is_down = steps.permille == 0
    if not is_down.any():
        return np.empty((0, 2), dtype=np.int64)
    return steps.tick[np.diff(np.append([False], is_down))].reshape(-1, 2)


def finish(conditions: Conditions, tick: int, duration: int) -> int:
    """Return the first tick at which work of this duration, taken up at `tick`, is done; `FOREVER` if it never is.

    It is done when `duration` × 1000 permille-ticks have passed since `tick`, or since the last step after `tick` and
    before that moment that loses work. A step that loses work at the very tick at which work is done takes nothing
    from it, and one at the tick at which it is taken up neither. Work of no duration is done at once.
    """
    if not duration:
        return tick
    pace, since = conditions.pace, tick
    while True:
        done = pace.reached_at(pace.passed_by(since) + duration * _FULL)
        lost = pace.lost_at(since)
        if done <= lost:  # also when it is never done and nothing is lost any more
            return done
        since = lost


def progress(conditions: Conditions, tick: int, until: int) -> int:
    """Return how many whole ticks of work at full speed pass from `tick` to `until`.

    Where a step after `tick` and up to `until` (that tick included) loses work, only what passes after the last of
    these counts. Whoever asks knows that the work was not finished before: what is done is done.
    """
    pace = conditions.pace
    last_loss = bisect_right(pace.losses, until) - 1
    since = max(tick, pace.losses[last_loss]) if last_loss >= 0 else tick
    return (pace.passed_by(until) - pace.passed_by(since)) // _FULL
