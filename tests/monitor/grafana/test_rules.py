"""Prometheus' rules: every alert has its page and its cases, and names only what there is."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.promql import TARGET_LABELS, Rule, grouped, rules_in, scraped, selectors, wrong_names

TEXTS = ("summary", "description", "summary_vi", "description_vi")


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Return the finished promtool."""
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def rules(grafana: Path) -> list[Rule]:
    """Return every rule of the pack."""
    return rules_in(grafana / "prometheus/rules")


@pytest.fixture(scope="module")
def alerts(rules: list[Rule]) -> dict[str, Rule]:
    """Return every alert by its name."""
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


@pytest.fixture(scope="module")
def series(rules: list[Rule]) -> dict[str, frozenset[str]]:
    """Return the labels of every series that is scraped or recorded."""
    known = scraped()
    for rule in rules:
        if "record" in rule:
            labels = frozenset[str]().union(*(known[name] for name in selectors(rule["expr"])))
            known[rule["record"]] = labels - grouped(rule["expr"])
    return known


def test_rules_name_what_there_is(rules: list[Rule], series: Mapping[str, frozenset[str]]) -> None:
    """Each series and label in a rule or an alert's words is one that is scraped or recorded."""
    assert len(rules) > 25
    found = {}
    for rule in rules:
        words = " ".join(rule.get("annotations", {}).values())
        legend = " ".join(f"{{{{{label}}}}}" for label in re.findall(r"\$labels\.(\w+)", words))
        if wrong := wrong_names(rule["expr"], series, legend):
            found[rule.get("alert", rule.get("record"))] = wrong
    assert found == {}


def test_records_are_named_by_level_metric_and_operations(rules: list[Rule]) -> None:
    """A recorded series says of which level it is, of which metric, and what was done to it."""
    for rule in rules:
        if "record" in rule:
            level, metric, operations = rule["record"].split(":")
            assert level in TARGET_LABELS
            assert any(name.startswith(metric) or metric in name for name in selectors(rule["expr"])), rule["record"]
            assert operations


def test_alerts_say_what_they_mean(alerts: Mapping[str, Rule]) -> None:
    """Each alert has a severity, a team, and its words in both languages."""
    for name, rule in alerts.items():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}, name
        assert rule["labels"]["team"] in {"it", "hall", "leaders"}, name
        assert all(rule["annotations"][text] for text in TEXTS), name
        labels = {text: set(re.findall(r"\$(labels\.\w+|value)", rule["annotations"][text])) for text in TEXTS}
        assert labels["summary"] == labels["summary_vi"], name
        assert labels["description"] == labels["description_vi"], name


def test_every_alert_has_its_page(alerts: Mapping[str, Rule], project_root: Path) -> None:
    """Each alert's page is there and says what to look at, what to do and who decides; no page is left over."""
    pages = {path.stem: path for path in (project_root / "docs/runbooks").glob("*.md") if path.stem != "README"}
    assert set(pages) == set(alerts)
    for name, rule in alerts.items():
        assert project_root / rule["annotations"]["runbook_url"] == pages[name]
        headings = re.findall(r"^#+ (.*)$", pages[name].read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == [name, "What to look at", "What to do", "Who decides"]


def test_pages_in_vietnamese_say_the_same(alerts: Mapping[str, Rule], project_root: Path) -> None:
    """Each page in Vietnamese is that of an alert which names it, with as many things to look at and to do."""
    told = {
        name: rule["annotations"]["runbook_url_vi"]
        for name, rule in alerts.items()
        if "runbook_url_vi" in rule["annotations"]
    }
    pages = {path.stem: path for path in (project_root / "docs/runbooks/vi").glob("*.md")}
    assert {name: project_root / page for name, page in told.items()} == pages
    assert {"CentreHallOverloaded", "LineDown", "PortalDown", "PowerCut"} <= set(pages)
    for name, page in pages.items():
        text, english = page.read_text(encoding="utf-8"), (page.parents[1] / page.name).read_text(encoding="utf-8")
        assert re.findall(r"^#+ (.*)$", text, re.MULTILINE) == [name, "Cần xem gì", "Cần làm gì", "Ai quyết định"]
        for item in (r"^- ", r"^\d\. "):
            assert len(re.findall(item, text, re.MULTILINE)) == len(re.findall(item, english, re.MULTILINE)), name


def test_every_alert_has_its_cases(alerts: Mapping[str, Rule], grafana: Path) -> None:
    """For each alert promtool is asked before, while and after it fires, and told that no other alert does."""
    files = [YAML(typ="safe").load(path) for path in sorted((grafana / "prometheus/tests").glob("*.yml"))]
    cases = {case["name"]: case["promql_expr_test"] for content in files for case in content["tests"]}
    assert set(cases) == set(alerts)
    for name, asked in cases.items():
        fires = [{"labels": f'{{alertname="{name}"}}', "value": 1}]
        assert [each["exp_samples"] for each in asked] == [[], fires, []], name
        assert {each["expr"] for each in asked} == {'count by (alertname) (ALERTS{alertstate="firing"})'}, name


@pytest.mark.server("promtool")
def test_promtool_accepts_the_rules(grafana: Path) -> None:
    """Prometheus' own tool reads every file of rules."""
    finished = promtool("check", "rules", "--lint-fatal", *sorted((grafana / "prometheus/rules").glob("*.yml")))
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.server("promtool")
def test_every_case_comes_out_as_told(grafana: Path) -> None:
    """In promtool's cases each alert fires when it should, alone, and resolves."""
    finished = promtool("test", "rules", *sorted((grafana / "prometheus/tests").glob("*.yml")))
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.server("promtool")
@pytest.mark.parametrize(
    ("good", "bad"), [("for: 10m", "for: 40m"), (">= 10", ">= 5"), ("centre_outage == 1", "centre_outage >= 0")]
)
def test_a_wrong_rule_would_be_found(grafana: Path, tmp_path: Path, good: str, bad: str) -> None:
    """An alert that comes too late, too easily or always fails its case."""
    shutil.copytree(grafana / "prometheus", tmp_path, dirs_exist_ok=True)
    rules = tmp_path / "rules/hall.yml"
    text = rules.read_text(encoding="utf-8")
    assert good in text
    rules.write_text(text.replace(good, bad), encoding="utf-8")
    finished = promtool("test", "rules", tmp_path / "tests/hall.yml")
    assert finished.returncode == 1
    assert "FAILED" in finished.stdout + finished.stderr
