"""Two engines, written from the text of `sim.engine.order` by different hands, give the same trace."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.engine import simulate
from sim.engine.compiled import layout
from sim.plan import build_plan
from sim.scenario import Scenario, read_scenario
from sim.workload import sample_workload
from tests.identity.replay import differences, read_case, write_case
from tests.laws.strategies import constant, procedure, scenarios, small_scenario
from tests.shipped import SHIPPED, shipped_cases

REPLAY = "tests/identity/replay.py"
ALL = settings.get_current_profile_name() == "all"


@pytest.mark.long
@settings(max_examples=100_000 if ALL else 2_000, suppress_health_check=list(HealthCheck), phases=set(Phase))
@given(scenario=scenarios(), seed=st.integers(0, 50), replication=st.integers(0, 3))
def test_the_engines_agree(scenario: Scenario, seed: int, replication: int) -> None:
    """With ties everywhere and every feature beside every other, the traces are the same, element for element."""
    found = differences(scenario, seed, replication)
    assert not found, f"{'; '.join(found)}\nreplay it: python {REPLAY} {write_case(scenario, seed, replication)}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_engines_agree_on_what_is_shipped(path: Path) -> None:
    """Under every plan of every scenario that comes with the project, too."""
    for workload, plan in shipped_cases(path):
        assert simulate(workload, plan).differences(simulate(workload, plan, engine="reference")) == []


@settings(max_examples=20)
@given(scenario=scenarios(), seed=st.integers(0, 50))
def test_a_case_can_be_replayed(scenario: Scenario, seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file holds the case: who reads it gets the same scenario, seed and replication."""
    file = write_case(scenario, seed, 2, tmp_path_factory.mktemp("case"))
    assert read_case(file) == (scenario, seed, 2)


def test_a_case_holds_what_its_scenario_extends(tmp_path: Path) -> None:
    """A case of a scenario that extends another can be read where the other is not."""
    scenario = read_scenario(next(path for path in SHIPPED if path.stem == "peak-week"))
    assert scenario.extends is not None
    assert read_case(write_case(scenario, 1, 0, tmp_path))[0] == scenario.model_copy(update={"extends": None})


def test_replay_tells_what_it_found(project_root: Path) -> None:
    """The command of a found difference runs, says that the engines agree where they do, and ends well."""
    file = project_root / "scenarios/four-staff.yaml"
    told = subprocess.run(
        [sys.executable, REPLAY, file], cwd=project_root, capture_output=True, encoding="utf-8", check=True
    )
    assert told.stdout == f"{file}: the engines agree\n"


def test_without_the_compiler_the_same_code_agrees(project_root: Path, tmp_path: Path) -> None:
    """With the compiler switched off, the very functions run in Python and give the same trace."""
    busy = small_scenario(
        procedures={"only": procedure(guidance_min=constant(2), approval_min=constant(3), incomplete_ratio=0.3)},
        outages=({"what": "software", "starts": datetime(2025, 7, 3, 9), "ends": datetime(2025, 7, 3, 10)},),  # noqa: DTZ001 - local
    )
    command = [sys.executable, REPLAY, write_case(busy, 1, 0, tmp_path)]
    without = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    told = subprocess.run(command, cwd=project_root, env=without, capture_output=True, encoding="utf-8", check=False)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout


def test_there_is_room_for_however_many_stints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more stints than were foreseen, room is made, and nothing is lost."""
    scenario = read_scenario(next(path for path in SHIPPED if path.stem == "peak-week"))
    workload, plan = sample_workload(scenario, seed=1, replication=0), build_plan(scenario, "as-usual")
    before = simulate(workload, plan)
    monkeypatch.setattr(layout, "_STINTS", 0)
    with ThreadPoolExecutor(1) as fresh:  # a thread that has kept no memory
        assert fresh.submit(simulate, workload, plan).result().differences(before) == []


def test_threads_do_not_disturb_each_other() -> None:
    """Replications of several plans at once, in threads, give what they give one after the other."""
    scenario = read_scenario(next(path for path in SHIPPED if path.stem == "peak-week"))
    plans = [build_plan(scenario, name) for name in scenario.plans]
    cases = [(sample_workload(scenario, seed=1, replication=number), plan) for number in range(5) for plan in plans]
    alone = [simulate(*case) for case in cases]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda case: simulate(*case), cases))
    assert [one.differences(other) for one, other in zip(alone, together, strict=True)] == [[]] * len(cases)
