"""What time was lost to: every hour that records waited between arrival and settlement, by its cause.

Place in the pipeline: the figures that say what to buy first. Invariant: each tick of waiting has one cause, so that
the causes add up to all waiting. The causes are defined in `Measures`.
"""

import numpy as np
from numpy.typing import NDArray

from sim.measures.facts import Facts
from sim.measures.load import NOTHING, Load, Steps
from sim.measures.places import times_without_place
from sim.measures.spans import Amounts, Floats
from sim.scenario.people import HALL_STAGES, Stage
from sim.timebase import Ticks
from sim.trace import NEVER, State

_CAUSES = ("person", "counter", "scanner", "link", "outage", "signature", "citizen", "closed")
_LINES = {
    Stage.GUIDANCE: State.WAIT_GUIDANCE,
    Stage.INTAKE: State.WAIT_INTAKE,
    Stage.CHECK: State.WAIT_CHECK,
    Stage.BACK_OFFICE: State.WAIT_BACK_OFFICE,
    Stage.APPROVAL: State.WAIT_APPROVAL,
}
_Before = Amounts  # ticks before each midnight: [n_days + 1]


def lost_figures(facts: Facts) -> dict[str, Floats]:
    """Return the hours lost by cause."""
    lost: dict[str, list[_Before]] = {cause: [] for cause in _CAUSES}
    for stage, state in _LINES.items():
        _add_line(facts, stage, state, lost)
    _add_line(facts, Stage.APPROVAL, State.WAIT_SIGNING, lost)
    midnights = facts.ruler.midnights
    lost["scanner"].append(facts.sheet.load(State.WAIT_SCANNER).before(midnights))
    lost["outage"].append(facts.sheet.load(State.WAIT_PORTAL).before(midnights))
    _add_uploads(facts, lost)
    _add_held_work(facts, lost)
    _add_away(facts, lost)
    nothing: Amounts = np.zeros(len(midnights))
    before = np.asarray([sum(parts, nothing) for parts in lost.values()], dtype=np.float64)
    hours = facts.ruler.between(before) / facts.basis.ticks_per_h
    return {f"lost_h_{cause}": of_cause for cause, of_cause in zip(lost, hours, strict=True)}


def _add_line(facts: Facts, stage: Stage, state: State, lost: dict[str, list[_Before]]) -> None:
    """Part the time in a line: nobody who could serve is on shift, no place is free for who is, or all are busy."""
    rows = facts.sheet.of(state)
    if rows.start == rows.stop:
        return
    numbers, sets = facts.basis.skills
    number = numbers[stage][facts.trace.workload.procedure[facts.sheet.record[rows]]]
    is_signature = state in {State.WAIT_APPROVAL, State.WAIT_SIGNING}
    for each in np.unique(numbers[stage]).tolist():
        of_set = number == each
        if not of_set.any():
            continue
        is_all = bool(of_set.all())
        waiting = facts.sheet.load(state) if is_all else _load(facts, rows, of_set)
        closed = waiting.weighed(facts.attendance.closed(sets[each], is_hall=stage in HALL_STAGES))
        lost["closed"].append(closed)
        left = waiting.before(facts.ruler.midnights) - closed
        if state != State.WAIT_SIGNING and stage in facts.basis.scarce:
            without_place = waiting.weighed(times_without_place(facts, stage, sets[each]))
            lost["counter"].append(without_place)
            left = left - without_place
        lost["signature" if is_signature else "person"].append(left)


def _load(facts: Facts, rows: slice, chosen: NDArray[np.bool_]) -> Load:
    return Load(facts.sheet.start[rows][chosen], facts.sheet.end[rows][chosen])


def _add_uploads(facts: Facts, lost: dict[str, list[_Before]]) -> None:
    """Part the time of uploads: what outages hold or make vain, and what the line takes."""
    whole = facts.sheet.load(State.UPLOAD).before(facts.ruler.midnights)
    if facts.outages is None:
        lost["link"].append(whole)
        return
    rows = facts.sheet.of(State.UPLOAD)
    held = _held(facts, rows, facts.sheet.end[rows], facts.outages.link, facts.outages.link_loses)
    lost["outage"].append(held)
    lost["link"].append(whole - held)


def _add_held_work(facts: Facts, lost: dict[str, list[_Before]]) -> None:
    """Add the time in which outages hold people's work or make it vain."""
    outages, sheet = facts.outages, facts.sheet
    if outages is None or (outages.pace.is_nothing and not len(outages.pace_loses)):
        return
    at_counter, at_desk = sheet.of(State.WRONG_COUNTER, State.SCAN), sheet.of(State.CHECK, State.APPROVAL)
    until = sheet.end[at_desk]
    at_loss = np.flatnonzero(np.isin(until, outages.pace_loses)) if len(outages.pace_loses) else NOTHING.starts
    if len(at_loss):  # what is put down at the very tick of a loss is lost; what is done at it is not
        until = until.copy()
        until[at_loss] += sheet.is_put_down(at_desk.start + at_loss)
    for rows, last in ((at_counter, sheet.end[at_counter]), (at_desk, until)):
        lost["outage"].append(_held(facts, rows, last, outages.pace, outages.pace_loses))


def _held(facts: Facts, rows: slice, until: Ticks, part: Steps, loses: Ticks) -> _Before:
    """Return the ticks of work, or of transfers, that were held or in vain, before each midnight.

    In vain is all before the last step that lost work, after the start and before `until`; of the rest, the part that
    the outages took.
    """
    held = facts.sheet.load_of(rows).weighed(part)
    if not len(loses):
        return held
    start, before = facts.sheet.start[rows], np.concatenate([[NEVER], loses])
    last = before[loses.searchsorted(until)]
    in_vain = last > start
    vain = Load(start[in_vain], last[in_vain])
    return np.asarray(held + vain.before(facts.ruler.midnights) - vain.weighed(part))


def _add_away(facts: Facts, lost: dict[str, list[_Before]]) -> None:
    """Add the time in which the citizen is away, but for those who come for the result."""
    for cause, first, last in (
        ("closed", State.SENT_HOME, State.SENT_HOME),
        ("citizen", State.RENEGED, State.SUPPLEMENT),
    ):
        rows = facts.sheet.of(first, last)
        if rows.start < rows.stop:
            is_open = facts.sheet.start[rows] < facts.settled[facts.sheet.record[rows]]
            lost[cause].append(_load(facts, rows, is_open).before(facts.ruler.midnights))
