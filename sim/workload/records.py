"""The records that visits bring, and the draws of each.

Place in the pipeline: a part of the workload. In: visits and the replication's streams. Out: arrays with an entry for
each record. Invariant: every draw is the quantile, at a number that belongs to the record alone, of a law of the
scenario; so a change of one law moves its own draws and no other.
"""

import numpy as np
from numpy.typing import NDArray

from sim.compiler import outer_of
from sim.laws import choose
from sim.scenario import Scenario
from sim.streams import PPM, Address, Floats, Purpose, Streams
from sim.timebase import NEVER
from sim.workload.asked import N_ROWS, Asked, asked_of
from sim.workload.thinning import Whole
from sim.workload.visits import BOOKED, FIRST_DAY, Visits

_ALWAYS = 1 << 30  # tries of who never gives up


class Records:
    """The records of all visits, and their draws.

    Attributes:
        visit: ``int64[n_records]``, index of the visit that brings it, non-decreasing.
        member: ``int64[n_records]``, its number within the visit; the leader's is 0.
        procedure: ``int64[n_records]``.
        entry: ``int64[n_records]``, `Stage` of a record of the first day, `NEVER` for others.
    """

    def __init__(self, scenario: Scenario, streams: Streams, come: Visits) -> None:
        self._scenario = scenario
        self._asked = asked_of(scenario)
        n_records = _records_per_visit(self._asked, streams, come)
        self.visit = np.repeat(np.arange(len(n_records)), n_records)
        self.member = np.arange(len(self.visit)) - (np.cumsum(n_records) - n_records)[self.visit]
        self._within = come.within[self.visit]
        address = Address(come.number[self.visit], self._within, self.member)
        self._u = streams.pairs(self._asked.blocks, address)
        self.procedure = choose(self._asked.shares, self._u[self._asked.row(Purpose.PROCEDURE)])
        self.entry = np.full(len(self.visit), NEVER)
        self._left = np.ones(len(self.visit))
        if scenario.initial:
            of_first_day = np.flatnonzero(self._within >= FIRST_DAY)
            told = self._within[of_first_day] - FIRST_DAY
            self.entry[of_first_day], self.procedure[of_first_day] = self._asked.of_entry[:, told]
            self._left[of_first_day] = self._asked.left[told]

    def follower(self) -> Whole:
        """Return the next record of the same visit, `NEVER` for the last."""
        after = np.append(self.member, 0)[1:]
        return np.where(after > 0, np.arange(len(after)) + 1, NEVER)

    def priority(self) -> Whole:
        """Return the procedure's priority and, for visits by appointment, theirs on top."""
        found: Whole = self._asked.priority[self.procedure]
        told = self._scenario.demand.appointments
        if told:
            found += told.priority * self._is_booked()
        return found

    def _is_booked(self) -> NDArray[np.bool_]:
        return (self._within >= BOOKED) & (self._within < FIRST_DAY)

    def millionths(self, purpose: Purpose) -> Whole:
        """Return whole millionths; `PPM`, which is below nothing, where no ratio of the scenario asks for a draw."""
        if not self._asked.asks(purpose):
            return np.full(len(self.visit), PPM)
        drawn: Whole = (self._u[self._asked.row(purpose)] * PPM).astype(np.int64)
        if purpose is Purpose.CHANNEL and self._scenario.demand.appointments:
            drawn[self._is_booked()] = PPM  # who has an appointment comes in person
        return drawn

    def n_tries(self) -> Whole:
        """Return how often each leaves in vain at most: a geometric law, the first included."""
        ratio = self._scenario.citizens.gives_up_ratio
        if not self._asked.asks(Purpose.TRIES):
            return np.full(len(self.visit), 1 if ratio else _ALWAYS)
        n_more = np.floor(np.log(self._u[self._asked.row(Purpose.TRIES)]) / np.log1p(-ratio))
        return np.asarray(1 + np.minimum(n_more, _ALWAYS - 1).astype(np.int64), dtype=np.int64)

    def by_law(self) -> Whole:
        """Return all that laws are drawn for, in the rows that `Asked` names: ``int64[N_ROWS, n_records]``."""
        asked, n_records = self._asked, len(self.visit)
        order = np.argsort(self.procedure, kind="stable")
        n_of_kind = np.bincount(self.procedure, minlength=len(asked.shares))
        by_kind = (np.cumsum(n_of_kind) - n_of_kind, n_of_kind, order)
        of_cell = n_of_kind[asked.cells[:, 1]]
        u = np.empty(of_cell.sum())
        gather(self._u, asked.cells, by_kind, u)
        draws = asked.laws.quantiles(of_cell, u), np.cumsum(of_cell) - of_cell
        found = np.empty((N_ROWS, n_records), dtype=np.int64)
        found[:] = asked.without
        spread(draws, by_kind, (self.entry, self._left), asked.outcomes, found)
        return found


@outer_of()
def gather(numbers: Floats, cells: Whole, by_kind: tuple[Whole, Whole, Whole], found: Floats) -> None:
    """Write each cell's numbers one after the other: those of its purpose, of the records of its procedure."""
    (starts, n_of_kind, order), n = by_kind, 0
    for cell in range(len(cells)):
        row, kind = cells[cell]
        for k in range(n_of_kind[kind]):
            found[n] = numbers[row, order[starts[kind] + k]]
            n += 1


@outer_of()
def spread(
    draws: tuple[Floats, Whole],
    by_kind: tuple[Whole, Whole, Whole],
    first_day: tuple[Whole, Floats],
    outcomes: tuple[Whole, Floats, NDArray[np.bool_]],
    found: Whole,
) -> None:
    """Write what becomes of each cell's draws to its records; work that is done on the first day is taken off."""
    (drawn, first), (starts, n_of_kind, order), (entry, left) = draws, by_kind, first_day
    ways, sizes, is_paged = outcomes
    for number in range(len(ways)):
        cell, kind, row = ways[number]
        factor, unit, most, per = sizes[number]
        for k in range(n_of_kind[kind]):
            record, draw = order[starts[kind] + k], drawn[first[cell] + k]
            if is_paged[number]:
                draw = np.rint(draw)
            if entry[record] == row:
                draw *= left[record]
            found[row, record] = np.int64(np.rint(min(draw * factor * unit, most) * per))


def _records_per_visit(asked: Asked, streams: Streams, come: Visits) -> Whole:
    """Return how many records each visit brings; one, if it is a record of the first day."""
    if len(asked.brought) == 1:
        brought = np.full(len(come.number), asked.brought[0])
    else:
        u = streams.uniforms(Purpose.RECORDS_PER_VISIT, Address(come.number, come.within))
        brought = asked.brought[choose(asked.weights, u)]
    return np.where(come.within < FIRST_DAY, brought, 1)
