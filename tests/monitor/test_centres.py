"""Several centres in one service: each has its events, figures, page and metrics, and nobody sees another's."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from monitor.config import CentreConfig, Config, ListenConfig
from monitor.tokens import Scope, Tokens
from tests.prometheus_server import PATIENCE_S, running

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
CloudEvent = Callable[..., dict[str, Any]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Return a configuration of two centres, one with a limit of its own."""
    return Config(
        listen=ListenConfig(port=0),
        store=tmp_path / "events.sqlite",
        tokens=tmp_path / "tokens.sqlite",
        waiting_limit_s=1200,
        centres=(CentreConfig(id="north", name="North"), CentreConfig(id="south", name="South", waiting_limit_s=600)),
    )


@pytest.fixture
async def service(config: Config, start: Any) -> AsyncIterator[Any]:
    """Return a running service of both."""
    async with start(config) as running:
        await running.until_ready()
        yield running


async def post(service: Any, centre: str, *events: dict[str, Any]) -> int:
    """Post a batch to a centre and return the status."""
    async with service.session.post(f"/api/v1/events?centre={centre}", json=events, headers=BATCH) as answer:
        return int(answer.status)


async def state_of(service: Any, centre: str) -> dict[str, Any]:
    """Return a centre's figures."""
    state: dict[str, Any] = json.loads((await service.get(f"/api/v1/state?centre={centre}"))[1])
    return state


async def test_each_centre_has_its_own_events(service: Any, cloud_event: CloudEvent) -> None:
    """The same source and id in two centres are two events, and each centre shows its own."""
    assert await post(service, "north", cloud_event("1", "ticket.issued", ticket="A1", queue="A")) == 200
    assert await post(service, "south", cloud_event("1", "ticket.issued", ticket="B1", queue="B")) == 200
    assert list((await state_of(service, "north"))["queues"]) == ["A"]
    assert list((await state_of(service, "south"))["queues"]) == ["B"]


async def test_each_centre_has_its_own_limit(service: Any, cloud_event: CloudEvent) -> None:
    """A centre's limit holds there, the service's where it has none."""
    for centre in ("north", "south"):
        await post(service, centre, cloud_event("1", "ticket.issued", ticket="A1", queue="A"))
    service.clock.advance(900)
    over = [(await state_of(service, centre))["queues"]["A"]["n_over_limit"] for centre in ("north", "south")]
    assert over == [0, 1]


@pytest.mark.parametrize("path", ["/probe", "/api/v1/state", "/probe?centre=", "/probe?centre=west", "/?centre=west"])
async def test_no_centre_or_an_unknown_one_is_a_bad_request(service: Any, path: str) -> None:
    """400 says which centres there are."""
    status, text = await service.get(path)
    assert status == 400
    assert "expected ?centre= with one of: north, south" in json.loads(text)["detail"]


async def test_events_for_no_centre_are_not_stored(service: Any, cloud_event: CloudEvent) -> None:
    """Events that do not say for which of several centres they are get 400, and no centre has them."""
    issue = cloud_event("1", "ticket.issued", ticket="A1", queue="A")
    assert (await service.post(issue))[0] == 400
    assert await post(service, "west", issue) == 400
    assert [(await state_of(service, centre))["queues"] for centre in ("north", "south")] == [{}, {}]


async def test_discovery_finds_every_centre(service: Any, cloud_event: CloudEvent) -> None:
    """Who follows the service discovery as Prometheus does scrapes each centre's own figures, from nowhere else."""
    await post(service, "south", cloud_event("1", "ticket.issued", ticket="B1", queue="B"))
    found = {}
    for group in json.loads((await service.get("/api/v1/sd"))[1]):
        labels = group["labels"]
        (target,) = group["targets"]
        assert service.address == f"http://{target}"
        path = f"{labels['__metrics_path__']}?centre={labels['__param_centre']}"
        families = list(text_string_to_metric_families((await service.get(path))[1]))
        found[labels["instance"]] = {sample.labels.get("queue") for family in families for sample in family.samples}
        (told,) = [
            sample.labels["centre"] for family in families for sample in family.samples if "centre_info" in sample
        ]
        assert told == labels["instance"]
    assert found == {"north": {None}, "south": {None, "B"}}


@pytest.mark.server("prometheus")
async def test_prometheus_finds_and_scrapes_every_centre(
    service: Any, cloud_event: CloudEvent, config: Config, project_root: Path, tmp_path: Path
) -> None:
    """With the shipped configuration and a token, a real Prometheus has each centre's figures under its own name."""
    for number, centre in enumerate(("north", "south", "south")):
        issue = cloud_event(str(number), "ticket.issued", ticket=f"A{number}", queue="A")
        assert await post(service, centre, issue) == 200
    secret = Tokens(config.tokens).create(None, frozenset({Scope.READ}), datetime(2025, 7, 1, tzinfo=UTC))
    rewrite(tmp_path / "peakweek.token", secret)
    async with (
        running(for_service(project_root / "packaging/prometheus.yml", service, tmp_path), tmp_path) as address,
        aiohttp.ClientSession(address) as session,
        asyncio.timeout(PATIENCE_S),
    ):

        async def asked(query: str) -> dict[str, float]:
            async with session.get("/api/v1/query", params={"query": query}) as answer:
                rows = (await answer.json())["data"]["result"]
            return {row["metric"].get("instance", ""): float(row["value"][1]) for row in rows}

        # Each job scrapes when its own turn comes.
        while await asked("centre_queue_length") != {"north": 1, "south": 2}:  # noqa: ASYNC110 - the other side of a socket
            await asyncio.sleep(0.1)
        while list((await asked("peakweek_monitor_centres")).values()) != [2]:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.1)


def for_service(path: Path, service: Any, folder: Path) -> Any:
    """Return the shipped configuration with the service's address and the token's file, scraping every second."""
    text = path.read_text(encoding="utf-8").replace("monitor.example.org:8080", service.address.removeprefix("http://"))
    text = text.replace("https://", "http://").replace("scheme: https", "scheme: http")
    content = YAML(typ="safe").load(text.replace("/etc/prometheus", str(folder)))
    content["global"] = {"scrape_interval": "1s"}
    return content


def rewrite(path: Path, text: str) -> None:
    """Write a file."""
    path.write_text(text, encoding="utf-8")


async def test_the_services_metrics_are_of_no_centre(service: Any) -> None:
    """Of several centres, ``/metrics`` shows the service alone."""
    samples = await service.samples()
    assert samples["peakweek_monitor_centres"] == 2
    assert [name for name in samples if name.startswith("centre_")] == []


async def test_pages_by_centre(service: Any) -> None:
    """The first page lists the centres, and each has its own, which reads its own figures."""
    _, text = await service.get("/")
    assert ('href="/?centre=north"' in text, 'href="/?centre=south"' in text) == (True, True)
    _, text = await service.get("/?centre=south")
    assert ("<h1>South</h1>" in text, 'data-query="?centre=south"' in text, "Over 10 min" in text) == (True, True, True)


async def test_a_restart_keeps_the_centres_apart(start: Any, config: Config, cloud_event: CloudEvent) -> None:
    """What the log holds comes back to the centre whose it is."""
    async with start(config) as service:
        await service.until_ready()
        await post(service, "north", cloud_event("1", "ticket.issued", ticket="A1", queue="A"))
    async with start(config) as service:
        await service.until_ready()
        assert [list((await state_of(service, centre))["queues"]) for centre in ("north", "south")] == [["A"], []]
