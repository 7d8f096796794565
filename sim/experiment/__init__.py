"""Experiments: replications of plans, the tables that they make, how sure these are, and plans set against each other.

In: cases, that is, a scenario and one of its plans each. Out: a frozen `Table` of measures by case and replication.
Invariant: the numbers depend on scenario, plan, seed and replication alone, not on the executor, the number of workers
or the order in which they finish; all plans of a scenario meet the same workload (common random numbers).
"""

from sim.experiment.breaches import Excess, find_excesses
from sim.experiment.comparison import BETTER, Difference, compare
from sim.experiment.precision import until_precise
from sim.experiment.running import run_experiment, run_scenario, stream_experiment
from sim.experiment.sure import Share, Sure, half_width, share, sure_of
from sim.experiment.table import HIGH, LOW, MEDIAN, Band, Case, Table

__all__ = [
    "BETTER",
    "HIGH",
    "LOW",
    "MEDIAN",
    "Band",
    "Case",
    "Difference",
    "Excess",
    "Share",
    "Sure",
    "Table",
    "compare",
    "find_excesses",
    "half_width",
    "run_experiment",
    "run_scenario",
    "share",
    "stream_experiment",
    "sure_of",
    "until_precise",
]
