"""What a run answers, in a few sentences: which plan is on time, what wait is within the limit, where a backlog grows.

In: a `Table`. Out: sentences, which the terminal and the page both show. Invariant: a plan is said to reach a line only
where the interval of its mean lies on that side of it; between the two nothing is claimed.
"""

from collections.abc import Callable, Iterator

from sim.experiment import Sure, Table, sure_of
from sim.language import plural, say, spoken
from sim.report.rows import Row, peak_weeks, span_name

ON_TIME_LINE = 0.9  # the line that published rates are judged by
_S_PER_MIN = 60
_PERCENT = 100
_FEW = 4  # plans that a sentence names
_OFTEN = 0.1  # of the weeks; what is rarer is in the table


def answer(table: Table) -> list[str]:
    """Return the answer, a sentence each; intervals hold a mean 95 times in 100."""
    weeks = peak_weeks(table, ())
    return [*_on_time(table, weeks), *_wait(table, weeks), *_growing(table, weeks), *_exceeding(table, weeks)]


def _on_time(table: Table, weeks: list[Row]) -> Iterator[str]:
    # Of all that came: by the published rate, a plan that keeps people out would be the best of all.
    told = _judged(table, weeks, "on_time_all_ratio")
    if told:
        said = say("In the {week}, at least 90 % of all that came are on time", week=span_name(weeks[0].span))
        yield _sentence(said, told, _is_on_time, _percent, max)


def _wait(table: Table, weeks: list[Row]) -> Iterator[str]:
    limit = table.cases[0].scenario.citizens.waiting_limit_min
    told = _judged(table, weeks, "wait_s_mean")
    if limit is not None and told:

        def is_within(minutes: float) -> bool:
            return minutes <= limit * _S_PER_MIN

        said = say("The mean wait is at most the {limit} minutes allowed", limit=f"{limit:g}")
        yield _sentence(said, told, is_within, _minutes, min)


def _growing(table: Table, weeks: list[Row]) -> Iterator[str]:
    """Yield which plans leave more unsettled at the end of the period than after the peak week, surely."""
    grow = []
    for row in weeks:
        of_case = table.figures["unsettled_count"][row.case]
        more = of_case[:, -1:] - of_case[:, row.number : row.number + 1]
        (sure,) = sure_of(more)
        if sure and sure.mean_between and sure.mean_between[0] > 0:
            grow.append(row.title)
    if grow:
        plans = _names(grow, len(weeks))
        yield say("What is not settled still grows after that week under {plans}.", plans=plans)


def _exceeding(table: Table, weeks: list[Row]) -> Iterator[str]:
    """Yield in how many peak weeks somebody exceeds a limit of the Labour Code, where that is common."""
    often = []
    for row in weeks:
        (values,) = table.figures["labour_breach_count"][row.case][:, row.number : row.number + 1].T
        ratio = float((values > 0).mean())
        if ratio >= _OFTEN:
            often.append(say("“{plan}” in {ratio}", plan=row.title, ratio=f"{ratio:.0%}"))
    if often:
        more = [plural("{n} more plan", "{n} more plans", len(often) - _FEW)] if len(often) > _FEW else []
        yield say(
            "Who finishes what they began exceeds a limit of the Labour Code: of these weeks, {plans}.",
            plans=spoken().list(often[:_FEW] + more),
        )


_Judged = list[tuple[str, float, tuple[float, float] | None]]


def _judged(table: Table, weeks: list[Row], figure: str) -> _Judged:
    """Return each plan's title, mean and interval of a figure in the peak week, of those that have one."""
    found: _Judged = []
    for row in weeks:
        (band,) = table.bands(figure, row.case)[row.number : row.number + 1]
        sure: Sure | None = sure_of(table.figures[figure][row.case][:, row.number : row.number + 1])[0]
        if band and sure:
            found.append((row.title, band.mean, sure.mean_between))
    return found


def _sentence(
    said: str,
    told: _Judged,
    reaches: Callable[[float], bool],
    shown: Callable[[float, tuple[float, float] | None], str],
    best_of: Callable[..., tuple[str, float, tuple[float, float] | None]],
) -> str:
    """Return who reaches a line with certainty, or that nobody does and who comes nearest, and who may."""
    surely = [each for each in told if all(map(reaches, each[2] or (each[1],)))]
    perhaps = [each for each in told if each not in surely and any(map(reaches, each[2] or (each[1],)))]
    n_plans = len(told)
    if surely:
        text = say("{said} under {plans}", said=said, plans=_names([title for title, _, _ in surely], n_plans))
    else:
        text = say("{said} under no plan for certain", said=said)
    _, mean, between = nearest = best_of(surely or told, key=lambda each: each[1])
    if surely:
        text += say("; the best is “{plan}” with {value}", plan=nearest[0], value=shown(mean, between))
    else:
        text += say("; the nearest is “{plan}” with {value}", plan=nearest[0], value=shown(mean, between))
    if perhaps == [nearest]:
        text += say(", for which it cannot be told")
    elif perhaps:
        plans = _names([title for title, _, _ in perhaps], n_plans)
        text += say("; it cannot be told for {plans}", plans=plans)
    return f"{text}." if told[0][2] else say("{text} (of one replication: nothing is certain).", text=text)


def _names(titles: list[str], n_plans: int) -> str:
    """Return some of so many plans as in a sentence, the rest of a long list counted.

    >>> _names(["A", "B", "C"], 4), _names(["A", "B", "C", "D", "E"], 9), _names(["A", "B"], 2)
    ('“A”, “B” and “C”', '“A”, “B”, “C”, “D” and 1 more', 'every plan')
    """
    if len(titles) == n_plans > 1:
        return say("every plan")
    named = [say("“{plan}”", plan=title) for title in titles[:_FEW]]
    if len(titles) > _FEW:
        named.append(say("{n} more", n=len(titles) - _FEW))
    return spoken().list(named)


def _is_on_time(ratio: float) -> bool:
    return ratio >= ON_TIME_LINE


def _percent(mean: float, between: tuple[float, float] | None) -> str:
    text = f"{mean * _PERCENT:.0f} %"
    return f"{text} ({between[0] * _PERCENT:.0f}–{min(between[1], 1) * _PERCENT:.0f})" if between else text


def _minutes(mean: float, between: tuple[float, float] | None) -> str:
    text = say("{n} min", n=f"{mean / _S_PER_MIN:.0f}")
    return f"{text} ({between[0] / _S_PER_MIN:.0f}–{between[1] / _S_PER_MIN:.0f})" if between else text
