"""The same models in Ciw, a simulator that others wrote, with random numbers of its own.

In: what some scenario files say, written down a second time in Ciw's own terms. Out: `Comparison`s. Invariant: nothing
of ours takes part in Ciw's replications, least of all random numbers.
Source: Palmer, Knight, Harper and Hawa 2019 (Ciw).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import ciw
import numpy as np

from sim.engine import simulate
from sim.plan import build_plan
from sim.trace import State
from sim.workload import sample_workload
from tests.theory.cases import PAGE_ENGINE, link, load
from tests.theory.judging import Interval, difference, interval, verdict_word
from tests.theory.reading import Reading, Seen, mean_time, part_waiting, part_who

Figures = dict[str, float]
DAY_MIN = 1440
N_OURS, N_THEIRS = 240, 20  # replications: ours are so much cheaper
OUR_SEED = 2  # of our replications; theirs have the seeds 0, 1, 2, … of other generators


@dataclass(frozen=True)
class Peer:
    """A scenario file, the same model in Ciw, and what both tell.

    Attributes:
        file: the scenario file, without its ending.
        plan: one of its plans.
        queue: what it is.
        readings: how to read each figure from one of our replications, and the part of the figure that half the width
            of the difference's interval may at most be, in the ordinary run.
        model: returns the same figures of a replication in Ciw, from its random numbers as they stand.
        units_per_min: how many of Ciw's units of time a minute of the file stands for.
        from_start: whether all are judged, or those that come once the line has filled.
    """

    file: str
    plan: str
    queue: str
    readings: dict[str, tuple[Reading, float]]
    model: Callable[[], Figures]
    units_per_min: float = 100
    from_start: bool = False

    @property
    def name(self) -> str:
        """Return a name that no other peer has."""
        return f"{self.file}-{self.plan}"


@dataclass(frozen=True)
class Comparison:
    """What became of a figure.

    Attributes:
        name: of the figure.
        ours: the interval of our replications.
        theirs: the interval of theirs.
        difference: the interval of the difference.
        is_narrow: whether that is narrow enough to judge by.
    """

    name: str
    ours: Interval
    theirs: Interval
    difference: Interval
    is_narrow: bool

    @property
    def word(self) -> str:
        """Return the verdict in a word."""
        return verdict_word(self.difference, 0, is_narrow=self.is_narrow)


def compare(peer: Peer, *, n_times: int = 1) -> list[Comparison]:
    """Return the verdict on each figure, from `n_times` as many replications of both as usual."""
    scenario = load(peer.file)
    plan = build_plan(scenario, peer.plan)
    ours: dict[str, list[float]] = {name: [] for name in peer.readings}
    theirs: dict[str, list[float]] = {name: [] for name in peer.readings}
    for replication in range(N_OURS * n_times):
        trace = simulate(sample_workload(scenario, seed=OUR_SEED, replication=replication), plan, engine=PAGE_ENGINE)
        seen = Seen(scenario, trace, peer.units_per_min, peer.from_start)
        for name, (reading, _) in peer.readings.items():
            ours[name].append(reading(seen))
    for seed in range(N_THEIRS * n_times):
        ciw.seed(seed)  # before the model is made: some of its laws draw at once
        for name, told in peer.model().items():
            theirs[name].append(told)
    return [_comparison(name, ours[name], theirs[name], peer.readings[name][1], n_times) for name in peer.readings]


def _comparison(name: str, ours: list[float], theirs: list[float], within: float, n_times: int) -> Comparison:
    found = difference(ours, theirs)
    is_narrow = found.half <= within / math.sqrt(n_times) * float(np.mean(theirs))
    return Comparison(name, interval(ours), interval(theirs), found, is_narrow)


def peer_rows(peer: Peer, comparisons: Sequence[Comparison]) -> str:
    """Return the rows of a peer, without a new line after the last."""
    return "\n".join(
        f"| {peer.queue} | {link(peer.file)} {peer.plan} | {found.name} | {found.ours} | {found.theirs} | "
        f"{found.difference} | {found.word} |"
        for found in comparisons
    )


def _run(until: float, **network: Any) -> list[Any]:
    """Return the records of a replication."""
    simulation = ciw.Simulation(ciw.create_network(**network))
    simulation.simulate_until_max_time(until)
    return list(simulation.get_all_records())


def _lognormal(mean: float, cv: float) -> Any:
    sigma = math.sqrt(math.log1p(cv * cv))
    return ciw.dists.Lognormal(math.log(mean) - sigma * sigma / 2, sigma)


def _settled(records: list[Any], demand_min: float) -> list[Any]:
    """Return the records of those who come while the file has demand, without the first tenth of that time."""
    return [record for record in records if 0.1 * demand_min <= record.arrival_date < demand_min]


def _many_servers() -> Figures:
    records = _run(
        6_500,
        arrival_distributions=[ciw.dists.Exponential(30 / 60)],
        service_distributions=[ciw.dists.Exponential(1 / 8)],
        number_of_servers=[5],
    )
    waits = [record.waiting_time for record in _settled(records, 6_000)]
    return {"part that waits": fmean(wait > 0 for wait in waits), "mean wait, min": fmean(waits)}


def _priorities() -> Figures:
    records = _run(
        18_500,
        arrival_distributions={"urgent": [ciw.dists.Exponential(4 / 60)], "ordinary": [ciw.dists.Exponential(8 / 60)]},
        service_distributions={"urgent": [_lognormal(10, 1.2)], "ordinary": [ciw.dists.Exponential(1 / 7)]},
        priority_classes={"urgent": 0, "ordinary": 1},
        number_of_servers=[2],
    )
    judged = _settled(records, 18_000)
    return {
        f"mean wait, min, {kind}": fmean(record.waiting_time for record in judged if record.customer_class == kind)
        for kind in ("urgent", "ordinary")
    }


def _patience() -> Figures:
    records = _run(
        12_500,
        arrival_distributions=[ciw.dists.Exponential(20 / 60)],
        service_distributions=[_lognormal(9, 0.8)],
        reneging_time_distributions=[ciw.dists.Deterministic(10)],
        number_of_servers=[3],
    )
    judged = _settled(records, 12_000)
    return {
        "part that leaves the line": fmean(record.record_type == "renege" for record in judged),
        "mean wait, min": fmean(record.waiting_time for record in judged),
    }


def _lunch() -> Figures:
    by_hour = [22, 26, 26, 26, 16, 12, 18, 20, 20, 14]
    rates = [0, *(visits / 60 for visits in by_hour), 0]
    edges = [7 * 60, *((8 + hour) * 60 for hour in range(len(by_hour))), DAY_MIN]
    until = 10 * DAY_MIN
    shifts = [7 * 60, 11 * 60 + 30, 13 * 60 + 30, DAY_MIN]
    records = _run(
        until,
        arrival_distributions=[ciw.dists.PoissonIntervals(rates, edges, until), None],
        service_distributions=[ciw.dists.Gamma(1 / 0.7**2, 6 * 0.7**2), _lognormal(12, 1)],
        number_of_servers=[
            ciw.Schedule([0, 3, 1, 3], shifts),
            ciw.Schedule([0, 6, 0, 6], shifts, preemption="resume"),
        ],
        routing=[[0.0, 1.0], [0.0, 0.0]],
    )
    visits = [record for record in records if record.node == 1]
    came = {record.id_number: record.arrival_date for record in visits}
    settled = [record for record in records if record.node == 2 and record.record_type == "service"]
    in_back_office = [record.exit_date - record.arrival_date for record in settled]
    return {
        "part of the visits that wait": fmean(record.waiting_time > 0 for record in visits),
        "mean wait, min": fmean(record.waiting_time for record in visits),
        "mean time in the back office, min": fmean(in_back_office),
        "mean time to settlement, min": fmean(record.exit_date - came[record.id_number] for record in settled),
    }


_HALL = (State.WAIT_INTAKE, State.INTAKE)
_BACK_OFFICE = (State.WAIT_BACK_OFFICE, State.BACK_OFFICE)

PEERS = (
    Peer(
        "erlang-c",
        "five",
        "M/M/5",
        {
            "part that waits": (part_waiting(State.WAIT_INTAKE), 0.1),
            "mean wait, min": (mean_time(State.WAIT_INTAKE), 0.3),
        },
        _many_servers,
    ),
    Peer(
        "peer-priorities",
        "two",
        "two officers, priorities",
        {
            "mean wait, min, urgent": (mean_time(State.WAIT_INTAKE, kind="urgent"), 0.12),
            "mean wait, min, ordinary": (mean_time(State.WAIT_INTAKE, kind="ordinary"), 0.3),
        },
        _priorities,
    ),
    Peer(
        "peer-patience",
        "three",
        "M/G/3 with a fixed patience",
        {
            "part that leaves the line": (part_who(State.RENEGED), 0.1),
            "mean wait, min": (mean_time(State.WAIT_INTAKE), 0.05),
        },
        _patience,
    ),
    Peer(
        "peer-lunch",
        "lunch",
        "counters and desks with a lunch",
        {
            "part of the visits that wait": (part_waiting(State.WAIT_INTAKE), 0.05),
            "mean wait, min": (mean_time(State.WAIT_INTAKE), 0.2),
            "mean time in the back office, min": (mean_time(*_BACK_OFFICE), 0.12),
            "mean time to settlement, min": (mean_time(*_HALL, *_BACK_OFFICE), 0.1),
        },
        _lunch,
        units_per_min=1,
        from_start=True,
    ),
)
