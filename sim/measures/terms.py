"""What the compiled pass needs of a plan, as arrays.

Place in the pipeline: beside `Basis`, from which it is made. In: a `Basis`. Out: `Terms`.
"""

import numpy as np
from numpy.typing import NDArray

from sim.measures.basis import Basis
from sim.measures.compiled.given import Terms
from sim.measures.compiled.keys import LINES, VAIN_AT_COUNTER, VAIN_AT_DESK, VAIN_UPLOAD, Key
from sim.measures.compiled.lost import BACK_OFFICE, CHECK, GUIDANCE, HANDOVER, INTAKE, SIGNATURE
from sim.measures.compiled.walk import AT_COUNTER, AT_DESK, COUNTED, HALL, RESULT, UPLOAD, VISIT, WORK
from sim.plan import Plan
from sim.plan.labour import overtime_curve
from sim.scenario.people import HALL_STAGES, Stage
from sim.timebase import NEVER, Ticks
from sim.trace import AWAY_STATES, COUNTER_STATES, State

FAR = 1 << 62
_STRETCHES = 8  # of equal length, at most, for each edge in the table that finds them
_EPSILON_H = 1e-6  # hours are sums of fractions; this much is rounding
_LINES = {
    State.WAIT_GUIDANCE: Stage.GUIDANCE,
    State.WAIT_INTAKE: Stage.INTAKE,
    State.WAIT_HANDOVER: Stage.HANDOVER,
    State.WAIT_CHECK: Stage.CHECK,
    State.WAIT_BACK_OFFICE: Stage.BACK_OFFICE,
    State.WAIT_APPROVAL: Stage.APPROVAL,
    State.WAIT_SIGNING: Stage.APPROVAL,
}
_CAUSES = {
    Stage.GUIDANCE: GUIDANCE,
    Stage.INTAKE: INTAKE,
    Stage.CHECK: CHECK,
    Stage.BACK_OFFICE: BACK_OFFICE,
    Stage.HANDOVER: HANDOVER,
}
_BACK = {
    State.CHECK: State.WAIT_CHECK,
    State.BACK_OFFICE: State.WAIT_BACK_OFFICE,
    State.APPROVAL: State.WAIT_APPROVAL,
}
_COUNTED = (*AWAY_STATES, State.GONE, State.WRONG_COUNTER, State.SUPPLEMENT)


def terms_of(basis: Basis) -> Terms:
    """Return the terms of a plan."""
    plan, ruler, timebase = basis.plan, basis.ruler, basis.plan.hours.timebase
    pieces = (plan.doors[:, 1:3].clip(0, basis.end_tick), plan.hours.breaks.clip(0, basis.end_tick))
    shifts = plan.shifts[:, 1:].clip(0, basis.end_tick)
    edges = np.unique(np.concatenate([ruler.midnights, shifts.ravel(), *(each.ravel() for each in pieces)]))
    keys, lines = _keys(basis)
    bits_by_tick = _bits_by_tick(plan)
    fixed_cost = plan.fixed_cost * (ruler.after - ruler.first) / ruler.n_days
    return Terms(
        edges=edges,
        day=np.searchsorted(ruler.midnights, edges, side="right"),
        weight=np.stack([_cover(each, edges) for each in pieces]),
        spans=np.stack([ruler.first, ruler.after]),
        of_day=ruler.spans_of_day,
        firsts=basis.first_days,
        shifts=np.column_stack([plan.shifts, edges.searchsorted(shifts), timebase.day_index(plan.shifts[:, 1])]),
        overtime=np.column_stack([plan.overtime, timebase.day_index(plan.overtime[:, 1])]),
        people=np.stack([plan.person_group, plan.person_member, plan.absence_ppm]),
        wage=basis.wages,
        can=np.array(
            [[group in each for group in range(len(plan.groups))] for each in basis.skills[1]], dtype=np.int64
        ),
        keys=keys,
        states=_states(holds_counter=plan.holds_counter),
        lines=lines,
        due_bounds=basis.due_steps[0],
        due_steps=basis.due_steps[1],
        curve=np.stack(overtime_curve(plan.hours, plan.labour_rules)),
        paid=basis.paid_by_midnight,
        bits_by_tick=bits_by_tick,
        ticks_by_bit=bits_by_tick[::-1].copy(),
        link_bit_per_tick=plan.link_bit_per_tick,
        known=np.stack([basis.opening_ticks, ruler.total(plan.pay_by_day[0]), fixed_cost]),
        numbers=_numbers(basis, len(edges)),
        prices=_prices(basis),
    )


def _bits_by_tick(plan: Plan) -> NDArray[np.float64]:
    """Return ticks, and how many bits the line as planned can take from tick 0 on by then."""
    ticks = np.append(plan.link_step_tick, FAR).astype(np.float64)
    return np.stack([ticks, np.concatenate([[0.0], np.cumsum(np.diff(ticks) * plan.link_bit_per_tick)])])


def _numbers(basis: Basis, n_edges: int) -> NDArray[np.int64]:
    """Return the numbers of `Terms`, in their order."""
    plan = basis.plan
    bits = (basis.end_tick // (_STRETCHES * n_edges)).bit_length()
    n_lines_in_hall = sum(len(basis.numbers_at[stage]) for stage in HALL_STAGES)
    numbers = [
        (basis.end_tick >> bits) + 1,
        bits,
        LINES + n_lines_in_hall,
        Key.CHECK if plan.holds_counter else Key.UPLOAD,
        plan.n_counters,
        plan.n_desks,
        plan.n_scanners,
        plan.waiting_limit,
        basis.wages.any(),
    ]
    return np.array(numbers, dtype=np.int64)


def _prices(basis: Basis) -> NDArray[np.float64]:
    """Return the prices of `Terms`, in their order."""
    rules, ticks_per_s = basis.plan.labour_rules, basis.plan.hours.timebase.ticks_per_s
    limits = (rules.day_h, rules.overtime_day_ratio, rules.overtime_month_h, rules.overtime_year_h, _EPSILON_H)
    return np.array([basis.ticks_per_h, *limits, ticks_per_s, basis.plan.costs.citizen_wait_h], dtype=np.float64)


def _cover(pieces: Ticks, edges: Ticks) -> Ticks:
    """Return whether at least one piece is under way from each edge on: ``int64[n_edges]``."""
    change = np.zeros(len(edges), dtype=np.int64)
    np.add.at(change, edges.searchsorted(pieces[:, 0]), 1)
    np.add.at(change, edges.searchsorted(pieces[:, 1]), -1)
    return (np.cumsum(change) > 0).astype(np.int64)


def _keys(basis: Basis) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the keys of states by procedure, before and after settlement, and the lines where one waits for people."""
    numbers, _ = basis.skills
    keys = np.full((len(State), numbers.shape[1]), int(Key.ELSE), dtype=np.int64)
    for state in State:
        if state.name in Key.__members__:
            keys[state] = Key[state.name]
    lines: list[tuple[int, ...]] = []
    for state, stage in _LINES.items():
        cause = _CAUSES.get(stage, SIGNATURE)
        is_scarce = state != State.WAIT_SIGNING and stage in basis.scarce
        for number in basis.numbers_at[stage]:
            keys[state, numbers[stage] == number] = LINES + len(lines)
            lines.append((LINES + len(lines), number, stage in HALL_STAGES, cause, is_scarce))
    return keys, np.array(lines, dtype=np.int64)


def _states(*, holds_counter: bool) -> NDArray[np.int64]:
    """Return what each state is: ``int64[4, n_states]``, as `Terms.states` tells."""
    states = np.full((4, len(State)), NEVER, dtype=np.int64)
    counter_states = [state for state in COUNTER_STATES if holds_counter or state != State.UPLOAD]
    states[0] = 0
    states[0, [State.WAIT_GUIDANCE, State.WAIT_INTAKE, State.INTAKE]] |= 1 << VISIT
    states[0, [State.WAIT_HANDOVER, State.HANDOVER]] |= 1 << RESULT
    states[0, [State.GUIDANCE, *counter_states]] |= 1 << HALL | WORK
    states[0, [State.CHECK, State.BACK_OFFICE, State.APPROVAL]] |= WORK
    states[0, counter_states] |= AT_COUNTER
    states[0, [State.CHECK, State.BACK_OFFICE]] |= AT_DESK
    states[0, State.UPLOAD] |= 1 << UPLOAD
    states[0, _COUNTED] |= 1 << COUNTED
    states[1, _COUNTED] = range(1, len(_COUNTED) + 1)
    states[2, State.UPLOAD] = VAIN_UPLOAD
    states[2, [State.WRONG_COUNTER, State.INTAKE, State.SCAN, State.HANDOVER]] = VAIN_AT_COUNTER
    states[2, list(_BACK)] = VAIN_AT_DESK
    states[3, list(_BACK)] = list(_BACK.values())
    return states
