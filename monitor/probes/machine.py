"""The machine itself: memory, the disk of a folder, and its clock."""

import asyncio
import struct
from functools import partial
from typing import Any

import psutil

from monitor.clock import WallClock, monotonic_s
from monitor.config.probes import MachineModule
from monitor.probes.addresses import Address, host_and_port, resolved
from monitor.probes.aside import aside
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.result import Reason

_TIME_PORT = 123
_QUESTION = 0b00_100_011  # no leap, version 4, client
_ANSWER_MODE = 4
_UNKNOWN = 3  # what stands in the place of leap seconds while a server does not know the time
_PACKET = struct.Struct("!B B b b I I I Q Q Q Q")
_SINCE_1900_S = 2_208_988_800
_FRACTION = 2.0**32


async def probe(target: str, module: MachineModule, attempt: Attempt) -> None:
    """Look at the machine."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    attempt.note("node_memory_MemTotal_bytes", memory.total)
    attempt.note("node_memory_MemAvailable_bytes", memory.available)
    attempt.note("node_memory_SwapTotal_bytes", swap.total)
    attempt.note("node_memory_SwapFree_bytes", swap.free)
    free_ratio = await _disk(target, attempt)
    offset_s = await _offset_s(module, attempt) if module.time_server else 0.0
    if free_ratio < module.free_limit_ratio:
        raise ProbeError(Reason.LIMIT, f"{free_ratio:.1%} of the disk are free")
    if abs(offset_s) > module.offset_limit_s:
        raise ProbeError(Reason.LIMIT, f"the clock is off by {offset_s:.3f} s")


async def _disk(folder: str, attempt: Attempt) -> float:
    """Note how full a folder's disk is, and return the share that may be used.

    Raises:
        ProbeError: there is no such folder.
    """
    try:
        usage, labels = await aside(f"look at {folder}", partial(_usage, folder))
    except OSError as problem:
        raise ProbeError(Reason.TARGET, f"{folder} cannot be looked at ({problem.strerror})") from None
    attempt.note("node_filesystem_size_bytes", usage.total, *labels)
    attempt.note("node_filesystem_free_bytes", usage.total - usage.used, *labels)
    attempt.note("node_filesystem_avail_bytes", usage.free, *labels)
    attempt.tell(f"{usage.free} of {usage.total} bytes of the disk are free")
    return float(usage.free / usage.total) if usage.total else 1.0


def _usage(folder: str) -> tuple[Any, tuple[str, str, str]]:
    """Return how full a folder's disk is, with device, kind and place of what is mounted there."""
    usage = psutil.disk_usage(folder)
    places = [each for each in psutil.disk_partitions(all=True) if _is_within(folder, each.mountpoint)]
    place = max(places, key=lambda each: len(each.mountpoint), default=None)
    return usage, (place.device, place.fstype, place.mountpoint) if place else ("", "", folder)


def _is_within(folder: str, mountpoint: str) -> bool:
    return folder == mountpoint or folder.startswith(mountpoint.rstrip("/\\") + ("\\" if "\\" in mountpoint else "/"))


async def _offset_s(module: MachineModule, attempt: Attempt) -> float:
    """Note how far the machine's clock is behind the time server, and return it.

    Source: RFC 4330, section 5.
    """
    host, port = host_and_port(str(module.time_server), _TIME_PORT)
    address = await resolved(host, module, attempt)
    sent_s, began_s = WallClock().now().timestamp(), monotonic_s()
    asked = round((sent_s + _SINCE_1900_S) * _FRACTION) % 2**64
    packet = await _exchange(address, port, _PACKET.pack(_QUESTION, *([0] * 9), asked))
    came_s = sent_s + monotonic_s() - began_s  # by a clock that nobody sets meanwhile
    if len(packet) < _PACKET.size:
        raise ProbeError(Reason.PROTOCOL, "the time server's answer is too short")
    first, stratum, _, _, _, _, _, _, told, received, answered = _PACKET.unpack(packet[: _PACKET.size])
    if first & 7 != _ANSWER_MODE or told != asked or not stratum or first >> 6 == _UNKNOWN:
        raise ProbeError(Reason.PROTOCOL, "the time server does not know the time, or does not tell us")
    there_s, back_s = (each / _FRACTION - _SINCE_1900_S for each in (received, answered))
    offset_s: float = ((there_s - sent_s) + (back_s - came_s)) / 2
    attempt.note("peakweek_probe_clock_offset_seconds", offset_s)
    attempt.tell(f"the time server is {offset_s:+.6f} s ahead, of stratum {stratum}")
    return offset_s


async def _exchange(address: Address, port: int, question: bytes) -> bytes:
    """Return the first datagram that comes back."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()

    class Exchange(asyncio.DatagramProtocol):
        def datagram_received(self, datagram: bytes, addr: object) -> None:
            del addr
            if not answer.done():
                answer.set_result(datagram)

        def error_received(self, problem: Exception) -> None:
            if not answer.done():
                answer.set_exception(problem)

    transport, _ = await loop.create_datagram_endpoint(Exchange, remote_addr=(address.ip, port))
    try:
        transport.sendto(question)
        return await answer
    finally:
        transport.close()
