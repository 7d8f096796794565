"""The pictures of a run.

In: a `Table`. Out: SVG that needs nothing else to be shown. Invariant: every picture of the project comes from here,
drawn from the same rows that the tables show.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import altair as alt
import vl_convert

from sim.experiment import Difference, Table
from sim.measures import CAUSES
from sim.report.answer import ON_TIME_LINE
from sim.report.comparison import LABELS
from sim.report.rows import Row, part_bands, peak_weeks, rows, span_name

# Okabe and Ito's colours, told apart by all readers.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
# The same with black and yellow in the place of a grey; time in which nobody was there is the ground of all others.
_PERSON_COLOURS = ("#08306b", "#0072B2", "#4292c6", "#08519c", "#9ecae1")  # by station
_CAUSE_COLOURS = (*_PERSON_COLOURS, "#56B4E9", "#000000", "#009E73", "#D55E00", "#E69F00", "#CC79A7", "#d9d9d9")
_LEGEND_COLUMNS = 3  # so that many plans do not make the picture wider
_FEW = 4  # plans whose bands can be told apart
_SHOWN_H = 0.05  # less than that is not lost to a cause, as far as a picture can show
_AFTERMATH = timedelta(days=14)
_BACKLOG = ("backlog_count",)
_FONT_SIZE = 12
_PANEL = 250  # pixels of a panel
_VERDICT_COLOURS = {"better": "#009E73", "worse": "#D55E00", "same": "#555555", "cannot tell": "#555555"}
_NARROW = 296  # pixels that a page has on the narrowest telephones


def peak_backlog(table: Table, *, is_narrow: bool = False) -> str:
    """Return the backlog of the peak week and of the days in which it is worked off; the first picture to look at.

    Args:
        table: a run.
        is_narrow: whether it has to be read on a telephone.
    """
    until = table.cases[0].scenario.period.peak_last_day + _AFTERMATH
    days = [row for row in rows(table, _BACKLOG) if row.span.kind == "day" and row.span.first_day <= until]
    return _backlog(table, days, is_narrow=is_narrow)


def backlog_by_day(table: Table) -> str:
    """Return the backlog at close of every working day of the period."""
    return _backlog(table, [row for row in rows(table, _BACKLOG) if row.span.kind == "day"])


def _backlog(table: Table, days: list[Row], *, is_narrow: bool = False) -> str:
    """Return a line and an 80 % band for each plan, by working day: over days off there is nothing to draw."""
    base = _chart(days, "backlog_count")
    has_room = not is_narrow and len({row.span.first_day for row in days}) <= _AFTERMATH.days
    is_many = len(table.cases) > len(_COLOURS) and not is_narrow
    told = "records received and not settled at close"
    # A label for each day where there is room, otherwise for the first day of each week.
    axis = alt.Axis(
        values=sorted({row.span.first_day.isoformat() for row in days} if has_room else _first_days(days)),
        labelExpr="utcFormat(toDate(datum.value), '%d %b')",
        labelAngle=0,
        labelOverlap=True,
    )
    x, colour = alt.X("day:O", title=None, axis=axis), _colour(table, n_columns=1 if is_narrow else _LEGEND_COLUMNS)
    # Many bands lie over each other, and must not hide the lines.
    opacity = 0.18 if len(table.cases) <= _FEW else 0.05
    band = base.mark_area(opacity=opacity).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
    line = base.mark_line(strokeWidth=2.5, point=has_room).encode(
        x=x, y=alt.Y("mean:Q", title=None if is_narrow or is_many else told), color=colour
    )
    chart = band + line
    if is_many:
        return _small_multiples(table, band, line)
    if is_narrow:
        title = alt.TitleParams(told, anchor="start", fontSize=_FONT_SIZE, fontWeight="normal")
        fit = alt.AutoSizeParams(type="fit", contains="padding")
        chart = chart.properties(width=_NARROW, height=_NARROW, title=title, autosize=fit)
    return _svg(chart)


def _small_multiples(table: Table, band: alt.Chart, line: alt.Chart) -> str:
    """Return a panel for each plan under its title, on one scale: so many lines in one panel cannot be told apart."""
    same = {"color": alt.value(_COLOURS[0])}
    panel = alt.layer(band.encode(**same), line.encode(**same), data=band.data).properties(width=_PANEL, height=110)
    header = alt.Header(title=None, labelFontSize=_FONT_SIZE, labelLimit=_PANEL, labelAnchor="start")
    return _svg(panel.facet(alt.Facet("plan:N", sort=_titles(table), header=header), columns=3))


def on_time_by_week(table: Table) -> str:
    """Return the on-time rate of each week for each plan, with its band and the 90 % line."""
    base = _chart([row for row in rows(table, ("on_time_ratio",)) if row.span.kind == "week"], "on_time_ratio")
    x = alt.X("label:O", title="week of", sort=None, axis=alt.Axis(labelAngle=0))
    offset = alt.XOffset("plan:N", sort=_titles(table))
    bar = base.mark_rule(strokeWidth=5, opacity=0.35).encode(
        x=x, xOffset=offset, y=alt.Y("low:Q"), y2="high:Q", color=_colour(table)
    )
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x,
        xOffset=offset,
        y=alt.Y("mean:Q", title="on time", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)),
        color=_colour(table),
    )
    limit = alt.Chart(_inline([{"limit": ON_TIME_LINE}])).mark_rule(strokeDash=[6, 4], color="#555")
    return _svg(limit.encode(y="limit:Q") + bar + point)


def lost_by_cause(table: Table) -> str:
    """Return the hours lost in the peak week by each plan, by cause."""
    chosen = peak_weeks(table)
    values = [
        {"plan": row.title, "cause": cause.replace("_", " "), "order": place, "hours": row.mean(f"lost_h_{cause}")}
        for row in chosen
        for place, cause in enumerate(CAUSES)
        if any(each.mean(f"lost_h_{cause}") >= _SHOWN_H for each in chosen)
    ]
    colour_of = {cause.replace("_", " "): colour for cause, colour in zip(CAUSES, _CAUSE_COLOURS, strict=True)}
    present = [cause for cause in colour_of if any(value["cause"] == cause for value in values)]
    legend = alt.Legend(title=None, orient="top", columns=len(CAUSES))
    colours = [colour_of[cause] for cause in present]
    bars = (
        alt.Chart(_inline(values), width=760, height=alt.Step(28))
        .mark_bar()
        .encode(
            x=alt.X(
                "hours:Q", stack=True, title=f"hours lost, {span_name(chosen[0].span)}", axis=alt.Axis(tickCount=8)
            ),
            y=alt.Y("plan:N", sort=_titles(table), title=None, axis=alt.Axis(labelLimit=260)),
            color=alt.Color("cause:N", sort=present, scale=alt.Scale(domain=present, range=colours), legend=legend),
            order=alt.Order("order:Q"),
        )
    )
    return _svg(alt.layer(bars))


def waiting_by_hour(table: Table) -> str:
    """Return how many wait in the hall by hour of the day, in the peak week; the breakdown by hour must be there."""
    values = [
        {"plan": row.title, "hour": name, "waiting": band.mean}
        for row in peak_weeks(table, ())
        for name, bands in part_bands(table, "hour", row)
        if (band := bands["waiting_mean"]) is not None
    ]
    busy = sorted(str(value["hour"]) for value in values if value["waiting"]) or ["00:00"]
    lines = (
        alt.Chart(
            _inline([value for value in values if busy[0] <= str(value["hour"]) <= busy[-1]]), width=760, height=260
        )
        .mark_line(strokeWidth=2.5, point=True)
        .encode(
            x=alt.X("hour:O", title="from", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("waiting:Q", title="waiting in the hall, mean"),
            color=_colour(table),
        )
    )
    return _svg(alt.layer(lines))


def differences(table: Table, found: Sequence[Difference]) -> str:
    """Return what each plan does less or more than the baseline in the peak week, a panel for each figure."""
    panels = []
    order = list(dict.fromkeys(_titles(table)[each.plan] for each in found))
    for figure in dict.fromkeys(each.figure for each in found):
        label, factor = LABELS[figure]
        values = [
            {
                "plan": _titles(table)[each.plan],
                "mean": each.mean * factor,
                "low": each.low * factor,
                "high": each.high * factor,
                "verdict": each.verdict,
            }
            for each in found
            if each.figure == figure
        ]
        base = alt.Chart(_inline(values), width=_PANEL, height=alt.Step(28))
        y = alt.Y("plan:N", sort=order, title=None, axis=alt.Axis(labelLimit=260))
        scale = alt.Scale(domain=list(_VERDICT_COLOURS), range=list(_VERDICT_COLOURS.values()))
        colour = alt.Color("verdict:N", scale=scale, legend=None)
        interval = base.mark_rule(strokeWidth=5, opacity=0.35).encode(
            x=alt.X("low:Q", title=label), x2="high:Q", y=y, color=colour
        )
        point = base.mark_point(filled=True, size=70, opacity=1).encode(x="mean:Q", y=y, color=colour)
        nothing = alt.Chart(_inline([{"nothing": 0}])).mark_rule(strokeDash=[6, 4], color="#555").encode(x="nothing:Q")
        panels.append(alt.layer(nothing, interval, point))
    return _svg(alt.concat(*panels, columns=2).resolve_scale(x="independent"))


def _first_days(days: list[Row]) -> set[str]:
    """Return the first of the days of each week."""
    first = {row.span.first_day.isocalendar()[:2]: row.span.first_day for row in reversed(days)}
    return {day.isoformat() for day in first.values()}


def _chart(chosen: list[Row], figure: str) -> alt.Chart:
    values = [
        {
            "plan": row.title,
            "day": row.span.first_day.isoformat(),
            "label": f"{row.span.first_day:%d %b}",
            "mean": band.mean,
            "low": band.low,
            "high": band.high,
        }
        for row in chosen
        if (band := row.bands[figure]) is not None
    ]
    return alt.Chart(_inline(values), width=760, height=300)


def _inline(values: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values)


def _titles(table: Table) -> list[str]:
    return [case.scenario.titles[case.plan] for case in table.cases]


def _colour(table: Table, *, n_columns: int = _LEGEND_COLUMNS) -> alt.Color:
    """Return a colour for each plan, named above the chart."""
    titles = _titles(table)
    legend = alt.Legend(
        title=None, orient="top", columns=n_columns, labelLimit=300, labelFontSize=_FONT_SIZE, symbolOpacity=1
    )
    if len(titles) <= len(_COLOURS):
        scale = alt.Scale(domain=titles, range=list(_COLOURS))
    else:
        scale = alt.Scale(domain=titles, scheme="tableau20")
    return alt.Color("plan:N", scale=scale, legend=legend)


def _svg(chart: alt.LayerChart | alt.FacetChart | alt.ConcatChart) -> str:
    axis = {"grid": True, "gridColor": "#e5e5e5", "domainColor": "#888"}
    axis |= {"labelFontSize": _FONT_SIZE, "titleFontSize": _FONT_SIZE}
    styled: dict[str, Any] = chart.configure(font="sans-serif", axis=axis, view={"stroke": None}).to_dict()
    return str(vl_convert.vegalite_to_svg(styled))
