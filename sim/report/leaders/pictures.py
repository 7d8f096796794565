"""The report's pictures.

In: an `Appraisal`. Out: SVG; its letters are those that the report's fonts have. Invariant: the same drawing in both
forms.
"""

from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

from sim.appraisal import Appraisal, Sensitivity
from sim.language import fonts_folder
from sim.report.leaders.form import FONT

_BEFORE, _AFTER = "#8a8f98", "#0072B2"
_LESS, _MORE = "#E69F00", "#0072B2"
_WIDTH, _HEIGHT, _STEP = 640, 230, 26


def with_and_without(appraisal: Appraisal, figure: str, axis_title: str, titles: tuple[str, str]) -> str:
    """Return a figure day by day without and with what is bought: lines are means, bands hold 80 %.

    Args:
        appraisal: has its bands.
        figure: one of `PICTURED`.
        axis_title: what the figure is.
        titles: of the two plans.
    """
    title_by_plan = dict(zip((appraisal.baseline, appraisal.together.name), titles, strict=True))
    values = [
        {
            "plan": title_by_plan[each.plan],
            "day": each.day.isoformat(),
            "mean": each.band.mean,
            "low": each.band.low,
            "high": each.band.high,
        }
        for each in appraisal.bands
        if each.figure == figure
    ]
    days = alt.Axis(labelExpr="utcFormat(toDate(datum.value), '%d %b')", labelAngle=0, labelOverlap=True)
    x = alt.X("day:O", title=None, axis=days)
    colour = alt.Color(
        "plan:N",
        scale=alt.Scale(domain=list(titles), range=[_BEFORE, _AFTER]),
        legend=alt.Legend(title=None, orient="top", labelLimit=_WIDTH, columns=1, symbolOpacity=1),
    )
    base = alt.Chart(alt.InlineData(values), width=_WIDTH, height=_HEIGHT)
    band = base.mark_area(opacity=0.2).encode(x=x, y=alt.Y("low:Q", title=axis_title), y2="high:Q", color=colour)
    line = base.mark_line(strokeWidth=2.5, point=True).encode(x=x, y="mean:Q", color=colour)
    return _drawn(alt.layer(band, line))


def tornado(sensitivity: Sensitivity, titles: list[str], base: float, unit: float, axis_title: str) -> str:
    """Return how far the answer moves with each assumption alone, the widest above.

    Args:
        sensitivity: its swings, in their order.
        titles: of the assumptions, in the same order.
        base: the answer with all of them as the file has them.
        unit: what one on the axis is.
        axis_title: what is told.
    """
    values = [
        {"assumption": title, "end": end, "from": base / unit, "to": to / unit}
        for title, swing in zip(titles, sensitivity.swings, strict=True)
        for end, to in (("lower", swing.at_low), ("higher", swing.at_high))
    ]
    rows = alt.Y("assumption:N", sort=titles, title=None, axis=alt.Axis(labelLimit=300))
    scale = alt.Scale(domain=["lower", "higher"], range=[_LESS, _MORE])
    bars = (
        alt.Chart(alt.InlineData(values), width=_WIDTH - 240, height=alt.Step(_STEP))
        .mark_bar(height=_STEP // 2)
        .encode(
            x=alt.X("from:Q", title=axis_title),
            x2="to:Q",
            y=rows,
            color=alt.Color("end:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
        )
    )
    lines = alt.Chart(alt.InlineData([{"at": 0.0, "dash": 1}, {"at": base / unit, "dash": 0}])).mark_rule(color="#444")
    dash = alt.StrokeDash("dash:N", legend=None, scale=alt.Scale(domain=[0, 1], range=[[1, 0], [4, 4]]))
    return _drawn(alt.layer(bars, lines.encode(x="at:Q", strokeDash=dash)))


def _drawn(chart: alt.LayerChart | alt.FacetChart) -> str:
    _know_fonts()
    axis = {"grid": True, "gridColor": "#e8e8e8", "domainColor": "#888", "labelFontSize": 11, "titleFontSize": 11}
    text = {"titleFontWeight": "normal", "labelFont": FONT, "titleFont": FONT}
    styled: dict[str, Any] = chart.configure(
        font=FONT, axis={**axis, **text}, legend={"labelFontSize": 11, "labelFont": FONT}, view={"stroke": None}
    ).to_dict()
    return str(vl_convert.vegalite_to_svg(styled))


@lru_cache
def _know_fonts() -> None:
    """Have texts measured by the fonts that they are shown in."""
    vl_convert.register_font_directory(str(fonts_folder()))
