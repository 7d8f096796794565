"""The edges of a replication: every tick at which something changes that plan or conditions tell beforehand.

Place in the pipeline: below the walk over a trace. In: the edges of a plan, and when line and pace change. Out: all of
them in one row, and a table in which the last edge before a tick is found at once. Invariant: midnights are edges.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.compiler import inner, woven

Ticks: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
# Edges, and how many there are; how many have passed when each of equal stretches of time begins; how many stretches
# there are, and the bits of their length.
Grid: TypeAlias = tuple[Ticks, int, Ticks, int, int]


@woven
def passed(grid: Grid, at: int) -> int:
    """Return how many edges are not later than a tick."""
    edges, n, table, n_stretches, bits = grid
    if at < 0:
        return 0
    k: int = table[min(at >> bits, n_stretches - 1)]
    while k < n and edges[k] <= at:
        k += 1
    return k


@inner
def merge(edges: Ticks, link: Ticks, pace: Ticks, merged: Ticks) -> int:
    """Fill in the edges of a plan with the ticks at which line and pace change, and return how many edges there are.

    Args:
        edges: ``int64[n]``, increasing, from 0 to the end of the period.
        link: ``int64[n_steps]``, increasing from 0.
        pace: ``int64[n_paces]``, increasing from 0.
        merged: ``int64[4, ≥ n + n_steps + n_paces]``; then tick of each edge, and the last edge of the plan, step of
            the line and step of the pace that are not later.
    """
    n, i, j, k = 0, 0, 0, 0
    while i < len(edges):
        at = edges[i]
        if j < len(link):
            at = min(at, link[j])
        if k < len(pace):
            at = min(at, pace[k])
        if edges[i] == at:
            i += 1
        if j < len(link) and link[j] == at:
            j += 1
        if k < len(pace) and pace[k] == at:
            k += 1
        merged[0, n], merged[1, n], merged[2, n], merged[3, n] = at, i - 1, j - 1, k - 1
        n += 1
    return n


@inner
def lay_out(merged: Ticks, day: Ticks, grid: Grid, days: Ticks, midnights: Ticks) -> None:
    """Fill in the table of a grid, and where the days begin on it.

    Args:
        merged: as `merge` has filled it.
        day: ``int64[n]``, how many midnights have passed by each edge of the plan.
        grid: of these; its table is filled in.
        days: ``int64[≥ n_edges + 1]``; then how many midnights have passed when so many edges have.
        midnights: ``int64[n_days + 1]``; then which edges they are.
    """
    edges, n, table, n_stretches, bits = grid
    k = 0
    for place in range(n_stretches):
        while k < n and edges[k] <= place << bits:
            k += 1
        table[place] = k
    days[0] = 0
    for k in range(n):
        days[k + 1] = day[merged[1, k]]
        if days[k + 1] > days[k]:
            midnights[days[k]] = k
