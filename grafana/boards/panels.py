"""What a board is made of, and the few looks that its panels have.

Out: plain values, in English; `building` makes Grafana's JSON of them. Invariant: every panel has a description, a unit
and queries, and a place is a width and a height: rows fill by themselves.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["timeseries", "stat", "gauge", "bargauge", "table", "text"]
Steps = tuple[tuple[float | None, str], ...]

PLAIN: Steps = ((None, "blue"),)
HALL: Steps = ((None, "text"), (0, "green"), (15, "yellow"), (30, "red"))
MINUTES: Steps = ((None, "text"), (0, "green"), (10, "yellow"), (20, "red"))
NONE_IS_RIGHT: Steps = ((None, "text"), (0, "green"), (1, "red"))
ONE_IS_RIGHT: Steps = ((None, "text"), (0, "red"), (1, "green"))
SMALL_SHARE: Steps = ((None, "text"), (0, "green"), (0.05, "yellow"), (0.2, "red"))
ON_TIME: Steps = ((None, "text"), (0, "red"), (0.9, "yellow"), (0.95, "green"))
SILENCE: Steps = ((None, "text"), (0, "green"), (900, "yellow"), (3600, "red"))
WORKS = {"0": ("no", "red"), "1": ("yes", "green")}


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel.

    Attributes:
        expression: PromQL.
        legend: name of its series; in a table, of its column.
    """

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        kind: Grafana's name of it.
        title: what it shows.
        description: what a reader must know to believe it.
        queries: what is asked.
        unit: Grafana's name of the values' unit.
        width: columns of 24.
        height: rows.
        steps: from which value on which colour.
        decimals: digits behind the point; none: as Grafana likes.
        bounds: least and greatest value of the axis, where they are known.
        is_averaged: whether its rates are taken over the chosen interval.
        is_stepped: whether a value holds until the next, as a state does.
        is_stacked: whether its series add up.
        words: what a value is shown as, and its colour.
        unknown: what is said where nothing is known; in a panel of lines, empty: what Grafana says.
        by: in a table, label and title of the column that its rows are named by.
    """

    kind: Kind
    title: str
    description: str
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 8
    height: int = 8
    steps: Steps = PLAIN
    decimals: int | None = None
    bounds: tuple[float | None, float | None] = (None, None)
    is_averaged: bool = False
    is_stepped: bool = False
    is_stacked: bool = False
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    unknown: str = ""
    by: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard.

    Attributes:
        name: of its file, and the last part of its address.
        title: its name in Grafana.
        description: for whom it is.
        panels: in the order in which they fill the rows.
        variables: names of what its reader can choose; `building` knows them.
        since: the span that it shows at first, such as ``12h``.
        refresh: how often it asks.
        marks: names of the annotations that it shows.
    """

    name: str
    title: str
    description: str
    panels: tuple[Panel, ...]
    variables: tuple[str, ...]
    since: str = "12h"
    refresh: str = "15s"
    marks: tuple[str, ...] = ("outages", "plan")


def per_hour(metric: str, *, by: str = "", of: str = "$centre") -> str:
    """Return PromQL of a counter's rate per hour of the centre's own clock, so that a replay shows a real day."""
    group = f"by ({by}) " if by else ""
    clock = 'scalar(deriv(centre_clock_timestamp_seconds{instance="$instance"}[$__rate_interval]))'
    return scoped(f"3600 * sum {group}(rate({metric}{{{of}}}[$__rate_interval])) / {clock}")


def quantile(share: float, metric: str, *, of: str = "$centre") -> str:
    """Return PromQL of a histogram's quantile; a gap where nothing was counted."""
    return scoped(f"histogram_quantile({share:g}, sum by (le) (rate({metric}_bucket{{{of}}}[$__rate_interval]))) >= 0")


def mean(metric: str, *, by: str = "", of: str = "$centre") -> str:
    """Return PromQL of a histogram's mean; a gap where nothing was counted."""
    group = f"by ({by}) " if by else ""
    parts = (f"sum {group}(rate({metric}_{part}{{{of}}}[$__rate_interval]))" for part in ("sum", "count"))
    return scoped(" / ".join(parts) + " >= 0")


def scoped(expression: str) -> str:
    """Return PromQL with ``$centre`` and ``$queues`` replaced by the matchers of what is chosen."""
    centre = 'instance="$instance"'
    return expression.replace("$centre", centre).replace("$queues", f'{centre}, queue=~"$queue"')


def line(title: str, description: str, *queries: tuple[str, str], **looks: object) -> Panel:
    """Return a panel of lines over time."""
    return _panel("timeseries", title, description, queries, looks)


def number(title: str, description: str, *queries: tuple[str, str], **looks: object) -> Panel:
    """Return a panel of numbers of now."""
    return _panel("stat", title, description, queries, {"width": 4, "height": 4} | looks)


def bars(title: str, description: str, *queries: tuple[str, str], **looks: object) -> Panel:
    """Return a panel of bars of now."""
    return _panel("bargauge", title, description, queries, {"bounds": (0, None)} | looks)


def rows(title: str, description: str, *queries: tuple[str, str], **looks: object) -> Panel:
    """Return a table with a column for each query."""
    return _panel("table", title, description, queries, looks)


def _panel(
    kind: Kind, title: str, description: str, queries: tuple[tuple[str, str], ...], looks: dict[str, object]
) -> Panel:
    asked = tuple(Query(scoped(expression), legend) for expression, legend in queries)
    return Panel(kind, title, description, asked, **looks)
