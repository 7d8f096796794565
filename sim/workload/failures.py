"""What fails: people who are absent without warning, and systems that are slow or down.

Place in the pipeline: a part of the workload. In: a scenario and the replication's draws. Out: arrays. Invariant:
more people, groups at the end, days or outages add draws and move none.
"""

from collections.abc import Iterator

import numpy as np

import sim.scramble
from sim.compiler import outer_of
from sim.laws import Laws
from sim.scenario import Scenario
from sim.scenario.things import Outage, System
from sim.scramble import Words, key_of, two
from sim.streams import PPM, Floats, Purpose
from sim.timebase import Timebase
from sim.workload import thinning
from sim.workload.ahead import Part
from sim.workload.thinning import Grid, Tables, Whole, count, place
from sim.workload.visits import in_ticks

_S_PER_MIN, _S_PER_DAY = 60, 86_400
_COUNT, _PLACE, _DURATION = Purpose.OUTAGE_COUNT // 2, Purpose.OUTAGE_TICK // 2, Purpose.OUTAGE_DURATION // 2
_PERMILLE = 1000


class Staff:
    """Whose absence is drawn: all that any plan may have, of groups that are ever absent."""

    def __init__(self, scenario: Scenario) -> None:
        n_members = max(
            max(group.people, *(plan.staff.get(name, 0) for plan in scenario.plans.values()))
            for name, group in scenario.staff.items()
        )
        self._nobody = np.full((len(scenario.staff), n_members, scenario.timebase.n_days), PPM)
        self._ever = np.flatnonzero([group.absence_ratio > 0 for group in scenario.staff.values()])

    def parts(self) -> Iterator[Part]:
        """Yield what is to be drawn ahead for `absence`."""
        if len(self._ever):
            group, member, day = (each.ravel() for each in np.indices((len(self._ever), *self._nobody.shape[1:])))
            yield Part("absence", Purpose.ABSENCE, None, day, self._ever[group], member)

    def absences(self, drawn: dict[str, Floats], n_replications: int) -> list[Whole]:
        """Return a draw for each member of each group on each day: ``int64[n_groups, n_members, n_days]``, millionths.

        A group that is never absent has `PPM`, which is below nothing.
        """
        found = [self._nobody.copy() for _ in range(n_replications)]
        if "absence" in drawn:
            for absence, u in zip(found, drawn["absence"].T, strict=True):
                absence[self._ever] = (u * PPM).astype(np.int64).reshape(len(self._ever), *absence.shape[1:])
        return found


class Failures:
    """What a scenario says of outages: worked out once for all replications."""

    def __init__(self, scenario: Scenario) -> None:
        timebase, told = scenario.timebase, scenario.random_outages
        self._told = _in_order(np.array([_row(timebase, each) for each in scenario.outages], dtype=np.int64))
        self._ticks_per_s = timebase.ticks_per_s
        self._grid = Grid(timebase.midnights, timebase.ticks_per_s * _S_PER_DAY, np.arange(timebase.n_days))
        self._rates = np.array([[each.per_day] * timebase.n_days for each in told], dtype=np.float64)
        self._tables = self._grid.tables(self._rates)
        self._laws = Laws([each.duration_min for each in told])
        self._kinds = np.array(
            [(System[each.what.upper()], round(_PERMILLE * each.left_ratio), each.loses_work) for each in told]
        )

    def outages(self, words: Words) -> list[Whole]:
        """Return all outages of each replication, told and random.

        They are rows (system, start, end, permille left, loses work), sorted. Random outages start in the period; none
        is under way when it begins.

        Args:
            words: ``uint64[n_replications, 2]``, their keys.
        """
        if not len(self._kinds):
            return [self._told] * len(words)
        n_of, tick, u = by_chance(words, self._rates, self._grid.cells, self._tables)
        lasts = in_ticks(self._laws.quantiles(n_of.sum(axis=1), u), _S_PER_MIN, self._ticks_per_s)
        kind, replication = np.divmod(np.repeat(np.arange(n_of.size), n_of.ravel()), len(words))
        rows = np.column_stack([tick, tick + lasts, self._kinds[kind]])[:, [2, 0, 1, 3, 4]]
        return [_in_order(np.concatenate([self._told, rows[replication == k]])) for k in range(len(words))]


@outer_of(sim.scramble.__file__, thinning.__file__)
def by_chance(words: Words, rates: Floats, cells: Whole, tables: Tables) -> tuple[Whole, Whole, Floats]:
    """Return how many outages there are, when they start, and the numbers of how long they last.

    They are ``int64[n_entries, n_replications]``, and ``int64[n]`` and ``float64[n]`` in the same order.

    Args:
        words: ``uint64[n_replications, 2]``, their keys.
        rates: ``float64[n_entries, n_days]``, outages a day.
        cells: those of the grid.
        tables: of the grid.
    """
    n_of = np.empty((len(rates), len(words)), dtype=np.int64)
    n_candidates, n = np.empty((*n_of.shape, len(tables[0]), len(cells[0])), dtype=np.int64), 0
    for entry in range(len(rates)):
        for k in range(len(words)):
            n += count((key_of(words[k]), _COUNT, entry), rates[entry], cells, tables, n_candidates[entry, k])
    found, u, last = np.empty((3, n), dtype=np.int64), np.empty(n), 0
    for entry in range(len(rates)):
        for k in range(len(words)):
            key, first, grid = key_of(words[k]), last, (cells, tables[0])
            n_of[entry, k] = place((key, _PLACE, entry), rates[entry], grid, n_candidates[entry, k], found[:, first:])
            last += n_of[entry, k]
            for row in range(first, last):
                _, u[row] = two(key, found[0, row], found[1, row], _DURATION, entry)
    return n_of, found[2, :last], u[:last]


def _row(timebase: Timebase, told: Outage) -> tuple[int, ...]:
    starts, ends = (timebase.tick(at.date(), at.time()) for at in (told.starts, told.ends))
    return System[told.what.upper()], starts, ends, round(_PERMILLE * told.left_ratio), told.loses_work


def _in_order(rows: Whole) -> Whole:
    """Return outages sorted, but those shorter than a tick, or within the hour that spring leaves out."""
    rows = rows.reshape(-1, 5)
    rows = rows[rows[:, 1] < rows[:, 2]]
    return np.asarray(rows[np.lexsort(rows.T[::-1])])
