"""Numbers with how sure they are: means, and the years in which money comes back.

In: values of independent replications. Out: `Estimate`s and `Payback`s. Invariant: an interval holds the truth 95 times
in 100; a payback's ends are those of the gain that it comes from.
"""

import math
from dataclasses import dataclass

from sim.experiment import half_width
from sim.experiment.sure import CONFIDENCE
from sim.experiment.table import Floats

NEVER_YEARS = math.inf


@dataclass(frozen=True)
class Estimate:
    """A mean and its interval.

    Attributes:
        mean: of the replications.
        low: lower end of the interval.
        high: upper end.
    """

    mean: float
    low: float
    high: float

    @property
    def is_surely_positive(self) -> bool:
        """Tell whether the whole interval is above 0."""
        return self.low > 0

    @property
    def is_surely_negative(self) -> bool:
        """Tell whether the whole interval is below 0."""
        return self.high < 0


@dataclass(frozen=True)
class Payback:
    """After how many years what was paid at once has come back; infinite: never.

    Attributes:
        mean: by the mean gain.
        low: by the upper end of its interval.
        high: by the lower end.
    """

    mean: float
    low: float
    high: float


def estimate(values: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Return the mean of ``float64[n]``, of one value too, of which nothing is sure."""
    mean = float(values.mean())
    varies = bool((values != values[0]).any())  # a price does not
    half = half_width(values, confidence) if varies else 0.0
    return Estimate(mean, mean - half, mean + half)


def payback(outlay: float, gain_per_year: Estimate) -> Payback:
    """Return when an outlay has come back.

    Args:
        outlay: what is paid once; 0 or less: there is nothing to come back.
        gain_per_year: what a year brings, less what running it costs in a year.

    >>> payback(10.0, Estimate(5.0, 2.5, 10.0))
    Payback(mean=2.0, low=1.0, high=4.0)
    >>> payback(10.0, Estimate(1.0, -1.0, 3.0)).high, payback(0.0, Estimate(1.0, 0.5, 2.0)).mean
    (inf, 0.0)
    """
    return Payback(*(_years(outlay, gain) for gain in (gain_per_year.mean, gain_per_year.high, gain_per_year.low)))


def _years(outlay: float, gain: float) -> float:
    if outlay <= 0:
        return 0.0 if gain >= 0 else NEVER_YEARS
    return outlay / gain if gain > 0 else NEVER_YEARS
