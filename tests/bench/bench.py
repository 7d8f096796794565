"""What Peakweek's speed is beside others: every figure is a ratio in one run, for machines are noisy.

``python -m tests.bench.bench`` prints a table; ``--write`` also puts it into docs/benchmarks.md, with machine and date.
What is not installed, or cannot be built here, is told in its row. Takes about three minutes.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim import Stage, simulate
from sim.conditions import find_conditions
from sim.engine.compiled import simulate_compiled
from sim.engine.reference import simulate_reference
from sim.measures import measure
from sim.plan import Plan, build_plan
from sim.scenario import Scenario, read_scenario
from sim.workload import Workload, sample_workload
from tests.bench.mini import c_loop
from tests.bench.mini.peers import PEERS, Week
from tests.bench.timing import Ratio, Run, ratio, seconds

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs/benchmarks.md"
_MARK = "<!-- the table; `make bench` writes it -->\n"
_THINGS = ("counters", "desks", "scanners")
_S_PER_MIN = 60
_Row = tuple[str, str, str]


def _case(scenario: Scenario, name: str, replication: int = 0) -> tuple[Workload, Plan]:
    return sample_workload(scenario.world(name), seed=1, replication=replication), build_plan(scenario, name)


def _engines(peak: Scenario) -> Iterator[_Row]:
    """Yield how many times as fast as the reference the compiled engine is, under each plan."""
    for name in peak.plans:
        workload, plan = _case(peak, name)
        case = (workload, plan, find_conditions(workload, plan))
        found = ratio(lambda: simulate_reference(*case), lambda: simulate_compiled(*case))  # noqa: B023 - called at once
        yield f"compiled / reference, peak-week, plan {name}", "≥ 150", str(found)


def _mini() -> Iterator[_Row]:
    """Yield the mini-centre in C and in other simulators, as multiples of ours."""
    mini = read_scenario(str(Path(__file__).with_name("mini") / "mini-centre.yaml"))
    workload, plan = _case(mini, "as-usual")
    conditions = find_conditions(workload, plan)

    def ours() -> object:
        return simulate_compiled(workload, plan, conditions)

    if c_loop.HAS_COMPILER:
        with tempfile.TemporaryDirectory() as folder:
            loop = c_loop.CLoop(workload, plan, Path(folder))
            each = ratio(lambda: [loop() for _ in range(30)], ours)
            in_c = Ratio(each.middle / 30, each.low / 30, each.high / 30)
            yield "compiled / a loop in C that can do the mini-centre alone", "≥ 0.8", str(in_c)
    else:
        yield "compiled / a loop in C that can do the mini-centre alone", "≥ 0.8", "gcc is not installed here"
    ticks_per_min = mini.timebase.ticks_per_s * _S_PER_MIN
    work = workload.work / ticks_per_min
    week = Week(workload.arrival / ticks_per_min, work[Stage.GUIDANCE], work[Stage.INTAKE])
    for name, peer in PEERS.items():
        try:
            label = f"compiled / {name} {version(name.lower())}, mini-centre"
            yield label, "> 1", str(ratio(lambda: peer(week), ours, rounds=5))  # noqa: B023 - called at once
        except ImportError:
            yield f"compiled / {name}, mini-centre", "> 1", "not installed here"
    try:
        yield f"compiled / cimba {version('cimba')}, mini-centre", "≥ 8", _beside_cimba(week, ours)
    except ImportError:
        yield "compiled / cimba, mini-centre", "≥ 8", "not installed here"


def _beside_cimba(week: Week, ours: Run) -> str:
    """Return how many times as long cimba takes; in a process of its own, for two compilers do not go together."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "week.npz"
        np.savez(drawn, arrival=week.arrival, guidance=week.guidance, intake=week.intake)
        command = [sys.executable, "-m", "tests.bench.mini.cimba_model", str(drawn)]
        each = []
        for _ in range(5):
            theirs = float(subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout)
            each.append(theirs / median(seconds(ours) for _ in range(50)))
    return str(Ratio(median(each), min(each), max(each)))


def _parts(peak: Scenario) -> Iterator[_Row]:
    """Yield what sampling and measuring take beside simulating."""
    name = next(iter(peak.plans))
    world = peak.world(name)
    plan = build_plan(peak, name)
    workloads = [sample_workload(world, seed=1, replication=number) for number in range(300)]
    traces = [simulate(workload, plan) for workload in workloads]
    fresh = cycle(range(300))  # no call meets the workload of the one before, of which something may be remembered

    def simulated() -> object:
        return simulate(workloads[next(fresh)], plan)

    sampled = ratio(lambda: sample_workload(world, seed=1, replication=next(fresh)), simulated, rounds=31)
    yield "time to sample / time to simulate, peak-week", "≤ 0.5", str(sampled)
    measured = ratio(lambda: measure(traces[next(fresh)], plan), simulated, rounds=31)
    yield "time to measure all figures / time to simulate, peak-week", "", str(measured)


def _threads(peak: Scenario) -> Iterator[_Row]:
    """Yield how many times as many replications two threads make as one."""
    name = next(iter(peak.plans))
    world, plan = peak.world(name), build_plan(peak, name)

    def replicate(number: int) -> None:
        measure(simulate(sample_workload(world, seed=1, replication=number), plan), plan)

    def wall(n_threads: int) -> float:
        start = time.perf_counter()
        with ThreadPoolExecutor(n_threads) as threads:
            list(threads.map(replicate, range(400)))
        return time.perf_counter() - start

    each = [wall(1) / wall(2) for _ in range(5)]
    found = f"{np.median(each):.2f} ({min(each):.2f}–{max(each):.2f})"
    yield "replications a second, two threads / one, peak-week", "≥ 1.7", found


def _growth(scenario: Scenario) -> Iterator[_Row]:
    """Yield what a stint costs when demand, people and things grow together."""
    each = {}
    for scale, n_times in {1: 100, 100: 5}.items():
        larger = _times_as_much(scenario, scale)
        workload, plan = _case(larger, next(iter(larger.plans)))
        case = (workload, plan, find_conditions(workload, plan))
        n_stints = len(simulate_compiled(*case).stints)
        each[scale] = min(seconds(lambda: simulate_compiled(*case)) for _ in range(n_times)) / n_stints  # noqa: B023
    yield "cost per stint at 100 × the demand / at 1 ×, tho-xuan", "≤ 2", f"{each[100] / each[1]:.2f}"


def _times_as_much(scenario: Scenario, scale: int) -> Scenario:
    """Return a scenario with so many times the demand, people and things; plans are left as they are."""
    told: dict[str, Any] = scenario.model_dump()
    told["demand"]["visits_per_day"] *= scale
    for group in told["staff"].values():
        group["people"] *= scale
    for thing in _THINGS:
        told[thing] = told[thing] and told[thing] * scale
    told["link"]["mbit_per_s"] *= scale
    return Scenario.model_validate(told)


def _whole() -> Iterator[_Row]:
    """Yield how long twenty plans of peak-week take as a whole process."""
    peak = _ROOT / "scenarios/peak-week.yaml"
    plans = [f"  counters-{n}-{desks}: {{title: {n} counters, counters: {n}, desks: {desks}}}"
             for n in range(2, 7) for desks in range(2, 6)]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "twenty.yaml"
        head = f"name: twenty\ntitle: Twenty plans\nextends: {peak}\nplans:\n"
        path.write_text(head + "\n".join(plans) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "sim", "run", str(path), "--replications", "500", "--format", "csv"]
        start = time.perf_counter()
        subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = time.perf_counter() - start
    yield "20 plans × 500 replications of peak-week, whole process", "≤ 10 s on two cores", f"{took:.1f} s"


def rows() -> Iterator[_Row]:
    """Yield the rows of the table: figure, what it should reach, what was found."""
    peak = read_scenario(str(_ROOT / "scenarios/peak-week.yaml"))
    yield from _engines(peak)
    yield from _mini()
    yield from _parts(peak)
    yield from _threads(peak)
    yield from _growth(read_scenario(str(_ROOT / "scenarios/tho-xuan.yaml")))
    yield from _whole()


def main() -> None:
    """Print the table, and write it where it belongs."""
    lines = ["| figure | reach | found |", "|---|---|---|"]
    print(*lines, sep="\n")  # noqa: T201 - the command's answer
    for row in rows():
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)  # noqa: T201 - as above
    machine = (
        f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"
    )
    lines.append(f"\n{machine}, {datetime.now(UTC):%d %B %Y}.")
    if "--write" in sys.argv:
        before, _, rest = _PAGE.read_text(encoding="utf-8").partition(_MARK)
        after = rest.partition(_MARK)[2]
        _PAGE.write_text(before + _MARK + "\n" + "\n".join(lines) + "\n\n" + _MARK + after, encoding="utf-8")


if __name__ == "__main__":
    main()
