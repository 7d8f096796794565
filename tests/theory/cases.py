"""What a case is, and how it runs: the ordinary pipeline from a scenario file to figures, judged by an interval.

In: a `Case`. Out: `Verdict`s. Invariant: seed and number of replications are fixed beforehand; a run with more
replications of the same must have intervals that are narrower in proportion.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.engine import EngineName, simulate
from sim.plan import build_plan
from sim.scenario import Scenario, read_scenario
from sim.workload import sample_workload
from tests.theory.judging import Interval, interval, verdict_word
from tests.theory.reading import Reading, Seen

# How many times a case's replications each engine is judged by: as many as take some two seconds. Both give the same
# traces (tests/identity), so the reference engine's replications are the first of those that the page shows.
ENGINES: dict[EngineName, int] = {"reference": 1, "compiled": 12}
PAGE_ENGINE: EngineName = "compiled"
_SMALL_SAMPLE = 2  # an interval from some ten replications may be that much wider than √n alone would have it
SCENARIOS = Path(__file__).with_name("scenarios")
SEED = 1


@dataclass(frozen=True)
class Figure:
    """A number that theory knows and that a replication gives.

    Attributes:
        name: what it is, with its unit.
        exact: what theory says.
        reading: how to read it from a replication.
        within: the part of the exact value that half the interval's width may at most be, in the run for the page.
    """

    name: str
    exact: float
    reading: Reading
    within: float


@dataclass(frozen=True)
class Case:
    """A plan of a scenario file that is a textbook's queue.

    Attributes:
        file: the scenario file, without its ending.
        plan: one of its plans.
        queue: what the textbook calls it.
        figures: makes what is judged.
        n_replications: of the reference engine's ordinary run.
        units_per_min: how many of the textbook's units of time a minute of the file stands for.
        from_start: whether all records are judged, or those that come once the line has filled.
    """

    file: str
    plan: str
    queue: str
    figures: Callable[[], Sequence[Figure]]
    n_replications: int
    units_per_min: float = 100
    from_start: bool = False

    @property
    def name(self) -> str:
        """Return a name that no other case has."""
        return f"{self.file}-{self.plan}"


@dataclass(frozen=True)
class Verdict:
    """What became of a figure.

    Attributes:
        figure: what was judged.
        interval: of the simulated mean.
        is_narrow: whether the interval is narrow enough to judge by.
    """

    figure: Figure
    interval: Interval
    is_narrow: bool

    @property
    def word(self) -> str:
        """Return the verdict in a word."""
        return verdict_word(self.interval, self.figure.exact, is_narrow=self.is_narrow)


def load(file: str) -> Scenario:
    """Return the scenario of a file."""
    return read_scenario(SCENARIOS / f"{file}.yaml")


def judge(case: Case, engine: EngineName, *, n_times: int = 1) -> list[Verdict]:
    """Return the verdict on each figure of a case, from `n_times` as many replications as usual for the engine."""
    scenario = load(case.file)
    plan = build_plan(scenario, case.plan)
    figures = case.figures()
    values: list[list[float]] = [[] for _ in figures]
    n_samples = ENGINES[engine] * n_times
    for replication in range(case.n_replications * n_samples):
        trace = simulate(sample_workload(scenario, seed=SEED, replication=replication), plan, engine=engine)
        seen = Seen(scenario, trace, case.units_per_min, case.from_start)
        for figure, so_far in zip(figures, values, strict=True):
            so_far.append(figure.reading(seen))
    return [_verdict(figure, so_far, n_samples) for figure, so_far in zip(figures, values, strict=True)]


def _verdict(figure: Figure, values: Sequence[float], n_samples: int) -> Verdict:
    found = interval(values)
    allowed = figure.within * figure.exact * math.sqrt(ENGINES[PAGE_ENGINE] / n_samples)
    if n_samples < ENGINES[PAGE_ENGINE]:
        allowed *= _SMALL_SAMPLE
    return Verdict(figure, found, is_narrow=found.half <= allowed)


def case_rows(case: Case, verdicts: Sequence[Verdict]) -> str:
    """Return the rows of a case, without a new line after the last."""
    return "\n".join(
        f"| {case.queue} | {link(case.file)} {case.plan} | {found.figure.name} | {found.figure.exact:.4g} | "
        f"{found.interval} | {found.word} |"
        for found in verdicts
    )


def link(file: str) -> str:
    """Return a scenario file as the validation page links to it."""
    return f"[{file}](../tests/theory/scenarios/{file}.yaml)"
