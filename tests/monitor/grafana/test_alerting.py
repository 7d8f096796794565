"""From a centre to a team: real Prometheus and Alertmanager with the pack's rules, routes and words."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ruamel.yaml import YAML

from monitor.stack import Pace, Pack, PackError, Receiver, Stack, stacked
from tests.promql import rules_in

CloudEvent = Callable[..., dict[str, Any]]
ALWAYS = [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]
FAST = Pace(speed=600, scrape_s=0.5)
TEAMS = {
    ("it", "critical"): "it",
    ("it", "warning"): "it",
    ("hall", "critical"): "hall",
    ("hall", "warning"): "hall",
    ("leaders", "warning"): "leaders",
    ("it", "info"): "dashboards-only",
    ("hall", "info"): "dashboards-only",
}


def amtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Return the finished amtool."""
    return subprocess.run(["amtool", *arguments], capture_output=True, text=True, encoding="utf-8", check=False)


def alert(name: str, severity: str, team: str = "it", **labels: str) -> dict[str, Any]:
    """Return an alert as Prometheus tells it."""
    words = dict.fromkeys(("summary", "description", "summary_vi", "description_vi"), name)
    common = {"alertname": name, "severity": severity, "team": team, "instance": "a"}
    return {"labels": common | labels, "annotations": words}


@pytest.fixture(scope="module")
def configuration(grafana: Path) -> Path:
    """Return Alertmanager's configuration."""
    return grafana / "alertmanager/alertmanager.yml"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Return a webhook that listens."""
    receiver = Receiver()
    async with receiver.listening():
        yield receiver


@pytest.fixture
async def stack(service: Any, receiver: Receiver, grafana: Path, tmp_path: Path) -> AsyncIterator[Stack]:
    """Return Prometheus and Alertmanager around a service, where what is no emergency waits for ever."""
    pack = tmp_path / "pack"
    for name in ("prometheus", "alertmanager"):
        shutil.copytree(grafana / name, pack / name)
    path = pack / "alertmanager/alertmanager.yml"
    content = YAML(typ="safe").load(path)
    content["time_intervals"][0]["time_intervals"] = ALWAYS
    YAML(typ="safe").dump(content, path)
    target = service.address
    async with stacked(Pack(pack, FAST), tmp_path, target=target, webhook=receiver.address) as running:
        yield running


@pytest.mark.server("prometheus-alertmanager")
def test_amtool_accepts_the_configuration(configuration: Path) -> None:
    """Alertmanager's own tool reads the configuration and its templates."""
    finished = amtool("check-config", configuration)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "1 templates" in finished.stdout


@pytest.mark.server("prometheus-alertmanager")
def test_every_alert_reaches_its_team(configuration: Path, grafana: Path) -> None:
    """The routes lead every kind of alert that there is to the team that it is for, and none to anybody else."""
    alerts = [rule for rule in rules_in(grafana / "prometheus/rules") if "alert" in rule]
    kinds = {(rule["labels"]["team"], rule["labels"]["severity"]) for rule in alerts}
    for team, severity in sorted(kinds):
        labels = (f"team={team}", f"severity={severity}", "alertname=Any")
        finished = amtool("config", "routes", "test", f"--config.file={configuration}", *labels)
        assert finished.stdout.strip() == TEAMS[team, severity]


def test_what_silences_and_is_silenced_exists(configuration: Path, grafana: Path) -> None:
    """Each alert in a rule of inhibition is one of the pack, and a dead line silences what depends on it."""
    names = {rule["alert"] for rule in rules_in(grafana / "prometheus/rules") if "alert" in rule}
    content = YAML(typ="safe").load(configuration)
    sides = [rule[f"{side}_matchers"] for rule in content["inhibit_rules"] for side in ("source", "target")]
    matchers = [matcher for side in sides for matcher in side]
    named = {name for matcher in matchers for name in re.findall(r"\w+", matcher.partition("=")[2])}
    assert named - {"alertname"} <= names
    assert all(rule["equal"] for rule in content["inhibit_rules"])


def test_quiet_hours_are_those_of_the_office(configuration: Path) -> None:
    """Nights and weekends are quiet where the centre is."""
    (hours,) = YAML(typ="safe").load(configuration)["time_intervals"]
    assert {each["location"] for each in hours["time_intervals"]} == {"Asia/Ho_Chi_Minh"}
    assert hours["time_intervals"][0]["weekdays"] == ["saturday", "sunday"]
    assert hours["time_intervals"][1]["times"] == [
        {"start_time": "00:00", "end_time": "07:00"},
        {"start_time": "18:00", "end_time": "24:00"},
    ]


@pytest.mark.server("prometheus-alertmanager")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            [
                "CẢNH BÁO: mất đường truyền",
                "Mức độ: khẩn cấp. Từ 08:00 01/07/2025",
                "Cần làm gì: https://",
                "/docs/runbooks/vi/LineDown.md",
            ],
        ),
        (
            "en",
            [
                "ALERT: the line is dead",
                "Severity: critical. Since 08:00 01/07/2025",
                "What to do: https://",
                "/docs/runbooks/LineDown.md",
            ],
        ),
    ],
)
def test_words_come_in_both_languages(grafana: Path, tmp_path: Path, language: str, words: list[str]) -> None:
    """Subject and text say what is wrong, how urgent it is, since when by Vietnam's time, and where the page is."""
    told = {
        "status": "firing",
        "labels": {"alertname": "LineDown", "severity": "critical"},
        "annotations": {
            "summary": "the line is dead",
            "summary_vi": "mất đường truyền",
            "runbook_url": "docs/runbooks/LineDown.md",
            "runbook_url_vi": "docs/runbooks/vi/LineDown.md",
        },
        "startsAt": "2025-07-01T01:00:00Z",
        "endsAt": "2025-07-01T01:00:00Z",
    }
    (tmp_path / "data.json").write_text(json.dumps({"status": "firing", "alerts": [told]}), encoding="utf-8")
    text = f'{{{{ template "peakweek.subject.{language}" . }}}}\n{{{{ template "peakweek.text.{language}" . }}}}'
    templates, data = grafana / "alertmanager/templates/*.tmpl", tmp_path / "data.json"
    finished = amtool(
        "template", "render", f"--template.glob={templates}", f"--template.text={text}", f"--template.data={data}"
    )
    assert finished.returncode == 0, finished.stderr
    assert [word for word in words if word not in finished.stdout] == []


@pytest.mark.server("prometheus")
@pytest.mark.server("prometheus-alertmanager")
async def test_an_overload_is_told_and_its_end(
    service: Any, receiver: Receiver, stack: Stack, cloud_event: CloudEvent
) -> None:
    """A hall that is overloaded for long is told to its team, in both languages, and then that it is over."""
    assert stack.grafana is None
    waiting = [cloud_event(f"I{n}", "ticket.issued", ticket=f"A{n}", queue="A") for n in range(12)]
    assert (await service.post(*waiting))[0] == 200
    service.clock.advance(1500)
    async with asyncio.timeout(30):
        told = await receiver.until("CentreHallOverloaded", is_firing=True)
        assert told.receiver == "hall"
        assert told.annotations["summary_vi"].endswith(": sảnh quá tải")
        assert told.annotations["description"].startswith("12 visitors have waited longer")
        calls = [cloud_event(f"C{n}", "ticket.called", 25, ticket=f"A{n}") for n in range(12)]
        assert (await service.post(*calls))[0] == 200
        await receiver.until("CentreHallOverloaded", is_firing=False)
    assert {each.name for each in receiver.heard} == {"CentreHallOverloaded"}


@pytest.mark.server("prometheus")
@pytest.mark.server("prometheus-alertmanager")
async def test_a_dead_line_silences_its_consequences(receiver: Receiver, stack: Stack) -> None:
    """While the line is dead the portal behind it is not told of, another centre's is; warnings wait in quiet hours."""
    until = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    async with aiohttp.ClientSession(stack.alertmanager) as session, asyncio.timeout(30):

        async def tell(*alerts: dict[str, Any]) -> None:
            told = [each | {"endsAt": until} for each in alerts]
            assert (await session.post("/api/v2/alerts", json=told)).status == 200

        await tell(alert("LineDown", "critical"))
        await receiver.until("LineDown", is_firing=True)
        await tell(
            alert("PortalDown", "critical", target="portal"),
            alert("LineLoss", "warning"),
            alert("LineFull", "warning", instance="b"),
            alert("CentreArrivalsUnusual", "info", "hall", instance="b"),
        )
        await tell(
            alert("PortalDown", "critical", instance="b", target="portal"), alert("PowerCut", "critical", "hall")
        )
        await receiver.until("PowerCut", is_firing=True)
        await receiver.until("PortalDown", is_firing=True)
    assert {(each.name, each.labels["instance"]) for each in receiver.heard} == {
        ("LineDown", "a"),
        ("PortalDown", "b"),
        ("PowerCut", "a"),
    }


def test_a_pack_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Where the pack should be and is not, the error names the file and what to do."""
    with pytest.raises(PackError, match=r"prometheus\.yml: No such file or directory; expected .* --pack"):
        Pack(tmp_path).write_prometheus(tmp_path, target="127.0.0.1:1", alertmanager="127.0.0.1:2")


@pytest.mark.parametrize(
    ("expression", "scaled"),
    [
        ("increase(x[1h]) offset 1d", "increase(x[6000ms]) offset 144000ms"),
        ("rate(x[5m])", "rate(x[2500ms])"),
    ],
)
def test_spans_pass_at_the_pace(expression: str, scaled: str) -> None:
    """Ranges and offsets are as many times shorter as the demonstration is faster, and never too short for a rate."""
    assert FAST.scaled_expression(expression) == scaled
    assert Pace().scaled_expression(expression) == expression
