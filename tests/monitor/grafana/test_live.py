"""Grafana's dashboards against a real Prometheus that scrapes a real service: every query returns numbers."""

import asyncio
import contextlib
import json
import math
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ruamel.yaml import YAML

from monitor.config import Config
from monitor.config.probes import TargetConfig
from monitor.drill import Targets
from tests.prometheus_server import PATIENCE_S, running

CloudEvent = Callable[..., dict[str, Any]]
Boards = dict[str, dict[str, Any]]
QUEUES = ["civil-status", "land.1"]  # the point must not become "any character"
ABOUT_EVENTS = re.compile(
    r"centre_(queue|wait_|service_|tickets_(issued|called)|records_(received|in_progress|overdue|by))"
)
# What no loopback has, by the series that only it gives: the probers' own tests have them against real counterparts.
ELSEWHERE = re.compile(
    r"loss_ratio|round_trip|jitter|interface_|ssl_|throughput|clock_offset|network_impact|planned|ALERTS"
)


@dataclass(frozen=True)
class Query:
    """One query of a panel.

    Attributes:
        panel: title of the panel.
        expression: PromQL with Grafana's variables.
        is_instant: asks for the present only; otherwise for the time range.
        min_interval: the panel's shortest step; may be a variable; empty for the data source's own.
    """

    panel: str
    expression: str
    is_instant: bool
    min_interval: str


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    session: aiohttp.ClientSession

    async def ask(self, path: str, **parameters: str) -> Any:
        """Return the answer of its interface; a refused query fails the test with Prometheus' own words."""
        async with self.session.get(f"/api/v1/{path}", params=parameters) as answer:
            told = await answer.json()
        assert told["status"] == "success", (parameters, told)
        return told["data"]

    async def until(self, expression: str, value: float) -> None:
        """Return when the expression has the value."""
        asked = Query("", expression, is_instant=True, min_interval="")
        async with asyncio.timeout(PATIENCE_S):
            while await self.values(asked) != [value]:  # noqa: ASYNC110 - the other side of a socket
                await asyncio.sleep(0.1)

    async def values(self, query: Query) -> list[float]:
        """Return the numbers that a query without variables has now, or had in the last minute."""
        now = time.time()
        if query.is_instant:
            found = await self.ask("query", query=query.expression, time=str(now))
            pairs = [found["result"]] if found["resultType"] == "scalar" else [row["value"] for row in found["result"]]
        else:
            span = {"start": str(now - 60), "end": str(now), "step": "1"}
            found = await self.ask("query_range", query=query.expression, **span)
            pairs = [pair for row in found["result"] for pair in row["values"]]
        numbers = [float(value) for _, value in pairs]
        return [number for number in numbers if math.isfinite(number)]


Scraper = Callable[[str], contextlib.AbstractAsyncContextManager[Prometheus]]


@contextlib.asynccontextmanager
async def scraping(grafana: Path, address: str, folder: Path) -> AsyncIterator[Prometheus]:
    """Run a Prometheus with the shipped configuration, which scrapes the service at this address every second."""
    content = YAML(typ="safe").load(grafana / "prometheus/prometheus.yml")
    content["global"]["scrape_interval"] = "1s"
    content["scrape_configs"][0]["static_configs"][0]["targets"] = [address.removeprefix("http://")]
    async with running(content, folder) as address_of_its_own, aiohttp.ClientSession(address_of_its_own) as session:
        yield Prometheus(session)


def seconds(interval: str) -> int:
    """Return the length of an interval such as 15m."""
    return int(interval[:-1]) * {"s": 1, "m": 60, "h": 3600}[interval[-1]]


def filled(query: Query, chosen: Mapping[str, str], scrape_s: int) -> Query:
    """Return the query with its variables replaced as Grafana does it, at the shortest step that a panel can have."""
    min_interval = chosen.get(query.min_interval.removeprefix("$"), query.min_interval)
    interval_s = max(scrape_s, seconds(min_interval)) if min_interval else scrape_s
    spans = {"__rate_interval": f"{max(interval_s + scrape_s, 4 * scrape_s)}s", "__range": "60s"}
    expression = re.sub(r"\$(\w+)", lambda name: (spans | chosen)[name[1]], query.expression)
    return Query(query.panel, expression, query.is_instant, min_interval)


def queries(dashboard: dict[str, Any]) -> list[Query]:
    """Return the queries of all panels."""
    return [
        Query(panel["title"], target["expr"], target["instant"], panel.get("interval", ""))
        for panel in dashboard["panels"]
        for target in panel["targets"]
    ]


async def choices(prometheus: Prometheus, variable: dict[str, Any], chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return value and text of what a variable offers, read as Grafana reads the two forms that are used here."""
    asked = re.sub(r"\$(\w+)", lambda name: chosen[name[1]], variable["query"]["query"])
    if found := re.fullmatch(r"query_result\((.*)\)", asked):
        rows = (await prometheus.ask("query", query=found[1]))["result"]
        texts = [",".join(f'{name}="{value}"' for name, value in row["metric"].items()) for row in rows]
        pattern = variable["regex"].strip("/").replace("(?<", "(?P<")
        matches = [re.search(pattern, text) for text in texts]
        return [(match["value"], match["text"]) for match in matches if match]
    found = re.fullmatch(r"label_values\((.*), (\w+)\)", asked)
    assert found, asked
    return [(value, value) for value in await prometheus.ask(f"label/{found[2]}/values", **{"match[]": found[1]})]


def half_hour(cloud_event: CloudEvent, number: int) -> list[dict[str, Any]]:
    """Return the events of half an hour: a served and a waiting visitor in each queue, a late record, an outage."""
    at, made = 30 * number, []
    for queue in QUEUES:
        one, two = f"{queue}-{number}-1", f"{queue}-{number}-2"
        made += [
            cloud_event(f"{one}-issued", "ticket.issued", at, ticket=one, queue=queue),
            cloud_event(f"{one}-called", "ticket.called", at + 10, ticket=one),
            cloud_event(f"{one}-finished", "service.finished", at + 15, ticket=one),
            cloud_event(f"{two}-issued", "ticket.issued", at + 5, ticket=two, queue=queue),
            cloud_event(f"{one}-recalled", "ticket.recalled", at + 11, ticket=one),
        ]
    for record in (f"R{number}-1", f"R{number}-2"):
        due = "2025-07-01T05:10:00Z"
        made.append(cloud_event(record, "record.received", at, record=record, procedure="land", due=due))
    made.append(cloud_event(f"S{number}", "record.settled", at + 20, record=f"R{number}-1"))
    made.append(cloud_event(f"C{number}", "counter.opened", at, counter=str(number)))
    week_ago = at - 7 * 24 * 60
    made.append(cloud_event(f"W{number}", "ticket.issued", week_ago, ticket=f"W{number}", queue=QUEUES[0]))
    made.append(cloud_event(f"G{number}", "staff.signed_in", at, group="officers"))
    made.append(cloud_event(f"O{number}", "outage.started", at, what="line"))
    made.append(cloud_event(f"E{number}", "outage.ended", at + 5, what="line"))
    return made


@pytest.fixture
def scraper(grafana: Path, tmp_path: Path) -> Scraper:
    """Return a function that runs a Prometheus inside a block."""
    return lambda address: scraping(grafana, address, tmp_path)


@pytest.fixture
def scrape_s(grafana: Path) -> int:
    """Return the scrape interval that Grafana is told."""
    (source,) = YAML(typ="safe").load(grafana / "provisioning/datasources/prometheus.yaml")["datasources"]
    return seconds(source["jsonData"]["timeInterval"])


async def silent(prometheus: Prometheus, asked: list[Query]) -> list[tuple[str, str]]:
    """Return title and expression of each query that returns no number."""
    return [(query.panel, query.expression) for query in asked if not await prometheus.values(query)]


@pytest.fixture
async def targets() -> AsyncIterator[Targets]:
    """Return a line, a portal and a UPS that can be probed."""
    targets = Targets()
    async with targets.running():
        yield targets


@pytest.fixture
def config(config: Config, targets: Targets) -> Config:
    """Return a configuration that has them probed, and the machine."""
    probes = targets.probes()
    machine = TargetConfig(name="server", target="/", module="machine", part="centre", every_s=5)
    fast = [target.model_copy(update={"every_s": 1}) for target in (*probes.targets, machine)]
    return config.model_copy(update={"probes": probes.model_copy(update={"targets": tuple(fast)})})


@pytest.fixture
def boards(grafana: Path) -> Boards:
    """Return every dashboard by its name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in grafana.glob("dashboards/en/*.json")}


@pytest.mark.server("prometheus")
async def test_every_query_returns_numbers(
    service: Any, cloud_event: CloudEvent, scraper: Scraper, boards: Boards, scrape_s: int
) -> None:
    """With a working centre behind it, each query and each variable of the dashboards has something to show."""
    board, asked = boards["queues"], [query for each in boards.values() for query in queries(each)]
    async with scraper(service.address) as prometheus:
        for number in (0, 1):  # a rate needs a scrape before and after
            await service.post(*half_hour(cloud_event, number))
            service.clock.advance(1800)
            await prometheus.until("sum(centre_tickets_called_total)", len(QUEUES) * (number + 1))
            await prometheus.until("centre_clock_timestamp_seconds", service.clock.now().timestamp())
        for name in ("server", "portal", "ups", "line"):
            await prometheus.until(f'peakweek_probe_attempts_total{{target="{name}"}} > bool 0', 1)
        variables = {variable["name"]: variable for variable in board["templating"]["list"]}
        chosen = {
            "window": variables["window"]["current"]["value"],
            "instance": service.address.removeprefix("http://"),
            "province": "thanh-hoa",
        }
        name = Config().centre.name
        assert await choices(prometheus, variables["instance"], chosen) == [(chosen["instance"], name)]
        assert await choices(prometheus, variables["queue"], chosen) == [(queue, queue) for queue in QUEUES]
        here = [query for query in asked if not ELSEWHERE.search(query.expression)]
        assert len(here) > 0.8 * len(asked) > 80
        some = "(" + "|".join(re.escape(queue).replace("\\", "\\\\") for queue in QUEUES) + ")"
        for queue in (variables["queue"]["allValue"], some):
            ready = [filled(query, {**chosen, "queue": queue}, scrape_s) for query in here]
            assert await silent(prometheus, ready) == []


@pytest.mark.server("prometheus")
async def test_a_query_that_returns_nothing_is_found(
    service: Any, scraper: Scraper, boards: Boards, scrape_s: int
) -> None:
    """With a centre that has told nothing, every panel about events is found silent and none invents a number."""
    address = service.address.removeprefix("http://")
    chosen = {"window": "15m", "instance": address, "queue": ".*", "province": "thanh-hoa"}
    ready = [filled(query, chosen, scrape_s) for each in boards.values() for query in queries(each)]
    async with scraper(service.address) as prometheus:
        await prometheus.until("count_over_time(centre_ready[1m]) > bool 1", 1)
        found = await silent(prometheus, ready)
    assert ("Counters open", f'centre_servers_open{{instance="{address}"}}') in found
    told = {query.expression for query in ready} - {expression for _, expression in found}
    assert [expression for expression in told if ABOUT_EVENTS.search(expression)] == []
