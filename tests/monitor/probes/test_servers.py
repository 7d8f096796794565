"""Probes against real servers: SNMP, Network UPS Tools, DNS, time, and a network that loses packets."""

import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import monotonic_s
from monitor.config.probes import DnsModule, MachineModule, SnmpModule, SnmpUser, UpsModule
from monitor.probes.attempt import probe
from monitor.probes.result import ProbeResult, Reason
from monitor.probes.traffic import rates
from tests.monitor.probes.conftest import running, until, until_open

UPS = {"ups.status": "OL CHRG", "battery.charge": "87", "battery.runtime": "1800", "ups.load": "23"}
ZONE = "static"


def write_ups(folder: Path, **changed: str) -> None:
    """Let the dummy driver say this."""
    told = UPS | {name.replace("_", "."): value for name, value in changed.items()}
    text = "".join(f"{name}: {value}\n" for name, value in told.items())
    (folder / "ups.new").write_text(text, encoding="utf-8")
    (folder / "ups.new").rename(folder / "ups.dev")


def configure_ups(folder: Path, port: int) -> None:
    """Write what the driver and the server read, for themselves alone."""
    for name, text in (
        (
            "ups.conf",
            f"[office]\ndriver = dummy-ups\nport = {folder / 'ups.dev'}\nmode = dummy-once\npollinterval = 1\n",
        ),
        ("upsd.conf", f"LISTEN 127.0.0.1 {port}\n"),
        ("upsd.users", "[officer]\npassword = right\n"),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    write_ups(folder)


@pytest.fixture
async def ups(tmp_path: Path, free_port: Callable[..., int]) -> AsyncIterator[str]:
    """Return the target of a UPS that a dummy driver plays to a real server."""
    port = free_port()
    configure_ups(tmp_path, port)
    places = dict.fromkeys(("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH"), str(tmp_path))
    with ExitStack() as stack:
        for command in (["/lib/nut/dummy-ups", "-F", "-a", "office"], ["/lib/nut/upsd", "-F"]):
            stack.enter_context(running(*command, "-u", "root", env=places))
        await until_open(port)
        yield f"office@127.0.0.1:{port}"


@pytest.mark.server("/lib/nut/upsd")
async def test_a_ups_tells_of_the_power(ups: str, attempt: Any, tmp_path: Path) -> None:
    """What a UPS says of line, battery and load is told, and what it says next as well."""
    module, shown = UpsModule(prober="ups"), "network_ups_tools_ups_status"

    async def is_on(flag: str) -> bool:
        return bool((await attempt(ups, module)).value(shown, "office", flag))

    await until(lambda: is_on("OL"))
    result = await attempt(ups, module)
    values = {name: result.value(f"network_ups_tools_{name}", "office") for name in ("battery_charge", "ups_load")}
    assert values == {"battery_charge": 87, "ups_load": 23}
    assert result.value("network_ups_tools_battery_runtime", "office") == 1800
    assert [result.value(shown, "office", flag) for flag in ("OB", "CHRG", "LB")] == [0, 1, 0]
    write_ups(tmp_path, ups_status="OB DISCHRG", battery_charge="41.5")
    await until(lambda: is_on("OB"))
    result = await attempt(ups, module)
    assert (result.success, result.value("network_ups_tools_battery_charge", "office")) == (True, 41.5)
    assert (await attempt(ups.replace("office", "other"), module)).reason is Reason.STATUS
    assert (await attempt("office", module)).reason is Reason.TARGET


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[..., int]) -> Iterator[str]:
    """Return the target of a real SNMP agent that knows this machine's interfaces."""
    import socket  # noqa: PLC0415 - the kind of socket that it listens on

    folder, port = tmp_path_factory.mktemp("snmp"), free_port(socket.SOCK_DGRAM)
    (folder / "snmpd.conf").write_text(
        f"agentaddress udp:127.0.0.1:{port}\nrocommunity office\nrouser officer priv\n"
        "createUser officer SHA authpassword AES privpassword\n",
        encoding="utf-8",
    )
    command = ["snmpd", "-f", "-C", "-c", folder / "snmpd.conf", "-Lf", folder / "log", "-p", folder / "pid"]
    with running(*command, env={"SNMP_PERSISTENT_DIR": str(folder / "kept"), "PATH": "/usr/sbin:/usr/bin"}):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="module")
def mtu() -> int:
    """Return the longest packet of this machine's loopback interface, as the system says."""
    return int(Path("/sys/class/net/lo/mtu").read_text(encoding="ascii"))


V2 = SnmpModule.model_validate({"prober": "snmp", "community": "office", "timeout_s": 10.0})
V3 = SnmpModule(
    prober="snmp",
    user=SnmpUser.model_validate(
        {
            "name": "officer",
            "auth": "SHA",
            "auth_password": "authpassword",
            "priv": "AES",
            "priv_password": "privpassword",
        }
    ),
)


@pytest.mark.server("snmpd")
@pytest.mark.parametrize("module", [V2, V3], ids=["v2c", "v3"])
async def test_a_router_tells_of_its_interfaces(router: str, attempt: Any, module: SnmpModule, mtu: int) -> None:
    """A real agent's interfaces have IF-MIB's names, labels and values, in versions 2c and 3."""
    result: ProbeResult = await attempt(router, module)
    while result.reason is Reason.TIMEOUT:  # it is only starting
        result = await attempt(router, module)
    assert result.success, result.log
    (labels,) = {sample.labels for sample in result.samples if sample.name == "ifMtu" and sample.labels[2] == "lo"}
    assert labels[1:] == ("lo", "lo", "")
    assert result.value("ifMtu", *labels) == mtu
    assert result.value("ifOperStatus", *labels) == 1
    assert (result.value("ifHCInOctets", *labels) or -1) >= 0
    assert result.value("ifNumber") == len({each.labels for each in result.samples if each.name == "ifMtu"})
    later = await attempt(router, module)
    passed_s = ((later.value("sysUpTime") or 0) - (result.value("sysUpTime") or 0)) / 100
    told = {sample.labels: sample.value for sample in rates(result, later, max(passed_s, 0.01), {"lo": 1e9})}
    assert told["lo", "in"] >= 0


@pytest.mark.server("snmpd")
async def test_a_router_that_does_not_know_us(router: str, attempt: Any) -> None:
    """A wrong password is told apart; a wrong community is no answer; an interface can be chosen."""
    secret = {"name": "officer", "auth": "SHA", "auth_password": "something else"}
    stranger = SnmpModule(prober="snmp", user=SnmpUser.model_validate(secret))
    assert (await attempt(router, stranger)).reason is Reason.AUTH
    wrong = SnmpModule.model_validate({"prober": "snmp", "community": "guess"})
    assert (await attempt(router, wrong, 1.0)).reason is Reason.TIMEOUT
    chosen = V2.model_copy(update={"interfaces": ("lo",)})
    result = await attempt(router, chosen)
    assert {sample.labels[2] for sample in result.samples if sample.name == "ifMtu"} == {"lo"}


@pytest.fixture
async def resolver(tmp_path: Path, free_port: Callable[..., int]) -> AsyncIterator[str]:
    """Return the target of a real name server with a zone of its own."""
    port = free_port()
    (tmp_path / "unbound.conf").write_text(
        f"""server:
  interface: 127.0.0.1@{port}
  directory: "{tmp_path}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  local-zone: "{ZONE}." static
  local-data: "portal.{ZONE}. A 192.0.2.7"
  local-data: "portal.{ZONE}. A 192.0.2.8"
  local-data: "{ZONE}. SOA ns.{ZONE}. mail.{ZONE}. 2025070101 3600 1200 604800 10800"
""",
        encoding="utf-8",
    )
    with running("unbound", "-c", tmp_path / "unbound.conf"):
        await until_open(port)
        yield f"127.0.0.1:{port}"


@pytest.mark.server("unbound")
async def test_a_name_server_answers(resolver: str, attempt: Any) -> None:
    """A real resolver's records are counted and judged, over both transports."""

    def asking(**more: Any) -> DnsModule:
        return DnsModule.model_validate({"prober": "dns", "name": f"portal.{ZONE}", **more})

    for module in (asking(expected_text="192.0.2.8"), asking(transport="tcp")):
        result = await attempt(resolver, module)
        assert (result.reason, result.value("probe_dns_answer_rrs")) == (Reason.NONE, 2)
        assert (result.value("probe_dns_duration_seconds", "request") or 0) > 0
    assert (await attempt(resolver, asking(expected_text="192.0.2.9"))).reason is Reason.TEXT
    nobody = await attempt(resolver, asking(name=f"nobody.{ZONE}"))
    assert (nobody.reason, nobody.value("probe_dns_query_succeeded")) == (Reason.STATUS, 1)
    assert (await attempt(resolver, asking(name=f"nobody.{ZONE}", rcodes=("NXDOMAIN",)))).success
    assert (await attempt(resolver, asking(name=ZONE, kind="SOA"))).value("probe_dns_serial") == 2025070101


@pytest.mark.server("chronyd")
async def test_the_clock_is_compared(attempt: Any, tmp_path: Path, free_port: Callable[..., int]) -> None:
    """A real time server on this machine has this machine's time; a folder's disk and the memory have their sizes."""
    import socket  # noqa: PLC0415 - the kind of socket that it listens on

    port = free_port(socket.SOCK_DGRAM)
    lines = ["local stratum 3", "allow 127.0.0.0/8", "bindaddress 127.0.0.1", f"port {port}", "cmdport 0"]
    lines += [f"pidfile {tmp_path / 'pid'}", "bindcmdaddress /", f"driftfile {tmp_path / 'drift'}"]
    (tmp_path / "chrony.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    module = MachineModule(prober="machine", time_server=f"127.0.0.1:{port}", free_limit_ratio=0)
    with running("chronyd", "-x", "-d", "-u", "root", "-f", tmp_path / "chrony.conf"):
        result: ProbeResult = await attempt(str(tmp_path), module)

        async def is_told() -> bool:
            nonlocal result
            result = await attempt(str(tmp_path), module, 1)
            return result.success

        await until(is_told)
    assert abs(result.value("peakweek_probe_clock_offset_seconds") or 9) < 1
    usage = shutil.disk_usage(tmp_path)
    (size,) = (sample.value for sample in result.samples if sample.name == "node_filesystem_size_bytes")
    assert size == usage.total
    full = MachineModule(prober="machine", free_limit_ratio=1)
    assert (await attempt(str(tmp_path), full)).reason is Reason.LIMIT
    assert (await attempt(str(tmp_path / "nothing"), full)).reason is Reason.TARGET


LOSING = """
ip link set lo up
nft add table ip lossy
nft add chain ip lossy input '{ type filter hook input priority 0; }'
nft add rule ip lossy input icmp type echo-request numgen inc mod 4 0 drop
"$@"
"""
ONE_ATTEMPT = """
import asyncio, json
from monitor.clock import monotonic_s
from monitor.config.probes import IcmpModule
from monitor.probes.attempt import probe
module = IcmpModule(prober="icmp", count=8, gap_s=0.05, loss_limit_ratio=LIMIT)
result = asyncio.run(probe("127.0.0.1", module, deadline_s=monotonic_s() + 4))
print(json.dumps([result.reason, result.value("peakweek_probe_loss_ratio"), result.log[-1]]))
"""


NARROW = """
ip link set lo up mtu 1500
tc qdisc add dev lo root tbf rate 16mbit burst 16k latency 200ms
"$@"
"""
ONE_FETCH = """
import asyncio, json
from monitor.clock import monotonic_s
from monitor.config.probes import ThroughputModule
from monitor.probes.attempt import probe

async def send(reader, writer):
    await reader.readuntil(bytes([13, 10, 13, 10]))
    writer.write(b"HTTP/1.0 200 OK" + bytes([13, 10, 13, 10]) + bytes(3_000_000))
    await writer.drain()

async def fetch():
    server = await asyncio.start_server(send, "127.0.0.1", 8099)
    async with server:
        return await probe("http://127.0.0.1:8099/", MODULE, deadline_s=monotonic_s() + 20)

MODULE = ThroughputModule(prober="throughput", most_bytes=2_000_000)
result = asyncio.run(fetch())
name = "peakweek_probe_throughput_bytes_per_second"
print(json.dumps([result.reason, result.value(name, "download")]))
"""


def in_a_network_of_its_own(prepared: str, script: str, *prefix: str) -> list[Any]:
    """Return what a script prints in a network that was prepared for it."""
    command = ["unshare", "-n", "sh", "-ec", prepared, "sh", *prefix, sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, check=False)
    if b"Operation not permitted" in done.stderr:
        pytest.skip("this system lets us make no network of our own")
    assert done.returncode == 0, done.stderr.decode()
    told: list[Any] = json.loads(done.stdout)
    return told


@pytest.mark.server("nft")
@pytest.mark.server("ip")
def test_loss_is_measured() -> None:
    """Where every fourth echo request is lost, a quarter is; whether that is a failure is for the module to say."""
    assert in_a_network_of_its_own(LOSING, ONE_ATTEMPT.replace("LIMIT", "0.5"))[:2] == [Reason.NONE, 0.25]
    assert in_a_network_of_its_own(LOSING, ONE_ATTEMPT.replace("LIMIT", "0.1"))[:2] == [Reason.LOSS, 0.25]


@pytest.mark.server("ip")
def test_a_narrow_line_is_measured() -> None:
    """A line of sixteen million bits a second is found to carry about as much, and never more than its burst adds."""
    reason, byte_per_s = in_a_network_of_its_own(NARROW, ONE_FETCH)
    assert reason == Reason.NONE
    assert 0.2e6 < byte_per_s < 2e6 * 1.2


@pytest.mark.server("nft")
@pytest.mark.server("ip")
def test_what_the_system_forbids_is_said() -> None:
    """Where the system lets nobody send echo requests, the probe says so and how to allow it."""
    script = ONE_ATTEMPT.replace("LIMIT", "0.5")
    reason, loss, told = in_a_network_of_its_own(LOSING, script, "setpriv", "--bounding-set=-net_raw")
    assert (reason, loss) == (Reason.FORBIDDEN, None)
    assert "ping_group_range" in told
    assert "CAP_NET_RAW" in told


async def test_an_attempt_takes_no_longer_than_it_may() -> None:
    """An address from which nothing comes back costs the deadline and no more."""
    began_s = monotonic_s()
    result = await probe("192.0.2.1:9", V2, deadline_s=monotonic_s() + 0.5)
    assert not result.success
    assert monotonic_s() - began_s < 10
