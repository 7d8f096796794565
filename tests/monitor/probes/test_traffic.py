"""Rates from counters that wrap and devices that restart; and the line's throughput."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.config import Config
from monitor.config.probes import ThroughputModule
from monitor.probes.result import ProbeResult, Reason, Sample
from monitor.probes.traffic import rates
from tests.monitor.probes.test_schedule import probing

WAN = ("2", "eth0", "wan", "")


def look(up_s: float, *, bits: int = 64, octets: float = 0, out: float = 0, high: float = 100) -> ProbeResult:
    """Return what a device told when it had been up so long."""
    kind = "HC" if bits == 64 else ""
    values = {f"if{kind}InOctets": octets, f"if{kind}OutOctets": out, "ifHighSpeed": high, "ifOperStatus": 1}
    samples = [Sample(name, WAN, value) for name, value in values.items()]
    samples.append(Sample("sysUpTime", (), (up_s * 100) % 2**32))
    return ProbeResult(success=True, duration_s=0, reason=Reason.NONE, samples=tuple(samples))


def told(before: ProbeResult, after: ProbeResult, seconds: float = 10, **contracted: float) -> dict[Any, float]:
    """Return rates and shares by name and direction."""
    found = rates(before, after, seconds, contracted)
    return {(sample.name.rsplit("_", 1)[1], sample.labels[1]): sample.value for sample in found}


@pytest.mark.parametrize("bits", [32, 64])
def test_a_wrap_goes_on(bits: int) -> None:
    """A counter that has come to its end has grown by what is before and after it."""
    # The widest counters are floats here, as on the wire of a scrape; hence steps that a float can tell.
    before, after = look(100, bits=bits, octets=2**bits - 2**22), look(110, bits=bits, octets=2**22)
    assert told(before, after)["second", "in"] == 2**23 / 10


def test_utilisation_is_against_the_contract() -> None:
    """The share is of the contracted rate, of the interface's own without one, and absent where nobody knows any."""
    before, after = look(100), look(110, octets=12_500_000, out=2_500_000)
    assert told(before, after)["ratio", "in"] == pytest.approx(0.1)
    assert told(before, after, wan=20e6) == {
        ("second", "in"): 1_250_000,
        ("second", "out"): 250_000,
        ("ratio", "in"): pytest.approx(0.5),
        ("ratio", "out"): pytest.approx(0.1),
    }
    assert set(told(look(100, high=0), look(110, high=0))) == {("second", "in"), ("second", "out")}


def test_a_restart_has_no_rate() -> None:
    """A device that began anew has no rate until it was looked at twice; its own clock may wrap."""
    assert told(look(5_000, octets=9e9), look(4, octets=1e3)) == {}
    last_s = 2**32 / 100
    assert told(look(last_s - 4), look(last_s + 6, octets=1e6))["second", "in"] == 1e5


def test_a_counter_that_was_set_back_has_no_rate() -> None:
    """A counter that alone was set back would have carried more than its interface can, and tells nothing."""
    assert ("second", "in") not in told(look(100, octets=9e9), look(110, octets=0))
    assert ("second", "out") in told(look(100, octets=9e9), look(110, octets=0))


async def carrier(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take what is posted, and send more than anybody wants to who fetches."""
    head = await reader.readuntil(b"\r\n\r\n")
    if head.startswith(b"POST"):
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        return
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(1_000):
        writer.write(b"x" * 100_000)
        await writer.drain()


@pytest.mark.parametrize("direction", ["download", "upload"])
async def test_throughput_is_bounded(attempt: Any, answering: Any, direction: Any) -> None:
    """No more than the module's bytes are carried, give or take a piece, however much there would be."""
    module = ThroughputModule(prober="throughput", direction=direction, most_bytes=300_000)
    async with answering(carrier, limit=2**20) as port:
        result = await attempt(f"http://127.0.0.1:{port}/", module)
    assert result.success, result.log
    assert 300_000 <= (result.value("peakweek_probe_throughput_bytes", direction) or 0) <= 300_000 + 65_536
    assert (result.value("peakweek_probe_throughput_bytes_per_second", direction) or 0) > 0


async def test_throughput_keeps_its_hours(config: Config, start: Callable[..., Any], answering: Any) -> None:
    """The line is filled at the target's hours only, once in fifteen minutes, whoever asks."""
    async with answering(carrier, limit=2**20) as port:
        target = {"name": "speed", "target": f"http://127.0.0.1:{port}/", "module": "fill", "part": "line"}
        more = {"every_s": 86_400.0, "hours": ("19:00-21:00",)}
        modules = {"fill": {"prober": "throughput", "most_bytes": 100_000}}
        async with start(probing(config, target | more, modules=modules)) as service:
            path = f"/probe?module=fill&target={target['target']}"
            assert 'reason="not_now"' in (await service.get(path))[1]  # it is noon at the centre
            service.clock.move_to(service.clock.now() + timedelta(hours=7, minutes=30))
            assert "\nprobe_success 1.0\n" in (await service.get(path))[1]
            assert 'reason="not_now"' in (await service.get(path))[1]
