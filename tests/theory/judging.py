"""How a simulated figure is judged: by an interval that was fixed before.

In: a figure of each replication. Out: an `Interval`. Invariant: the rule is one for all figures and knows nothing of
the outcome: the 99.9 % t-interval of the replications must hold what is expected, and must be narrower than a part of
it that the case names, so that a wrong formula or engine cannot hide in it. Of a thousand right figures one lies
outside by chance; the seed is fixed, so that a verdict stays what it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

CONFIDENCE = 0.999
INSIDE = "inside"


@dataclass(frozen=True)
class Interval:
    """A mean and how far it may be off.

    Attributes:
        mean: of the replications.
        half: half the width of its 99.9 % t-interval.
    """

    mean: float
    half: float

    def holds(self, value: float) -> bool:
        """Return whether the value lies inside."""
        return abs(self.mean - value) <= self.half

    def __str__(self) -> str:
        """Return it as text, to the digits that its width leaves: ``4.43 ± 0.21``."""
        digits = max(0, 1 - math.floor(math.log10(self.half))) if self.half else 4
        return f"{round(self.mean, digits) + 0.0:.{digits}f} ± {self.half:.{digits}f}"  # + 0.0: no negative zero


def verdict_word(found: Interval, expected: float, *, is_narrow: bool) -> str:
    """Return the verdict in a word."""
    if not is_narrow:
        return "TOO WIDE"
    return INSIDE if found.holds(expected) else "OUTSIDE"


def interval(values: Sequence[float]) -> Interval:
    """Return the interval of a mean from independent replications."""
    quantile = float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2))
    return Interval(float(np.mean(values)), quantile * float(np.std(values, ddof=1)) / math.sqrt(len(values)))


def difference(a: Sequence[float], b: Sequence[float]) -> Interval:
    """Return the interval of the difference of two means from independent replications (Welch 1947)."""
    var_a, var_b = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    freedom = (var_a + var_b) ** 2 / (var_a**2 / (len(a) - 1) + var_b**2 / (len(b) - 1))
    quantile = float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
    return Interval(float(np.mean(a) - np.mean(b)), quantile * math.sqrt(var_a + var_b))
