"""Points in time at a rate that changes from cell to cell, such as visits by the hour and outages by the day.

Place in the pipeline: a part of the workload. In: rates and the replication's streams. Out: `Points`. Invariant: a
higher rate, anywhere, adds points and neither moves nor takes away one.

Rates are cut into bands: below 4, from 4 to 8, from 8 to 16, … Where a cell's rate reaches into a band, the cell has
candidates there, as many as a Poisson law with the band's width gives it, each with a tick and a level of its own;
those whose level lies below the rate are points. A band that no rate reaches costs nothing.
Source: Lewis and Shedler 1979 (thinning), band by band.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from sim.streams import Address, Floats, Purpose, Streams
from sim.timebase import Ticks

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


def points(
    streams: Streams,
    purposes: tuple[Purpose, Purpose, Purpose],
    rate: Floats,
    edges: Ticks,
    *,
    unit: float,
    member: int = 0,
) -> Points:
    """Return the points of one replication.

    Args:
        streams: the replication's numbers.
        purposes: what count, tick and level are drawn for.
        rate: ``float64[n_cells]``, mean number of points in a unit of time.
        edges: ``int64[n_cells + 1]``, ticks between which the rates hold, non-decreasing.
        unit: ticks of the rates' unit of time.
        member: part of the address, for several kinds of points.
    """
    for_count, for_tick, for_level = purposes
    length = np.diff(edges)
    bands = list(_bands(rate.max(initial=0)))
    reached = [np.flatnonzero(rate > low) for low, _ in bands]
    band = np.repeat(np.arange(len(bands)), [len(cells) for cells in reached])
    cell = np.concatenate([np.empty(0, dtype=np.int64), *reached])
    low, width = np.array([*bands, (0, 0)]).T
    u = streams.uniforms(for_count, Address(cell, band, member))
    n_candidates = _counts(u, width[band] * length[cell] / unit)
    first = np.cumsum(n_candidates) - n_candidates
    pair = np.repeat(np.arange(len(cell)), n_candidates)
    number, cell, band = np.arange(len(pair)) - first[pair], cell[pair], band[pair]
    within = (band << _CELL_BITS) | cell
    drawn = streams.several([for_tick, for_level], Address(number, within, member))
    taken = np.flatnonzero(low[band] + width[band] * drawn[for_level] < rate[cell])
    cell = cell[taken]
    tick = edges[cell] + np.floor(drawn[for_tick][taken] * length[cell]).astype(np.int64)
    return Points(Address(number[taken], within[taken], member), tick)


def _bands(highest: float) -> Iterator[tuple[float, float]]:
    """Yield lower edge and width of every band that a rate reaches."""
    low, width = 0.0, _FIRST_WIDTH
    while low < highest:
        yield low, width
        low = width = low + width


def _counts(u: Floats, mean: Floats) -> NDArray[np.int64]:
    """Return the quantiles at `u` of Poisson laws with these means: ``int64``, same shape."""
    found = np.empty(len(u), dtype=np.int64)
    for each in set(mean.tolist()):  # few: cells are equally long but where clocks change
        of_mean = mean == each
        found[of_mean] = np.searchsorted(_poisson_shares(each), u[of_mean], side="right")
    return found


@lru_cache(maxsize=256)
def _poisson_shares(mean: float) -> Floats:
    """Return how likely a Poisson draw is at most 0, 1, 2, …, up to where nothing is left."""
    n = int(mean + 12 * np.sqrt(mean) + 40)
    return np.asarray(pdtr(np.arange(n), mean), dtype=np.float64)
