"""How far the report may be believed: what was assumed, what decides, how the model was tested, what it does not know.

In: an `Appraisal`, and the document on validation. Out: `Section`s.
"""

from collections.abc import Iterator

from sim.appraisal import Appraisal, Sensitivity, values_of
from sim.report.leaders.amounts import money, plain, signed, unit_of
from sim.report.leaders.paper import Cell, Picture, Section, Sheet
from sim.report.leaders.pictures import tornado
from sim.report.leaders.validation import validation
from sim.scenario import Assumption, Scenario

_PERCENT = 100
_PRICED = {"counter": "a counter", "desk": "a desk", "scanner": "a scanner", "ups": "a minute of battery"}
_RATES = {
    "link_per_mbit_month": "the line, per Mbit/s and month",
    "training_day": "a day of training",
    "volunteer_team_day": "a day of a team of volunteers",
    "citizen_wait_h": "an hour of a citizen",
}


def what_it_depends_on(appraisal: Appraisal) -> tuple[Section, ...]:
    """Return what was assumed, and how the answer moves with it."""
    scenario = appraisal.scenario
    texts = [
        (
            f"A year has {appraisal.periods_per_year:.3g} periods like the one simulated, "
            f"{scenario.period.first_day:%d %b} to {scenario.period.last_day:%d %b %Y}; "
            f"{'; '.join(_prices(scenario)) or 'nothing has a price'}. Every number of the scenario file carries "
            "a mark that tells whether it was published or is assumed."
        )
    ]
    if appraisal.sensitivity is None:
        texts.append(
            "The scenario file names no assumptions to try out, so the answer's intervals are of chance alone."
        )
        return (Section("What was assumed", tuple(texts), starts_page=True),)
    told = appraisal.sensitivity
    decisive = max(told.swings, key=lambda swing: swing.share)
    assumptions = scenario.appraisal.assumptions
    texts.append(
        f"What was assumed was then changed, one thing at a time, and all together in {told.n_worlds} cases spread "
        f"evenly over what may be. “{assumptions[decisive.number].title}” decides most: it alone explains "
        f"{decisive.share * _PERCENT:.0f} % of the differences between these cases."
    )
    titles = [assumptions[swing.number].title for swing in told.swings]
    net, currency = appraisal.together.net.mean, scenario.costs.currency
    unit, name = unit_of(net)
    axis = f"worth of what is advised, {name}{currency} a year"
    if not appraisal.advised:
        axis = f"worth of the best option, {name}{currency} a year"
    picture = Picture(
        tornado(told, titles, net, unit, axis),
        f"How the worth moves with each assumption; most with “{titles[0]}”.",
        "Each bar shows what the worth becomes when this assumption alone is at its lower or higher end. Left of the "
        "dashed line it costs more than it brings.",
    )
    return (
        Section(
            "What was assumed, and what decides",
            tuple(texts),
            picture,
            _swings(appraisal, told, unit),
            starts_page=True,
        ),
    )


def _swings(appraisal: Appraisal, told: Sensitivity, unit: float) -> Sheet:
    assumptions = appraisal.scenario.appraisal.assumptions
    rows = [
        (
            Cell(each.title),
            *(Cell(_end(appraisal.scenario, each, factor)) for factor in (1.0, each.low_factor, each.high_factor)),
            Cell(signed(swing.at_low / unit)),
            Cell(signed(swing.at_high / unit)),
            Cell(f"{swing.share * _PERCENT:.0f} %"),
        )
        for swing in told.swings
        for each in (assumptions[swing.number],)
    ]
    rest = 1 - sum(swing.share for swing in told.swings)
    rows.append((Cell("together only, and chance"), *(Cell("") for _ in range(5)), Cell(f"{rest * _PERCENT:.0f} %")))
    head = ("assumption", "here", "at least", "at most", "worth if at least", "worth if at most", "share")
    note = (
        f"Share: part of the variance over the {told.n_worlds} cases that the assumption explains by itself. Of each "
        f"case {told.n_replications} replications were simulated, all with the same visitors and the same bad luck."
    )
    return Sheet(head, tuple(rows), 0, note)


def _end(scenario: Scenario, assumption: Assumption, factor: float) -> str:
    """Return a number as it would be; of several that differ, how many times what the file says."""
    values = set(values_of(scenario, assumption))
    return plain(values.pop() * factor) if len(values) == 1 else f"× {factor:g}"


def _prices(scenario: Scenario) -> Iterator[str]:
    costs = scenario.costs
    for name, words in _PRICED.items():
        thing = getattr(costs, name)
        if thing.price or thing.upkeep_per_year:
            upkeep = f", {money(thing.upkeep_per_year, costs.currency)} upkeep a year" if thing.upkeep_per_year else ""
            yield f"{words} costs {money(thing.price, costs.currency)} and lasts {thing.life_years:g} years{upkeep}"
    for name, words in _RATES.items():
        if price := getattr(costs, name):
            yield f"{words} {money(price, costs.currency)}"


def how_validated() -> Section:
    """Return how the model was tested, with the figures of the document that tells it."""
    found = validation()
    return Section(
        "How the model was tested",
        (
            (
                f"Where queueing theory has an exact answer, the model gives it: {found.n_theory_inside} of "
                f"{found.n_theory} figures lie inside an interval that was fixed beforehand. Another simulator, with "
                f"random numbers of its own, agrees in {found.n_peer_inside} of {found.n_peer} figures. Two engines, "
                "written apart from one text, give the same course of events in every detail. This shows that the "
                "program does what the model says. The following was not validated:"
            ),
        ),
        points=found.not_shown,
    )


def does_not_know() -> Section:
    """Return what no number of the report covers."""
    return Section(
        "What the model does not know",
        points=(
            "Everybody in a group works at the same pace; what is learned is learned by the calendar.",
            "Nobody works by due date, and no citizen looks at the line before choosing a day.",
            "What guides and volunteers change is a factor for each of them, however many people come.",
            "What a late record costs a citizen beside the wait in the hall has no price here.",
            "Prices do not change over the years, and money later counts as much as money now.",
        ),
    )
