"""``peakweek-monitor stack``: everything up in one command, and down with it."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from tests.monitor_command import ended, started
from tests.processes import all_end, children

ANY_PORTS = ("--port", "0", "--prometheus-port", "0", "--alertmanager-port", "0", "--grafana-port", "0")
TARGETS = {"line", "resolver", "portal", "province", "ups", "server"}


@pytest.mark.server("prometheus")
@pytest.mark.server("prometheus-alertmanager")
async def test_everything_runs_and_ends(project_root: Path) -> None:
    """Prometheus has service, rules, Alertmanager and answering probes, plans have a page, and Ctrl-C ends all."""
    scenario = str(project_root / "scenarios/four-staff.yaml")
    process = await started("stack", scenario, "--pack", str(project_root / "grafana"), *ANY_PORTS)
    assert process.stdout
    try:
        async with asyncio.timeout(120):
            told = [line.decode() async for line in lines_until(process.stdout, b"Grafana")]
            (prometheus,) = [found[1] for line in told if (found := re.search(r"Prometheus +(http\S+)/alerts", line))]
            async with aiohttp.ClientSession(prometheus) as session:
                for path in ("targets", "alertmanagers", "rules"):
                    while not await has_it(session, path):  # noqa: ASYNC110 - the other side of a socket
                        await asyncio.sleep(0.1)
                while not await answering(session) >= TARGETS:  # noqa: ASYNC110 - the other side of a socket
                    await asyncio.sleep(0.1)
                (plans,) = [found[1] for line in told if (found := re.search(r"plans +(http\S+)", line))]
                async with session.get(plans) as answer:
                    assert answer.status == HTTPStatus.OK
        with all_end(children(process.pid)):
            process.send_signal(signal.SIGINT)
            await process.communicate()
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


async def lines_until(stream: asyncio.StreamReader, last: bytes) -> AsyncIterator[bytes]:
    """Yield the lines of a stream up to the first that holds the last word."""
    async for line in stream:
        yield line
        if last in line:
            return


async def has_it(session: aiohttp.ClientSession, path: str) -> bool:
    """Return whether Prometheus has the target up, an Alertmanager, and rules that were evaluated without a fault."""
    async with session.get(f"/api/v1/{path}") as answer:
        assert answer.status == HTTPStatus.OK
        data = (await answer.json())["data"]
    if path == "rules":
        health = {rule["health"] for group in data["groups"] for rule in group["rules"]}
        assert "err" not in health
        return health == {"ok"}
    active = data["activeTargets" if path == "targets" else "activeAlertmanagers"]
    return bool(active) and all(target.get("health", "up") == "up" for target in active)


async def answering(session: aiohttp.ClientSession) -> set[str]:
    """Return the targets of the probes that Prometheus knows as answering."""
    async with session.get("/api/v1/query", params={"query": "probe_success == 1"}) as answer:
        return {row["metric"]["target"] for row in (await answer.json())["data"]["result"]}


async def test_a_folder_without_the_pack_is_told(project_root: Path, tmp_path: Path) -> None:
    """Where there is no pack, one line says so, and the status is 2."""
    scenario = str(project_root / "scenarios/four-staff.yaml")
    status, _, errors = await ended("stack", scenario, "--pack", str(tmp_path), *ANY_PORTS)
    assert status == 2
    assert "expected the folder 'grafana' of Peakweek: name it with --pack" in errors
