"""What the golden file holds: a few figures of the shipped scenario, exact.

``python tests/golden/renew.py`` writes it anew.
"""

from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from sim.experiment import Case, run_experiment
from sim.scenario import read_scenario

SCENARIO = Path(__file__).parents[2] / "scenarios" / "tho-xuan.yaml"
GOLDEN = Path(__file__).parent / "tho-xuan.json"
SEED, N_REPLICATIONS = 1, 3
FIGURES = ("received_count", "settled_count", "backlog_count", "on_time_ratio", "wait_s_mean", "overtime_h")
SPANS = ("2025-07-04 day", "2025-07-01 week", "2025-07-07 week", "2025-07-01 period")


def golden_figures(executor: Executor) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Return the figures of the first replications by plan, span and figure, to twelve digits."""
    scenario = read_scenario(SCENARIO)
    cases = [Case(scenario, plan) for plan in scenario.plans]
    table = run_experiment(cases, seed=SEED, n_replications=N_REPLICATIONS, executor=executor)
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for index, case in enumerate(cases):
        by_name = {f"{span.first_day} {span.kind}": number for number, span in enumerate(table.spans[index])}
        found[case.plan] = {
            name: {
                figure: [float(f"{value:.12g}") for value in table.figures[figure][index][:, by_name[name]].tolist()]
                for figure in FIGURES
            }
            for name in SPANS
        }
    assert not np.isnan(
        [v for plan in found.values() for span in plan.values() for f in span.values() for v in f]
    ).any()
    return found
