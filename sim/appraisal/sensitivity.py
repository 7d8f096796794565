"""What the answer depends on: how it moves with one assumption at a time, and which of them decides it.

In: what a plan is worth in many worlds. Out: `Swing`s and shares. Invariant: the shares and the rest sum to 1.

Source of the shares: Sudret 2008, Reliability Engineering & System Safety 93, 964–979: Sobol' indices from the
coefficients of polynomials that are orthogonal over the ranges; here of Legendre's, up to the second degree in each
assumption by itself.
"""

from dataclasses import dataclass

import numpy as np

from sim.experiment.table import Floats


@dataclass(frozen=True)
class Swing:
    """How far the answer moves with one assumption, all others as the file has them.

    Attributes:
        number: of the assumption.
        at_low: what the plan is worth in a year if it is as small as it may be.
        at_high: if it is as large.
        share: part of the variance over all worlds that it explains by itself.
    """

    number: int
    at_low: float
    at_high: float
    share: float

    @property
    def width(self) -> float:
        """Return how far apart its ends are."""
        return abs(self.at_high - self.at_low)


def shares(positions: Floats, values: Floats) -> Floats:
    """Return what part of the variance of values each assumption explains by itself: ``float64[n_assumptions]``.

    What is missing to 1 is what they do only together, and what chance left in the values.

    Args:
        positions: ``float64[n, n_assumptions]``, evenly spread over 0 to 1.
        values: ``float64[n]``.
    """
    x = 2 * positions - 1
    n, n_assumptions = x.shape
    if (values == values[0]).all():
        return np.zeros(n_assumptions)
    columns = np.column_stack([np.ones(n), np.sqrt(3) * x, np.sqrt(5) / 2 * (3 * x**2 - 1)])
    coefficients = np.linalg.lstsq(columns, values, rcond=None)[0]
    explained = (coefficients[1:] ** 2).reshape(2, n_assumptions).sum(axis=0)
    total = max(float(values.var()), float(explained.sum()))
    return np.asarray(explained / total, dtype=np.float64)
