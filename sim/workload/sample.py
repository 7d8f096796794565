"""Draws a replication.

Place in the pipeline: where a workload is made. Invariant: every draw is the quantile, at a number that belongs to the
record alone, of a law of the scenario; so a change of one law moves its own draws and no other.
"""

import numpy as np
from numpy.typing import NDArray

from sim.laws import Law
from sim.scenario import Scenario
from sim.scenario.people import Stage
from sim.scenario.procedures import Procedure
from sim.scenario.things import System
from sim.streams import PPM, Purpose, Streams
from sim.timebase import NEVER
from sim.workload.rows import Workload
from sim.workload.visits import FIRST_DAY, LONGEST, Floats, Visits, Whole, random_outages, visits

_S_PER_MIN, _S_PER_H = 60, 3600
_BITS_PER_MB = 8e6
_MEMBER = 1 << 24  # the n-th record of a visit is drawn from the visit's band plus n times this
_MOST_WORK = (1 << 31) - 1  # ticks; 25 days of milliseconds without a break: longer work is cut to that
_MOST_BITS = 1 << 53
_ALWAYS = 1 << 30  # tries of who never gives up
_WORKS = {
    Stage.GUIDANCE: (Purpose.GUIDANCE_WORK, "guidance_min"),
    Stage.INTAKE: (Purpose.INTAKE_WORK, "intake_min"),
    Stage.CHECK: (Purpose.CHECK_WORK, "check_min"),
    Stage.BACK_OFFICE: (Purpose.BACK_OFFICE_WORK, "back_office_min"),
    Stage.APPROVAL: (Purpose.APPROVAL_WORK, "approval_min"),
    Stage.HANDOVER: (Purpose.HANDOVER_WORK, "handover_min"),
}


def sample_workload(scenario: Scenario, *, seed: int, replication: int) -> Workload:
    """Return the draws of one replication of the scenario's world."""
    streams = Streams(seed, replication)
    come = visits(scenario, streams)
    records = _Records(scenario, streams, come)
    ticks_per_min = scenario.timebase.ticks_per_s * _S_PER_MIN
    pages = np.rint(np.maximum(0, records.by_procedure("pages", Purpose.PAGES)))
    kinds = list(scenario.procedures.values())
    scan_s, page_mb = (np.array([getattr(kind, name) for kind in kinds]) for name in ("scan_s_per_page", "page_mb"))
    citizens, ticks_per_s = scenario.citizens, scenario.timebase.ticks_per_s
    return Workload(
        seed=seed,
        replication=replication,
        arrival=come.arrival[records.visit],
        entry=come.entry[records.visit],
        follower=records.follower,
        leads=records.member == 0,
        procedure=records.procedure,
        priority=come.priority[records.visit] + np.array([kind.priority for kind in kinds])[records.procedure],
        channel_draw=records.millionths(Purpose.CHANNEL),
        wrong_draw=records.millionths(Purpose.WRONG_COUNTER),
        incomplete_draw=records.millionths(Purpose.INCOMPLETE),
        work=records.works(ticks_per_min),
        scan_work=_whole(pages * scan_s[records.procedure] * ticks_per_s, _MOST_WORK),
        upload_bit=_whole(pages * page_mb[records.procedure] * _BITS_PER_MB, _MOST_BITS),
        patience=records.drawn(citizens.patience_min, Purpose.PATIENCE, ticks_per_min, without=NEVER),
        balk_at=records.drawn(citizens.balk_at, Purpose.BALKING, 1, without=NEVER),
        n_tries=records.tries(citizens.gives_up_ratio),
        return_offset=records.drawn(citizens.return_offset_min, Purpose.RETURN_OFFSET, ticks_per_min, without=0),
        supplement_delay=records.drawn(
            citizens.supplement_delay_h, Purpose.SUPPLEMENT_DELAY, _S_PER_H * ticks_per_s, without=0
        ),
        collect_delay=records.drawn(citizens.collect_delay_h, Purpose.COLLECT_DELAY, _S_PER_H * ticks_per_s, without=0),
        absence_draw=_absence(scenario, streams),
        outages=_outages(scenario, streams),
    )


class _Records:
    """The records of all visits, and their draws."""

    def __init__(self, scenario: Scenario, streams: Streams, come: Visits) -> None:
        self._kinds: list[Procedure] = list(scenario.procedures.values())
        self._streams = streams
        n_records = self._records_per_visit(scenario, come)
        self.visit = np.repeat(np.arange(len(n_records)), n_records)
        first = np.cumsum(n_records) - n_records
        self.member = np.arange(len(self.visit)) - first[self.visit]
        self.follower = np.where(self.member + 1 < n_records[self.visit], np.arange(len(self.visit)) + 1, NEVER).astype(
            np.int64
        )
        self._number = come.number[self.visit]
        self._band = come.band[self.visit] + _MEMBER * self.member
        shares = np.cumsum([kind.share for kind in self._kinds])[:-1]
        drawn = np.searchsorted(shares, self._uniforms(Purpose.PROCEDURE), side="right")
        told = come.procedure[self.visit]
        self.procedure = np.where(told == NEVER, drawn, told).astype(np.int64)
        self._done = self._done_ratios(scenario, come)[self.visit]
        self._entry = come.entry[self.visit]

    def _records_per_visit(self, scenario: Scenario, come: Visits) -> Whole:
        """Return how many records each visit brings; one, if it is a record of the first day."""
        weights = scenario.demand.records_per_visit
        counts, shares = np.array(sorted(weights)), np.cumsum([weights[count] for count in sorted(weights)])
        if len(counts) == 1:
            brought = np.full(len(come.band), counts[0])
        else:
            u = self._streams.uniforms(Purpose.RECORDS_PER_VISIT, come.number, come.band) * shares[-1]
            brought = counts[np.minimum(np.searchsorted(shares, u, side="right"), len(counts) - 1)]
        return np.where(come.entry == NEVER, brought, 1).astype(np.int64)

    @staticmethod
    def _done_ratios(scenario: Scenario, come: Visits) -> Floats:
        """Return which part of the first work of each visit is already done: ``float64[n_visits]``."""
        done = np.zeros(len(come.band))
        is_old = come.entry != NEVER
        done[is_old] = np.array([each.done_ratio for each in scenario.initial])[come.band[is_old] - FIRST_DAY]
        return done

    def _uniforms(self, purpose: Purpose) -> Floats:
        return self._streams.uniforms(purpose, self._number, self._band)

    def millionths(self, purpose: Purpose) -> Whole:
        """Return whole millionths: ``int64[n_records]``."""
        return (self._uniforms(purpose) * PPM).astype(np.int64)

    def drawn(self, law: Law | None, purpose: Purpose, unit: float, *, without: int) -> Whole:
        """Return draws of a law for all records, in whole units; `without` a law, always that."""
        if law is None:
            return np.full(len(self.visit), without, dtype=np.int64)
        return _whole(law.quantile(self._uniforms(purpose)) * unit, LONGEST)

    def tries(self, gives_up_ratio: float) -> Whole:
        """Return how often each leaves in vain at most: a geometric law, the first included."""
        if gives_up_ratio in {0, 1}:
            return np.full(len(self.visit), 1 if gives_up_ratio else _ALWAYS, dtype=np.int64)
        n = 1 + np.floor(np.log(self._uniforms(Purpose.TRIES)) / np.log1p(-gives_up_ratio))
        return _whole(n, _ALWAYS)

    def by_procedure(self, name: str, purpose: Purpose) -> Floats:
        """Return draws of the law that each record's procedure has under this name; `NEVER` where it has none."""
        laws: list[Law | None] = [getattr(kind, name) for kind in self._kinds]
        found = np.full(len(self.visit), float(NEVER))
        if not any(laws):
            return found
        u = self._uniforms(purpose)
        for index, law in enumerate(laws):
            if law is not None:
                of_kind = self.procedure == index
                found[of_kind] = law.quantile(u[of_kind])
        return found

    def works(self, ticks_per_min: float) -> Whole:
        """Return the work of every stage: ``int64[6, n_records]``; what is already done on the first day is taken off."""
        found = np.empty((len(Stage), len(self.visit)), dtype=np.int64)
        for stage, (purpose, name) in _WORKS.items():
            minutes = self.by_procedure(name, purpose)
            minutes = np.where(self._entry == stage, minutes * (1 - self._done), minutes)
            found[stage] = np.where(minutes < 0, NEVER, _whole(np.maximum(0, minutes) * ticks_per_min, _MOST_WORK))
        return found


def _whole(draws: Floats, most: int) -> Whole:
    return np.rint(np.minimum(draws, most)).astype(np.int64)


def _absence(scenario: Scenario, streams: Streams) -> Whole:
    """Return a draw for each member of each group on each day: ``int64[n_groups, n_members, n_days]``."""
    groups, n_days = list(scenario.staff.items()), scenario.timebase.n_days
    n_members = max(
        max(plan.staff.get(name, group.people) for plan in scenario.plans.values()) for name, group in groups
    )
    shape = (len(groups), n_members, n_days)
    if not any(group.absence_ratio for _, group in groups):
        return np.zeros(shape, dtype=np.int64)  # nobody is ever absent, whatever is drawn
    group_number, member, day = (axis.ravel() for axis in np.indices(shape))
    u = streams.uniforms(Purpose.ABSENCE, day, group_number * _MEMBER + member)
    return (u * PPM).astype(np.int64).reshape(shape)


def _outages(scenario: Scenario, streams: Streams) -> NDArray[np.int64]:
    """Return all outages, told and random: rows (system, start, end, permille left, loses work), sorted."""
    timebase = scenario.timebase
    rows = [
        (
            System[each.what.upper()],
            timebase.tick(each.starts.date(), each.starts.time()),
            timebase.tick(each.ends.date(), each.ends.time()),
            round(1000 * each.left_ratio),
            each.loses_work,
        )
        for each in scenario.outages
    ]
    for index, start, end in random_outages(scenario, streams).tolist():
        told = scenario.random_outages[index]
        rows.append((System[told.what.upper()], start, end, round(1000 * told.left_ratio), told.loses_work))
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 5)
