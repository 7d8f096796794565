"""Points in time at a rate that changes from cell to cell, such as visits by the hour and outages by the day.

Place in the pipeline: a part of the workload. In: rates and the replication's streams. Out: points. Invariant: a
higher rate, anywhere, adds points and neither moves nor takes away one.

Rates are cut into bands: below 4, from 4 to 8, from 8 to 16, … Where a cell's rate reaches into a band, the cell has
candidates there, as many as a Poisson law with the band's width gives it, each with a tick and a level of its own;
those whose level lies below the rate are points. A band that no rate reaches costs nothing.
Source: Lewis and Shedler 1979 (thinning), band by band.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from sim.compiler import shared
from sim.scramble import Key, two
from sim.streams import Floats
from sim.timebase import Ticks

Whole: TypeAlias = NDArray[np.int64]
Tables: TypeAlias = tuple[Floats, Floats, Whole]
Source: TypeAlias = tuple[Key, int, int]

# Narrower, and there are more cells and bands to count; wider, and more candidates are drawn in vain.
_FIRST_WIDTH = 4.0
_CELL_BITS = 17  # cells of ten years of hours; bands are above them


class Grid:
    """Cells of time, and how many candidates a band may have in each.

    Args:
        edges: ``int64[n_all + 1]``, ticks between which the rates hold, non-decreasing.
        unit: ticks of the rates' unit of time.
        chosen: ``int64[n_cells]``, numbers of the cells in which there is a rate at all.

    Attributes:
        cells: ``int64[4, n_cells]``, number, first tick and length of each, and which of the lengths that there are.
    """

    def __init__(self, edges: Ticks, unit: float, chosen: Whole) -> None:
        self._unit, length = unit, np.diff(edges)[chosen]
        # Few: cells are equally long but where clocks change.
        self._lengths, kind = np.unique(length, return_inverse=True)
        self.cells = np.array([chosen, edges[chosen], length, kind], dtype=np.int64)
        self._known = self._tables(0)

    def tables(self, rate: Floats) -> Tables:
        """Return what `count` and `place` need for these rates: tables of all bands that one of them reaches.

        They are rows (lower edge, width) of the bands, shares of Poisson laws, and where a band's and length's begin.
        """
        n_bands, highest = 0, rate.max(initial=0)
        while _band(n_bands)[0] < highest:
            n_bands += 1
        known = self._known  # as it is now: another thread may make more
        if len(known[0]) < n_bands:
            known = self._known = self._tables(n_bands)
        return known

    def _tables(self, n_bands: int) -> Tables:
        bands = [_band(number) for number in range(n_bands)]
        shares = [_poisson_shares(width * length / self._unit) for _, width in bands for length in self._lengths]
        starts = np.cumsum([0, *(len(each) for each in shares)])[: len(shares)]
        flat = np.concatenate([np.empty(0), *shares])
        return np.array(bands).reshape(-1, 2), flat, starts.reshape(n_bands, len(self._lengths)).astype(np.int64)


@shared
def count(source: Source, rate: Floats, cells: Whole, tables: Tables, n_candidates: Whole) -> int:
    """Write the candidates' number in each band and cell, a quantile of a Poisson law; return how many there are.

    Args:
        source: the replication's key, block of what they are drawn for, and member of the address.
        rate: ``float64[n_cells]``, mean number of points in the grid's unit of time.
        cells: those of the grid.
        tables: of the grid.
        n_candidates: ``int64[n_bands, n_cells]``, to be written.
    """
    (key, block, member), (bands, shares, starts), n = source, tables, 0
    u = np.empty(len(rate))
    for band in range(len(bands)):
        for cell in range(len(rate)):  # a loop of its own: the compiler scrambles several at once
            u[cell], _ = two(key, cells[0, cell], band, block, member)
        for cell in range(len(rate)):
            found = 0
            if rate[cell] > bands[band, 0]:
                start = starts[band, cells[3, cell]]
                while shares[start + found] <= u[cell]:  # the last is 1
                    found += 1
            n_candidates[band, cell] = found
            n += found
    return n


@shared
def place(source: Source, rate: Floats, grid: tuple[Whole, Floats], n_candidates: Whole, found: Whole) -> int:
    """Write the candidates that are points; return how many are.

    Args:
        source: as for `count`, with the block of tick and level.
        rate: as for `count`.
        grid: its cells, and lower edge and width of the bands.
        n_candidates: as `count` has written it.
        found: ``int64[3, at least all candidates]``; number, `within` and tick of each point, to be written.
    """
    (key, block, member), (cells, bands), n = source, grid, 0
    for band in range(len(bands)):
        for cell in range(len(rate)):
            for number in range(n_candidates[band, cell]):
                found[0, n], found[1, n], found[2, n] = number, (band << _CELL_BITS) | cells[0, cell], cell
                n += 1
    u_tick, u_level = np.empty(n), np.empty(n)
    for k in range(n):
        u_tick[k], u_level[k] = two(key, found[0, k], found[1, k], block, member)
    n_points = 0
    for k in range(n):
        within, cell = found[1, k], found[2, k]
        low, width = bands[within >> _CELL_BITS]
        if low + width * u_level[k] < rate[cell]:
            found[0, n_points], found[1, n_points] = found[0, k], within
            found[2, n_points] = cells[1, cell] + np.int64(np.floor(u_tick[k] * cells[2, cell]))
            n_points += 1
    return n_points


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
