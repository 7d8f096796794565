"""Throughput: a bounded number of bytes over the line, and how long they took."""

import os
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp

from monitor.clock import monotonic_s
from monitor.config.probes import ThroughputModule
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.certificates import watched
from monitor.probes.http import address_of, client, failures
from monitor.probes.result import Reason

_PIECE_BYTES = 65_536


async def probe(target: str, module: ThroughputModule, attempt: Attempt) -> None:
    """Carry the bytes in the module's direction."""
    with failures():
        await address_of(target, module, attempt)
        async with client(module, attempt, module.tls, watched()) as session:
            await (_fetch if module.direction == "download" else _post)(session, target, module, attempt)


async def _fetch(session: aiohttp.ClientSession, target: str, module: ThroughputModule, attempt: Attempt) -> None:
    """Fetch the page, up to so many bytes; the time begins with the first of them."""
    async with session.get(target, headers={"Accept-Encoding": "identity"}) as answer:
        _judge(answer)
        n_bytes, began_s = 0, monotonic_s()
        async for piece in answer.content.iter_chunked(_PIECE_BYTES):
            n_bytes += len(piece)
            _note(n_bytes, began_s, module, attempt)
            if n_bytes >= module.most_bytes:
                answer.close()
                break
    attempt.tell(f"{n_bytes} bytes fetched")


async def _post(session: aiohttp.ClientSession, target: str, module: ThroughputModule, attempt: Attempt) -> None:
    """Post so many bytes that nothing on the way can make shorter; the time ends with the answer."""
    piece, began_s = os.urandom(_PIECE_BYTES), monotonic_s()

    async def pieces() -> AsyncIterator[bytes]:
        for n_sent in range(0, module.most_bytes, _PIECE_BYTES):
            yield piece[: module.most_bytes - n_sent]

    headers = {"Content-Length": str(module.most_bytes), "Content-Type": "application/octet-stream"}
    async with session.post(target, data=pieces(), headers=headers) as answer:
        _judge(answer)
    _note(module.most_bytes, began_s, module, attempt)
    attempt.tell(f"{module.most_bytes} bytes posted")


def _judge(answer: aiohttp.ClientResponse) -> None:
    """Return if the answer is right.

    Raises:
        ProbeError: it is not.
    """
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise ProbeError(Reason.STATUS, f"status {answer.status}; expected 200 to 299")


def _note(n_bytes: int, began_s: float, module: ThroughputModule, attempt: Attempt) -> None:
    """Note how fast so many bytes were."""
    attempt.note("peakweek_probe_throughput_bytes", n_bytes, module.direction)
    rate = n_bytes / max(1e-6, monotonic_s() - began_s)
    attempt.note("peakweek_probe_throughput_bytes_per_second", rate, module.direction)
