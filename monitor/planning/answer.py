"""What the planner's page shows of plans that are tried out: the answer, figures, and the backlog day by day.

Place in the pipeline: between a `Table` and the page. In: a table whose first case is what the others are held against.
Out: what JSON can say. Invariant: a figure that is not known is null; each comes with the band that holds 80 % of the
replications, and a mean with how far it may be off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim import Difference, Table

ON_TIME = 0.9  # the rate that centres are judged by
_FIGURES = (
    "backlog_count",
    "unsettled_count",
    "on_time_all_ratio",
    "on_time_ratio",
    "wait_s_mean",
    "wait_s_p95",
    "wait_over_limit_ratio",
    "unserved_count",
    "overtime_h",
    "labour_day_h_max",
    "labour_day_overtime_h_max",
    "labour_month_overtime_h_max",
    "labour_breach_count",
    "utilisation_ratio",
    "link_utilisation_ratio",
    "cost",
)
_PERIOD_FIGURES = ("on_time_ratio", "overtime_h", "cost", "citizen_cost", "unsettled_count")


def answer(table: Table) -> dict[str, Any]:
    """Return what is known of each plan after so many replications."""
    differences = sim.compare(table, baseline=0) if table.n_replications > 1 else []
    return {
        "n_replications": table.n_replications,
        "plans": [_plan(table, case, differences) for case in range(len(table.cases))],
    }


def _plan(table: Table, case: int, differences: list[Difference]) -> dict[str, Any]:
    week = table.peak_week(case)
    spans = table.spans[case]
    period = next(number for number, span in enumerate(spans) if span.kind == "period")
    # Of all that came: by the published rate, a plan that keeps people out would be the best of all.
    values = table.figures["on_time_all_ratio"][case][:, week]
    n_reached = int((values >= ON_TIME).sum())
    reached = sim.share(n_reached, table.n_replications)
    return {
        "title": table.cases[case].scenario.titles[table.cases[case].plan],
        "peak": {figure: _figure(table, figure, case, week) for figure in _FIGURES},
        "period": {figure: _figure(table, figure, case, period) for figure in _PERIOD_FIGURES},
        "reaches_on_time": {"ratio": reached.ratio, "low": reached.low, "high": reached.high},
        "days": [
            {"day": span.first_day, "mean": band.mean, "low": band.low, "high": band.high}
            for number, span in enumerate(spans)
            if span.kind == "day" and (band := table.band("backlog_count", case, number))
        ],
        "differences": {each.figure: _difference(each) for each in differences if each.plan == case},
    }


def _figure(table: Table, figure: str, case: int, span: int) -> Mapping[str, float | None] | None:
    """Return a figure's mean, its band, and the interval of the mean."""
    band = table.band(figure, case, span)
    if band is None:
        return None
    (sure,) = sim.sure_of(table.figures[figure][case][:, [span]])
    low, high = sure.mean_between if sure and sure.mean_between else (None, None)
    return {"mean": band.mean, "low": band.low, "high": band.high, "from": low, "to": high}


def _difference(found: Difference) -> Mapping[str, object]:
    return {"mean": found.mean, "low": found.low, "high": found.high, "verdict": found.verdict, "n_more": found.n_more}
