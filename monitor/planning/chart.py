"""What the browser needs to draw the page's chart: its specification, and the libraries that draw it.

Place in the pipeline: under the planner's page. Out: text that a browser reads. Invariant: made once, in a process of
the studio, because the libraries behind it are large.
"""

import json
from collections.abc import Iterable
from typing import Any

import altair as alt
import vl_convert

from sim import say, speaking

NAME = "backlog"  # of the data that the page puts in
# Okabe and Ito's colours, as in all charts of the project; the plan that is being tried comes first.
_COLOURS = ("#0072B2", "#8a8f98", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
_HEIGHT = 260
_ALL: Any = None  # of the bundle, which the types of the library do not allow for


def browser_files(languages: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return a script that gives `vegaEmbed`, and the chart's specification in Vega-Lite in each of these languages."""
    found = {}
    for tag in languages:
        with speaking(tag):
            found[tag] = json.dumps(specification())
    return vl_convert.javascript_bundle(_ALL), found


def specification() -> dict[str, Any]:
    """Return a band and a line for each plan, by working day; rows are plan, order, day, mean, low and high."""
    told = say("records received and not settled at close")
    form = say("%d %b")  # of a day, in the letters of d3-time-format
    axis = alt.Axis(labelExpr=f"utcFormat(toDate(datum.value), '{form}')", labelAngle=0, labelOverlap=True)
    x = alt.X("day:O", title=None, axis=axis)
    colour = alt.Color(
        "plan:N",
        sort=alt.EncodingSortField("order", op="min"),
        scale=alt.Scale(range=list(_COLOURS)),
        legend=alt.Legend(title=None, orient="top", columns=3, labelLimit=260, symbolOpacity=1),
    )
    base = alt.Chart(alt.NamedData(NAME), width="container", height=_HEIGHT)
    band = base.mark_area(opacity=0.16).encode(x=x, y=alt.Y("low:Q", title=told), y2="high:Q", color=colour)
    line = base.mark_line(strokeWidth=2.5, point=True).encode(
        x=x,
        y=alt.Y("mean:Q", title=told),
        color=colour,
        tooltip=[
            alt.Tooltip("plan:N", title=say("plan")),
            alt.Tooltip("day:N", title=say("day")),
            alt.Tooltip("mean:Q", title=say("mean"), format=".0f"),
            alt.Tooltip("low:Q", title=say("80 % from"), format=".0f"),
            alt.Tooltip("high:Q", title=say("to"), format=".0f"),
        ],
    )
    style: dict[str, Any] = {"grid": True, "gridColor": "#e5e5e5", "domainColor": "#888", "labelFontSize": 12}
    chart = alt.layer(band, line).configure(font="system-ui, sans-serif", axis=style, view={"stroke": None})
    found: dict[str, Any] = chart.to_dict()
    return found
