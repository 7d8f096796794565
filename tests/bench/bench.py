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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim import Stage, State, Trace, simulate
from sim.conditions import Conditions, find_conditions
from sim.engine.compiled import simulate_compiled
from sim.engine.reference import simulate_reference
from sim.experiment import Case, run_experiment
from sim.measures import Measures, measure
from sim.plan import Plan, build_plan
from sim.scenario import Scenario, read_scenario
from sim.workers import Threads
from sim.workload import Workload, sample_workload, sample_workloads
from tests.bench.mini import c_loop
from tests.bench.mini.peers import PEERS, Week
from tests.bench.profile import call_profile, engine_profile, told
from tests.bench.timing import Ratio, Run, ratio, seconds

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs/benchmarks.md"
_MARK = "<!-- the table; `make bench` writes it -->\n"
_THINGS = ("counters", "desks", "scanners")
_S_PER_MIN = 60
_REPLICATIONS = 100
_AT_ONCE = 4  # as an experiment draws them
_FEW = 20
_SCENARIOS = ("peak-week", "tho-xuan", "four-staff", "ward-220-a-day")
_SAME = 0.05  # peers see to lunch and to ties in their own ways; a mean wait that differs by more is of another model


@dataclass(frozen=True)
class Figure:
    """A row of the table.

    Attributes:
        name: what is measured.
        reach: what it should reach.
        found: what was found.
        is_reached: whether that is enough.
        profile: where the time goes, if it is not.
    """

    name: str
    reach: str
    found: str
    is_reached: bool = True
    profile: str = ""


_Case = tuple[Workload, Plan, Conditions]


def _case(scenario: Scenario, name: str, replication: int = 0) -> _Case:
    workload = sample_workload(scenario.world(name), seed=1, replication=replication)
    plan = build_plan(scenario, name)
    return workload, plan, find_conditions(workload, plan)


def _engines(peak: Scenario) -> Iterator[Figure]:
    """Yield how many times as fast as the reference the compiled engine is, under each plan."""
    for name in peak.plans:
        case = _case(peak, name)
        found = ratio(lambda: simulate_reference(*case), lambda: simulate_compiled(*case))  # noqa: B023 - called at once
        is_reached = found.middle >= 150
        profile = "" if is_reached else told(engine_profile(*case))
        yield Figure(f"compiled / reference, peak-week, plan {name}", "≥ 150", str(found), is_reached, profile)


def _mini() -> Iterator[Figure]:
    """Yield the mini-centre in C and in other simulators, as multiples of ours."""
    mini = read_scenario(str(Path(__file__).with_name("mini") / "mini-centre.yaml"))
    case = _case(mini, "as-usual")
    workload, plan, _ = case

    def ours() -> Trace:
        return simulate_compiled(*case)

    parts = told(engine_profile(*case))
    name = "compiled / a loop in C that can do the mini-centre alone"
    if c_loop.HAS_COMPILER:
        with tempfile.TemporaryDirectory() as folder:
            loop = c_loop.CLoop(workload, plan, Path(folder))
            each = ratio(lambda: [loop() for _ in range(30)], ours)
            in_c = Ratio(each.middle / 30, each.low / 30, each.high / 30)
            alone = median(seconds(loop) for _ in range(50)) * 1e6
        yield Figure(name, "≥ 0.8", str(in_c), in_c.middle >= 0.8, f"{parts}; the loop in C takes {alone:.0f} µs")
    else:
        yield Figure(name, "≥ 0.8", "gcc is not installed here")
    ticks_per_min = mini.timebase.ticks_per_s * _S_PER_MIN
    work = workload.work / ticks_per_min
    week = Week(workload.arrival / ticks_per_min, work[Stage.GUIDANCE], work[Stage.INTAKE])
    waits = ours().of(State.WAIT_INTAKE)
    wait = float(np.mean(waits[:, 3] - waits[:, 2])) / ticks_per_min
    for name, peer in PEERS.items():
        try:
            label = f"compiled / {name} {version(name.lower())}, mini-centre"
        except PackageNotFoundError:
            yield Figure(f"compiled / {name}, mini-centre", "> 1", "not installed here")
            continue
        found = ratio(lambda: peer(week), ours, rounds=5)  # noqa: B023 - called at once
        yield _beside(Figure(label, "> 1", str(found), found.low > 1, parts), peer(week), wait)
    try:
        label = f"compiled / cimba {version('cimba')}, mini-centre"
    except PackageNotFoundError:
        yield Figure("compiled / cimba, mini-centre", "≥ 8", "not installed here")
        return
    found, their_wait = _beside_cimba(week, ours)
    yield _beside(Figure(label, "≥ 8", str(found), found.middle >= 8, parts), their_wait, wait)


def _beside(figure: Figure, their_wait: float, wait: float) -> Figure:
    """Return a peer's figure with the mean waits for a specialist, which must be the same centre's."""
    found = f"{figure.found}; mean wait {their_wait:.2f} min, ours {wait:.2f}"
    if abs(their_wait - wait) > _SAME * wait:
        return replace(figure, found=f"{found}: another model, no peer", is_reached=False)
    return replace(figure, found=found)


def _beside_cimba(week: Week, ours: Run) -> tuple[Ratio, float]:
    """Return how many times as long cimba takes, and its mean wait; in a process of its own, as it has a compiler."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "week.npz"
        np.savez(drawn, arrival=week.arrival, guidance=week.guidance, intake=week.intake)
        command = [sys.executable, "-m", "tests.bench.mini.cimba_model", str(drawn)]
        each = []
        for _ in range(5):
            said = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout
            theirs, wait = map(float, said.split())
            each.append(theirs / median(seconds(ours) for _ in range(50)))
    return Ratio(median(each), min(each), max(each)), wait


def _parts(scenario: Scenario, *, is_held: bool) -> Iterator[Figure]:
    """Yield what sampling and measuring take beside simulating."""
    name = next(iter(scenario.plans))
    world, plan = scenario.world(name), build_plan(scenario, name)
    workloads = [sample_workload(world, seed=1, replication=number) for number in range(_REPLICATIONS)]
    traces = [simulate(workload, plan) for workload in workloads]
    # No call meets the workloads of the one before, which may be remembered.
    fresh = cycle(range(0, _REPLICATIONS, _AT_ONCE))

    def some() -> range:
        first = next(fresh)
        return range(first, first + _AT_ONCE)

    def sample() -> list[Workload]:
        return sample_workloads(world, seed=1, replications=some())

    def measured() -> list[Measures]:
        return [measure(traces[number], plan) for number in some()]

    def simulated() -> list[Trace]:
        return [simulate(workloads[number], plan) for number in some()]

    found = ratio(sample, simulated, rounds=31)
    is_reached = not is_held or found.middle <= 0.5
    yield Figure(
        f"time to sample / time to simulate, {_AT_ONCE} replications of {scenario.name}",
        "≤ 0.5" if is_held else "",
        str(found),
        is_reached,
        "" if is_reached else call_profile(lambda: [sample() for _ in range(_REPLICATIONS // _AT_ONCE)]),
    )
    found = ratio(measured, simulated, rounds=31)
    yield Figure(f"time to measure all figures / time to simulate, {scenario.name}", "", str(found))


def _threads(peak: Scenario) -> Iterator[Figure]:
    """Yield how many times as many replications two threads make as one."""
    cases = [Case(peak, next(iter(peak.plans)))]

    world, plan = peak.world(cases[0].plan), build_plan(peak, cases[0].plan)

    def wall(n_threads: int) -> float:
        with Threads(n_threads) as executor:
            start = time.perf_counter()
            run_experiment(cases, seed=1, n_replications=1000, executor=executor)
            return time.perf_counter() - start

    def alone() -> None:
        for first in range(0, _REPLICATIONS, _AT_ONCE):
            for workload in sample_workloads(world, seed=1, replications=range(first, first + _AT_ONCE)):
                measure(simulate(workload, plan), plan)

    each = [wall(1) / wall(2) for _ in range(5)]
    found = f"{np.median(each):.2f} ({min(each):.2f}–{max(each):.2f})"
    is_reached = median(each) >= 1.7
    profile = "" if is_reached else call_profile(alone)
    yield Figure("replications a second, two threads / one, peak-week", "≥ 1.7", found, is_reached, profile)


def _growth(scenario: Scenario) -> Iterator[Figure]:
    """Yield what a stint costs when demand, people and things grow together."""
    each, cases = {}, {}
    for scale, n_times in {1: 100, 100: 5}.items():
        larger = _times_as_much(scenario, scale)
        cases[scale] = case = _case(larger, next(iter(larger.plans)))
        n_stints = len(simulate_compiled(*case).stints)
        each[scale] = min(seconds(lambda: simulate_compiled(*case)) for _ in range(n_times)) / n_stints  # noqa: B023
    found = each[100] / each[1]
    parts = "; ".join(f"at {scale} ×: {told(engine_profile(*case, rounds=3))}" for scale, case in cases.items())
    yield Figure("cost per stint at 100 × the demand / at 1 ×, tho-xuan", "≤ 2", f"{found:.2f}", found <= 2, parts)


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


def _whole() -> Iterator[Figure]:
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
        scenario = read_scenario(str(path))
    yield Figure(
        "20 plans × 500 replications of peak-week, whole process",
        "≤ 10 s on two cores",
        f"{took:.1f} s",
        took <= 10,
        told(_shares(scenario)),
    )


def _shares(scenario: Scenario) -> dict[str, float]:
    """Return what the steps of one replication of all plans take, drawn once for all of them."""
    plans = [build_plan(scenario, name) for name in scenario.plans]
    world = scenario.world(plans[0].name)
    each: dict[str, list[float]] = {"sampling": [], "simulating under all plans": [], "measuring under all plans": []}
    for replication in range(_FEW):
        workload = sample_workload(world, seed=1, replication=replication)
        traces = [simulate(workload, plan) for plan in plans]
        steps: tuple[Run, ...] = (
            lambda: sample_workload(world, seed=1, replication=replication),  # noqa: B023 - called at once
            lambda: [simulate(workload, plan) for plan in plans],  # noqa: B023
            lambda: [measure(trace, plan) for trace, plan in zip(traces, plans, strict=True)],  # noqa: B023
        )
        for times, step in zip(each.values(), steps, strict=True):
            times.append(seconds(step))
    return {name: median(times) for name, times in each.items()}


def figures() -> Iterator[Figure]:
    """Yield the rows of the table."""
    peak, *others = [read_scenario(str(_ROOT / f"scenarios/{name}.yaml")) for name in _SCENARIOS]
    yield from _engines(peak)
    yield from _mini()
    yield from _parts(peak, is_held=True)
    for scenario in others:
        yield from _parts(scenario, is_held=False)
    yield from _threads(peak)
    yield from _growth(others[0])
    yield from _whole()


def main() -> None:
    """Print the table, and where the time goes; write both where they belong."""
    lines, missed = ["| figure | reach | found |", "|---|---|---|"], []
    print(*lines, sep="\n")  # noqa: T201 - the command's answer
    for figure in figures():
        lines.append(f"| {figure.name} | {figure.reach} | {figure.found} |")
        print(lines[-1], flush=True)  # noqa: T201 - as above
        if not figure.is_reached:
            missed.append(f"- {figure.name}: {figure.profile}.")
    load = f"load {os.getloadavg()[0]:.1f} when it ended" if hasattr(os, "getloadavg") else "load unknown"
    lines.append(
        f"\n{platform.machine()}, {os.cpu_count()} processors, {load}, {platform.system()}, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%d %B %Y}."
    )
    if missed:
        lines += ["\nWhere the time goes, of each figure that is not reached:\n", *missed]
        print(*lines[-len(missed) - 1 :], sep="\n")  # noqa: T201 - as above
    if "--write" in sys.argv:
        before, _, rest = _PAGE.read_text(encoding="utf-8").partition(_MARK)
        after = rest.partition(_MARK)[2]
        _PAGE.write_text(before + _MARK + "\n" + "\n".join(lines) + "\n\n" + _MARK + after, encoding="utf-8")


if __name__ == "__main__":
    main()
