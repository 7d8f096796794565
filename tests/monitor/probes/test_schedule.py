"""The schedule and the door for probes, in a real service on loopback."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from monitor.clock import monotonic_s
from monitor.config import Config
from monitor.config.probes import ProbesConfig, TargetConfig
from monitor.probes.history import History
from monitor.probes.result import ProbeResult, Reason
from tests.monitor.probes.conftest import until
from tests.monitor.probes.test_attempts import page, silent

GOOD = ProbeResult(success=True, duration_s=0.1, reason=Reason.NONE)
BAD = ProbeResult(success=False, duration_s=0.1, reason=Reason.TIMEOUT)


def probing(config: Config, *targets: dict[str, Any], **more: Any) -> Config:
    """Return a configuration that probes these targets."""
    section = ProbesConfig.model_validate({"targets": targets, **more})
    return config.model_copy(update={"probes": section})


def target(name: str, port: int, **more: Any) -> dict[str, Any]:
    """Return a target on loopback."""
    return {"name": name, "target": f"http://127.0.0.1:{port}/", "module": "http_2xx", "part": "line", **more}


async def test_targets_are_probed_beside_each_other(
    config: Config, start: Callable[..., Any], answering: Any, free_port: Any
) -> None:
    """A target that hangs delays neither a scrape nor the attempts of the others, and each has its own figures."""
    modules = {"slow": {"prober": "http", "timeout_s": 60.0}}
    async with answering(silent) as hanging, answering(page("hello")) as good:
        targets = [
            target("hangs", hanging, module="slow", part="national", every_s=60.0),
            target("works", good, module="quick", every_s=1.0),
            target("fails", free_port(), module="quick", every_s=1.0, part="province"),
        ]
        modules["quick"] = {"prober": "http", "timeout_s": 1.0}
        async with start(probing(config, *targets, modules=modules)) as service:
            samples: dict[str, float] = {}

            async def are_there() -> bool:
                began_s = monotonic_s()
                samples.update(await service.samples())
                assert monotonic_s() - began_s < 5
                names = ("module=quick part=line target=works", "module=quick part=province target=fails")
                return all(samples.get(f"peakweek_probe_attempts_total {name}", 0) >= 2 for name in names)

            await until(are_there)
    works, fails = "module=quick part=line target=works", "module=quick part=province target=fails"
    assert samples[f"probe_success {works}"] == 1
    assert samples[f"probe_http_status_code {works}"] == 200
    assert samples[f"peakweek_probe_failures_total {works}"] == 0
    assert f"peakweek_probe_failing_since_timestamp_seconds {works}" not in samples
    assert samples[f"probe_success {fails}"] == 0
    assert samples[f"peakweek_probe_failures_total {fails}"] == samples[f"peakweek_probe_attempts_total {fails}"]
    assert samples["peakweek_probe_failure_info module=quick part=province reason=refused target=fails"] == 1
    hangs = "module=slow part=national target=hangs"
    assert samples[f"peakweek_probe_attempts_total {hangs}"] == 0
    assert f"probe_success {hangs}" not in samples


async def test_probe_on_request(config: Config, start: Callable[..., Any], answering: Any) -> None:
    """Only a target of the file is probed, by a module that there is, and the answer is one attempt's metrics."""
    async with answering(page("hello")) as port, answering(silent) as hanging:
        allowed = (f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{hanging}/")
        async with start(probing(config, allow=allowed)) as service:
            status, text = await service.get(f"/probe?target={allowed[0]}&module=http_2xx")
            assert (status, "\nprobe_success 1.0\n" in text, "\nprobe_timeout_seconds 5.0\n" in text) == (
                200,
                True,
                True,
            )
            status, text = await service.get(f"/probe?target={allowed[0]}&debug=true")
            assert (status, "status 200, 5 bytes" in text, "probe_success 1.0" in text) == (200, True, True)
            assert "prober: http" in text
            refused = [f"http://127.0.0.1:{port}/other", "http://169.254.169.254/latest/", f"{allowed[0]} "]
            assert [(await service.get(f"/probe?target={each}"))[0] for each in refused] == [403] * 3
            assert (await service.get(f"/probe?target={allowed[0]}&module=nothing"))[0] == 400
            assert (await service.get("/probe?module=http_2xx"))[0] == 400
            began_s = monotonic_s()
            headers = {"X-Prometheus-Scrape-Timeout-Seconds": "0.8"}
            async with service.session.get(f"/probe?target={allowed[1]}", headers=headers) as answer:
                text = await answer.text()
            assert monotonic_s() - began_s < 4
            assert "\nprobe_success 0.0\n" in text
            assert 'peakweek_probe_failure_info{reason="timeout"} 1.0' in text
            headers = {"X-Prometheus-Scrape-Timeout-Seconds": "soon"}
            async with service.session.get(f"/probe?target={allowed[0]}", headers=headers) as answer:
                assert answer.status == 400
            status, listed = await service.get("/logs")
            assert (status, len(listed.splitlines())) == (200, 3)
            number = next(line.split("\t")[0] for line in listed.splitlines() if line.endswith("failed: timeout"))
            status, text = await service.get(f"/logs?id={number}")
            assert (status, "no answer in time" in text) == (200, True)
            assert [(await service.get(f"/logs?id={each}"))[0] for each in ("99", "x", "-1")] == [404, 400, 400]
            assert "http://127.0.0.1" in (await service.get("/config"))[1]


async def test_prometheus_finds_the_targets(config: Config, start: Callable[..., Any], answering: Any) -> None:
    """What service discovery names can be asked for as it is."""
    async with answering(page("hello")) as port, start(probing(config, target("works", port))) as service:
        (group,) = json.loads((await service.get("/api/v1/sd/probes"))[1])
        labels = group["labels"]
        assert (labels["instance"], labels["part"]) == ("works", "line")
        query = {name.removeprefix("__param_"): text for name, text in labels.items() if name.startswith("__param_")}
        async with service.session.get(labels["__metrics_path__"], params=query) as answer:
            assert "\nprobe_success 1.0\n" in await answer.text()


async def test_only_so_many_at_once(config: Config, start: Callable[..., Any], answering: Any) -> None:
    """Whoever asks while as many probes as may be are under way is told to come again."""
    async with answering(silent) as port:
        address = f"http://127.0.0.1:{port}/"
        async with start(probing(config, allow=(address,), at_once=1)) as service:
            headers = {"X-Prometheus-Scrape-Timeout-Seconds": "1.5"}
            paths = [service.session.get(f"/probe?target={address}", headers=headers) for _ in range(3)]
            answers = await asyncio.gather(*paths)
            assert sorted(answer.status for answer in answers) == [200, 503, 503]


async def test_nothing_is_there_without_targets(service: Any) -> None:
    """A service without probes has none of their metrics and routes, and probes nothing that it is asked for."""
    assert (await service.get("/logs"))[0] == 404
    status, text = await service.get("/probe?target=http://127.0.0.1/&module=http_2xx")
    assert (status, "centre_info" in text, "probe_success" in text) == (200, True, False)
    assert not any("probe_" in name for name in await service.samples())


def test_nothing_is_imported_without_need() -> None:
    """The service starts without what the probers need; each kind brings its own when it is first used."""
    needed = ("icmplib", "dns", "aionut", "pysnmp", "psutil", "cryptography")
    code = f"import sys, monitor.app\nprint([name for name in {needed} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"


def test_successes_do_not_push_failures_out(noon: Any) -> None:
    """However many succeed, and however often another target fails, a target's last failures are still there."""
    history = History()
    first = history.keep(noon, "a", "icmp", BAD)
    for _ in range(500):
        history.keep(noon, "b", "icmp", GOOD)
        history.keep(noon, "c", "icmp", BAD)
    assert history.find(first.number) == first
    assert len(history.listed()) == 101
    assert history.find(2) is None


@pytest.mark.parametrize(
    ("hours", "at", "is_due"),
    [
        ((), time(3), True),
        (("19:00-21:00",), time(18, 59), False),
        (("19:00-21:00",), time(19), True),
        (("19:00-21:00",), time(21), False),
        (("05:00-06:00", "19:00-21:00"), time(5, 30), True),
        (("22:00-06:00",), time(21, 59), False),
        (("22:00-06:00",), time(23, 59), True),
        (("22:00-06:00",), time(0), True),
        (("22:00-06:00",), time(6), False),
    ],
)
def test_hours(hours: tuple[str, ...], at: time, *, is_due: bool) -> None:
    """A target is due at its hours, from the first minute to before the last, also over midnight."""
    made = TargetConfig(name="a", target="b", module="icmp", part="line", hours=hours)
    assert made.is_due_at(at) is is_due
