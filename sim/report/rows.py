"""A table of replications as rows that people read: one for each plan and span.

In: a `Table`. Out: `Row`s, which the terminal, the files and the page all show. Invariant: every way of showing a run
shows the same numbers.
"""

import csv
import io
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from sim.experiment import HIGH, LOW, Band, Table
from sim.measures import FIGURES, Span

_S_PER_MIN = 60
COLUMNS = (
    "received",
    "settled",
    "backlog\nat close",
    "on time\n%",
    "wait min\nmean",
    "wait min\nP95",
    "sent\nhome",
    "overtime\nhours",
    "link in\nuse %",
)


@dataclass(frozen=True)
class Row:
    """The figures of one plan over one span.

    Attributes:
        plan: the plan's name.
        title: what people call it.
        span: the stretch of days.
        is_peak: whether the span is a day of the peak week, or that week.
        bands: the spread of each figure by name; None where no replication has a value.
    """

    plan: str
    title: str
    span: Span
    is_peak: bool
    bands: dict[str, Band | None]


def rows(table: Table) -> list[Row]:
    """Return the rows of every case in order: its days, its weeks, its period."""
    found = []
    for index, case in enumerate(table.cases):
        peak_last_day = case.scenario.period.peak_last_day
        for number, span in enumerate(table.spans[index]):
            bands = {figure: table.band(figure, index, number) for figure in FIGURES}
            is_peak = span.kind != "period" and span.first_day <= peak_last_day
            found.append(Row(case.plan, case.scenario.titles[case.plan], span, is_peak, bands))
    return found


def peaks(table: Table) -> list[Row]:
    """Return each plan's row of the last working day of the peak week: the answer in one number each."""
    last = {row.plan: row for row in rows(table) if row.is_peak and row.span.kind == "day"}
    return list(last.values())


def to_json(table: Table) -> str:
    """Return the run as one JSON document: what was run, and every figure's mean, 10 %, 50 % and 90 % points."""
    spans: dict[str, list[dict[str, Any]]] = {case.plan: [] for case in table.cases}
    for row in rows(table):
        figures = {name: asdict(band) if band else None for name, band in row.bands.items()}
        spans[row.plan].append(_span_columns(row.span) | {"figures": figures})
    scenario = table.cases[0].scenario
    document = {
        "peakweek": version("peakweek"),
        "scenario": scenario.name,
        "seed": table.seed,
        "first_replication": table.first,
        "n_replications": table.n_replications,
        "band": {"low": LOW, "high": HIGH},
        "plans": [{"name": name, "title": scenario.titles[name], "spans": of_plan} for name, of_plan in spans.items()],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def to_csv(table: Table) -> str:
    """Return the run as CSV: a row for each plan and span, three columns for each figure."""
    points = ("mean", "low", "high")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["plan", "span", "first_day", "last_day", *(f"{figure}_{p}" for figure in FIGURES for p in points)])
    for row in rows(table):
        values = [
            "" if band is None else round(getattr(band, point), 6) for band in row.bands.values() for point in points
        ]
        writer.writerow([row.plan, *_span_columns(row.span).values(), *values])
    return out.getvalue()


def cells(row: Row) -> tuple[str, ...]:
    """Return the row as people read it; backlog and on-time rate with their bands."""
    return (
        span_name(row.span),
        _number(row, "received_count"),
        _number(row, "settled_count"),
        f"{_number(row, 'backlog_count')} {_band(row, 'backlog_count')}",
        f"{_number(row, 'on_time_ratio', 100)} {_band(row, 'on_time_ratio', 100)}",
        _number(row, "wait_s_mean", 1 / _S_PER_MIN),
        _number(row, "wait_s_p95", 1 / _S_PER_MIN),
        _number(row, "sent_home_count"),
        _number(row, "overtime_h"),
        _number(row, "link_utilisation_ratio", 100),
    )


def span_name(span: Span) -> str:
    """Return what a row is called: a date, a week by its first day, or the whole period."""
    if span.kind == "day":
        return f"{span.first_day:%a %d %b}"
    return f"week of {span.first_day:%d %b}" if span.kind == "week" else "whole period"


def _number(row: Row, figure: str, scale: float = 1) -> str:
    band = row.bands[figure]
    return "–" if band is None else f"{band.mean * scale:.0f}"


def _band(row: Row, figure: str, scale: float = 1) -> str:
    band = row.bands[figure]
    return "" if band is None else f"[{band.low * scale:.0f}–{band.high * scale:.0f}]"


def figure(row: Row, name: str) -> str:
    """Return a figure's mean and band, such as ``90 [35–136]``."""
    return f"{_number(row, name)} {_band(row, name)}"


def _span_columns(span: Span) -> dict[str, str]:
    return {"span": span.kind, "first_day": span.first_day.isoformat(), "last_day": span.last_day.isoformat()}
