"""Puts an appraisal into words.

In: an `Appraisal`. Out: a `Paper`. Invariant: a verdict is claimed only where its interval leaves no doubt, and every
number in a sentence is one of the appraisal's.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from sim.appraisal import Appraisal, Judged
from sim.report.leaders.amounts import between, in_years, listed, money, plain, signed, unit_of
from sim.report.leaders.changes import changes, field_name
from sim.report.leaders.doubt import does_not_know, how_validated, what_it_depends_on
from sim.report.leaders.paper import Cell, Paper, Picture, Section, Sheet
from sim.report.leaders.pictures import with_and_without

_S_PER_MIN, _PERCENT = 60, 100
_MOST_PAIRS = 3  # that are named
_AXES = {
    "backlog_count": "records received and not settled at close",
    "citizen_cost": "hours that citizens waited in the hall",
}


def write_paper(appraisal: Appraisal) -> Paper:
    """Return the report in words and pictures."""
    scenario = appraisal.scenario
    return Paper(
        language="en",
        direction="ltr",
        title=scenario.title,
        question=scenario.question,
        answer=_answer(appraisal),
        beside=_beside(appraisal),
        figures=_figures(appraisal),
        picture=_picture(appraisal),
        sections=(
            _order(appraisal),
            _options(appraisal),
            _minutes(appraisal),
            *what_it_depends_on(appraisal),
            how_validated(),
            does_not_know(),
        ),
        foot=(
            f"Peakweek {version('peakweek')}, scenario {scenario.name}, {appraisal.n_replications} replications of "
            f"each plan, seed {appraisal.seed}. The same file, seed and version give the same numbers on any machine."
        ),
    )


def bought(appraisal: Appraisal) -> list[str]:
    """Return the titles of what is advised, or else of the best option, in the order of buying."""
    return [f"“{appraisal.scenario.titles[name]}”" for name in _names(appraisal)]


def _answer(appraisal: Appraisal) -> str:
    if appraisal.advised:
        first, *then = bought(appraisal)
        return f"Choose {first}{', then ' + listed(then) if then else ''}: {_worth(appraisal)}."
    return (
        f"Of what was asked about, nothing surely brings more than it costs. The nearest is {bought(appraisal)[0]}: "
        f"{_worth(appraisal)}."
    )


def _worth(appraisal: Appraisal) -> str:
    """Return what the choice is worth, and how sure that is."""
    best, currency = appraisal.together, appraisal.scenario.costs.currency
    amount = money(abs(best.net.mean), currency)
    how = "more than it costs" if best.net.mean >= 0 else "less than it costs"
    return f"in a year that brings {amount} {how} {_how_sure(best)}"


def _how_sure(judged: Judged) -> str:
    unit, name = unit_of(judged.net.mean)
    if judged.net_in_worlds is None or judged.pays is None:
        return f"({between(judged.net, unit)} {name}in 95 of 100 cases by chance alone)"
    low, _, high = judged.net_in_worlds
    return (
        f"– between {plain(low / unit)} and {plain(high / unit)} {name}in eight of ten cases if the assumptions "
        "are as wrong as they may be"
    )


def _beside(appraisal: Appraisal) -> tuple[str, ...]:
    """Return what the sentence leaves out: what is counted, whose money it is, and the centre's own budget."""
    best, scenario = appraisal.together, appraisal.scenario
    costs = scenario.costs
    told = []
    if appraisal.has_value:
        told.append(
            f"Citizens' time is counted at {money(costs.citizen_wait_h, costs.currency)} an hour. In the centre's "
            f"own budget alone it {_budget(best, costs.currency)}."
        )
    else:
        told.append("Only the centre's own budget is counted; citizens' time has no price here.")
    before, after = appraisal.peak_means["wait_s_mean"]
    came = [plain(ratio * _PERCENT) for ratio in appraisal.peak_means["on_time_all_ratio"]]
    left = [plain(count) for count in appraisal.peak_means["backlog_count"]]
    told.append(
        f"In the peak week {came[1]} % of all that came are on time instead of {came[0]} %, {left[1]} records are "
        f"left over instead of {left[0]}, and the mean wait before the counter is {plain(after / _S_PER_MIN)} "
        f"minutes instead of {plain(before / _S_PER_MIN)}."
    )
    return tuple(told)


def _budget(judged: Judged, currency: str) -> str:
    amount = money(abs(judged.budget_net.mean), currency)
    if judged.budget_net.is_surely_positive:
        return f"saves {amount} a year"
    return f"costs {amount} a year" if judged.budget_net.is_surely_negative else "costs about what it saves"


def _figures(appraisal: Appraisal) -> tuple[Cell, ...]:
    best, currency = appraisal.together, appraisal.scenario.costs.currency
    n_years = appraisal.scenario.appraisal.years
    told = [
        Cell(
            money(best.cost_per_year * n_years, currency),
            f"cost over {n_years:g} years, of which {money(best.outlay, currency)} at once",
        ),
        Cell(f"{plain(best.citizen_h.mean)} hours", "that citizens wait less in a year"),
        Cell(in_years(best.payback)[0], "until the outlay has come back, citizens' time counted"),
    ]
    if best.pays:
        told.append(Cell(f"{best.pays.ratio * _PERCENT:.0f} %", "of the cases in which it brings more than it costs"))
    return tuple(told)


def _picture(appraisal: Appraisal) -> Picture:
    """Return the picture of what changes more: the backlog, or the wait."""
    falls = {figure: 1 - after / before if before else 0.0 for figure, (before, after) in appraisal.peak_means.items()}
    figure = max(_AXES, key=lambda name: falls[name])
    scenario = appraisal.scenario
    titles = (scenario.titles[appraisal.baseline], " + ".join(scenario.titles[name] for name in _names(appraisal)))
    before, after = appraisal.peak_means[figure]
    told = f"{_AXES[figure][:1].upper()}{_AXES[figure][1:]}, day by day"
    other = "" if figure == "backlog_count" else " Before the counter and for the result. The backlog changes less."
    return Picture(
        with_and_without(appraisal, figure, _AXES[figure], titles),
        f"{told}: {plain(before)} without, {plain(after)} with, in the peak week.",
        f"{told}, without and with. Lines are means; eight of ten days lie in the bands.{other}",
    )


def _names(appraisal: Appraisal) -> tuple[str, ...]:
    return appraisal.advised or appraisal.together.options


def _options(appraisal: Appraisal) -> Section:
    scenario, currency = appraisal.scenario, appraisal.scenario.costs.currency
    n_years = scenario.appraisal.years
    shown = list(appraisal.options)
    is_more = len(_names(appraisal)) > 1
    if is_more:
        shown.append(appraisal.together)
    unit, name = unit_of(*(value for each in shown for value in (each.cost_per_year * n_years, each.net.mean)))
    has_worlds = all(each.pays for each in shown)
    head = (
        "option",
        f"cost over {n_years:g} years",
        "overtime saved, h",
        "on time, points of %",
        "citizens’ hours saved",
        "worth after all costs",
        "budget alone",
        "paid back",
        *(("pays in",) if has_worlds else ()),
    )
    rows = tuple(_row(each, unit, n_years, " + ".join(scenario.titles[n] for n in each.options)) for each in shown)
    if is_more:
        rows = (*rows[:-1], (Cell("all that is advised", " + ".join(bought(appraisal))), *rows[-1][1:]))
    note = (
        f"Held against “{scenario.titles[appraisal.baseline]}”. Money in {name}{currency}. Saved, worth and budget: "
        f"in a year, of {appraisal.periods_per_year:.3g} periods like the one simulated; below, the interval that "
        "holds the mean 95 times in 100; below the budget, when the outlay comes back from it alone. Citizens’ "
        "hours: all waiting in the hall, before the counter and for the result. On time: of all that came in the "
        "peak week. Worth: what it saves, less what it costs, the price of things spread over their lives. "
    )
    if has_worlds:
        note += "Pays in: of the cases of assumptions that were tried, those in which it is worth more than nothing."
    return Section(
        "What can be bought, and what it is worth", sheet=Sheet(head, rows, int(is_more), note), starts_page=True
    )


def _row(each: Judged, unit: float, n_years: float, title: str) -> tuple[Cell, ...]:
    paid, paid_between = in_years(each.payback)
    row = [
        Cell(title, changes(each.settings)),
        Cell(plain(each.cost_per_year * n_years / unit), f"{plain(each.outlay / unit)} at once"),
        Cell(signed(each.overtime_h.mean), between(each.overtime_h)),
        Cell(signed(each.on_time_points.mean), between(each.on_time_points)),
        Cell(signed(each.citizen_h.mean), between(each.citizen_h)),
        Cell(signed(each.net.mean / unit), between(each.net, unit)),
        Cell(signed(each.budget_net.mean / unit), in_years(each.budget_payback)[0]),
        Cell(paid, paid_between),
    ]
    if each.pays:
        row.append(Cell(f"{each.pays.ratio * _PERCENT:.0f} %"))
    return tuple(row)


def _order(appraisal: Appraisal) -> Section:
    titles, currency = appraisal.scenario.titles, appraisal.scenario.costs.currency
    unit, name = unit_of(*(each.gain.mean for each in appraisal.steps))
    rows = []
    for number, step in enumerate(appraisal.steps, start=1):
        verdict = "yes" if step.option in appraisal.advised else "no" if step.gain.is_surely_negative else "not sure"
        rows.append(
            (
                Cell(f"{number}. {titles[step.option]}"),
                Cell(signed(step.gain.mean / unit), between(step.gain, unit)),
                Cell(signed(step.alone.mean / unit), between(step.alone, unit)),
                Cell(verdict),
            )
        )
    texts = [
        (
            "Each step is what adds most to what is there by then. What it adds was simulated together with the steps "
            "before it, and not added up."
        )
    ]
    texts += [*_not_added(appraisal), *_excluded(appraisal)]
    head = ("step", "adds in a year", "alone it would bring", "worth it")
    note = f"In {name}{currency} a year, after all costs; below, the interval that holds the mean 95 times in 100."
    return Section("In which order", tuple(texts), sheet=Sheet(head, tuple(rows), 0, note))


def _not_added(appraisal: Appraisal) -> Iterator[str]:
    """Yield which pairs are worth something else together than the sum, the most different first."""
    currency = appraisal.scenario.costs.currency
    for each in sorted(appraisal.interactions, key=lambda each: -abs(each.more.mean))[:_MOST_PAIRS]:
        how = "less" if each.more.mean < 0 else "more"
        yield (
            f"{_titles(appraisal, each.pair)} do not simply add: together they are worth "
            f"{money(abs(each.more.mean), currency)} a year {how} than the sum of each alone."
        )


def _excluded(appraisal: Appraisal) -> Iterator[str]:
    """Yield which options exclude each other, and by what."""
    by_field: dict[str, set[str]] = {}
    for clash in appraisal.clashes:
        for field in clash.fields:
            by_field.setdefault(field, set()).update(clash.pair)
    by_options: dict[tuple[str, ...], list[str]] = {}
    for field, options in by_field.items():
        ordered = tuple(name for name in appraisal.scenario.plans if name in options)
        by_options.setdefault(ordered, []).append(field_name(field))
    for ordered, fields in by_options.items():
        yield f"{_titles(appraisal, ordered)} exclude each other: each of them sets {listed(fields)}."
    for clash in appraisal.clashes:
        if clash.reason:
            yield f"{_titles(appraisal, clash.pair)} cannot both be: {clash.reason}."


def _titles(appraisal: Appraisal, names: Sequence[str]) -> str:
    return listed([f"“{appraisal.scenario.titles[name]}”" for name in names])


def _minutes(appraisal: Appraisal) -> Section:
    """Return what a meeting may write down."""
    best, scenario = appraisal.together, appraisal.scenario
    currency, n_years = scenario.costs.currency, scenario.appraisal.years
    points = [
        (
            f"The meeting has considered the report “{scenario.title}” and notes about {listed(bought(appraisal))}: "
            f"{_worth(appraisal)}."
        )
    ]
    if appraisal.advised:
        points.append(
            f"It agrees to {listed(bought(appraisal))}, in this order, at {money(best.outlay, currency)} at once and "
            f"{money(best.cost_per_year * n_years, currency)} in all over {n_years:g} years."
        )
    else:
        points.append("It buys nothing for the time being.")
    if appraisal.sensitivity:
        decisive = [
            f"“{scenario.appraisal.assumptions[each.number].title}”" for each in appraisal.sensitivity.swings[:2]
        ]
        points.append(f"It asks that {listed(decisive)} be measured, for the answer depends on them most.")
    points.append(
        "It asks to be told, three months after the first step, what wait and backlog have become, beside what is "
        "predicted here."
    )
    return Section("Words for the minutes", points=tuple(points), is_numbered=True)
