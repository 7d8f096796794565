"""Simulates what a report needs, in two experiments, and puts the numbers together.

In: a scenario, options, and what simulates. Out: an `Appraisal`. Invariant: it holds plain numbers and texts of the
scenario; nothing in it reads a file or simulates.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from sim.appraisal.assumptions import factors_at, otherwise, sample_positions
from sim.appraisal.estimate import estimate, payback
from sim.appraisal.options import Choices, choices, settings
from sim.appraisal.order import advised, buying_order, interactions
from sim.appraisal.result import Appraisal, DayBand, Judged, Sensitivity
from sim.appraisal.sensitivity import Swing, shares
from sim.appraisal.worth import Worth, periods_per_year, with_hours, worth
from sim.experiment import HIGH, LOW, MEDIAN, Band, Case, Table, share
from sim.experiment.table import Floats
from sim.scenario import Assumption, Scenario, with_plans

Run = Callable[[str, Sequence[Case], int], Table]
"""What simulates: name of the experiment, its cases, how many replications of each."""
OPTIONS, WORLDS = "options", "assumptions"
PICTURED = ("backlog_count", "citizen_cost")  # the latter as hours
_TOLD = (*PICTURED, "wait_s_mean", "on_time_all_ratio")
_FEW = 12  # replications of each world; there are many


def appraise(
    scenario: Scenario,
    options: Sequence[str] = (),
    *,
    baseline: str | None = None,
    run: Run,
    n_replications: int = 40,
) -> Appraisal:
    """Return what options are worth, in which order to buy them, and what that depends on.

    Args:
        scenario: as read.
        options: names of plans; none: those that the scenario names for it, or all that do not ask what if.
        baseline: name of the plan to hold them against; none: that of the scenario, or else its first.
        run: what simulates, called once or twice.
        n_replications: how many of each combination of options, at least 1.

    Raises:
        ScenarioError: an option or an assumption is wrong; nothing has run.
    """
    chosen = choices(with_hours(scenario), options, baseline)
    table = run(OPTIONS, [Case(chosen.scenario, plan) for plan in chosen.plans.values()], n_replications)
    has_value = scenario.costs.citizen_wait_h > 0
    worths = {names: worth(table, case, 0, has_value=has_value) for case, names in enumerate(chosen.plans)}
    nets = {names: each.net for names, each in worths.items()}
    steps = buying_order(nets, chosen.options)
    names = advised(steps)
    best = frozenset(names or [steps[0].option])
    shown = (*(frozenset({name}) for name in chosen.options), best)
    judged = {each: _judged(chosen, each, worths[each]) for each in shown}
    sensitivity = None
    if scenario.appraisal.assumptions:
        tried = _Worlds(chosen, tuple(each.name for each in judged.values()), min(n_replications, _FEW))
        nets_of = tried.nets(run, has_value=has_value)
        judged = {each: _in_worlds(told, nets_of[told.name][tried.sample :]) for each, told in judged.items()}
        sensitivity = tried.sensitivity(judged[best].name, nets_of[judged[best].name])
    pictured = (0, list(chosen.plans).index(best))
    return Appraisal(
        scenario=scenario,
        baseline=chosen.baseline,
        options=tuple(judged[frozenset({name})] for name in chosen.options),
        together=judged[best],
        advised=names,
        steps=steps,
        interactions=interactions(nets, chosen.options),
        clashes=chosen.clashes,
        sensitivity=sensitivity,
        bands=tuple(_bands(table, pictured)),
        peak_means={figure: _peak_means(table, figure, pictured) for figure in _TOLD},
        has_value=has_value,
        periods_per_year=periods_per_year(scenario),
        seed=table.seed,
        n_replications=table.n_replications,
    )


def _judged(chosen: Choices, names: frozenset[str], its: Worth) -> Judged:
    plan, scenario = chosen.plans[names], chosen.scenario
    return Judged(
        name=plan,
        title=scenario.titles[plan],
        options=tuple(name for name in chosen.options if name in names),
        settings=settings(scenario, plan, chosen.baseline),
        outlay=its.outlay,
        cost_per_year=its.cost_per_year,
        running_per_year=its.running_per_year,
        net=estimate(its.net),
        budget_net=estimate(its.budget_net),
        overtime_h=estimate(its.overtime_h),
        pay=estimate(its.pay),
        citizen_h=estimate(its.citizen_h),
        citizen_value=estimate(its.citizen_value),
        on_time_points=estimate(its.on_time_points),
        backlog=estimate(its.backlog),
        wait_min=estimate(its.wait_min),
        payback=payback(its.outlay, estimate(its.gain(counts_citizens=True))),
        budget_payback=payback(its.outlay, estimate(its.gain(counts_citizens=False))),
    )


def _in_worlds(told: Judged, nets: Floats) -> Judged:
    """Return what is told of a plan with what it is worth over the sample of worlds: ``float64[N_WORLDS]``."""
    low, median, high = np.quantile(nets, (LOW, MEDIAN, HIGH), method="inverted_cdf").tolist()
    return replace(told, pays=share(int((nets > 0).sum()), len(nets)), net_in_worlds=(low, median, high))


class _Worlds:
    """The worlds in which the assumptions are otherwise: one at a time low and high, then the sample.

    Attributes:
        sample: number of the first world of the sample.
    """

    def __init__(self, chosen: Choices, plans: Sequence[str], n_replications: int) -> None:
        scenario = chosen.scenario
        self._assumptions = scenario.appraisal.assumptions
        self._plans = (chosen.baseline, *dict.fromkeys(plans))
        self._n_replications = n_replications
        n = len(self._assumptions)
        self._positions = sample_positions(n)
        ends = [{number: end} for number, each in enumerate(self._assumptions) for end in _ends(each)]
        drawn = [factors_at(self._assumptions, positions) for positions in self._positions]
        self.sample = len(ends)
        written = {name: scenario.plans[name].model_dump(exclude_unset=True) for name in self._plans}
        few = with_plans(scenario, written)
        self._scenarios = [otherwise(few, factors) for factors in (*ends, *drawn)]

    def nets(self, run: Run, *, has_value: bool) -> dict[str, Floats]:
        """Return what each plan is worth in a year in each world, a mean over its replications: ``float64[n]``."""
        cases = [Case(scenario, name) for scenario in self._scenarios for name in self._plans]
        table, n = run(WORLDS, cases, self._n_replications), len(self._plans)
        return {
            name: np.array(
                [
                    worth(table, first + place, first, has_value=has_value).net.mean()
                    for first in range(0, len(cases), n)
                ]
            )
            for place, name in enumerate(self._plans)
        }

    def sensitivity(self, name: str, nets: Floats) -> Sensitivity:
        """Return what a plan's worth depends on."""
        ends = nets[: self.sample].reshape(-1, 2).tolist()
        parts = shares(self._positions, nets[self.sample :]).tolist()
        swings = [
            Swing(number, low, high, part) for number, ((low, high), part) in enumerate(zip(ends, parts, strict=True))
        ]
        ordered = sorted(swings, key=lambda swing: -swing.width)
        return Sensitivity(name, tuple(ordered), len(self._positions), self._n_replications)


def _ends(assumption: Assumption) -> tuple[float, float]:
    return assumption.low_factor, assumption.high_factor


def _bands(table: Table, cases: Sequence[int]) -> Iterator[DayBand]:
    for figure in PICTURED:
        for case in cases:
            unit = _unit(table, figure)
            for span, band in zip(table.spans[case], table.bands(figure, case), strict=True):
                if span.kind == "day" and band:
                    points = (point / unit for point in (band.mean, band.low, band.median, band.high))
                    yield DayBand(figure, table.cases[case].plan, span.first_day, Band(*points))


def _unit(table: Table, figure: str) -> float:
    """Return what the figure is divided by: citizens' time is told in hours."""
    return table.cases[0].scenario.costs.citizen_wait_h if figure == "citizen_cost" else 1.0


def _peak_means(table: Table, figure: str, cases: Sequence[int]) -> tuple[float, float]:
    """Return the means in the peak week of two plans."""
    before, after = (table.band(figure, case, table.peak_week(case)) for case in cases)
    unit = _unit(table, figure)
    return (before.mean / unit if before else 0.0, after.mean / unit if after else 0.0)
