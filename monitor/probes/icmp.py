"""ICMP: echo requests, of which loss, round trip and jitter are measured."""

import asyncio
import socket
from itertools import pairwise
from typing import Any

from icmplib import AsyncSocket, ICMPReply, ICMPRequest, ICMPv4Socket, ICMPv6Socket
from icmplib.exceptions import ICMPError, ICMPSocketError, SocketPermissionError, TimeoutExceeded
from icmplib.utils import unique_identifier

from monitor.clock import monotonic_s
from monitor.config.probes import IcmpModule
from monitor.probes.addresses import Address, resolved
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.result import Reason

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
    trips_s: list[float] = []
    identifier = unique_identifier()
    for sequence in range(module.count):
        if sequence:
            await asyncio.sleep(module.gap_s)
        request = ICMPRequest(address.ip, identifier, sequence, payload_size=module.payload_bytes)
        if reply := await _reply(connection, request, patience_s, attempt):
            trips_s.append(reply.time - request.time)
            if sequence == 0:
                attempt.note("probe_icmp_duration_seconds", trips_s[0], "rtt")
                if hop_limit := getattr(connection, "hop_limit", 0):
                    attempt.note("probe_icmp_reply_hop_limit", hop_limit)
        _note_trips(trips_s, sequence + 1, attempt)
    lost_ratio = 1 - len(trips_s) / module.count
    if lost_ratio > module.loss_limit_ratio or not trips_s:
        told = f"{module.count - len(trips_s)} of {module.count} echo requests were not answered"
        raise ProbeError(Reason.LOSS if trips_s else Reason.TIMEOUT, told)


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


def _note_trips(trips_s: list[float], n_sent: int, attempt: Attempt) -> None:
    """Note what is known after so many requests, so that an attempt that is cut off has told what it saw."""
    attempt.note("peakweek_probe_echoes_sent", n_sent)
    attempt.note("peakweek_probe_echoes_lost", n_sent - len(trips_s))
    attempt.note("peakweek_probe_loss_ratio", 1 - len(trips_s) / n_sent)
    if trips_s:
        attempt.note("peakweek_probe_round_trip_min_seconds", min(trips_s))
        attempt.note("peakweek_probe_round_trip_mean_seconds", sum(trips_s) / len(trips_s))
        attempt.note("peakweek_probe_round_trip_max_seconds", max(trips_s))
    if trips_s[1:]:
        steps_s = [abs(after - before) for before, after in pairwise(trips_s)]
        attempt.note("peakweek_probe_jitter_seconds", sum(steps_s) / len(steps_s))
