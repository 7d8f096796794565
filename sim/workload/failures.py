"""What fails: people who are absent without warning, and systems that are slow or down.

Place in the pipeline: a part of the workload. In: a scenario and the replication's streams. Out: arrays. Invariant:
more people, groups at the end, days or outages add draws and move none.
"""

from functools import lru_cache

import numpy as np

from sim.scenario import Scenario
from sim.scenario.things import Outage, RandomOutage, System
from sim.streams import PPM, Purpose, Streams
from sim.timebase import Timebase
from sim.workload.asked import asked_of
from sim.workload.thinning import Grid, Whole, points
from sim.workload.visits import delays

_S_PER_MIN, _S_PER_DAY = 60, 86_400
_OUTAGE = (Purpose.OUTAGE_COUNT, Purpose.OUTAGE_TICK)
_PERMILLE = 1000


def absence(scenario: Scenario, streams: Streams) -> Whole:
    """Return a draw for each member of each group on each day: ``int64[n_groups, n_members, n_days]``, millionths.

    A group that is never absent has `PPM`, which is below nothing.
    """
    staff = asked_of(scenario).staff
    found = staff.nobody.copy()
    u = streams.uniforms(Purpose.ABSENCE, staff.address)
    found[staff.ever] = (u * PPM).astype(np.int64).reshape(len(staff.ever), *found.shape[1:])
    return found


def outages(scenario: Scenario, streams: Streams) -> Whole:
    """Return all outages, told and random: rows (system, start, end, permille left, loses work), sorted.

    Random outages start in the period; none is under way when it begins.
    """
    told = _told(scenario.timebase, scenario.outages)
    by_chance = [_by_chance(scenario, streams, index, each) for index, each in enumerate(scenario.random_outages)]
    rows = np.concatenate([told, *by_chance])
    rows = rows[rows[:, 1] < rows[:, 2]]  # none that is shorter than a tick, or within the hour that spring leaves out
    return rows[np.lexsort(rows.T[::-1])]


@lru_cache(maxsize=64)
def _told(timebase: Timebase, told: tuple[Outage, ...]) -> Whole:
    rows = [
        (
            System[each.what.upper()],
            timebase.tick(each.starts.date(), each.starts.time()),
            timebase.tick(each.ends.date(), each.ends.time()),
            round(_PERMILLE * each.left_ratio),
            each.loses_work,
        )
        for each in told
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 5)


@lru_cache(maxsize=64)
def _days(timebase: Timebase) -> Grid:
    return Grid(timebase.midnights, timebase.ticks_per_s * _S_PER_DAY)


def _by_chance(scenario: Scenario, streams: Streams, index: int, told: RandomOutage) -> Whole:
    """Return the outages of one entry of `random_outages`."""
    timebase = scenario.timebase
    rate = np.full(timebase.n_days, told.per_day)
    found = points(streams, _OUTAGE, rate, _days(timebase), member=index)
    u = streams.uniforms(Purpose.OUTAGE_DURATION, found.address)
    lasts = delays(scenario, told.duration_min, u, unit_s=_S_PER_MIN)
    constant = (System[told.what.upper()], round(_PERMILLE * told.left_ratio), told.loses_work)
    system, permille, loses = (np.full(len(lasts), value, dtype=np.int64) for value in constant)
    return np.column_stack([system, found.tick, found.tick + lasts, permille, loses])
