"""Outages that probes find: damped, judged by their cause, and told to the log as events."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.config import Config
from monitor.config.probes import UpsModule
from monitor.probes.outages import Damped, Finding, findings, is_bad
from monitor.probes.result import ProbeResult, Reason, Sample
from tests.monitor.probes.conftest import until
from tests.monitor.probes.test_attempts import page
from tests.monitor.probes.test_schedule import BAD, GOOD, probing, target

AFTER = {"outage_after": 3, "recovery_after": 2}


def said(noon: datetime, attempts: str) -> Damped:
    """Return what attempts say, a minute from one to the next: x where it is bad, a dot where it is good."""
    damped = Damped()
    for minute, attempt in enumerate(attempts):
        damped.note(is_bad=attempt == "x", now=noon + timedelta(minutes=minute), **AFTER)
    return damped


def test_one_failure_is_no_outage(noon: datetime) -> None:
    """An outage begins with the first of three failures in a row; whoever flaps neither fails nor recovers."""
    assert said(noon, "x." * 20).is_out is None
    assert said(noon, ".." + "xx." * 20).is_out is False
    begun = said(noon, "..xxx")
    assert (begun.is_out, begun.changed) == (True, noon + timedelta(minutes=2))
    assert said(noon, "xxx" + ".x" * 20).is_out is True
    ended = said(noon, "xxxx..")
    assert (ended.is_out, ended.changed) == (False, noon + timedelta(minutes=4))


def test_a_thing_is_out_while_a_witness_says_so(noon: datetime) -> None:
    """One witness is enough for an outage, and all are needed for its end."""
    out, well, unknown = said(noon, "xxx"), said(noon, ".."), said(noon, ".")
    assert list(findings([("line", out), ("line", well)])) == [Finding("line", is_out=True, since=noon)]
    assert list(findings([("line", well), ("line", unknown)])) == []
    assert list(findings([("line", well), ("line", well)])) == [Finding("line", is_out=False, since=noon)]


def test_a_dead_line_hides_the_portal(noon: datetime) -> None:
    """While the line's last attempt failed, the portal is not judged; the power is."""
    out, suspect = said(noon, "xxx"), said(noon, "..x")
    found = findings([("portal", out), ("power", out), ("line", suspect)])
    assert [(each.what, each.is_out) for each in found] == [("power", True), ("line", False)]
    assert [each.what for each in findings([("portal", out), ("line", said(noon, ".."))])] == ["portal", "line"]


def test_what_an_attempt_says() -> None:
    """A UPS on battery is the power's outage; one that does not answer, and our own failures, say nothing."""
    name = "network_ups_tools_ups_status"

    def ups(on_battery: float) -> ProbeResult:
        return ProbeResult(
            success=True, duration_s=0, reason=Reason.NONE, samples=(Sample(name, ("a", "OB"), on_battery),)
        )

    assert [is_bad("ups", each) for each in (ups(1), ups(0), BAD)] == [True, False, None]
    forbidden = ProbeResult(success=False, duration_s=0, reason=Reason.FORBIDDEN)
    assert [is_bad("icmp", each) for each in (GOOD, BAD, forbidden)] == [False, True, None]
    assert UpsModule(prober="ups").timeout_s > 0


async def events(service: Any) -> list[dict[str, Any]]:
    """Return the events of the log, from its beginning."""
    lines: list[bytes] = []
    with contextlib.suppress(TimeoutError):
        async with (
            asyncio.timeout(0.5),
            service.session.get("/api/v1/stream", headers={"Last-Event-ID": "0"}) as answer,
        ):
            while line := await answer.content.readline():
                lines.append(line)
    return [json.loads(line.removeprefix(b"data: ")) for line in lines if line.startswith(b"data: ")]


@pytest.fixture
def portal() -> Callable[[int], Any]:
    """Return a function that serves a page on a port inside a block."""

    @contextlib.asynccontextmanager
    async def served(port: int) -> Any:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await page("hello")(reader, writer)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", port)
        try:
            yield
        finally:
            server.close()

    return served


def watching(config: Config, port: int) -> Config:
    """Return a configuration that watches a portal closely."""
    modules = {"quick": {"prober": "http", "timeout_s": 0.5}}
    one = target("portal", port, module="quick", part="national", every_s=1.0, outage="portal")
    return probing(config, one, modules=modules, outage_after=1, recovery_after=1)


async def test_outages_become_events(
    config: Config, start: Callable[..., Any], portal: Callable[[int], Any], free_port: Callable[..., int]
) -> None:
    """An outage that probes find is an event of its own source, so is its end, and both are on the metrics."""
    port = free_port()
    async with start(watching(config, port)) as service:
        await service.until_ready()

        async def is_out(value: float) -> bool:
            return (await service.samples()).get("centre_outage what=portal") == value

        await until(lambda: is_out(1))
        async with portal(port):
            await until(lambda: is_out(0))
            told = await events(service)
    assert [(each["type"], each["source"], each["data"]) for each in told] == [
        (f"org.peakweek.outage.{kind}.v1", "/probes", {"what": "portal"}) for kind in ("started", "ended")
    ]


async def test_an_outage_is_ended_after_a_restart(
    config: Config, start: Callable[..., Any], portal: Callable[[int], Any], free_port: Callable[..., int]
) -> None:
    """An outage that was told before the service started again is ended by the probes, if they had told it."""
    port = free_port()
    async with start(watching(config, port)) as service:

        async def is_out(value: float) -> bool:
            return (await service.samples()).get("centre_outage what=portal") == value

        await until(lambda: is_out(1))
    async with portal(port), start(watching(config, port)) as service:
        await until(lambda: is_out(0))


async def test_what_people_tell_is_theirs(
    config: Config,
    start: Callable[..., Any],
    portal: Callable[[int], Any],
    free_port: Callable[..., int],
    cloud_event: Callable[..., dict[str, Any]],
) -> None:
    """An outage that somebody told is not ended because a probe finds nothing wrong."""
    port = free_port()
    async with portal(port), start(watching(config, port)) as service:
        await service.until_ready()
        await service.post(cloud_event("1", "outage.started", what="portal"))

        async def has_looked() -> bool:
            samples = await service.samples()
            return samples["peakweek_probe_attempts_total module=quick part=national target=portal"] >= 2

        await until(has_looked)
        assert (await service.samples())["centre_outage what=portal"] == 1


async def test_network_and_queue_on_one_axis(
    config: Config,
    start: Callable[..., Any],
    free_port: Callable[..., int],
    cloud_event: Callable[..., dict[str, Any]],
) -> None:
    """The page's figures have the minutes of both, and the page has nothing inline and nothing from elsewhere."""
    async with start(watching(config, free_port())) as service:
        await service.until_ready()
        await service.post(
            cloud_event("1", "counter.opened", counter="1"),
            cloud_event("2", "ticket.issued", ticket="A1", queue="A"),
            cloud_event("3", "record.received", record="r1", procedure="birth"),
            cloud_event("4", "record.received", -60, record="r0", procedure="birth"),  # told late: of another minute
        )

        async def is_out() -> bool:
            return (await service.samples()).get("centre_outage what=portal") == 1

        await until(is_out)
        figures: dict[str, Any] = {}

        async def has_minute() -> bool:
            service.clock.advance(60)
            figures.update(json.loads((await service.get("/api/v1/network"))[1]))
            return bool(figures["minutes"])

        await until(has_minute)
        (minute, *_) = figures["minutes"]
        assert (minute["n_waiting"], minute["n_servers"], minute["n_done"], minute["bad"]) == (1, 1, 1, ["portal"])
        assert figures["impact"]["portal"]["bad_s"] >= 60
        assert figures["impact"]["portal"]["n_delayed"] is None
        (told,) = figures["targets"]
        assert (told["name"], told["is_good"], told["why"]) == ("portal", False, "nobody listens there")
        samples = await service.samples()
        assert samples["centre_network_impact_bad_seconds what=portal"] >= 60
        assert "centre_network_impact_records_delayed what=portal" not in samples
        assert not any("impact" in name and "what=line" in name for name in samples), "the line is not probed"
        status, text = await service.get("/network")
        assert (status, "<script src=" in text, "style=" in text, "://" in text) == (200, True, False, False)
        assert (await service.get("/network.js"))[0] == 200
        assert 'href="/network"' in (await service.get("/"))[1]
