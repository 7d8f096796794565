"""How long calls take, told so that a busy machine misleads least."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Run = Callable[[], object]


def seconds(run: Run) -> float:
    """Return the processor time that a call takes in this thread."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


@dataclass(frozen=True)
class Ratio:
    """How many times as long one call takes as another, over pairs timed in turns.

    Attributes:
        middle: the median.
        low: the least.
        high: the most.
    """

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return the median, and how far it ranged."""
        return f"{self.middle:.3g} ({self.low:.3g}–{self.high:.3g})"


def ratio(slow: Run, fast: Run, *, rounds: int = 7, per_round: int = 30) -> Ratio:
    """Return how many times as long `slow` takes, timed once a round, as the median of `fast`, timed often."""
    fast()
    pairs = [(seconds(slow), median(seconds(fast) for _ in range(per_round))) for _ in range(rounds)]
    each = [of_slow / of_fast for of_slow, of_fast in pairs]
    return Ratio(median(each), min(each), max(each))
