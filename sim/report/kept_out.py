"""What a headline must not hide: that one plan keeps more people out than another.

In: a `Table`. Out: a sentence, or none. Invariant: it is said where all replications together say so, and not by
chance.
"""

import numpy as np

from sim.experiment import Table, half_width
from sim.experiment.table import Floats
from sim.language import say

_IN_VAIN = ("sent_home_count", "reneged_count", "balked_count")
_LEAST_RATIO = 0.01  # of the records received; fewer visits in vain change no headline


def kept_out(table: Table) -> str | None:
    """Return which plan keeps more people out in the peak week than which other; none where they are alike."""
    in_vain = [_of_peak_week(table, case, _IN_VAIN) for case in range(len(table.cases))]
    means = [values.mean() for values in in_vain]
    most, least = int(np.argmax(means)), int(np.argmin(means))
    more = in_vain[most] - in_vain[least]
    received = _of_peak_week(table, most, ("received_count",)).mean()
    if not more.mean() > max(half_width(more), _LEAST_RATIO * received):
        return None
    titles = [table.cases[case].scenario.titles[table.cases[case].plan] for case in (most, least)]
    return say(
        "Mind who is kept out: under “{most}” {n_most} visits came in vain in the peak week, under “{least}” "
        "{n_least}. What is received, and what is on time as it is published, leave them "
        "out; what is not settled in all, and what is on time of all that came, do not.",
        most=titles[0],
        least=titles[1],
        n_most=f"{means[most]:.0f}",
        n_least=f"{means[least]:.0f}",
    )


def _of_peak_week(table: Table, case: int, figures: tuple[str, ...]) -> Floats:
    """Return the sum of figures in the peak week: ``float64[n_replications]``."""
    week = table.peak_week(case)
    found: Floats = np.sum([table.figures[figure][case][:, week] for figure in figures], axis=0)
    return found
