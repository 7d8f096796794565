"""ICMP: echo requests, of which loss, round trip and jitter are measured."""

import asyncio
import socket
from typing import Any

from icmplib import AsyncSocket, ICMPReply, ICMPRequest, ICMPv4Socket, ICMPv6Socket
from icmplib.exceptions import ICMPError, ICMPSocketError, SocketPermissionError, TimeoutExceeded
from icmplib.utils import unique_identifier

from monitor.clock import monotonic_s
from monitor.config.probes import IcmpModule
from monitor.probes.addresses import Address, resolved
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.result import Reason
from monitor.probes.trips import Trips

_FORBIDDEN = (
    "the system lets the service send no echo requests; allow it with sysctl net.ipv4.ping_group_range='0 2147483647' "
    "or with the capability CAP_NET_RAW (systemd: AmbientCapabilities=CAP_NET_RAW)"
)


class _Socket(ICMPv4Socket):  # type: ignore[misc]  # the library has no types
    """A socket that remembers the last packet's time to live, where the system shows it: on a raw socket."""

    hop_limit = 0

    def _parse_reply(self, packet: bytes, source: Any, current_time: float) -> Any:
        if self.is_privileged:
            self.hop_limit = packet[8]
        return super()._parse_reply(packet, source, current_time)


async def probe(target: str, module: IcmpModule, attempt: Attempt) -> None:
    """Send echo requests one after the other, and measure what comes back."""
    for phase in ("resolve", "setup", "rtt"):
        attempt.note("probe_icmp_duration_seconds", 0, phase)
    address = await resolved(target, module, attempt)
    attempt.note("probe_icmp_duration_seconds", address.resolve_s, "resolve")
    with attempt.timed("probe_icmp_duration_seconds", "setup"):
        connection = _socket(address)
    with AsyncSocket(connection) as asynchronous:
        await _echo(asynchronous, address, module, attempt)


def _socket(address: Address) -> ICMPv4Socket | ICMPv6Socket:
    """Return a socket for echoes: one that needs no right where the system gives it, else a raw one.

    Raises:
        ProbeError: the system gives neither.
    """
    make = _Socket if address.family == socket.AF_INET else ICMPv6Socket
    for privileged in (False, True):
        try:
            return make(None, privileged)
        except SocketPermissionError:
            continue
    raise ProbeError(Reason.FORBIDDEN, _FORBIDDEN)


async def _echo(connection: AsyncSocket, address: Address, module: IcmpModule, attempt: Attempt) -> None:
    """Send the requests, each after the answer to the one before or its share of the time."""
    patience_s = max(0.05, (attempt.left_s - module.gap_s * (module.count - 1)) / module.count * 0.95)
    trips = Trips(attempt)
    identifier = unique_identifier()
    for sequence in range(module.count):
        if sequence:
            await asyncio.sleep(module.gap_s)
        request = ICMPRequest(address.ip, identifier, sequence, payload_size=module.payload_bytes)
        reply = await _reply(connection, request, patience_s, attempt)
        if reply and sequence == 0:
            attempt.note("probe_icmp_duration_seconds", reply.time - request.time, "rtt")
            if hop_limit := getattr(connection, "hop_limit", 0):
                attempt.note("probe_icmp_reply_hop_limit", hop_limit)
        trips.note(reply.time - request.time if reply else None)
    trips.judge(module.loss_limit_ratio)


async def _reply(
    connection: AsyncSocket, request: ICMPRequest, patience_s: float, attempt: Attempt
) -> ICMPReply | None:
    """Return the answer to a request; none where there is none in time."""
    began_s = monotonic_s()
    try:
        connection.send(request)
        reply = await connection.receive(request, patience_s)
        reply.raise_for_status()
    except TimeoutExceeded:
        attempt.tell(f"echo {request.sequence}: no answer in {patience_s:.3f} s")
        return None
    except ICMPSocketError as problem:
        raise ProbeError(Reason.UNREACHABLE, str(problem)) from None
    except ICMPError as problem:
        attempt.tell(f"echo {request.sequence}: {problem}")
        await asyncio.sleep(max(0.0, min(patience_s, 0.05) - (monotonic_s() - began_s)))
        return None
    attempt.tell(f"echo {request.sequence}: answered after {reply.time - request.time:.6f} s")
    return reply
