"""What is compiled is kept on disk, told of and undisturbed while it is made, and works where nothing can be kept."""

import os
import subprocess
import sys
from pathlib import Path

import numba

from sim.conditions import find_conditions
from sim.engine import simulate
from sim.measures.main import story_of
from sim.plan import build_plan
from sim.precompile import simulate_by_python
from sim.scenario import read_scenario
from sim.workers import Workers
from sim.workload import sample_workload

PROGRAM = """
import gc

from sim.compiler import on_compiling, outer

@outer
def twice(x):
    return 2 * x

def tell(is_kept):
    print("compiling", "kept" if is_kept else "lost", "looking" if gc.isenabled() else "undisturbed")

on_compiling(tell)
print(twice(21))
print(twice(2.5))
print("looking" if gc.isenabled() else "undisturbed")
"""
FIRST = ["compiling", "kept", "undisturbed", "42", "5.0", "looking"]


def said(program: Path, project_root: Path, **environment: str) -> list[str]:
    """Return what the program prints when Python may compile, in this environment."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    whole = known | {"PYTHONPATH": str(project_root)} | environment
    command = [sys.executable, str(program)]
    return subprocess.run(command, env=whole, capture_output=True, encoding="utf-8", check=True).stdout.split()


def test_only_what_is_not_on_the_disk_is_told_and_only_once(tmp_path: Path, project_root: Path) -> None:
    """The first run says that it compiles, once for two kinds of numbers, and looks for no garbage; the second not."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    kept = str(tmp_path / "kept")
    assert said(program, project_root, NUMBA_CACHE_DIR=kept) == FIRST
    assert said(program, project_root, NUMBA_CACHE_DIR=kept) == FIRST[3:]


def test_it_runs_where_nothing_can_be_kept(tmp_path: Path, project_root: Path) -> None:
    """Without any folder that can be written to, every run compiles, and says so."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    nowhere = {"NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator"}  # and no folder is provided
    for _ in range(2):
        assert said(program, project_root, **nowhere) == ["compiling", "lost", *FIRST[2:]]


def test_figures_are_compiled_once_for_what_python_and_what_the_compiled_engine_simulate(project_root: Path) -> None:
    """So what one process compiles for a trace of its own serves the others."""
    scenario = read_scenario(str(project_root / "scenarios" / "four-staff.yaml"))
    plan = build_plan(scenario, "as-usual")
    with Workers(1) as apart:
        by_python = apart.submit(simulate_by_python, scenario, "as-usual").result()
    compiled = simulate(sample_workload(scenario.world("as-usual"), seed=1, replication=0), plan)
    assert not by_python.differences(compiled)
    stories = [story_of(trace, find_conditions(trace.workload, plan)) for trace in (by_python, compiled)]
    assert numba.typeof(stories[0]) == numba.typeof(stories[1])
