"""Little servers on loopback that a probe can ask: a name server, a time server, a UPS, and a server's certificate.

Place in the pipeline: under the targets. In: what they are to say. Out: their ports. Invariant: they speak the protocol
as any server would, and know nothing of who asks.
"""

import asyncio
import contextlib
import ssl
import struct
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import cast

from monitor.clock import WallClock

HOST = "127.0.0.1"
_IS_ANSWER = 0x80
_SERVER_MODE, _STRATUM = 0x24, 2  # version 4, and as far from an atomic clock as most
_SINCE_1900_S, _FRACTION = 2_208_988_800, 2**32
_GOOD_FOR = timedelta(days=60)


class _Datagrams(asyncio.DatagramProtocol):
    """Answers each datagram, or leaves it unanswered."""

    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        self._answer = answer
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember by which way to answer."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        answer = self._answer(data)
        if answer is not None and self._transport:
            self._transport.sendto(answer, addr)


@contextlib.asynccontextmanager
async def datagrams(answer: Callable[[bytes], bytes | None]) -> AsyncIterator[int]:
    """Answer datagrams inside the block, which gets the port."""
    endpoint = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(answer), local_addr=(HOST, 0)
    )
    try:
        yield endpoint[0].get_extra_info("sockname")[1]
    finally:
        endpoint[0].close()


def no_such_name(question: bytes) -> bytes:
    """Return a name server's answer without a record.

    Source: RFC 1035, section 4.1.1.
    """
    return question[:2] + bytes([question[2] | _IS_ANSWER]) + question[3:]


def time_of_day(question: bytes) -> bytes:
    """Return a time server's answer by the clock of this machine.

    Source: RFC 4330, section 4.
    """
    now = round((WallClock().now().timestamp() + _SINCE_1900_S) * _FRACTION)
    header = bytes([_SERVER_MODE, _STRATUM]) + bytes(22)
    return header + question[40:48] + struct.pack("!QQ", now, now)


@contextlib.asynccontextmanager
async def power_supply(name: str, values: Callable[[], Mapping[str, object]]) -> AsyncIterator[int]:
    """Answer as the server of Network UPS Tools does inside the block, which gets the port.

    Args:
        name: of the UPS.
        values: what it tells now, by the name of the variable.

    Source: RFC 9271, Uninterruptible Power Supply Management Protocol.
    """
    connections: set[asyncio.StreamWriter] = set()

    def answer(asked: str) -> str:
        if asked != f"LIST VAR {name}":
            return "ERR UNKNOWN-COMMAND\n"
        told = "".join(f'VAR {name} {variable} "{value}"\n' for variable, value in values().items())
        return f"BEGIN LIST VAR {name}\n{told}END LIST VAR {name}\n"

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        try:
            while line := await reader.readline():
                writer.write(answer(line.decode(errors="replace").strip()).encode())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            connections.discard(writer)
            writer.close()

    server = await asyncio.start_server(tell, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in connections:
            writer.close()


def encrypted() -> ssl.SSLContext:
    """Return what a server on loopback encrypts with, and a certificate of its own that nobody else has signed."""
    # Large, and needed only here.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    key, now = ec.generate_private_key(ec.SECP256R1()), WallClock().now()
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + _GOOD_FOR).sign(key, SHA256())
    encoding = serialization.Encoding.PEM
    key_bytes = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="peakweek-drill-") as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(key_bytes + signed.public_bytes(encoding))
        context.load_cert_chain(path)
    return context
