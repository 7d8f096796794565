"""``peakweek-monitor drill``: real faults raise their alerts end to end, and the drill notices where they do not."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from monitor.clock import monotonic_s
from monitor.drill import Boards, DrillError, Sign, Step, Targets, drilled, steps
from monitor.probes.attempt import probe
from monitor.probes.result import ProbeResult, Reason
from monitor.stack import Receiver
from tests.monitor_command import started
from tests.prometheus_server import running

ALERTS = ["CentreHallOverloaded", "LineLoss", "LineDown", "PortalSlow", "PortalDown", "PowerCut", "BatteryLow"]
SEEN = [
    "centre: Waiting now, Waiting over the limit, Alerts",
    "network: Loss on the line",
    "network: What answers, Loss on the line, Out of order",
    "network: How long probes take, Phases of a page",
    "network: What answers, Out of order",
    "network: Power, Out of order",
    "network: Battery, Battery lasts",
]
NOWHERE = Boards(Path(), "", "", 1)
"""For steps without a sign, which are looked for nowhere."""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Return a webhook that listens."""
    receiver = Receiver()
    async with receiver.listening():
        yield receiver


async def told(receiver: Receiver, name: str, *, is_firing: bool) -> None:
    """Tell the receiver of an alert as Alertmanager does."""
    status = "firing" if is_firing else "resolved"
    alert = {"status": status, "labels": {"alertname": name}, "annotations": {}, "fingerprint": name}
    async with aiohttp.ClientSession(receiver.address) as session:
        assert (await session.post("/it", json={"alerts": [alert]})).status == 200


async def connect(address: str) -> None:
    """Connect and hang up."""
    _, writer = await asyncio.open_connection(*address.split(":"))
    writer.close()
    await writer.wait_closed()


async def nothing() -> None:
    """Do nothing."""


@pytest.mark.long
@pytest.mark.server("prometheus")
@pytest.mark.server("prometheus-alertmanager")
async def test_every_fault_raises_its_alert_and_no_other(project_root: Path) -> None:
    """Seven faults are told, each alone, by real servers, and panels show each while it lasts and only then."""
    scenario, pack = str(project_root / "scenarios/tho-xuan.yaml"), str(project_root / "grafana")
    process = await started("drill", scenario, "--pack", pack, "--port", "0", "--speed", "120")
    try:
        async with asyncio.timeout(240):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()
    assert process.returncode == 0, errors.decode()
    told = [line for line in output.decode().splitlines() if "told after" in line]
    assert [next(word for word in line.split() if word in ALERTS) for line in told] == ALERTS
    assert ["over after" in line for line in told] == [alert != "PowerCut" for alert in ALERTS]
    assert [line.partition("seen on ")[2] for line in told] == SEEN
    assert "Every fault was seen and raised its alert, no other alert came, and all are over." in output.decode()


def test_every_sign_is_in_a_panel(grafana: Path) -> None:
    """Each step of the drill has signs, in panels that there are, of series that their legends name."""
    boards = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in grafana.glob("dashboards/en/*.json")}
    for step in steps(nothing, nothing, Targets()):
        assert step.signs, step.what
        for sign in step.signs:
            (panel,) = [each for each in boards[sign.board]["panels"] if each["title"] == sign.panel]
            legends = [query.get("legendFormat") or "{{row}}" for query in panel["targets"]]
            patterns = [re.sub(r"{{\w+}}", r"\\S+", legend) for legend in legends]
            assert any(re.fullmatch(pattern, sign.series) for pattern in patterns), sign


@pytest.mark.server("prometheus")
async def test_a_fault_that_no_dashboard_shows_fails_the_drill(grafana: Path, tmp_path: Path) -> None:
    """Where a panel does not show what it should, shows it without a fault, or is not there, the drill names it."""
    silent, wrong = Sign("network", "What answers", "line", 0, 0), Sign("network", "No such panel", "line", 0)
    async with running({"scrape_configs": []}, tmp_path) as prometheus:
        boards = Boards(grafana / "dashboards/en", prometheus, "a", 5)
        await boards.until([silent], 5, are_shown=False)
        with pytest.raises(DrillError, match=r"'What answers' of network, series 'line' does not show 0 to 0: .* None"):
            await boards.until([silent], 0.1, are_shown=True)
        with pytest.raises(DrillError, match=r"has no panel 'No such panel' in network\.json"):
            await boards.until([wrong], 0.1, are_shown=True)
        backwards = Boards(boards.folder, prometheus, "a", -1)
        with pytest.raises(DrillError, match=r"'Tickets per hour' of queues cannot be asked: .*parse error"):
            await backwards.until([Sign("queues", "Tickets per hour", "Issued", 0)], 0.1, are_shown=False)


async def test_an_alert_that_does_not_come_is_missed_and_the_fault_mended(receiver: Receiver) -> None:
    """Where nobody is told of a fault, the drill fails and says of which, and the fault is mended all the same."""
    mended = asyncio.Event()

    async def mend() -> None:
        mended.set()

    step = Step("nothing happens", "LineDown", (), nothing, mend)
    with pytest.raises(DrillError, match=r"LineDown: nobody was told that it was raised within 0\.1 seconds"):
        [outcome async for outcome in drilled([step], receiver, NOWHERE, patience_s=0.1)]
    assert mended.is_set()


async def test_an_alert_that_comes_beside_is_found(receiver: Receiver) -> None:
    """An alert that no fault explains fails the drill, which names it."""

    async def begin() -> None:
        await told(receiver, "PortalDown", is_firing=True)
        await told(receiver, "LineDown", is_firing=True)

    async def end() -> None:
        await told(receiver, "LineDown", is_firing=False)

    step = Step("", "LineDown", (), begin, end)
    with pytest.raises(DrillError, match="beside LineDown came PortalDown"):
        [outcome async for outcome in drilled([step], receiver, NOWHERE, patience_s=5)]


async def test_the_faults_are_real() -> None:
    """A bad line loses, a cut one refuses, a dead portal answers with an error, and a UPS tells of its battery."""
    targets = Targets()
    async with targets.running():
        config = targets.probes()
        line, resolver, portal, _, ups = (target.target for target in config.targets)

        async def asked() -> ProbeResult:
            module = config.modules["resolver"]
            await asyncio.sleep(0.3)  # an attempt begins some time after the one before
            return await probe(resolver, module, deadline_s=monotonic_s() + module.timeout_s)

        acts = {step.alert: step for step in steps(nothing, nothing, targets)}
        await acts["LineLoss"].begin()
        assert (await asked()).value("peakweek_probe_loss_ratio") == 0.4
        await connect(line)
        await acts["LineDown"].begin()
        with pytest.raises(ConnectionRefusedError):
            await connect(line)
        lost = await asked()
        assert (lost.reason, lost.value("peakweek_probe_loss_ratio")) == (Reason.TIMEOUT, 1)
        await targets.mend_line()
        await connect(line)
        assert (await asked()).value("peakweek_probe_loss_ratio") == 0
        async with aiohttp.ClientSession() as session:
            assert (await session.get(portal)).status == 200
            await acts["PortalDown"].begin()
            assert (await session.get(portal)).status == 503
        await acts["PowerCut"].begin()
        reader, writer = await asyncio.open_connection(*ups.partition("@")[2].split(":"))
        writer.write(b"LIST VAR ups\nNONSENSE\n")
        answer = (await reader.readuntil(b"ERR UNKNOWN-COMMAND\n")).decode()
        assert 'VAR ups ups.status "OB"\nVAR ups battery.charge "100"' in answer
        writer.close()
        await writer.wait_closed()
