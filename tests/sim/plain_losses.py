"""The hours lost by cause, tick by tick: the definition, in the plainest words, for tests to compare with.

Nothing is shared with the measures: the state of every person and place is written out for each tick of the period.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.conditions import Conditions, find_conditions
from sim.plan import Plan
from sim.scenario.people import HALL_STAGES, Stage
from sim.trace import NEVER, State, Trace

LINES = {
    State.WAIT_GUIDANCE: Stage.GUIDANCE,
    State.WAIT_INTAKE: Stage.INTAKE,
    State.WAIT_HANDOVER: Stage.HANDOVER,
    State.WAIT_CHECK: Stage.CHECK,
    State.WAIT_BACK_OFFICE: Stage.BACK_OFFICE,
    State.WAIT_APPROVAL: Stage.APPROVAL,
    State.WAIT_SIGNING: Stage.APPROVAL,
}
COUNTER = {State.WRONG_COUNTER, State.INTAKE, State.WAIT_SCANNER, State.SCAN, State.UPLOAD, State.HANDOVER}
DESK = {State.CHECK: State.WAIT_CHECK, State.BACK_OFFICE: State.WAIT_BACK_OFFICE, State.APPROVAL: State.WAIT_APPROVAL}
FULL_SPEED = {State.WRONG_COUNTER, State.INTAKE, State.SCAN, State.HANDOVER, *DESK}
SIMPLE = {
    State.WAIT_SCANNER: "scanner",
    State.WAIT_PORTAL: "outage",
    State.SENT_HOME: "closed",
    State.RENEGED: "citizen",
    State.BALKED: "citizen",
    State.SUPPLEMENT: "citizen",
}
Lost = dict[str, NDArray[np.float64]]  # by cause, records lost to it at each tick


def lost_by_tick(trace: Trace, plan: Plan) -> Lost:
    """Return how many records wait for each cause at every tick of the period."""
    end_tick = plan.hours.timebase.end_tick
    lost: Lost = defaultdict(lambda: np.zeros(end_tick))
    conditions = find_conditions(trace.workload, plan)
    cause = cache(_Centre(trace, plan).cause)  # the same for all who wait for the same at one tick
    for row, (record, state, start, end, _) in enumerate(trace.stints.tolist()):
        stop = end_tick if end == NEVER else end
        times = range(max(0, start), stop)
        if State(state) in LINES:
            for tick in times:
                lost[cause(State(state), int(trace.workload.procedure[record]), tick)][tick] += 1
        elif State(state) in SIMPLE:
            lost[SIMPLE[State(state)]][start:stop] += 1
        elif state == State.UPLOAD:
            held = np.array([_link_held(plan, conditions, tick) for tick in times])
            held[: max(0, _last_loss(conditions.link_step_tick, conditions.link_loses, start, stop) - start)] = 1
            lost["outage"][start:stop] += held
            lost["link"][start:stop] += 1 - held
        elif State(state) in FULL_SPEED:
            held = np.array([1 - _pace(conditions, tick) for tick in times])
            until = stop + _is_put_down(trace, row)
            held[: max(0, _last_loss(conditions.pace_step_tick, conditions.pace_loses, start, until) - start)] = 1
            lost["outage"][start:stop] += held
    return lost


def waited_ticks(trace: Trace, plan: Plan) -> float:
    """Return how long records waited in all from arrival to settlement, and for the result: all time less work.

    Work is what is done at full speed; a follower waits with its leader and is not counted twice. Until the day on
    which citizens choose to come for the result they do not wait.
    """
    end_tick = plan.hours.timebase.end_tick
    conditions = find_conditions(trace.workload, plan)
    total = 0.0
    for row, (_, state, start, end, _) in enumerate(trace.stints.tolist()):
        if state in {State.PARTY, State.GONE, State.GUIDANCE, State.COLLECT}:
            continue
        stop = end_tick if end == NEVER else end
        total += stop - max(0, start)
        if State(state) in FULL_SPEED:
            until = stop + _is_put_down(trace, row)
            since = max(start, _last_loss(conditions.pace_step_tick, conditions.pace_loses, start, until))
            total -= sum(_pace(conditions, tick) for tick in range(since, stop))
    return total


class _Centre:
    """Who is where at each tick."""

    def __init__(self, trace: Trace, plan: Plan) -> None:
        self._plan = plan
        shape = (plan.n_persons, plan.hours.timebase.end_tick)
        self._at_work, self._in_hall, self._at_desk = (np.zeros(shape, dtype=bool) for _ in range(3))
        self._n_counters, self._n_desks = np.zeros(shape[1]), np.zeros(shape[1])
        for person, start, end, hall_end in _present(trace, plan):
            self._at_desk[person, start:end] = True
            self._in_hall[person, start:hall_end] = True
        for _, state, start, end, person in trace.stints.tolist():
            times = slice(start, shape[1] if end == NEVER else end)
            if person != NEVER:
                self._at_work[person, times] = True
                self._n_counters[times] += State(state) in COUNTER
                self._n_desks[times] += State(state) in {State.CHECK, State.BACK_OFFICE}

    def cause(self, state: State, procedure: int, tick: int) -> str:
        """Return why a record in a line waits at this tick."""
        stage, plan = LINES[state], self._plan
        can = plan.rank[plan.person_group, stage, procedure] != NEVER
        there = can & (self._in_hall if stage in HALL_STAGES else self._at_desk)[:, tick]
        if not there.any():
            return "closed"
        if state == State.WAIT_SIGNING:
            return "signature"
        n_taken, n_places = self._places(stage, tick)
        if n_taken >= n_places and (there & ~self._at_work[:, tick]).any():
            return "counter"
        return "signature" if state == State.WAIT_APPROVAL else f"person_{stage.name.lower()}"

    def _places(self, stage: Stage, tick: int) -> tuple[float, float]:
        if stage in {Stage.GUIDANCE, Stage.APPROVAL}:
            return 0, 1
        if stage in HALL_STAGES:
            return self._n_counters[tick], self._plan.n_counters
        return self._n_desks[tick], self._plan.n_desks


def _present(trace: Trace, plan: Plan) -> Iterator[list[int]]:
    """Yield the shifts of those who came."""
    for person, start, end, hall_end in plan.shifts.tolist():
        day = int(plan.hours.timebase.day_index(np.array([start]))[0])
        draw = trace.workload.absence_draw[plan.person_group[person], plan.person_member[person], day]
        if draw >= plan.absence_ppm[person]:
            yield [person, start, end, hall_end]


def _is_put_down(trace: Trace, row: int) -> bool:
    """Return whether work at a desk ended with the record in the same line again."""
    record, state = trace.stints[row, :2]
    if State(state) not in DESK or row + 1 == len(trace.stints):
        return False
    return bool(trace.stints[row + 1, 0] == record and trace.stints[row + 1, 1] == DESK[State(state)])


def _last_loss(ticks: NDArray[np.int64], loses: NDArray[np.bool_], start: int, until: int) -> int:
    """Return the last tick at which work was lost, after the start and before `until`; the start if there is none."""
    return max([start, *(tick for tick in ticks[loses].tolist() if start < tick < until)])


def _pace(conditions: Conditions, tick: int) -> float:
    return float(conditions.pace_permille[conditions.pace_step_tick <= tick][-1]) / 1000


def _link_held(plan: Plan, conditions: Conditions, tick: int) -> float:
    whole = plan.link_bit_per_tick[plan.link_step_tick <= tick][-1]
    return float(1 - conditions.link_bit_per_tick[conditions.link_step_tick <= tick][-1] / whole)
