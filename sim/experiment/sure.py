"""How sure an estimate is: intervals suited to each kind of it, none of which assumes a law that figures do not follow.

In: values of independent replications. Out: intervals that hold the truth 95 times in 100 (or with another confidence).
A mean has Student's t; a quantile has two order statistics, exact for any law; a share has Wilson's interval.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import bdtr, ndtri, stdtrit

from sim.experiment.table import HIGH, LOW, MEDIAN, Floats

CONFIDENCE = 0.95
_FEWEST = 2  # values that have a spread


@dataclass(frozen=True)
class Sure:
    """How sure a band is; None where there are too few replications to tell.

    Attributes:
        mean_between: the interval of the mean.
        low_between: the interval of the value that 10 % lie below.
        median_between: the interval of the median.
        high_between: the interval of the value that 90 % lie below.
    """

    mean_between: tuple[float, float] | None
    low_between: tuple[float, float] | None
    median_between: tuple[float, float] | None
    high_between: tuple[float, float] | None


@dataclass(frozen=True)
class Share:
    """How often something was so, out of independent trials, and Wilson's interval of how likely it is.

    Attributes:
        ratio: how often, of 1.
        low: lower end of the interval.
        high: upper end.
    """

    ratio: float
    low: float
    high: float


def sure_of(values: Floats, confidence: float = CONFIDENCE) -> list[Sure | None]:
    """Return how sure the band of each column is: of ``float64[n, n_columns]``; None where no row has a value."""
    columns = np.ascontiguousarray(np.sort(values, axis=0).T)  # NaN comes last
    found: list[Sure | None] = [None] * len(columns)
    counts = np.sum(~np.isnan(columns), axis=1)
    for n in np.unique(counts[counts > 0]).tolist():
        alike = np.flatnonzero(counts == n)  # columns with as many values: mostly all of them
        present = np.ascontiguousarray(columns[alike, :n])
        means, halves = present.mean(axis=1), half_widths(present, confidence)
        ends = [_between(means - halves, means + halves) if n >= _FEWEST else [None] * len(alike)]
        for part in (LOW, MEDIAN, HIGH):
            ranks = quantile_ranks(n, part, confidence)
            ends.append(_between(*present[:, [rank - 1 for rank in ranks]].T) if ranks else [None] * len(alike))
        for column, *intervals in zip(alike.tolist(), *ends, strict=True):
            found[column] = Sure(*intervals)
    return found


def _between(low: Floats, high: Floats) -> list[tuple[float, float] | None]:
    return list(zip(low.tolist(), high.tolist(), strict=True))


def half_width(values: Floats, confidence: float = CONFIDENCE) -> float:
    """Return half the width of the t interval of the mean of ``float64[n]``; infinite of fewer than two values."""
    return float(half_widths(values[np.newaxis], confidence)[0])


def half_widths(values: Floats, confidence: float = CONFIDENCE) -> Floats:
    """Return the same of each row of ``float64[n_rows, n]``."""
    n = values.shape[1]
    if n < _FEWEST:
        return np.full(len(values), np.inf)
    return np.asarray(stdtrit(n - 1, (1 + confidence) / 2) * values.std(axis=1, ddof=1) / math.sqrt(n))


@lru_cache
def quantile_ranks(n: int, part: float, confidence: float = CONFIDENCE) -> tuple[int, int] | None:
    """Return which of `n` ordered values, from 1, hold the quantile between them; None if `n` is too small.

    How many values lie at or below the quantile follows the binomial law, whatever law they follow themselves.
    """
    tail = (1 - confidence) / 2
    at_most = bdtr(np.arange(n), n, part)  # 0 … n − 1 of them
    lower = int(np.searchsorted(at_most, tail, side="right"))  # P(fewer than `lower`) ≤ tail
    upper = int(np.searchsorted(at_most, 1 - tail)) + 1  # P(fewer than `upper`) ≥ 1 − tail
    return (lower, upper) if lower >= 1 and upper <= n else None


def share(n_times: int, n: int, confidence: float = CONFIDENCE) -> Share:
    """Return how likely something is that was so `n_times` out of `n` (at least 1)."""
    z = float(ndtri((1 + confidence) / 2))
    ratio = n_times / n
    middle = (ratio + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(ratio * (1 - ratio) / n + z * z / (4 * n * n))
    return Share(ratio, max(0.0, middle - half), min(1.0, middle + half))
