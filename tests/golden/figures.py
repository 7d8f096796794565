"""What the golden files hold: a few figures of each shipped scenario, exact.

``python tests/golden/renew.py`` writes them anew.
"""

import math
from concurrent.futures import Executor
from pathlib import Path

from sim.experiment import Case, run_experiment
from sim.scenario import read_scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
GOLDEN = Path(__file__).parent / "figures"
SEED, N_REPLICATIONS = 1, 2
FIGURES = (
    "received_count",
    "settled_count",
    "backlog_count",
    "on_time_ratio",
    "wait_s_mean",
    "overtime_h",
    "cost",
    "on_time_all_ratio",
    "uncollected_count",
    "lost_h_person_intake",
    "lost_h_person_back_office",
)
Figures = dict[str, dict[str, dict[str, list[float | None]]]]


def golden_figures(path: Path, executor: Executor) -> Figures:
    """Return figures of the first replications by plan, span and figure, to twelve digits; null where there is none.

    The spans are the last day of the peak week and the whole period.
    """
    scenario = read_scenario(path)
    cases = [Case(scenario, plan) for plan in scenario.plans]
    table = run_experiment(cases, seed=SEED, n_replications=N_REPLICATIONS, executor=executor)
    found: Figures = {}
    for index, case in enumerate(cases):
        days = [
            number
            for number, span in enumerate(table.spans[index])
            if span.kind == "day" and span.first_day <= scenario.period.peak_last_day
        ]
        found[case.plan] = {
            name: {figure: _exact(table.figures[figure][index][:, number].tolist()) for figure in FIGURES}
            for name, number in (("peak", days[-1]), ("period", len(table.spans[index]) - 1))
        }
    return found


def _exact(values: list[float]) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.12g}") for value in values]
