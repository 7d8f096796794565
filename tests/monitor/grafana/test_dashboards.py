"""Grafana's dashboards by their text: names, labels, places, words; and the configuration files beside them."""

import json
import re
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grafana.boards.all import BOARDS, WORDS, files
from monitor.collector import FAMILIES
from monitor.service import SERVICE_FAMILIES
from tests.promql import scraped, selectors, wrong_names

PANEL_KINDS = {"timeseries", "stat", "gauge", "bargauge", "table", "text"}
WIDTH = 24
SCOPES = {"province": 'province=~"$province"'}
Panel = dict[str, Any]
Dashboard = dict[str, Any]


def unscoped(expression: str, scope: str) -> list[str]:
    """Return each series of an expression that is not limited to what is chosen."""
    found = re.findall(r"\b(centre_\w+|peakweek_\w+|probe_\w+|up|ALERTS)\b((?:\{[^}]*\})?)", expression)
    return [name for name, selector in found if scope not in selector]


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


@pytest.fixture(scope="module", params=[f"{language}/{board.name}" for language in ("en", "vi") for board in BOARDS])
def dashboard(grafana: Path, request: pytest.FixtureRequest) -> Dashboard:
    """Return one dashboard after the other."""
    content: Dashboard = json.loads((grafana / f"dashboards/{request.param}.json").read_text(encoding="utf-8"))
    return content


def test_the_files_are_those_of_the_code(grafana: Path) -> None:
    """The committed dashboards are what ``python -m grafana.boards`` writes, each with an address of its own."""
    folder = grafana / "dashboards"
    found = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.json")}
    assert set(found) == set(files())
    assert [name for name, content in files().items() if found[name] != content] == []
    assert len({json.loads(content)["uid"] for content in found.values()}) == len(found)


def test_every_word_has_its_translation(grafana: Path) -> None:
    """No Vietnamese word is left over, and none but what is called the same in both languages is the English one."""
    english = "".join(path.read_text(encoding="utf-8") for path in sorted((grafana / "dashboards/en").glob("*.json")))
    assert [word for word in WORDS if json.dumps(word, ensure_ascii=False)[1:-1] not in english] == []
    assert {word for word in WORDS if WORDS[word] == word} == {"Peakweek", "P95", "P50", "95 %", ", jitter"}


def test_queries_name_what_there_is(dashboard: Dashboard) -> None:
    """Each series and label in a query, a legend or an annotation is one that is scraped, of what is chosen."""
    series, scope = scraped(), SCOPES.get(dashboard["uid"].split("-")[1], 'instance="$instance"')
    asked = [(panel["title"], query) for panel in dashboard["panels"] for query in panel["targets"]]
    asked += [(mark["name"], {"expr": mark["expr"]}) for mark in dashboard["annotations"]["list"]]
    assert len(asked) > 10
    for title, query in asked:
        expression = re.sub(r"\$__\w+", "5m", query["expr"])
        assert wrong_names(expression, series, query.get("legendFormat", "")) == [], title
        assert unscoped(expression, scope) == [], title


def test_every_centre_metric_is_shown(grafana: Path) -> None:
    """No metric of a centre or of the service is forgotten: each is in a panel or in the list of centres."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((grafana / "dashboards/en").glob("*.json")))
    assert [family.name for family in (*FAMILIES, *SERVICE_FAMILIES) if family.name not in text] == []


@pytest.mark.parametrize(
    ("expression", "legend", "complaint"),
    [
        ("sum(centre_queue_lenght{})", "", "no series centre_queue_lenght"),
        ('centre_queue_length{line="A"}', "", "no label line of centre_queue_length"),
        ("sum by (line) (centre_queue_length{})", "", "no label line"),
        ("centre_queue_length{}", "{{line}}", "no label line"),
        ("centre_wait_seconds{}", "", "no series centre_wait_seconds"),
    ],
)
def test_a_wrong_name_is_found(expression: str, legend: str, complaint: str) -> None:
    """A series, matcher, grouping or legend that does not exist is complained about."""
    assert wrong_names(expression, scraped(), legend) == [complaint]


def test_a_query_of_all_centres_is_found() -> None:
    """A series without the chosen centre is found, with other matchers and without any."""
    expression = 'up{instance="$instance"} + centre_ready + centre_queue_length{queue="A"}'
    assert unscoped(expression, 'instance="$instance"') == ["centre_ready", "centre_queue_length"]
    assert set(selectors(expression)) == {"up", "centre_ready", "centre_queue_length"}


def test_panels_explain_themselves(dashboard: Dashboard) -> None:
    """Each panel has an allowed kind, an id, a description, a unit, thresholds, options, and ids for its queries."""
    panels = dashboard["panels"]
    assert {panel["type"] for panel in panels} <= PANEL_KINDS
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["id"] > 0
        assert len(panel["description"]) > 20, panel["title"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"], panel["title"]
        assert panel["options"], panel["title"]
        places = [panel, *panel["targets"]]
        assert all(place["datasource"]["uid"] == "${datasource}" for place in places), panel["title"]
        assert len({query["refId"] for query in panel["targets"]} - {""}) == len(panel["targets"]) > 0, panel["title"]


def test_panels_have_room(dashboard: Dashboard) -> None:
    """No panel lies on another or beyond the edge."""
    assert overlapping(dashboard["panels"]) == []
    assert [panel for panel in dashboard["panels"] if panel["gridPos"]["x"] + panel["gridPos"]["w"] > WIDTH] == []


def test_an_overlap_is_found() -> None:
    """Two panels that share one cell are found; two that touch are not."""
    places = [{"x": 0, "y": 0, "w": 4, "h": 4}, {"x": 4, "y": 0, "w": 4, "h": 4}, {"x": 7, "y": 3, "w": 4, "h": 4}]
    panels = [{"title": str(number), "gridPos": place} for number, place in enumerate(places)]
    assert overlapping(panels) == [("1", "2")]


def test_dashboards_lead_to_each_other(dashboard: Dashboard) -> None:
    """Each links all others of its language, with what is chosen, and lets its reader choose the data source."""
    (link,) = dashboard["links"]
    assert link["tags"] == [dashboard["tags"][1]]
    assert (link["includeVars"], link["keepTime"]) == (True, True)
    assert dashboard["templating"]["list"][0]["name"] == "datasource"


def test_absent_stays_absent(dashboard: Dashboard) -> None:
    """No query puts a number where the service tells none."""
    expressions = [query["expr"] for panel in dashboard["panels"] for query in panel["targets"]]
    assert [expression for expression in expressions if re.search(r"\b(vector|absent)\s*\(", expression)] == []


def test_rates_span_enough_scrapes(grafana: Path) -> None:
    """Grafana is told the interval at which Prometheus scrapes, from which it takes the span of a rate."""
    (source,) = read_yaml(grafana / "provisioning/datasources/prometheus.yaml")["datasources"]
    interval = read_yaml(grafana / "prometheus/prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == interval


@pytest.mark.server("promtool")
def test_promtool_accepts_the_configuration(grafana: Path) -> None:
    """Prometheus' own tool reads the scrape configuration and the rules that it names."""
    command = ["promtool", "check", "config", str(grafana / "prometheus/prometheus.yml")]
    finished = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "5 rule files found" in finished.stdout
