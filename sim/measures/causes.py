"""Hours lost by cause: what did records wait for before they were settled?

Every tick of a record's life from arrival to settlement is work on it or has one of these causes; so together the
causes answer what to buy first. Where work or an upload goes on at a part of its speed, the rest is lost.

Source of the idea: the decomposition of waiting by resource in process mining and in Prosimos' waiting-time analysis.
"""

import numpy as np

from sim.conditions import Conditions
from sim.measures.shifts import Hours
from sim.measures.spans import Floats, Over
from sim.plan import Plan
from sim.scenario.people import Stage
from sim.scenario.things import System
from sim.timebase import NEVER, Ticks
from sim.trace import AWAY_STATES, State, Trace

_S_PER_H = 3600
_FULL = 1000
CAUSES = {
    "person": "somebody to be free, while people who work at the stage are on shift",
    "counter": "a counter or desk, while somebody who works at the stage is on shift and has nothing to do",
    "closed": "somebody who works at the stage to be on shift: nights, weekends, lunch",
    "scanner": "a scanner",
    "link": "the line, while it and the portal are as they should be",
    "portal": "the portal, while it is slow or down",
    "outage": "line, software or power, while they are slow or down",
    "signature": "the signatory's time of day, and the signatory",
    "citizen": "the citizen, who looks for missing papers",
    "away": "the citizen, who was sent home, lost patience or turned around",
    "wrong_counter": "work at a counter that cannot help",
    "party": "the other records of the same visit",
}
_LINES = {
    State.WAIT_GUIDANCE: Stage.GUIDANCE,
    State.WAIT_INTAKE: Stage.INTAKE,
    State.WAIT_CHECK: Stage.CHECK,
    State.WAIT_BACK_OFFICE: Stage.BACK_OFFICE,
}
_PLAIN = {
    "scanner": (State.WAIT_SCANNER,),
    "signature": (State.WAIT_SIGNING, State.WAIT_APPROVAL),
    "citizen": (State.SUPPLEMENT,),
    "away": AWAY_STATES,
    "wrong_counter": (State.WRONG_COUNTER,),
    "party": (State.PARTY,),
}
_AT_WORK = (State.INTAKE, State.SCAN, State.CHECK, State.BACK_OFFICE, State.APPROVAL)


def lost_hours(trace: Trace, plan: Plan, conditions: Conditions, over: Over, hours: Hours) -> dict[str, Floats]:
    """Return ``lost_h_<cause>`` by span, for each of `CAUSES`."""
    of = _Lives(trace, plan)
    ticks = {cause: over.time(*of.intervals(*states)) for cause, states in _PLAIN.items()}
    ticks |= {cause: np.zeros(len(over.start)) for cause in ("person", "counter", "closed")}
    for waiting, stage in _LINES.items():
        for cause, lost in _in_line(plan, over, hours, of.intervals(waiting), stage).items():
            ticks[cause] = ticks[cause] + lost
    uploads = of.intervals(State.UPLOAD)
    is_portal, is_other = (_outage_steps(trace, plan, systems) for systems in _OUTAGES)
    ticks["portal"] = over.time(*of.intervals(State.WAIT_PORTAL)) + _product(over, uploads, is_portal)
    other = _product(over, uploads, is_other) - _product(over, uploads, _both(is_portal, is_other))
    ticks["link"] = over.time(*uploads) - _product(over, uploads, is_portal) - other
    slow = (np.append(_BEFORE_ALL, conditions.pace_step_tick), np.append(0.0, 1 - conditions.pace_permille / _FULL))
    ticks["outage"] = other + _product(over, of.intervals(*_AT_WORK), slow)
    ticks_per_h = plan.hours.timebase.ticks_per_s * _S_PER_H
    return {f"lost_h_{cause}": ticks[cause] / ticks_per_h for cause in CAUSES}


_OUTAGES = ((System.PORTAL,), (System.LINK, System.POWER))
_Steps = tuple[Ticks, Floats]  # from which tick on, how much; the first is before all that happens
_BEFORE_ALL = -(1 << 50)


class _Lives:
    """Stints as intervals, cut at the end of the period."""

    def __init__(self, trace: Trace, plan: Plan) -> None:
        self._trace, self._end = trace, plan.hours.timebase.end_tick

    def intervals(self, *states: State) -> tuple[Ticks, Ticks]:
        """Return starts and ends of all stints in these states."""
        stints = self._trace.of(*states)
        return stints[:, 2], np.where(stints[:, 3] == NEVER, self._end, stints[:, 3])


def _in_line(plan: Plan, over: Over, hours: Hours, line: tuple[Ticks, Ticks], stage: Stage) -> dict[str, Floats]:
    """Return the time waited in the lines of a stage, by what was missing at each instant."""
    skilled = (plan.rank[:, stage] != NEVER).any(axis=1)[plan.person_group]
    on_shift = _steps_of(hours.shifts[skilled[hours.shifts[:, 0]]][:, 1:])
    work = hours.work[skilled[hours.work[:, 0]]]
    busy = _steps_of(work[:, 1:])
    tick = np.unique(np.concatenate([on_shift[0], busy[0]]))
    n_on, n_busy = _at(on_shift, tick), _at(busy, tick)
    is_closed = (n_on <= 0).astype(np.float64)
    is_idle = ((n_on > 0) & (n_busy < n_on)).astype(np.float64)
    closed = _product(over, line, (tick, is_closed))
    idle = _product(over, line, (tick, is_idle))
    return {"closed": closed, "counter": idle, "person": over.time(*line) - closed - idle}


def _steps_of(intervals: Ticks) -> _Steps:
    """Return how many of these intervals run, from which tick on; none before the first of them."""
    edges = np.concatenate([intervals[:, 0], intervals[:, 1]])
    tick, place = np.unique(edges, return_inverse=True)
    change = np.bincount(place, np.repeat([1.0, -1.0], len(intervals)), len(tick))
    return np.append(_BEFORE_ALL, tick), np.append(0.0, np.cumsum(change))


def _at(steps: _Steps, tick: Ticks) -> Floats:
    """Return how much there is at each tick."""
    return np.asarray(steps[1][np.searchsorted(steps[0], tick, side="right") - 1])


def _product(over: Over, intervals: tuple[Ticks, Ticks], steps: _Steps) -> Floats:
    """Return the integral of the steps over every interval, within each span."""
    tick, height = steps
    sums = np.concatenate([[0.0], np.cumsum(height[:-1] * np.diff(tick))])

    def integral(at: Ticks) -> Floats:
        place = np.searchsorted(tick, at, side="right") - 1
        return np.asarray(sums[place] + height[place] * (at - tick[place]))

    def until(instants: Ticks, at: Ticks) -> Floats:
        """Return the sum over the instants of the integral up to each, or up to `at` where that is earlier."""
        ordered = np.sort(instants)
        totals = np.concatenate([[0.0], np.cumsum(integral(ordered))])
        n_before = np.searchsorted(ordered, at)
        return np.asarray(totals[n_before] + (len(ordered) - n_before) * integral(at))

    start, end = intervals
    return until(end, over.end) - until(start, over.end) - until(end, over.start) + until(start, over.start)


def _outage_steps(trace: Trace, plan: Plan, systems: tuple[System, ...]) -> _Steps:
    """Return 1 while one of these is slow or down (a power cut: once the batteries are empty), otherwise 0."""
    outages = trace.workload.outages
    of_these = outages[np.isin(outages[:, 0], systems) & (outages[:, 3] < _FULL)]
    start = of_these[:, 1] + np.where(of_these[:, 0] == System.POWER, plan.ups, 0)
    is_felt = start < of_these[:, 2]
    tick, n = _steps_of(np.column_stack([start, of_these[:, 2]])[is_felt])
    return tick, (n > 0).astype(np.float64)


def _both(some: _Steps, others: _Steps) -> _Steps:
    """Return the product of two steps."""
    tick = np.union1d(some[0], others[0])
    return tick, _at(some, tick) * _at(others, tick)
