"""Room for what the compiled pass writes on its way to the figures: made once, lent to one replication at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from operator import le
from typing import NamedTuple

import numpy as np

from sim.measures.compiled.given import Arrays, Room
from sim.measures.compiled.walk import N_LISTS

_DIGITS = 256
_N_COUNTED, _N_DAILY = 20, 34
_MORE = 5 / 4  # than is needed, for the next replication needs a little more
_free: list[tuple["Size", Room]] = []  # one for each thread that has ever been at it, at the same time as others


class Size(NamedTuple):
    """How many of everything there is room for."""

    stints: int
    records: int
    steps: int
    sorted_for_places: int
    edges: int
    stretches: int
    midnights: int
    spans: int
    keys: int
    sets: int
    persons: int
    shifts: int
    overtime: int


@contextmanager
def lent_room(need: Size) -> Iterator[Arrays]:
    """Lend the arrays of a `Room`, those clear that have to be."""
    try:
        size, room = _free.pop()
    except IndexError:  # all are lent
        size, room = need, None
    if room is None or not all(map(le, need, size)):
        size = Size(*(max(pair) for pair in zip(need, size, strict=True)))
        size = size._replace(stints=int(size.stints * _MORE), records=int(size.records * _MORE))
        room = _made(size)
    for array in (room.sizes, room.n_there, room.counted, room.by_span, room.hours, room.daily):
        array.fill(0)
    yield tuple(room)
    _free.append((size, room))


def _made(size: Size) -> Room:
    whole = np.int64
    n_edges = size.edges + size.steps
    n_extra = size.stints + size.shifts + size.overtime
    n_sorted = size.records + n_extra + size.sorted_for_places
    return Room(
        due=np.empty((2, size.records), whole),
        merged=np.empty((4, n_edges), whole),
        table=np.empty(size.stretches, whole),
        days=np.empty(n_edges + 1, whole),
        midnights=np.empty(size.midnights, whole),
        sums=np.empty((n_edges + 1, 2, size.keys), whole),
        seen=np.empty(size.records, whole),
        lists=np.empty((N_LISTS, size.stints), whole),
        sizes=np.empty(N_LISTS, whole),
        pairs=np.empty((2, n_sorted), whole),
        spare=np.empty((2, n_sorted), whole),
        counts=np.empty(_DIGITS, whole),
        slots=np.empty(3 * (size.stints + size.records), whole),
        there=np.empty((size.shifts, 8), whole),
        planned=np.empty((size.overtime, 4), whole),
        n_there=np.empty((size.sets, 2, size.edges + 1), whole),
        gaps=np.empty((2, size.shifts), whole),
        gaps_of=np.empty((2, size.persons + 1), whole),
        extra=np.empty((2, n_extra, 3), whole),
        pieces=np.empty((3, size.sorted_for_places + 1), whole),
        counted=np.empty((_N_COUNTED, size.midnights + 1), whole),
        by_span=np.empty((3, size.spans + 2), whole),
        hours=np.empty((3, size.persons, size.midnights)),
        daily=np.empty((_N_DAILY, size.midnights)),
        taken=np.empty((2, size.steps)),
        left=np.empty(size.steps),
        losses=np.empty((2, size.steps), whole),
    )
