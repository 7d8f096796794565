"""``peakweek-monitor drill``: real faults raise their alerts end to end, and the drill notices where they do not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from monitor.drill import DrillError, Step, Targets, drilled, steps
from monitor.stack import Receiver
from tests.monitor_command import started

ALERTS = ["CentreHallOverloaded", "LineDown", "PortalSlow", "PortalDown", "PowerCut", "BatteryLow"]


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
    """Through real probes, Prometheus and Alertmanager six faults are told, each alone, and taken back when mended."""
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
    assert "no other alert came, and all are over" in output.decode()


async def test_an_alert_that_does_not_come_is_missed_and_the_fault_mended(receiver: Receiver) -> None:
    """Where nobody is told of a fault, the drill fails and says of which, and the fault is mended all the same."""
    mended = asyncio.Event()

    async def mend() -> None:
        mended.set()

    step = Step("nothing happens", "LineDown", "Centre now", nothing, mend)
    with pytest.raises(DrillError, match=r"LineDown: nobody was told that it was raised within 0\.1 seconds"):
        [outcome async for outcome in drilled([step], receiver, patience_s=0.1)]
    assert mended.is_set()


async def test_an_alert_that_comes_beside_is_found(receiver: Receiver) -> None:
    """An alert that no fault explains fails the drill, which names it."""

    async def begin() -> None:
        await told(receiver, "PortalDown", is_firing=True)
        await told(receiver, "LineDown", is_firing=True)

    async def end() -> None:
        await told(receiver, "LineDown", is_firing=False)

    with pytest.raises(DrillError, match="beside LineDown came PortalDown"):
        [outcome async for outcome in drilled([Step("", "LineDown", "", begin, end)], receiver, patience_s=5)]


async def test_the_faults_are_real() -> None:
    """A cut line refuses, a dead portal answers with an error, and a UPS tells of its battery."""
    targets = Targets()
    async with targets.running():
        config = targets.probes()
        line, portal, ups = (target.target for target in config.targets)
        acts = {step.alert: step for step in steps(nothing, nothing, targets)}
        await connect(line)
        await acts["LineDown"].begin()
        with pytest.raises(ConnectionRefusedError):
            await connect(line)
        await targets.mend_line()
        await connect(line)
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
