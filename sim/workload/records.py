"""The records that visits bring, and the draws of each.

Place in the pipeline: a part of the workload. In: visits and the replication's streams. Out: arrays with an entry for
each record. Invariant: every draw is the quantile, at a number that belongs to the record alone, of a law of the
scenario; so a change of one law moves its own draws and no other.
"""

from collections.abc import Iterator

import numpy as np

from sim.laws import Law, choose
from sim.scenario import Scenario
from sim.scenario.people import Stage
from sim.streams import PPM, Address, Floats, Purpose, Streams
from sim.timebase import NEVER
from sim.workload.visits import FIRST_DAY, Visits, Whole, delays

_S_PER_MIN, _S_PER_H = 60, 3600
_BITS_PER_MB = 8e6
_MOST_WORK = (1 << 31) - 1  # ticks: 25 days of milliseconds without a break; longer work is cut to that
_MOST_BITS = 1 << 53  # whole numbers up to here are exact
_MOST_WAITING = 1 << 30
_ALWAYS = 1 << 30  # tries of who never gives up

_LAW_OF_KIND = {
    Purpose.GUIDANCE_WORK: "guidance_min",
    Purpose.INTAKE_WORK: "intake_min",
    Purpose.CHECK_WORK: "check_min",
    Purpose.BACK_OFFICE_WORK: "back_office_min",
    Purpose.APPROVAL_WORK: "approval_min",
    Purpose.HANDOVER_WORK: "handover_min",
    Purpose.PAGES: "pages",
}
_WORK = {
    Stage.GUIDANCE: Purpose.GUIDANCE_WORK,
    Stage.INTAKE: Purpose.INTAKE_WORK,
    Stage.CHECK: Purpose.CHECK_WORK,
    Stage.BACK_OFFICE: Purpose.BACK_OFFICE_WORK,
    Stage.APPROVAL: Purpose.APPROVAL_WORK,
    Stage.HANDOVER: Purpose.HANDOVER_WORK,
}
_LAW_OF_CITIZEN = {
    Purpose.PATIENCE: "patience_min",
    Purpose.BALKING: "balk_at",
    Purpose.RETURN_OFFSET: "return_offset_min",
    Purpose.SUPPLEMENT_DELAY: "supplement_delay_h",
    Purpose.COLLECT_DELAY: "collect_delay_h",
}
_RATIO_OF_KIND = {
    Purpose.CHANNEL: "online_ratio",
    Purpose.WRONG_COUNTER: "wrong_counter_ratio",
    Purpose.INCOMPLETE: "incomplete_ratio",
}


class Records:
    """The records of all visits, and their draws.

    Attributes:
        visit: ``int64[n_records]``, index of the visit that brings it, non-decreasing.
        member: ``int64[n_records]``, its number within the visit; the leader's is 0.
        procedure: ``int64[n_records]``.
    """

    def __init__(self, scenario: Scenario, streams: Streams, come: Visits) -> None:
        self._scenario = scenario
        self._come = come
        self._kinds = list(scenario.procedures.values())
        n_records = _records_per_visit(scenario, streams, come)
        self.visit = np.repeat(np.arange(len(n_records)), n_records)
        self.member = np.arange(len(self.visit)) - (np.cumsum(n_records) - n_records)[self.visit]
        address = Address(come.number[self.visit], come.within[self.visit], self.member)
        self._u = streams.several(_drawn_for(scenario), address)
        told = come.procedure[self.visit]
        drawn = choose([kind.share for kind in self._kinds], self._u[Purpose.PROCEDURE])
        self.procedure = np.where(told == NEVER, drawn, told)
        self._of_kind = [np.flatnonzero(self.procedure == index) for index in range(len(self._kinds))]

    def follower(self) -> Whole:
        """Return the next record of the same visit, `NEVER` for the last."""
        after = np.append(self.member, 0)[1:]
        return np.where(after > 0, np.arange(len(after)) + 1, NEVER)

    def priority(self) -> Whole:
        """Return the procedure's priority and, for visits by appointment, theirs on top."""
        told = self._scenario.demand.appointments
        of_visit = self._come.is_booked * (told.priority if told else 0)
        of_kind = np.array([kind.priority for kind in self._kinds], dtype=np.int64)
        return np.asarray(of_kind[self.procedure] + of_visit[self.visit], dtype=np.int64)

    def millionths(self, purpose: Purpose) -> Whole:
        """Return whole millionths; `PPM`, which is below nothing, where no ratio of the scenario asks for a draw."""
        if purpose not in self._u:
            return np.full(len(self.visit), PPM)
        drawn = (self._u[purpose] * PPM).astype(np.int64)
        if purpose is Purpose.CHANNEL:
            drawn[self._come.is_booked[self.visit]] = PPM  # who has an appointment comes in person
        return drawn

    def delay(self, purpose: Purpose, *, unit_s: float, without: int) -> Whole:
        """Return ticks drawn from a law of the citizens; `without` a law, always that."""
        law = self._law(purpose)
        if law is None:
            return np.full(len(self.visit), without)
        return delays(self._scenario, law, self._u[purpose], unit_s=unit_s)

    def balk_at(self) -> Whole:
        """Return how many must wait for each to turn around; `NEVER` without a law."""
        law = self._law(Purpose.BALKING)
        if law is None:
            return np.full(len(self.visit), NEVER)
        return _whole(law.quantile(self._u[Purpose.BALKING]), _MOST_WAITING)

    def n_tries(self) -> Whole:
        """Return how often each leaves in vain at most: a geometric law, the first included."""
        ratio = self._scenario.citizens.gives_up_ratio
        if Purpose.TRIES not in self._u:
            return np.full(len(self.visit), 1 if ratio else _ALWAYS)
        return 1 + _whole(np.floor(np.log(self._u[Purpose.TRIES]) / np.log1p(-ratio)), _ALWAYS - 1)

    def work(self) -> Whole:
        """Return the work of every stage: ``int64[6, n_records]``; what is done on the first day is taken off."""
        found = np.full((len(Stage), len(self.visit)), NEVER)
        ticks_per_min = self._scenario.timebase.ticks_per_s * _S_PER_MIN
        for stage, purpose in _WORK.items():
            for of_kind, drawn in self._by_procedure(purpose):
                found[stage, of_kind] = _whole(drawn * self._left(stage, of_kind) * ticks_per_min, _MOST_WORK)
        return found

    def scan_and_upload(self) -> tuple[Whole, Whole]:
        """Return the ticks on a scanner and the bits to upload of each record, of one number of whole pages."""
        scan, upload = (np.zeros(len(self.visit), dtype=np.int64) for _ in range(2))
        ticks_per_s = self._scenario.timebase.ticks_per_s
        for of_kind, drawn in self._by_procedure(Purpose.PAGES):
            kind, pages = self._kinds[self.procedure[of_kind[0]]], np.rint(drawn)
            scan[of_kind] = _whole(pages * kind.scan_s_per_page * ticks_per_s, _MOST_WORK)
            upload[of_kind] = _whole(pages * kind.page_mb * _BITS_PER_MB, _MOST_BITS)
        return scan, upload

    def _law(self, purpose: Purpose) -> Law | None:
        law: Law | None = getattr(self._scenario.citizens, _LAW_OF_CITIZEN[purpose])
        return law

    def _by_procedure(self, purpose: Purpose) -> Iterator[tuple[Whole, Floats]]:
        """Yield, for each procedure that has such a law and records, the records and their draws."""
        for kind, of_kind in zip(self._kinds, self._of_kind, strict=True):
            law: Law | None = getattr(kind, _LAW_OF_KIND[purpose])
            if law is not None and len(of_kind):
                yield of_kind, law.quantile(self._u[purpose][of_kind])

    def _left(self, stage: Stage, records: Whole) -> Floats | float:
        """Return which part of this stage's work is still to be done on the first day."""
        told = self._scenario.initial
        if not told:
            return 1.0
        visit = self.visit[records]
        of_entry = 1 - np.array([each.done_ratio for each in told])
        waits_here = self._come.entry[visit] == stage
        return np.where(waits_here, of_entry[(self._come.within[visit] - FIRST_DAY) * waits_here], 1.0)


def _drawn_for(scenario: Scenario) -> list[Purpose]:
    """Return what records of this scenario need a number for, whatever the plan."""
    kinds, citizens = list(scenario.procedures.values()), scenario.citizens
    by_law = [purpose for purpose, name in _LAW_OF_KIND.items() if any(getattr(kind, name) for kind in kinds)]
    by_citizen = [purpose for purpose, name in _LAW_OF_CITIZEN.items() if getattr(citizens, name)]
    by_ratio = [purpose for purpose, name in _RATIO_OF_KIND.items() if any(getattr(kind, name) for kind in kinds)]
    if scenario.volunteer_effect.moves_online_ratio and Purpose.CHANNEL not in by_ratio:
        by_ratio.append(Purpose.CHANNEL)
    tries = [Purpose.TRIES] if 0 < citizens.gives_up_ratio < 1 else []
    return [Purpose.PROCEDURE, *by_law, *by_citizen, *by_ratio, *tries]


def _records_per_visit(scenario: Scenario, streams: Streams, come: Visits) -> Whole:
    """Return how many records each visit brings; one, if it is a record of the first day."""
    weights = sorted(scenario.demand.records_per_visit.items())
    counts = np.array([count for count, _ in weights])
    if len(counts) == 1:
        brought = np.full(len(come.number), counts[0])
    else:
        u = streams.uniforms(Purpose.RECORDS_PER_VISIT, Address(come.number, come.within))
        brought = counts[choose([weight for _, weight in weights], u)]
    return np.where(come.entry == NEVER, brought, 1)


def _whole(draws: Floats, most: int) -> Whole:
    return np.rint(np.minimum(draws, most)).astype(np.int64)
