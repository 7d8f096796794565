"""Names to addresses, and connections to them.

Place in the pipeline: under the probers. In: a host or host and port. Out: an address of the wanted kind. Invariant: a
name server that hangs holds one thread for each name that is asked for.

Source: blackbox_exporter's probes for which kind of address is taken, and for the hash of an address.
"""

import ipaddress
import socket
from dataclasses import dataclass
from functools import partial

from monitor.clock import monotonic_s
from monitor.config.probes import Module
from monitor.probes.aside import aside
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.result import Reason

_FAMILIES = {"ip4": socket.AF_INET, "ip6": socket.AF_INET6}
_OTHER = {"ip4": "ip6", "ip6": "ip4"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a target is.

    Attributes:
        ip: its address as text.
        family: `socket.AF_INET` or `socket.AF_INET6`.
        resolve_s: so long the name took to look up.
    """

    ip: str
    family: int
    resolve_s: float


def host_and_port(target: str, default: int | None = None) -> tuple[str, int]:
    """Return the two parts of host:port or [host]:port.

    Raises:
        ProbeError: it is neither, or has no port and there is no default.
    """
    host, _, port = target.rpartition(":")
    if not host or (":" in host and not host.startswith("[")):  # no port, or a bare address of version 6
        host, port = target, str(default or "")
    if not port.isascii() or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ProbeError(Reason.TARGET, f"found {target}; expected host:port")
    return host.strip("[]"), int(port)


async def resolved(host: str, module: Module, attempt: Attempt) -> Address:
    """Return the host's address of the kind that the module wants, and note what was found.

    Raises:
        ProbeError: it has none.
    """
    attempt.note("probe_ip_protocol", 0)
    attempt.note("probe_ip_addr_hash", 0)
    attempt.tell(f"looking up {host}, {module.ip_protocol} first")
    began_s = monotonic_s()
    try:
        found = await aside(f"look up {host}", partial(_look_up, host))
    except (OSError, UnicodeError) as problem:
        raise ProbeError(Reason.RESOLVE, f"{host} has no address ({problem})") from None
    finally:
        attempt.note("probe_dns_lookup_time_seconds", resolve_s := monotonic_s() - began_s)
    wanted = [module.ip_protocol, *([_OTHER[module.ip_protocol]] if module.ip_fallback else [])]
    for family in (_FAMILIES[each] for each in wanted):
        for each, ip in found:
            if each == family:
                attempt.note("probe_ip_protocol", 4 if family == socket.AF_INET else 6)
                attempt.note("probe_ip_addr_hash", hash_of(ip))
                attempt.tell(f"found {ip}")
                return Address(ip, family, resolve_s)
    raise ProbeError(Reason.RESOLVE, f"{host} has no {module.ip_protocol} address")


def _look_up(host: str) -> list[tuple[int, str]]:
    """Return the addresses of a name, with the kind of each."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [(family, str(address[0])) for family, *_, address in found]


def is_ip_address(host: str) -> bool:
    """Return whether a host is an address already."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def hash_of(ip: str) -> int:
    """Return 32 bits that change when the address does: FNV-1a of its bytes, as blackbox_exporter has it.

    >>> hash_of("127.0.0.1")
    3668918509
    """
    found = 2_166_136_261
    for byte in ipaddress.ip_address(ip.partition("%")[0]).packed:
        found = ((found ^ byte) * 16_777_619) % 2**32
    return found
