"""A table of replications as rows that people read: one for each plan and span.

In: a `Table`. Out: `Row`s, which the terminal, the files and the page all show. Invariant: every way of showing a run
shows the same numbers.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from sim.experiment import HIGH, LOW, Band, Sure, Table, sure_of
from sim.language import later, say, spoken
from sim.measures import FIGURES, Span
from sim.report.breaches import breaches

_S_PER_MIN = 60
_POINTS = ("mean", "low", "median", "high")
_ENDS = ("mean_from", "mean_to")  # of the interval that holds the mean 95 times in 100
Numbers = list[float | None]
_SPAN_COLUMNS = ("plan", "span", "first_day", "last_day")
COLUMNS = (
    later("received"),
    later("settled"),
    later("backlog\nat close"),
    later("on time\n%"),
    later("wait\nmin\nmean"),
    later("wait\nmin\nP95"),
    later("came\nin\nvain"),
    later("overtime\nhours"),
    later("staff\nbusy %"),
    later("link\nuse %"),
)


@dataclass(frozen=True)
class Row:
    """The figures of one plan over one span.

    Attributes:
        case: index of the plan's case in the table.
        plan: the plan's name.
        title: what people call it.
        number: index of the span among the case's spans.
        span: the stretch of days.
        is_peak: whether the span is a day of the peak week, or that week.
        bands: the spread of each figure by name; None where no replication has a value.
    """

    case: int
    plan: str
    title: str
    number: int
    span: Span
    is_peak: bool
    bands: dict[str, Band | None]

    def mean(self, figure: str) -> float:
        """Return the mean of a figure, 0 where it has no value: for sums."""
        band = self.bands[figure]
        return band.mean if band else 0.0


def rows(table: Table, figures: Iterable[str] = FIGURES) -> list[Row]:
    """Return the rows of every case in order, its days, its weeks, its period, with these figures."""
    found = []
    for index, case in enumerate(table.cases):
        peak_last_day = case.scenario.world(case.plan).period.peak_last_day
        bands = {figure: table.bands(figure, index) for figure in figures}
        for number, span in enumerate(table.spans[index]):
            is_peak = span.kind != "period" and span.first_day <= peak_last_day
            of_span = {figure: of_figure[number] for figure, of_figure in bands.items()}
            found.append(Row(index, case.plan, case.scenario.titles[case.plan], number, span, is_peak, of_span))
    return found


def peaks(table: Table) -> list[Row]:
    """Return each plan's row of the last working day of the peak week: the answer in one number each."""
    last = {row.plan: row for row in rows(table) if row.is_peak and row.span.kind == "day"}
    return list(last.values())


def highest(table: Table, case: int) -> Row:
    """Return a plan's row of the day at whose close most is received and not settled; the first of several."""
    days = [row for row in rows(table, ("backlog_count",)) if row.case == case and row.span.kind == "day"]
    return max(days, key=lambda row: row.mean("backlog_count"))


def peak_weeks(table: Table, figures: Iterable[str] = FIGURES) -> list[Row]:
    """Return each plan's row of the last week of the peak."""
    last = {row.plan: row for row in rows(table, figures) if row.is_peak and row.span.kind == "week"}
    return list(last.values())


def to_json(table: Table) -> str:
    """Return the run as one JSON document: what was run, and every figure's mean, 10 %, 50 % and 90 % points.

    Beside each stands the interval that holds it 95 times in 100, such as ``mean_between``; null if that takes more
    replications.

    Breakdowns that were asked for stand beside the figures of their span, by kind and part. Of each plan, `breaches`
    tells who exceeds the Labour Code.
    """
    spans: dict[str, list[dict[str, Any]]] = {case.plan: [] for case in table.cases}
    sure = _sure(table)
    for row in rows(table):
        of_row = {name: _points(band, sure[name, row.case][row.number]) for name, band in row.bands.items()}
        told: dict[str, Any] = {"figures": of_row}
        if table.breakdowns:
            told["breakdowns"] = {kind: _parts(table, kind, row) for kind in table.breakdowns}
        spans[row.plan].append(_span_columns(row.span) | told)
    scenario = table.cases[0].scenario
    document = {
        "peakweek": version("peakweek"),
        "scenario": scenario.name,
        "seed": table.seed,
        "first_replication": table.first,
        "n_replications": table.n_replications,
        "band": {"low": LOW, "high": HIGH},
        "plans": [
            {"name": name, "title": scenario.titles[name], "spans": of_plan, "breaches": breaches(table, case)}
            for case, (name, of_plan) in enumerate(spans.items())
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _sure(table: Table, figures: Iterable[str] = FIGURES) -> dict[tuple[str, int], list[Sure | None]]:
    """Return how sure each figure's bands are, by figure and case, of every span."""
    return {(name, case): sure_of(table.figures[name][case]) for name in figures for case in range(len(table.cases))}


def _points(band: Band | None, sure: Sure | None = None) -> dict[str, Any] | None:
    return asdict(band) | (asdict(sure) if sure else {}) if band else None


def _parts(table: Table, kind: str, row: Row) -> dict[str, dict[str, dict[str, Any] | None]]:
    """Return the points of each part's figures in the row's span."""
    return {
        name: {figure: _points(band) for figure, band in bands.items()} for name, bands in part_bands(table, kind, row)
    }


def part_bands(table: Table, kind: str, row: Row) -> Iterator[tuple[str, dict[str, Band | None]]]:
    """Yield each part of a breakdown with the spread of its figures in the row's span."""
    breakdown = table.breakdowns[kind][row.case]
    by_figure = {figure: table.part_bands(kind, figure, row.case, row.number) for figure in breakdown.figures}
    for place, name in enumerate(breakdown.names):
        yield name, {figure: bands[place] for figure, bands in by_figure.items()}


def to_csv(table: Table) -> str:
    """Return the run as CSV: a row for each plan and span; of each figure, its band and the interval of its mean."""
    sure = _sure(table)

    def points(row: Row, figure: str) -> Numbers:
        of_band = sure[figure, row.case][row.number]
        return [*_points_of(row.bands[figure]), *((of_band and of_band.mean_between) or (None, None))]

    told = ((row, (), (number for figure in FIGURES for number in points(row, figure))) for row in rows(table))
    return _csv(_SPAN_COLUMNS, (f"{figure}_{point}" for figure in FIGURES for point in (*_POINTS, *_ENDS)), told)


def parts_to_csv(table: Table, kind: str) -> str:
    """Return a breakdown as CSV: a row for each plan, span and part; of each figure, its band."""
    figures = tuple(table.breakdowns[kind][0].figures)
    told = (
        (row, (name,), (number for figure in figures for number in _points_of(bands[figure])))
        for row in rows(table, ())
        for name, bands in part_bands(table, kind, row)
    )
    return _csv((*_SPAN_COLUMNS, kind), (f"{figure}_{point}" for figure in figures for point in _POINTS), told)


def _points_of(band: Band | None) -> Numbers:
    return [getattr(band, point, None) for point in _POINTS]


def _csv(
    columns: tuple[str, ...], points: Iterable[str], told: Iterable[tuple[Row, tuple[str, ...], Iterable[float | None]]]
) -> str:
    """Return lines of CSV: of each, the columns of its span, its own, and numbers to six digits; none is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns, *points])
    for row, names, numbers in told:
        values = ["" if number is None else round(number, 6) for number in numbers]
        writer.writerow([row.plan, *_span_columns(row.span).values(), *names, *values])
    return out.getvalue()


def cells(row: Row) -> tuple[str, ...]:
    """Return the row as people read it; backlog and on-time rate with their bands."""
    return (
        span_name(row.span),
        _number(row, "received_count"),
        _number(row, "settled_count"),
        figure(row, "backlog_count"),
        figure(row, "on_time_ratio", 100),
        _number(row, "wait_s_mean", 1 / _S_PER_MIN),
        _number(row, "wait_s_p95", 1 / _S_PER_MIN),
        f"{sum(row.mean(f'{how}_count') for how in ('sent_home', 'reneged', 'balked')):.0f}",
        _number(row, "overtime_h"),
        _number(row, "utilisation_ratio", 100),
        _number(row, "link_utilisation_ratio", 100),
    )


def span_name(span: Span) -> str:
    """Return what a row is called: a date, a week by its first day, or the whole period."""
    if span.kind == "day":
        return spoken().day(span.first_day)
    if span.kind == "week":
        return say("week of {day}", day=spoken().short_date(span.first_day))
    return say("whole period")


def _number(row: Row, figure: str, scale: float = 1) -> str:
    band = row.bands[figure]
    return "–" if band is None else f"{band.mean * scale:.0f}"


def figure(row: Row, name: str, scale: float = 1) -> str:
    """Return a figure's mean and band, such as ``90 [35–136]``; without a band where all replications have the same."""
    band = row.bands[name]
    if band is None:
        return "–"
    mean, low, high = (f"{value * scale:.0f}" for value in (band.mean, band.low, band.high))
    return mean if low == high == mean else f"{mean} [{low}–{high}]"


def _span_columns(span: Span) -> dict[str, str]:
    return {"span": span.kind, "first_day": span.first_day.isoformat(), "last_day": span.last_day.isoformat()}
