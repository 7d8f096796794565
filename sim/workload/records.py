"""The records that visits bring, and the draws of each.

Place in the pipeline: a part of the workload. In: visits and the replication's key. Out: arrays with an entry for each
record. Invariant: every draw is the quantile, at a number that belongs to the record alone, of a law of the scenario;
so a change of one law moves its own draws and no other.

All but the quantiles is compiled: `ask` for what comes before them, `tell` for what becomes of them.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

import sim.scenario.people
import sim.scramble
from sim.compiler import outer_of, shared, woven
from sim.scramble import Key, Words, key_of, two
from sim.streams import PPM, Floats, Purpose
from sim.timebase import NEVER
from sim.workload import asked, visits
from sim.workload.asked import ARRIVAL, CHANNEL, ENTRY, FOLLOWER, N_ROWS, PRIORITY, PROCEDURE, Asked
from sim.workload.thinning import Whole
from sim.workload.visits import BOOKED, FIRST_DAY

Flags: TypeAlias = NDArray[np.bool_]
ByKind: TypeAlias = tuple[Whole, Whole, Whole]  # first and number of the records of each procedure in the third: all
_PARTY: Final = Purpose.RECORDS_PER_VISIT // 2
_COMPILED_IN: Final = tuple(str(each.__file__) for each in (sim.scramble, sim.scenario.people, asked, visits))


def records(asked: Asked, words: Words, come: Whole, ends: Whole) -> tuple[Whole, Flags, Whole]:
    """Return the numbers of all records, in the rows that `asked` names, who leads a visit, and where replications end.

    Args:
        asked: what the scenario asks for.
        words: ``uint64[n_replications, 2]``, their keys.
        come: number, `within` and arrival of the visits: ``int64[3, n_visits]``.
        ends: ``int64[n_replications]``, where the visits of each end.
    """
    found, leads, record_ends, left, by_kind, u = ask(words, come, ends, asked.of_visits, asked.drawn)
    counts = by_kind[1][asked.drawn[1][:, 1]]
    tell((asked.laws.quantiles(counts, u), counts), by_kind, left, asked.outcomes, found)
    return found, leads, record_ends


@outer_of(*_COMPILED_IN)
def ask(
    words: Words,
    come: Whole,
    ends: Whole,
    of_visits: tuple[tuple[Whole, Floats], tuple[int, Floats, Whole, int], tuple[Whole, Floats]],
    drawn: tuple[Whole, Whole, Whole, Whole],
) -> tuple[Whole, Flags, Whole, Floats, ByKind, Floats]:
    """Return all of the records that needs no law, and at which numbers quantiles are wanted.

    Args:
        words: as for `records`.
        come: as for `records`.
        ends: as for `records`.
        of_visits: `Asked.of_visits`.
        drawn: `Asked.drawn`.

    Returns:
        Rows of numbers, whether each record leads its visit, where the records of each replication end, which part of
        its work at its first stage is left, the records by procedure, and the numbers of each cell one after the other.
    """
    (parties, kinds, first_day), (blocks, cells, millionths, without) = of_visits, drawn
    n_of_visit, record_ends = np.empty(len(come[0]), dtype=np.int64), np.empty(len(words), dtype=np.int64)
    first, n = 0, 0
    for k in range(len(words)):
        n += count_records(key_of(words[k]), come[:, first : ends[k]], parties, n_of_visit[first : ends[k]])
        first, record_ends[k] = ends[k], n
    found, leads, left = np.empty((N_ROWS, n), dtype=np.int64), np.empty(n, dtype=np.bool_), np.ones(n)
    for row in range(N_ROWS):
        found[row] = without[row]
    address, numbers = np.empty((3, n), dtype=np.int64), np.empty((2 * len(blocks), n))
    line_up(come, n_of_visit, address, found, leads)
    first = 0
    for k in range(len(words)):
        within_one = slice(first, record_ends[k])
        for record in range(first, record_ends[k]):
            if found[FOLLOWER, record] != NEVER:
                found[FOLLOWER, record] -= first
        scramble_all(key_of(words[k]), address[:, within_one], blocks, numbers[:, within_one])
        first = record_ends[k]
    choose_kinds(numbers, address[1], (kinds, first_day), found, left)
    draw_millionths(numbers, address[1], millionths, found)
    n_kinds = len(kinds[1])
    by_kind = np.zeros(n_kinds, dtype=np.int64), np.zeros(n_kinds, dtype=np.int64), np.empty(n, dtype=np.int64)
    sort_by_kind(found[PROCEDURE], by_kind)
    n = 0
    for cell in range(len(cells)):
        n += by_kind[1][cells[cell, 1]]
    u = np.empty(n)
    gather(numbers, cells, by_kind, u)
    return found, leads, record_ends, left, by_kind, u


@shared
def count_records(key: Key, come: Whole, parties: tuple[Whole, Floats], found: Whole) -> int:
    """Write how many records each visit brings, one if it is a record of the first day; return how many in all."""
    brought, shares = parties
    u = np.empty(len(found))
    if len(brought) > 1:
        for visit in range(len(found)):
            _, u[visit] = two(key, come[0, visit], come[1, visit], _PARTY, 0)
    n = 0
    for visit in range(len(found)):
        found[visit] = 1
        if come[1, visit] < FIRST_DAY:
            found[visit] = brought[chosen(shares, u[visit]) if len(brought) > 1 else 0]
        n += found[visit]
    return n


@woven
def scramble_all(key: Key, address: Whole, blocks: Whole, found: Floats) -> None:
    """Write the numbers of addresses for both purposes of each block."""
    number, within, member = address[0], address[1], address[2]
    for row in range(len(blocks)):
        even, odd = found[2 * row], found[2 * row + 1]
        for k in range(len(number)):
            even[k], odd[k] = two(key, number[k], within[k], blocks[row], member[k])


@shared
def chosen(shares: Floats, u: float) -> int:
    """Return which of several is drawn, by their shares and those before them; the last is 1, above any `u`."""
    found = 0
    while shares[found] <= u:
        found += 1
    return found


@woven
def line_up(come: Whole, n_of_visit: Whole, address: Whole, found: Whole, leads: Flags) -> None:
    """Write the records' addresses, arrivals and followers, visit by visit."""
    record = 0
    for visit in range(len(n_of_visit)):
        for member in range(n_of_visit[visit]):
            address[0, record], address[1, record], address[2, record] = come[0, visit], come[1, visit], member
            found[ARRIVAL, record] = come[2, visit]
            found[FOLLOWER, record] = record + 1 if member + 1 < n_of_visit[visit] else NEVER
            leads[record] = member == 0
            record += 1


@woven
def choose_kinds(
    numbers: Floats,
    within: Whole,
    told: tuple[tuple[int, Floats, Whole, int], tuple[Whole, Floats]],
    found: Whole,
    left: Floats,
) -> None:
    """Write each record's procedure and priority and, of the first day, its stage and which part there is left."""
    (row, shares, priority, when_booked), (of_entry, left_of_entry) = told
    for record in range(len(within)):
        kind = chosen(shares, numbers[row, record])
        more = 0
        if within[record] >= FIRST_DAY:
            entry = within[record] - FIRST_DAY
            found[ENTRY, record], kind = of_entry[0, entry], of_entry[1, entry]
            left[record] = left_of_entry[entry]
        elif within[record] >= BOOKED:
            more = when_booked
        found[PROCEDURE, record] = kind
        found[PRIORITY, record] = priority[kind] + more


@woven
def draw_millionths(numbers: Floats, within: Whole, millionths: Whole, found: Whole) -> None:
    """Write what is compared with a part of a whole; who has an appointment comes in person."""
    for number in range(len(millionths)):
        row, of = millionths[number]
        for record in range(len(within)):
            found[of, record] = np.int64(numbers[row, record] * PPM)
        if of == CHANNEL:
            for record in range(len(within)):
                if BOOKED <= within[record] < FIRST_DAY:
                    found[of, record] = PPM


@woven
def sort_by_kind(kind: Whole, by_kind: ByKind) -> None:
    """Write where the records of each procedure begin, how many they are, and all of them, procedure by procedure."""
    starts, n_of_kind, order = by_kind
    for record in range(len(kind)):
        n_of_kind[kind[record]] += 1
    for k in range(1, len(starts)):
        starts[k] = starts[k - 1] + n_of_kind[k - 1]
        n_of_kind[k - 1] = 0
    n_of_kind[-1] = 0
    for record in range(len(kind)):
        k = kind[record]
        order[starts[k] + n_of_kind[k]] = record
        n_of_kind[k] += 1


@woven
def gather(numbers: Floats, cells: Whole, by_kind: ByKind, found: Floats) -> None:
    """Write each cell's numbers one after the other: those of its purpose, of the records of its procedure."""
    (starts, n_of_kind, order), n = by_kind, 0
    for cell in range(len(cells)):
        row, kind = cells[cell]
        for k in range(starts[kind], starts[kind] + n_of_kind[kind]):
            found[n] = numbers[row, order[k]]
            n += 1


@outer_of(*_COMPILED_IN)
def tell(
    draws: tuple[Floats, Whole],
    by_kind: ByKind,
    left: Floats,
    outcomes: tuple[Whole, Floats, Flags],
    found: Whole,
) -> None:
    """Write what becomes of each cell's draws to its records; work that is done on the first day is taken off.

    Args:
        draws: ``float64``, the quantiles of each cell one after the other; ``int64[n_cells]``, how many are of each.
        by_kind: the records by procedure.
        left: ``float64[n_records]``, which part is left of the work at a record's first stage.
        outcomes: `Asked.outcomes`.
        found: rows of numbers, those that laws are drawn for to be written.
    """
    (drawn, counts), (starts, n_of_kind, order), (ways, sizes, is_paged) = draws, by_kind, outcomes
    first, passed = 0, 0  # of the draws, and cells
    for number in range(len(ways)):
        cell, kind, row = ways[number]
        while passed < cell:
            first += counts[passed]
            passed += 1
        factor, unit, most, per = sizes[number]
        for k in range(n_of_kind[kind]):
            record, draw = order[starts[kind] + k], drawn[first + k]
            if is_paged[number]:
                draw = np.rint(draw)
            if found[ENTRY, record] == row:
                draw *= left[record]
            found[row, record] = np.int64(np.rint(min(draw * factor * unit, most) * per))
