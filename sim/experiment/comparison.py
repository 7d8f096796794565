"""Plans against one of them, replication by replication: both met the same demand, so that chance cancels out.

In: a `Table`. Out: `Difference`s. Invariant: all intervals of one comparison hold together 95 times in 100 (Bonferroni:
each is made with a confidence so much larger), so that of many verdicts none is better by luck.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiment.sure import CONFIDENCE, Share, half_width, share
from sim.experiment.table import Floats, Table

# The figures that plans are judged by, and whether more of it is better.
BETTER = {
    "backlog_count": False,
    "on_time_ratio": True,
    "on_time_all_ratio": True,
    "wait_s_mean": False,
    "wait_s_p95": False,
    "overtime_h": False,
    "cost": False,
}
_FEWEST = 2


@dataclass(frozen=True)
class Difference:
    """A figure of a plan less that of the baseline, in the peak week, over the replications that have both.

    Attributes:
        plan: number of the plan's case.
        figure: its name.
        n: how many replications have both.
        mean: mean difference.
        low: lower end of its interval.
        high: upper end.
        verdict: "better" or "worse" where the interval leaves out 0, "same" where no replication differs, else "cannot
            tell".
        n_more: about how many more replications it takes to tell, if the mean difference is the true one; else None.
        variance_ratio: variance of the difference of two independent runs / of this one: what pairing was worth, as so
            many times the replications; None where nothing varies.
        no_worse: in how many replications the plan did better, or as well.
    """

    plan: int
    figure: str
    n: int
    mean: float
    low: float
    high: float
    verdict: str
    n_more: int | None
    variance_ratio: float | None
    no_worse: Share


def compare(table: Table, baseline: int, figures: Sequence[str] = tuple(BETTER)) -> list[Difference]:
    """Return the differences of every other case to the baseline in each figure that has values in both.

    Args:
        table: replications of all of them.
        baseline: number of the case that the others are held against.
        figures: some of `BETTER`.
    """
    pairs = []
    for case in range(len(table.cases)):
        for figure in figures if case != baseline else ():
            theirs = table.figures[figure][case][:, table.peak_week(case)]
            ours = table.figures[figure][baseline][:, table.peak_week(baseline)]
            has_both = ~np.isnan(theirs) & ~np.isnan(ours)
            if np.sum(has_both) >= _FEWEST:
                pairs.append((case, figure, theirs[has_both], ours[has_both]))
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(pairs))
    return [_difference(case, figure, theirs, ours, confidence) for case, figure, theirs, ours in pairs]


def _difference(case: int, figure: str, theirs: Floats, ours: Floats, confidence: float) -> Difference:
    gain = theirs - ours
    mean, half, n = float(gain.mean()), half_width(gain, confidence), len(gain)
    sign = 1 if BETTER[figure] else -1
    n_more = None
    if not gain.any():
        verdict = "same"
    elif abs(mean) > half:
        verdict = "better" if sign * mean > 0 else "worse"
    else:
        verdict = "cannot tell"
        n_more = max(1, math.ceil(n * (half / mean) ** 2) - n) if mean else None
    spread = float(gain.var(ddof=1))
    apart = float(theirs.var(ddof=1) + ours.var(ddof=1))
    as_good = share(int(np.sum(sign * gain >= 0)), n)
    ratio = apart / spread if spread else None
    return Difference(case, figure, n, mean, mean - half, mean + half, verdict, n_more, ratio, as_good)
