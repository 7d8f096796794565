"""Sockets that systemd listens on: connections wait there for the service, which listens nowhere else."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.monitor_command import address_of, ended

# What systemd does before it becomes the service: hands the socket over as the first after the standard three.
HAND_OVER = """\
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.executable, [sys.executable, "-m", "monitor", *sys.argv[2:]])
"""


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """Return a configuration whose own port is taken by another."""
    path = tmp_path / "monitor.yaml"
    path.write_text("listen: {port: 1}\n", encoding="utf-8")
    return path


@contextlib.asynccontextmanager
async def activated(by: socket.socket, config: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a service inside the block that is given a socket."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HAND_OVER, str(by.fileno())),
        *("serve", "--config", str(config), "--web.systemd-socket"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=[by.fileno()],
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_who_came_before_the_service_is_answered(config_file: Path) -> None:
    """A connection that was made before the service was started is served, on the address that systemd has."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /-/healthy HTTP/1.1\r\nHost: centre\r\nConnection: close\r\n\r\n")
        await writer.drain()
        async with asyncio.timeout(30), activated(listening, config_file) as process:
            assert await address_of(process) == f"http://{host}:{port}"
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
        writer.close()
        socket.create_connection((host, port)).close()  # systemd's own socket is still there: the next one waits again


@pytest.mark.parametrize("kind", ["none", "not listening"])
async def test_without_a_socket_of_systemd_nothing_is_started(config_file: Path, kind: str) -> None:
    """One line that says what is missing, and no log is written."""
    if kind == "none":
        status, output, errors = await ended("serve", "--config", str(config_file), "--web.systemd-socket")
        found = "no socket"
    else:
        with socket.socket() as unbound:
            async with activated(unbound, config_file) as process:
                out, err = await process.communicate()
            status, output, errors = process.returncode, out.decode(), err.decode()
        found = "a socket on which no connection comes in by TCP"
    assert (status, output) == (2, "")
    assert errors == (
        f"peakweek-monitor: --web.systemd-socket: found {found}; "
        "expected to be started by a .socket unit with ListenStream=\n"
    )
    assert [file.name for file in config_file.parent.iterdir()] == ["monitor.yaml"]
