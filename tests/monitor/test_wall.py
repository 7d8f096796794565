"""The wall screen: its page in three languages, and what fires, as a real Alertmanager tells it."""

import asyncio
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.config import AlertsConfig, CentreConfig, Config
from tests.monitor.test_web import Links

PATIENCE_S = 30


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    """Return the address of an Alertmanager of the system's, to which nothing has been told."""
    configuration = tmp_path / "alertmanager.yml"
    configuration.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        "prometheus-alertmanager",
        f"--config.file={configuration}",
        f"--storage.path={tmp_path / 'kept'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        yield f"http://127.0.0.1:{port}"
        process.terminate()


async def alerts_of(service: Any, query: str = "") -> dict[str, Any]:
    """Return what the service tells of alerts."""
    alerts: dict[str, Any] = json.loads((await service.get(f"/api/v1/state{query}"))[1])["alerts"]
    return alerts


@pytest.mark.server("prometheus-alertmanager")
async def test_what_fires_is_shown(start: Any, config: Config, alertmanager: str) -> None:
    """An alert of this centre and one of none are told, the gravest first; that of another centre is not."""
    mine, other = CentreConfig(id="mine"), CentreConfig(id="other")
    alerts = AlertsConfig(alertmanager=alertmanager, matchers=("severity!=info",))
    posted = [
        {"labels": {"alertname": name, "severity": severity, **labels}, "annotations": {"summary": f"{name} fires"}}
        for name, severity, labels in (
            ("Slow", "warning", {"instance": "mine"}),
            ("Dead", "critical", {}),
            ("Elsewhere", "critical", {"instance": "other"}),
            ("Told", "info", {}),
        )
    ]
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await session.post(f"{alertmanager}/api/v2/alerts", json=posted, raise_for_status=True)
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
    async with start(config.model_copy(update={"alerts": alerts, "centres": (mine, other)})) as service:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := await alerts_of(service, "?centre=mine"))["firing"]:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        assert found["is_known"]
        assert [(each["name"], each["summary"]) for each in found["firing"]] == [
            ("Dead", "Dead fires"),
            ("Slow", "Slow fires"),
        ]


async def test_an_alertmanager_that_does_not_answer_is_no_calm(start: Any, config: Config) -> None:
    """Where nobody answers it is told that nothing is known."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with start(config.model_copy(update={"alerts": AlertsConfig(alertmanager=address)})) as service:
        assert await alerts_of(service) == {"is_known": False, "firing": []}


@pytest.mark.parametrize("language", ["vi", "en", "ar"])
@pytest.mark.parametrize("theme", ["auto", "dark", "light"])
async def test_the_wall_screen_needs_nothing_else(start: Any, config: Config, language: str, theme: str) -> None:
    """In each language and theme it has its direction, and nothing inline."""
    async with start(config) as service:
        status, text = await service.get(f"/live?lang={language}&theme={theme}")
        assert status == 200
        assert Links(text).inline == []
        assert f'lang="{language}"' in text
        assert f'data-theme="{theme}"' in text
        assert ('dir="rtl"' in text) is (language == "ar")
        assert (await service.get("/live?theme=pink"))[0] == 400
