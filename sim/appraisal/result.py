"""What a report says, in numbers.

Place in the pipeline: what `appraise` returns, and the report puts into words. Invariant: plain numbers and texts of
the scenario, which can be sent to another process.
"""

from dataclasses import dataclass
from datetime import date

from sim.appraisal.estimate import Estimate, Payback
from sim.appraisal.options import Clash, Setting
from sim.appraisal.order import Interaction, Step
from sim.appraisal.sensitivity import Swing
from sim.experiment import Band, Share
from sim.scenario import Scenario


@dataclass(frozen=True)
class DayBand:
    """A figure of a plan on a day.

    Attributes:
        figure: its name.
        plan: the plan's name.
        day: the day.
        band: mean, and the band that holds 80 % of the replications.
    """

    figure: str
    plan: str
    day: date
    band: Band


@dataclass(frozen=True)
class Judged:
    """What a plan, an option or several of them, is worth beside the baseline.

    Attributes:
        name: the plan's.
        title: what people call it.
        options: names of the options that it has.
        settings: what it has otherwise than the baseline.
        outlay: paid once.
        cost_per_year: of all that it costs, the outlay spread over the life of what it buys.
        running_per_year: the same without the outlay.
        net: what a year brings, citizens' time counted where leaders value it.
        budget_net: the same in the centre's own budget.
        overtime_h: overtime saved in a year.
        citizen_h: citizens' hours in the hall saved in a year.
        citizen_value: what these are held to be worth.
        pay: overtime pay saved in a year.
        on_time_points: per cent more on time in the peak week, of all that came.
        backlog: records fewer at the end of the peak week.
        wait_min: minutes that the mean wait in the peak week is shorter.
        payback: when the outlay has come back, citizens' time counted.
        budget_payback: when it has in the centre's own budget.
        pays: in what part of the worlds it brings more than it costs; None where no assumption was tried out.
        net_in_worlds: of what it is worth in these worlds, the points that 10, 50 and 90 % lie below.
    """

    name: str
    title: str
    options: tuple[str, ...]
    settings: tuple[Setting, ...]
    outlay: float
    cost_per_year: float
    running_per_year: float
    net: Estimate
    budget_net: Estimate
    overtime_h: Estimate
    citizen_h: Estimate
    citizen_value: Estimate
    pay: Estimate
    on_time_points: Estimate
    backlog: Estimate
    wait_min: Estimate
    payback: Payback
    budget_payback: Payback
    pays: Share | None = None
    net_in_worlds: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Sensitivity:
    """What the worth of a plan depends on.

    Attributes:
        name: the plan's.
        swings: of each assumption, the widest first.
        n_worlds: in how many worlds it was tried.
        n_replications: how many of each.
    """

    name: str
    swings: tuple[Swing, ...]
    n_worlds: int
    n_replications: int


@dataclass(frozen=True)
class Appraisal:
    """All numbers of a report.

    Attributes:
        scenario: as it was read.
        baseline: name of the plan that options are held against.
        options: each on its own.
        together: the options that are advised, or else the best one; it is one of `options` where it is one.
        advised: names of the options that are; none where none surely pays.
        steps: the order in which to buy.
        interactions: pairs that are worth something else together than the sum.
        clashes: pairs that cannot be had together.
        sensitivity: of `together`; None where the scenario has no assumptions to try out.
        bands: backlog and mean wait of the baseline and of `together`, by day.
        peak_means: means in the peak week of the baseline and of `together`, by figure.
        has_value: whether leaders value citizens' hours.
        periods_per_year: how often a year has what was simulated.
        seed: root seed.
        n_replications: how many of each plan.
    """

    scenario: Scenario
    baseline: str
    options: tuple[Judged, ...]
    together: Judged
    advised: tuple[str, ...]
    steps: tuple[Step, ...]
    interactions: tuple[Interaction, ...]
    clashes: tuple[Clash, ...]
    sensitivity: Sensitivity | None
    bands: tuple[DayBand, ...]
    peak_means: dict[str, tuple[float, float]]
    has_value: bool
    periods_per_year: float
    seed: int
    n_replications: int
