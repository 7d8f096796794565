"""Grafana's dashboards by their text: names, labels, places; and the configuration files beside them."""

import json
import re
import subprocess
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.collector import FAMILIES

SERIES = {family.name: set(family.labels) for family in FAMILIES if family.kind != "histogram"}
for _family in FAMILIES:
    if _family.kind == "histogram":
        SERIES |= {f"{_family.name}_{part}": set(_family.labels) for part in ("sum", "count")}
        SERIES |= {f"{_family.name}_bucket": {*_family.labels, "le"}}
SERIES["up"] = set()  # written by Prometheus itself
PANEL_KINDS = {"timeseries", "stat", "gauge", "bargauge", "table", "text"}
WIDTH = 24
Panel = dict[str, Any]


def wrong_names(
    expression: str, legend: str = "", target_labels: frozenset[str] = frozenset({"instance"})
) -> list[str]:
    """Return each metric and label of an expression and its legend that the service does not have."""
    found, labels = [], set(target_labels)
    for name, selector in re.findall(r"\b(centre_\w+|peakweek_\w+|up)\b(\{[^}]*\})?", expression):
        if name not in SERIES:
            found.append(f"no metric {name}")
        labels |= SERIES.get(name, set())
        matched = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
        found += [f"no label {label} of {name}" for label in sorted(matched - target_labels - SERIES.get(name, set()))]
    groups = ",".join(re.findall(r"\b(?:by|without|on|ignoring|group_left)\s*\(([^)]*)\)", expression))
    used = set(re.findall(r"\w+", groups)) | set(re.findall(r"{{\s*(\w+)\s*}}", legend))
    return found + [f"no label {label}" for label in sorted(used - labels)]


def unscoped(expression: str) -> list[str]:
    """Return each metric of an expression that is not limited to the chosen centre."""
    metrics = re.findall(r"\b(centre_\w+|peakweek_\w+|up)\b((?:\{[^}]*\})?)", expression)
    return [name for name, selector in metrics if 'instance="$instance"' not in selector]


def overlapping(panels: list[Panel]) -> list[tuple[str, str]]:
    """Return each pair of panels that share a place."""

    def is_apart(one: dict[str, int], other: dict[str, int]) -> bool:
        across = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        return across or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]

    pairs = combinations(panels, 2)
    return [(a["title"], b["title"]) for a, b in pairs if not is_apart(a["gridPos"], b["gridPos"])]


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file."""
    return YAML(typ="safe").load(path)


@pytest.fixture(scope="module")
def target_labels(grafana: Path) -> frozenset[str]:
    """Return the labels that Prometheus adds to every series of the service."""
    (job,) = read_yaml(grafana / "prometheus/prometheus.yml")["scrape_configs"]
    return frozenset({"instance", "job"}.union(*(entry["labels"] for entry in job["static_configs"])))


def test_every_dashboard_is_tested(grafana: Path, dashboard: dict[str, Any]) -> None:
    """The dashboards of the folder are those that these tests read, each with an address of its own."""
    assert [path.stem for path in grafana.glob("dashboards/*.json")] == ["centre"]
    assert dashboard["uid"] == "peakweek-centre"


def test_queries_name_what_there_is(dashboard: dict[str, Any], target_labels: frozenset[str]) -> None:
    """Each metric and label in a panel's queries and legends is one that the service declares."""
    asked = [(panel["title"], query) for panel in dashboard["panels"] for query in panel.get("targets", [])]
    assert len(asked) > 20
    found = [(title, wrong_names(query["expr"], query["legendFormat"], target_labels)) for title, query in asked]
    assert [(title, names) for title, names in found if names] == []
    assert [(title, query["expr"]) for title, query in asked if unscoped(query["expr"])] == []


def test_every_centre_metric_is_shown(dashboard: dict[str, Any]) -> None:
    """No family of the service is forgotten: each is in a panel or in the list of centres."""
    text = json.dumps(dashboard)
    assert [family.name for family in FAMILIES if family.name not in text] == []


@pytest.mark.parametrize(
    ("expression", "legend", "complaint"),
    [
        ("sum(centre_queue_lenght{})", "", "no metric centre_queue_lenght"),
        ('centre_queue_length{line="A"}', "", "no label line of centre_queue_length"),
        ("sum by (line) (centre_queue_length{})", "", "no label line"),
        ("centre_queue_length{}", "{{line}}", "no label line"),
        ("centre_wait_seconds{}", "", "no metric centre_wait_seconds"),
    ],
)
def test_a_wrong_name_is_found(expression: str, legend: str, complaint: str) -> None:
    """A metric, matcher, grouping or legend that the service does not have is complained about."""
    assert wrong_names(expression, legend) == [complaint]


def test_a_query_of_all_centres_is_found() -> None:
    """A metric without the chosen centre is found, with other matchers and without any."""
    assert unscoped('up{instance="$instance"} + centre_ready + centre_queue_length{queue="A"}') == [
        "centre_ready",
        "centre_queue_length",
    ]


def test_panels_explain_themselves(dashboard: dict[str, Any]) -> None:
    """Each panel has an allowed kind, an id, a description, a unit, thresholds, and ids for its queries."""
    panels = dashboard["panels"]
    assert {panel["type"] for panel in panels} <= PANEL_KINDS
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        defaults = panel["fieldConfig"]["defaults"]
        assert len(panel["description"]) > 30, panel["title"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"], panel["title"]
        places = [panel, *panel["targets"]]
        assert all(place["datasource"]["uid"] == "${datasource}" for place in places), panel["title"]
        assert len({query["refId"] for query in panel["targets"]}) == len(panel["targets"]) > 0, panel["title"]


def test_panels_have_room(dashboard: dict[str, Any]) -> None:
    """No panel lies on another or beyond the edge."""
    assert overlapping(dashboard["panels"]) == []
    assert [panel for panel in dashboard["panels"] if panel["gridPos"]["x"] + panel["gridPos"]["w"] > WIDTH] == []


def test_an_overlap_is_found() -> None:
    """Two panels that share one cell are found; two that touch are not."""
    places = [{"x": 0, "y": 0, "w": 4, "h": 4}, {"x": 4, "y": 0, "w": 4, "h": 4}, {"x": 7, "y": 3, "w": 4, "h": 4}]
    panels = [{"title": str(number), "gridPos": place} for number, place in enumerate(places)]
    assert overlapping(panels) == [("1", "2")]


def test_absent_stays_absent(dashboard: dict[str, Any]) -> None:
    """No query puts a number where the service tells none."""
    expressions = [query["expr"] for panel in dashboard["panels"] for query in panel["targets"]]
    assert [expression for expression in expressions if re.search(r"\b(vector|absent)\s*\(", expression)] == []


def test_rates_span_enough_scrapes(grafana: Path) -> None:
    """Grafana is told the interval at which Prometheus scrapes, from which it takes the span of a rate."""
    (source,) = read_yaml(grafana / "provisioning/datasources/prometheus.yaml")["datasources"]
    scrape = read_yaml(grafana / "prometheus/prometheus.yml")
    assert source["type"] == "prometheus"
    assert source["jsonData"]["timeInterval"] == scrape["global"]["scrape_interval"] == "15s"


def test_the_dashboards_are_copied_to_where_grafana_looks(grafana: Path) -> None:
    """The folder that is provisioned is the one that the instructions copy the dashboards to."""
    (provider,) = read_yaml(grafana / "provisioning/dashboards/peakweek.yaml")["providers"]
    folder = provider["options"]["path"]
    assert f"dashboards/*.json {folder}/" in (grafana / "README.md").read_text(encoding="utf-8")


def as_it_is(text: str) -> str:
    """Return the text."""
    return text


def misspelt(text: str) -> str:
    """Return the configuration with a field that Prometheus does not know."""
    return text.replace("static_configs", "static_config")


@pytest.mark.server("promtool")
@pytest.mark.parametrize(("change", "status"), [(as_it_is, 0), (misspelt, 1)])
def test_promtool_judges_the_scrape_configuration(
    grafana: Path, tmp_path: Path, change: Callable[[str], str], status: int
) -> None:
    """Prometheus' own checker accepts the configuration as it is shipped, and no other."""
    config = tmp_path / "prometheus.yml"
    text = (grafana / "prometheus/prometheus.yml").read_text(encoding="utf-8")
    config.write_text(change(text), encoding="utf-8")
    command = ["promtool", "check", "config", str(config)]
    finished = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert finished.returncode == status, finished.stdout + finished.stderr
