"""What the tests of probes share: attempts, and real servers on loopback."""

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from monitor.clock import monotonic_s
from monitor.config.probes import Module
from monitor.probes.attempt import probe
from monitor.probes.result import ProbeResult

Attempted = Callable[..., Awaitable[ProbeResult]]
Answerer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def attempt() -> Attempted:
    """Return a function that makes one attempt."""

    async def attempted(target: str, module: Module, timeout_s: float | None = None) -> ProbeResult:
        return await probe(target, module, deadline_s=monotonic_s() + (timeout_s or module.timeout_s))

    return attempted


@pytest.fixture
def answering() -> Callable[[Answerer], contextlib.AbstractAsyncContextManager[int]]:
    """Return a function that listens on loopback inside a block, which gets the port, and answers as it is told."""

    @contextlib.asynccontextmanager
    async def listening(answer: Answerer, **options: Any) -> AsyncIterator[int]:
        async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await answer(reader, writer)
            writer.close()

        server = await asyncio.start_server(answered, "127.0.0.1", 0, **options)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    return listening


@pytest.fixture(scope="session")
def free_port() -> Callable[..., int]:
    """Return a function that finds a port on which nobody listens."""

    def found(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
        with socket.socket(type=kind) as one:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            return port

    return found


@contextlib.contextmanager
def running(*command: str | Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server inside the block."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


async def until(is_true: Callable[[], Awaitable[bool]], within_s: float = 20) -> None:
    """Return when it is true."""
    async with asyncio.timeout(within_s):
        while not await is_true():  # noqa: ASYNC110 - the other side of a socket
            await asyncio.sleep(0.05)


async def until_open(port: int) -> None:
    """Return when somebody listens on a port of loopback."""

    async def is_open() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    await until(is_open)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return certificate and key of a server on loopback, good for thirty days, and its own authority."""
    folder = tmp_path_factory.mktemp("certificate")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
