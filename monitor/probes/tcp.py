"""TCP, with or without TLS: a connection, perhaps a greeting, and what the certificate says."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor.config.probes import TcpModule
from monitor.probes.addresses import Address, host_and_port, resolved
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.certificates import context_of, note_certificates, watched
from monitor.probes.result import Reason

_MOST_BYTES = 4_096


async def probe(target: str, module: TcpModule, attempt: Attempt) -> None:
    """Connect, and say and expect what the module says."""
    attempt.note("probe_failed_due_to_regex", 0)
    host, port = host_and_port(target)
    address = await resolved(host, module, attempt)
    context = context_of(module.tls) if module.tls else None
    name = (module.tls.server_name or host) if module.tls else None
    handshake = watched()
    async with _connected(address, port, context, name) as (reader, writer):
        attempt.tell(f"connected to port {port}")
        if context:
            note_certificates(handshake.connection, attempt)
        if module.send:
            writer.write(module.send.encode())
            await writer.drain()
        if module.expected_text:
            await _expect(module.expected_text.encode(), reader, attempt)


@asynccontextmanager
async def _connected(
    address: Address, port: int, context: ssl.SSLContext | None, name: str | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Be connected inside the block."""
    try:
        reader, writer = await asyncio.open_connection(
            address.ip, port, family=address.family, flags=socket.AI_NUMERICHOST, ssl=context, server_hostname=name
        )
    except ssl.SSLError as problem:
        raise ProbeError(Reason.TLS, str(problem)) from None
    try:
        yield reader, writer
    finally:
        writer.transport.abort()  # whoever reads nothing must not keep us


async def _expect(text: bytes, reader: asyncio.StreamReader, attempt: Attempt) -> None:
    """Return when the text was read.

    Raises:
        ProbeError: the other side ended without it, or said too much before.
    """
    seen = b""
    while text not in seen:
        if len(seen) >= _MOST_BYTES:
            attempt.note("probe_failed_due_to_regex", 1)
            raise ProbeError(Reason.TEXT, f"the expected text is not in the first {_MOST_BYTES} bytes")
        more = await reader.read(_MOST_BYTES - len(seen))
        if not more:
            attempt.note("probe_failed_due_to_regex", 1)
            raise ProbeError(Reason.TEXT, f"the other side ended after {len(seen)} bytes without the expected text")
        seen += more
    attempt.tell("the expected text is there")
