"""Points in time at a rate that changes from cell to cell, such as visits by the hour and outages by the day.

Place in the pipeline: a part of the workload. In: rates and the replication's streams. Out: `Points`. Invariant: a
higher rate, anywhere, adds points and neither moves nor takes away one.

Rates are cut into bands: below 4, from 4 to 8, from 8 to 16, … Where a cell's rate reaches into a band, the cell has
candidates there, as many as a Poisson law with the band's width gives it, each with a tick and a level of its own;
those whose level lies below the rate are points. A band that no rate reaches costs nothing.
Source: Lewis and Shedler 1979 (thinning), band by band.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

import sim.scramble
from sim.compiler import outer_of
from sim.scramble import two
from sim.streams import Address, Floats, Purpose, Streams
from sim.timebase import Ticks

Whole = NDArray[np.int64]

# Narrower, and there are more cells and bands to count; wider, and more candidates are drawn in vain.
_FIRST_WIDTH = 4.0
_CELL_BITS = 17  # cells of ten years of hours; bands are above them


@dataclass(frozen=True)
class Points:
    """Points of time, by band and cell.

    Attributes:
        address: of each point.
        tick: ``int64[n]``.
    """

    address: Address
    tick: Ticks


class Grid:
    """Cells of time, and how many candidates a band may have in each.

    Args:
        edges: ``int64[n_cells + 1]``, ticks between which the rates hold, non-decreasing.
        unit: ticks of the rates' unit of time.
    """

    def __init__(self, edges: Ticks, unit: float) -> None:
        self.edges, self._unit = np.ascontiguousarray(edges), unit
        self.length = np.diff(edges)
        # Few: cells are equally long but where clocks change.
        self._lengths, kind = np.unique(self.length, return_inverse=True)
        self.kind = kind.astype(np.int64)
        self._known = self._tables(0)

    def tables(self, n_bands: int) -> tuple[Floats, Floats, Whole]:
        """Return rows (lower edge, width) of the bands, shares of Poisson laws, and where a band's and kind's begin."""
        if len(self._known[0]) < n_bands:
            self._known = self._tables(n_bands)
        return self._known

    def _tables(self, n_bands: int) -> tuple[Floats, Floats, Whole]:
        bands = [_band(number) for number in range(n_bands)]
        shares = [_poisson_shares(width * length / self._unit) for _, width in bands for length in self._lengths]
        starts = np.cumsum([0, *(len(each) for each in shares)])[: len(shares)]
        flat = np.concatenate([np.empty(0), *shares])
        return np.array(bands).reshape(-1, 2), flat, starts.reshape(n_bands, len(self._lengths)).astype(np.int64)


def points(streams: Streams, purposes: tuple[Purpose, Purpose], rate: Floats, grid: Grid, *, member: int = 0) -> Points:
    """Return the points of one replication.

    Args:
        streams: the replication's numbers.
        purposes: what count, and tick and level, are drawn for; the level's purpose follows the tick's.
        rate: ``float64[n_cells]``, mean number of points in the grid's unit of time.
        grid: the cells.
        member: part of the address, for several kinds of points.
    """
    n_bands, highest = 0, rate.max(initial=0)
    while _band(n_bands)[0] < highest:
        n_bands += 1
    tables = grid.tables(n_bands)
    n_candidates = np.empty((n_bands, len(rate)), dtype=np.int64)
    for_count, for_place = ((streams.key, purpose // 2, member) for purpose in purposes)
    n = count(for_count, rate, tables, grid.kind, n_candidates)
    found = np.empty((3, n), dtype=np.int64)
    n = place(for_place, tables[0], (rate, grid.edges), n_candidates, found)
    number, within, tick = found[:, :n]
    return Points(Address(number, within, member), tick)


@outer_of(sim.scramble.__file__)
def count(
    source: tuple[NDArray[np.uint64], int, int],
    rate: Floats,
    tables: tuple[Floats, Floats, Whole],
    kind: Whole,
    n_candidates: Whole,
) -> int:
    """Write the candidates' number in each band and cell, a quantile of a Poisson law; return how many there are."""
    (key, block, member), (bands, shares, starts), n = source, tables, 0
    for band in range(len(n_candidates)):
        for cell in range(len(rate)):
            found = 0
            if rate[cell] > bands[band, 0]:
                u, _ = two(key, cell, band, block, member)
                start = starts[band, kind[cell]]
                while shares[start + found] <= u:  # the last is 1
                    found += 1
            n_candidates[band, cell] = found
            n += found
    return n


@outer_of(sim.scramble.__file__)
def place(
    source: tuple[NDArray[np.uint64], int, int],
    bands: Floats,
    cells: tuple[Floats, Ticks],
    n_candidates: Whole,
    found: Whole,
) -> int:
    """Write number, `within` and tick of the candidates that are points; return how many are."""
    (key, block, member), (rate, edges), n = source, cells, 0
    for band in range(len(n_candidates)):
        for cell in range(len(rate)):
            within = (band << _CELL_BITS) | cell
            for number in range(n_candidates[band, cell]):
                u_tick, u_level = two(key, number, within, block, member)
                if bands[band, 0] + bands[band, 1] * u_level < rate[cell]:
                    length = edges[cell + 1] - edges[cell]
                    found[0, n], found[1, n] = number, within
                    found[2, n] = edges[cell] + np.int64(np.floor(u_tick * length))
                    n += 1
    return n


def _band(number: int) -> tuple[float, float]:
    """Return lower edge and width of a band."""
    low = _FIRST_WIDTH * 2.0 ** (number - 1) if number else 0.0
    return low, low or _FIRST_WIDTH


@lru_cache(maxsize=256)
def _poisson_shares(mean: float) -> Floats:
    """Return how likely a Poisson draw is at most 0, 1, 2, …; the last, where nothing is left, is 1."""
    n = int(mean + 12 * np.sqrt(mean) + 40)
    shares = np.asarray(pdtr(np.arange(n), mean), dtype=np.float64)
    shares[-1] = 1
    return shares
