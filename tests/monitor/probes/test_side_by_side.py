"""The same targets and modules in a real blackbox_exporter and in our service give the same families and values."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from monitor.config import Config
from monitor.config.probes import ProbesConfig
from tests.monitor.probes.conftest import running, until_open
from tests.monitor.probes.test_attempts import page
from tests.monitor.probes.test_servers import ZONE, resolver

__all__ = ["resolver"]  # a fixture
IP4 = {"preferred_ip_protocol": "ip4"}
OWN = {"probe_timeout_seconds"}
# Their probe knows whether the body is compressed before we do; times are compared by being there.
TIMED = ("_seconds",)
NAME = f"portal.{ZONE}"
EXPIRIES = {"probe_ssl_last_chain_expiry_timestamp_seconds", "probe_http_last_modified_timestamp_seconds"}


def modules(ca_file: str) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return each module as we and as blackbox_exporter write it."""
    found = {"prober": "dns", "name": NAME}, {"query_name": NAME, "query_type": "A", "transport_protocol": "udp", **IP4}
    return {
        "icmp": ({"prober": "icmp", "count": 1}, {"prober": "icmp", "icmp": IP4}),
        "tcp": ({"prober": "tcp"}, {"prober": "tcp", "tcp": IP4}),
        "http": ({"prober": "http"}, {"prober": "http", "http": IP4}),
        "https": (
            {"prober": "http", "tls": {"ca_file": ca_file}},
            {"prober": "http", "http": {"tls_config": {"ca_file": ca_file}, **IP4}},
        ),
        "tls": (
            {"prober": "tcp", "tls": {"ca_file": ca_file}},
            {"prober": "tcp", "tcp": {"tls": True, "tls_config": {"ca_file": ca_file}, **IP4}},
        ),
        "text": (
            {"prober": "http", "expected_text": "never"},
            {"prober": "http", "http": {"fail_if_body_not_matches_regexp": ["never"], **IP4}},
        ),
        "dns": (found[0], {"prober": "dns", "dns": found[1]}),
    }


@pytest.fixture
async def blackbox(tmp_path: Path, free_port: Callable[..., int], certificate: tuple[Path, Path]) -> AsyncIterator[str]:
    """Return the address of a real blackbox_exporter."""
    port = free_port()
    theirs = {name: module for name, (_, module) in modules(str(certificate[0])).items()}
    YAML(typ="safe").dump({"modules": theirs}, tmp_path / "blackbox.yml")
    listen = f"--web.listen-address=127.0.0.1:{port}"
    with running("prometheus-blackbox-exporter", f"--config.file={tmp_path / 'blackbox.yml'}", listen):
        await until_open(port)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def ours(config: Config, start: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that starts our service with these modules and allowed targets."""

    def started(pairs: dict[str, Any], allow: tuple[str, ...]) -> Any:
        section = ProbesConfig.model_validate(
            {"modules": {name: pair[0] for name, pair in pairs.items()}, "allow": allow}
        )
        return start(config.model_copy(update={"probes": section}))

    return started


async def scraped(address: str, name: str, target: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return all samples of one probe."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{address}/probe", params={"module": name, "target": target}) as answer,
    ):
        assert answer.status == 200, await answer.text()
        text = await answer.text()
    found = text_string_to_metric_families(text)
    return {(each.name, tuple(sorted(each.labels.items()))): each.value for family in found for each in family.samples}


def comparable(samples: dict[Any, float]) -> dict[Any, float | None]:
    """Return the samples without what is ours alone, and without values that are times."""
    return {
        (name, labels): None if name.endswith(TIMED) and name not in EXPIRIES else value
        for (name, labels), value in samples.items()
        if name not in OWN and not name.startswith("peakweek_")
    }


@pytest.mark.server("prometheus-blackbox-exporter")
@pytest.mark.server("unbound")
async def test_families_and_values_are_the_same(
    blackbox: str,
    resolver: str,
    answering: Any,
    certificate: tuple[Path, Path],
    ours: Callable[[Any, tuple[str, ...]], Any],
) -> None:
    """For each kind of probe, right and wrong, both show the same names, labels and values."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    more = "Last-Modified: Tue, 01 Jul 2025 00:30:00 GMT\r\n"
    async with (
        answering(page("hello", more=more)) as http,
        answering(page("hello"), ssl=context) as https,
        answering(page("", "503 Service Unavailable")) as ill,
    ):
        pairs = [
            ("icmp", "127.0.0.1"),
            ("icmp", "no-such-host.invalid"),
            ("tcp", f"localhost:{http}"),
            ("tcp", "127.0.0.1:1"),
            ("http", f"http://127.0.0.1:{http}/"),
            ("http", f"http://127.0.0.1:{ill}/"),
            ("http", "http://127.0.0.1:1/"),
            ("text", f"http://127.0.0.1:{http}/"),
            ("https", f"https://localhost:{https}/"),
            ("tls", f"localhost:{https}"),
            ("dns", resolver),
        ]
        allow = tuple(dict.fromkeys(target for _, target in pairs))
        async with ours(modules(str(certificate[0])), allow) as service:
            for name, target in pairs:
                mine, their = await asyncio.gather(
                    scraped(service.address, name, target), scraped(blackbox, name, target)
                )
                assert len(mine) >= 5
                assert comparable(mine) == comparable(their), (name, target)
