"""Grafana's JSON of a board, made with the foundation SDK.

In: a `Board`, and a function that says its words in a language. Out: JSON. Invariant: what the SDK leaves open (ids of
panels and queries, options, ids of variables) is filled in here, so that Grafana reads the file as it is.
"""

import json
from collections.abc import Callable, Iterator
from itertools import count
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import bargauge, dashboard, gauge, prometheus, stat, table, text, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from grafana.boards.panels import Board, Panel

Say = Callable[[str], str]
WIDTH = 24
SCHEMA = 41  # that of Grafana 12
SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
BUILDERS = {
    "timeseries": timeseries.Panel,
    "stat": stat.Panel,
    "gauge": gauge.Panel,
    "bargauge": bargauge.Panel,
    "table": table.Panel,
    "text": text.Panel,
}
NOW = {"calcs": ["lastNotNull"], "fields": "", "values": False}
OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": NOW,
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "textMode": "auto",
        "wideLayout": True,
        "showPercentChange": False,
    },
    "gauge": {
        "reduceOptions": NOW,
        "orientation": "auto",
        "showThresholdLabels": False,
        "showThresholdMarkers": True,
        "sizing": "auto",
        "minVizWidth": 75,
        "minVizHeight": 75,
    },
    "bargauge": {
        "reduceOptions": NOW,
        "displayMode": "basic",
        "orientation": "horizontal",
        "valueMode": "color",
        "namePlacement": "auto",
        "showUnfilled": True,
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 300,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
}
INTERVALS = "15s,1m,5m,15m,30m,1h"
CENTRES = "query_result(last_over_time(centre_info[1d]))"
MARKS = {
    "outages": ("Outages", "red", 'centre_outage{instance="$instance"} == 1', "{{what}}"),
    "plan": ("Changes of the plan", "blue", 'changes(centre_servers_planned{instance="$instance"}[5m]) > 0', ""),
}


def built(board: Board, language: str, say: Say) -> str:
    """Return the JSON of a board in a language."""
    suffix = "" if language == "en" else f"-{language}"
    tags = ["peakweek", f"peakweek-{language}"]
    made = (
        dashboard.Dashboard(say(board.title))
        .uid(f"peakweek-{board.name}{suffix}")
        .description(say(board.description))
        .tags(tags)
        .time(f"now-{board.since}", "now")
        .refresh(board.refresh)
        .timezone("browser")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .link(
            dashboard.DashboardLink(say("Peakweek"))
            .type(model.DashboardLinkType.DASHBOARDS)
            .tags([tags[1]])
            .include_vars(include_vars=True)
            .keep_time(keep_time=True)
        )
    )
    for mark in board.marks:
        made = made.annotation(_annotation(mark, say))
    for name in ("datasource", *board.variables):
        made = made.with_variable(VARIABLES[name](say))
    places = _places(board)
    for panel in board.panels:
        made = made.with_panel(_panel(panel, say).grid_pos(next(places)))
    content = json.loads(JSONEncoder(sort_keys=True).encode(made.build()))
    return json.dumps(_finished(content, board, say), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _places(board: Board) -> Iterator[model.GridPos]:
    """Yield each panel's place: from left to right, and below the highest of the row when it is full."""
    x = y = height = 0
    for panel in board.panels:
        if x + panel.width > WIDTH:
            x, y, height = 0, y + height, 0
        yield model.GridPos(h=panel.height, w=panel.width, x=x, y=y)
        x, height = x + panel.width, max(height, panel.height)


def _panel(panel: Panel, say: Say) -> Any:
    """Return the SDK's builder of a panel."""
    steps = [model.Threshold(value=value, color=colour) for value, colour in panel.steps]
    made = (
        BUILDERS[panel.kind]()
        .title(say(panel.title))
        .description(say(panel.description))
        .datasource(SOURCE)
        .unit(panel.unit)
        .thresholds(dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps))
    )
    for query in panel.queries:
        asked = prometheus.Dataquery().expr(query.expression).datasource(SOURCE)
        made = made.with_target(
            asked.legend_format(_legend(query.legend, say)) if panel.kind != "table" else asked.format("table")
        )
    if panel.decimals is not None:
        made = made.decimals(panel.decimals)
    least, greatest = panel.bounds
    if least is not None:
        made = made.min(least)
    return made if greatest is None else made.max(greatest)


def _legend(text_: str, say: Say) -> str:
    head, brace, words = text_.rpartition("}}")
    return head + brace + (say(words) if words else "")


def _annotation(name: str, say: Say) -> Any:
    title, colour, expression, _ = MARKS[name]
    return dashboard.AnnotationQuery().name(say(title)).enable(enable=True).icon_color(colour).expr(expression)


def _of_prometheus(name: str, label: str, query: str, regex: str, say: Say) -> Any:
    return (
        dashboard.QueryVariable(name)
        .label(say(label))
        .datasource(SOURCE)
        .query({"query": query, "refId": name, "qryType": 3 if query.startswith("query_result") else 1})
        .regex(regex)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
    )


VARIABLES: dict[str, Callable[[Say], Any]] = {
    "datasource": lambda say: dashboard.DatasourceVariable("datasource").type("prometheus").label(say("Data source")),
    "instance": lambda say: _of_prometheus(
        "instance", "Centre", CENTRES, '/instance="(?<value>[^"]+)".*\\bname="(?<text>[^"]+)"/', say
    ),
    "queue": lambda say: (
        _of_prometheus("queue", "Queue", 'label_values(centre_queue_length{instance="$instance"}, queue)', "", say)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".*")
    ),
    "window": lambda say: dashboard.CustomVariable("window").label(say("Averaged over")).values(INTERVALS),
    "province": lambda say: (
        _of_prometheus("province", "Province", "label_values(centre_info, province)", "", say)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".*")
    ),
}


def _finished(content: dict[str, Any], board: Board, say: Say) -> dict[str, Any]:
    """Return the SDK's content with all that it leaves open."""
    content |= {"schemaVersion": SCHEMA, "version": 1, "liveNow": False, "fiscalYearStartMonth": 0}
    content.pop("style", None)  # no longer known to Grafana
    for number, each, panel in zip(count(1), content["panels"], board.panels, strict=False):
        _finish_panel(each, panel, number, say)
    for variable in content["templating"]["list"]:
        _finish_variable(variable, say)
    for name, mark in zip(board.marks, content["annotations"].setdefault("list", []), strict=True):
        mark["datasource"] = {"type": "prometheus", "uid": "${datasource}"}
        mark["titleFormat"] = mark["name"]
        mark["textFormat"] = MARKS[name][3]
    return content


def _finish_panel(content: dict[str, Any], panel: Panel, number: int, say: Say) -> None:
    for letter, target in zip(ascii_uppercase, content["targets"], strict=False):
        is_now = panel.kind != "timeseries"
        target |= {"refId": letter, "editorMode": "code", "instant": is_now, "range": not is_now}
    options = json.loads(json.dumps(OPTIONS[panel.kind]))
    if panel.kind == "stat" and len(panel.queries) > 1:
        options["textMode"] = "value_and_name"
    content |= {"id": number, "options": options}
    content.pop("repeatDirection", None)
    if panel.is_averaged:
        content["interval"] = "$window"
    defaults = content["fieldConfig"]["defaults"]
    defaults["mappings"] = _mappings(panel, say)
    if panel.kind == "timeseries":
        defaults["color"] = {"mode": "palette-classic"}
        defaults["custom"] = {
            "drawStyle": "line",
            "lineInterpolation": "stepAfter" if panel.is_stepped else "linear",
            "lineWidth": 2,
            "fillOpacity": 30 if panel.is_stacked else 10,
            "showPoints": "auto",
            "pointSize": 4,
            "spanNulls": 3_600_000 if panel.is_averaged else False,
            "axisSoftMin": 0,
            "stacking": {"mode": "normal" if panel.is_stacked else "none", "group": "A"},
            "thresholdsStyle": {"mode": "off"},
        }
    elif panel.kind == "table":
        _finish_table(content, panel, say)
    if panel.unknown or panel.kind not in {"timeseries", "table"}:
        defaults["noValue"] = say(panel.unknown or "unknown")


def _finish_table(content: dict[str, Any], panel: Panel, say: Say) -> None:
    """Name the columns of a table after its queries, and drop what Prometheus adds."""
    columns = {f"Value #{letter}": query.legend for letter, query in zip(ascii_uppercase, panel.queries, strict=False)}
    if len(panel.queries) == 1:
        columns = {"Value": panel.queries[0].legend}
    names = dict([panel.by]) | columns
    content["transformations"] = [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {"Time": True},
                "indexByName": {name: index for index, name in enumerate(names)},
                "renameByName": {name: say(title) for name, title in names.items()},
            },
        },
    ]
    content["options"]["sortBy"] = [{"displayName": say(panel.queries[0].legend), "desc": True}]
    content["fieldConfig"]["defaults"]["custom"] = {
        "align": "auto",
        "cellOptions": {"type": "color-text" if len(panel.steps) > 1 else "auto"},
        "inspect": False,
        "filterable": False,
        "minWidth": 70,
    }


def _mappings(panel: Panel, say: Say) -> list[dict[str, Any]]:
    if not panel.words:
        return []
    options = {
        value: {"text": say(word), "color": colour, "index": index}
        for index, (value, (word, colour)) in enumerate(panel.words.items())
    }
    return [{"type": "value", "options": options}]


def _finish_variable(variable: dict[str, Any], say: Say) -> None:
    """Give a variable what it begins with, and take away what belongs to another kind."""
    for name in ("id", "auto", "auto_min", "auto_count", "skipUrlSync"):
        variable.pop(name, None)
    current: dict[str, Any] = {}
    if variable.get("includeAll"):
        current = {"selected": True, "text": [say("All")], "value": ["$__all"]}
    variable |= {"current": current, "options": []}
    if variable["name"] == "window":
        chosen = "15m"
        variable["current"] = {"selected": True, "text": chosen, "value": chosen}
        variable["options"] = [
            {"selected": each == chosen, "text": each, "value": each} for each in INTERVALS.split(",")
        ]
    if variable["type"] == "query":
        variable["definition"] = variable["query"]["query"]
