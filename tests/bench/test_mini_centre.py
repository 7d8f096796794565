"""The loop in C is a fair judge: it tells of the mini-centre exactly what our engine tells."""

from pathlib import Path

import numpy as np
import pytest

from sim import simulate
from sim.plan import build_plan
from sim.scenario import read_scenario
from sim.workload import sample_workload
from tests.bench.mini.c_loop import CLoop, told


@pytest.mark.server("gcc")
@pytest.mark.parametrize("replication", range(10))
def test_the_loop_in_c_tells_the_same(tmp_path_factory: pytest.TempPathFactory, replication: int) -> None:
    """Every call, every end and whoever worked, of each visit of a week."""
    mini = read_scenario(str(Path(__file__).with_name("mini") / "mini-centre.yaml"))
    plan = build_plan(mini, "as-usual")
    workload = sample_workload(mini.world("as-usual"), seed=1, replication=replication)
    assert workload.n_records > 1_500
    loop = CLoop(workload, plan, tmp_path_factory.getbasetemp())
    np.testing.assert_array_equal(loop(), told(simulate(workload, plan)))
