"""What time was lost to: every hour that records waited between arrival and settlement, by its cause.

Place in the pipeline: the figures that say what to buy first. Invariant: each tick of waiting has one cause, so that
the causes add up to all waiting. The causes are defined in `Measures`.
"""

import numpy as np
from numpy.typing import NDArray

from sim.measures.facts import Facts
from sim.measures.load import Load, Steps
from sim.measures.places import times_without_place
from sim.measures.sheet import Sheet
from sim.measures.spans import Amounts, Floats
from sim.scenario.people import HALL_STAGES, Stage
from sim.timebase import Ticks
from sim.trace import NEVER, State

_PEOPLE = {  # what busy people at each stage are lost to
    Stage.GUIDANCE: "person_guidance",
    Stage.INTAKE: "person_intake",
    Stage.CHECK: "person_check",
    Stage.BACK_OFFICE: "person_back_office",
    Stage.HANDOVER: "person_handover",
    Stage.APPROVAL: "signature",
}
_CAUSES = (
    *(cause for cause in _PEOPLE.values() if cause != "signature"),
    *("counter", "scanner", "link", "outage", "signature", "citizen", "closed"),
)
_LINES = {
    State.WAIT_GUIDANCE: Stage.GUIDANCE,
    State.WAIT_INTAKE: Stage.INTAKE,
    State.WAIT_HANDOVER: Stage.HANDOVER,
    State.WAIT_CHECK: Stage.CHECK,
    State.WAIT_BACK_OFFICE: Stage.BACK_OFFICE,
    State.WAIT_APPROVAL: Stage.APPROVAL,
    State.WAIT_SIGNING: Stage.APPROVAL,
}
_DESKS = {Stage.CHECK: State.CHECK, Stage.BACK_OFFICE: State.BACK_OFFICE, Stage.APPROVAL: State.APPROVAL}


def lost_figures(facts: Facts, sheet: Sheet) -> dict[str, Floats]:
    """Return the hours lost by cause, of the records of a sheet: all, or some among the others."""
    lost = _Lost(facts, sheet)
    for state in _LINES:
        lost.in_line(state)
    lost.add("scanner", sheet.load(State.WAIT_SCANNER).before(facts.ruler.midnights))
    lost.add("outage", sheet.load(State.WAIT_PORTAL).before(facts.ruler.midnights))
    lost.in_uploads()
    lost.at_counters(State.HANDOVER, State.SCAN)
    lost.at_desks(State.CHECK, State.APPROVAL)
    lost.away()
    return lost.figures()


def lost_figures_at(facts: Facts, stage: Stage) -> dict[str, Floats]:
    """Return the hours lost by cause at a stage; scanning and upload are part of intake, the portal comes before check.

    Hours in which the citizen is away belong to no stage.
    """
    lost = _Lost(facts, facts.sheet)
    for state, of_stage in _LINES.items():
        if of_stage == stage:
            lost.in_line(state)
    if stage == Stage.CHECK:
        lost.add("outage", facts.sheet.load(State.WAIT_PORTAL).before(facts.ruler.midnights))
    if stage == Stage.INTAKE:
        lost.add("scanner", facts.sheet.load(State.WAIT_SCANNER).before(facts.ruler.midnights))
        lost.in_uploads()
        lost.at_counters(State.WRONG_COUNTER, State.SCAN)
    if stage == Stage.HANDOVER:
        lost.at_counters(State.HANDOVER, State.HANDOVER)
    if stage in _DESKS:
        lost.at_desks(_DESKS[stage], _DESKS[stage])
    return lost.figures()


class _Lost:
    """What has been found so far of the ticks lost by cause, before each midnight."""

    def __init__(self, facts: Facts, sheet: Sheet) -> None:
        self._facts, self._sheet = facts, sheet
        self._parts: dict[str, list[Amounts]] = {cause: [] for cause in _CAUSES}

    def add(self, cause: str, before: Amounts) -> None:
        """Add ticks lost before each midnight, ``[n_days + 1]``."""
        self._parts[cause].append(before)

    def figures(self) -> dict[str, Floats]:
        """Return the hours lost by cause and span."""
        nothing: Amounts = np.zeros(len(self._facts.ruler.midnights))
        before = np.asarray([sum(parts, nothing) for parts in self._parts.values()], dtype=np.float64)
        hours = self._facts.ruler.between(before) / self._facts.basis.ticks_per_h
        return {f"lost_h_{cause}": of_cause for cause, of_cause in zip(self._parts, hours, strict=True)}

    def in_line(self, state: State) -> None:
        """Part the time in a line: nobody who could serve is on shift, no place is free for who is, or all are busy."""
        facts, sheet, stage = self._facts, self._sheet, _LINES[state]
        rows = sheet.of(state)
        if rows.start == rows.stop:
            return
        numbers, sets = facts.basis.skills
        here = facts.basis.numbers_at[stage]
        for each in here:
            waiting = sheet.load(state)
            if len(here) > 1:
                waiting = self._load(rows, numbers[stage][facts.trace.workload.procedure[sheet.record[rows]]] == each)
            whole, closed = waiting.parted(facts.attendance.closed(sets[each], is_hall=stage in HALL_STAGES))
            self.add("closed", closed)
            left: Amounts = whole - closed
            if state != State.WAIT_SIGNING and stage in facts.basis.scarce:
                without_place = waiting.weighed(times_without_place(facts, stage, sets[each]))
                self.add("counter", without_place)
                left = left - without_place
            self.add(_PEOPLE[stage], left)

    def in_uploads(self) -> None:
        """Part the time of uploads: what outages hold or make vain, and what the line takes."""
        outages, sheet = self._facts.outages, self._sheet
        whole = sheet.load(State.UPLOAD).before(self._facts.ruler.midnights)
        if outages is None:
            self.add("link", whole)
            return
        rows = sheet.of(State.UPLOAD)
        held = self._held(rows, sheet.end[rows], outages.link, outages.link_loses)
        self.add("outage", held)
        self.add("link", whole - held)

    def at_counters(self, first: State, last: State) -> None:
        """Add the time in which outages hold work at a counter, from one state to another, or make it vain."""
        outages = self._facts.outages
        if outages is not None and outages.change_pace:
            rows = self._sheet.of(first, last)
            self.add("outage", self._held(rows, self._sheet.end[rows], outages.pace, outages.pace_loses))

    def at_desks(self, first: State, last: State) -> None:
        """Add the time in which outages hold work at a desk, from one state to another, or make it vain."""
        outages = self._facts.outages
        if outages is None or not outages.change_pace:
            return
        rows = self._sheet.of(first, last)
        until = self._sheet.end[rows]
        at_loss = np.flatnonzero((until == outages.pace_loses[:, np.newaxis]).any(axis=0))  # of a few losses
        if len(at_loss):  # what is put down at the very tick of a loss is lost; what is done at it is not
            until = until.copy()
            until[at_loss] += self._sheet.is_put_down(rows.start + at_loss)
        self.add("outage", self._held(rows, until, outages.pace, outages.pace_loses))

    def away(self) -> None:
        """Add the time in which the citizen is away."""
        for cause, first, last in (
            ("closed", State.SENT_HOME, State.SENT_HOME),
            ("citizen", State.RENEGED, State.SUPPLEMENT),
        ):
            self.add(cause, self._sheet.load(first, last).before(self._facts.ruler.midnights))

    def _load(self, rows: slice, chosen: NDArray[np.bool_]) -> Load:
        return Load(self._sheet.start[rows][chosen], self._sheet.end[rows][chosen])

    def _held(self, rows: slice, until: Ticks, part: Steps, loses: Ticks) -> Amounts:
        """Return the ticks of work, or of transfers, that were held or in vain, before each midnight.

        In vain is all before the last step that lost work, after the start and before `until`; of the rest, the part
        that the outages took.
        """
        held = self._sheet.load_of(rows).weighed(part)
        if not len(loses):
            return held
        start, before = self._sheet.start[rows], np.concatenate([[NEVER], loses])
        last = before[loses.searchsorted(until)]
        in_vain = last > start
        vain = Load(start[in_vain], last[in_vain])
        return np.asarray(held + vain.before(self._facts.ruler.midnights) - vain.weighed(part))
