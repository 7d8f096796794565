"""The servers of the stack: started, waited for, and stopped.

Place in the pipeline: between the pack's files and the commands. In: programs of the system's packages. Out: their
addresses. Invariant: when the block ends, so has every process that it started, however it ends.
"""

import asyncio
import contextlib
import re
import shutil
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp

from monitor.stack.pack import Pack
from sim import PeakweekError

_PATIENCE_S = 30.0
_POLL_S = 0.05
_LISTENS = re.compile(rb'msg="Listening on".* address=(?:\[::\]|127\.0\.0\.1):(\d+)')
_LAST_LINES = 5
# Debian's names first; those of the projects' own archives after them.
_ALERTMANAGER = ("prometheus-alertmanager", "alertmanager")
_GRAFANA = ("grafana-server",)
_GRAFANA_HOME = Path("/usr/share/grafana")


@dataclass(eq=False)
class StackError(PeakweekError):
    """A server of the stack cannot be run.

    Attributes:
        program: which one.
        reason: what it said, or that it is not there.
    """

    program: str
    reason: str

    def __str__(self) -> str:
        return f"{self.program} does not run: {self.reason}"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the servers listen on loopback; 0: wherever there is room."""

    prometheus: int = 0
    alertmanager: int = 0
    grafana: int = 0


@dataclass(frozen=True, slots=True)
class Stack:
    """Where everything is.

    Attributes:
        prometheus: address.
        alertmanager: address.
        grafana: address; none where Grafana is not installed.
    """

    prometheus: str
    alertmanager: str
    grafana: str | None


@contextlib.asynccontextmanager
async def stacked(
    pack: Pack, folder: Path, *, target: str, webhook: str, ports: Ports = Ports()
) -> AsyncIterator[Stack]:
    """Run the stack around a service inside the block, which gets the addresses.

    Args:
        pack: rules, routes and dashboards.
        folder: for configuration and data; is there, and goes with its owner.
        target: address of the service.
        webhook: address that is told of alerts.
        ports: where to listen.

    Raises:
        PackError: the pack is not there.
        StackError: a server is not installed, or does not start.
    """
    async with contextlib.AsyncExitStack() as stack:
        written = pack.write_alertmanager(folder, webhook=webhook)
        options = [f"--config.file={written}", f"--storage.path={folder / 'alertmanager'}", "--cluster.listen-address="]
        alertmanager = await stack.enter_async_context(_server(_ALERTMANAGER, ports.alertmanager, options))
        host = target.partition("://")[2]
        written = pack.write_prometheus(folder, target=host, alertmanager=alertmanager.partition("://")[2])
        options = [f"--config.file={written}", f"--storage.tsdb.path={folder / 'prometheus'}"]
        prometheus = await stack.enter_async_context(_server(("prometheus",), ports.prometheus, options))
        grafana = None
        if _found(_GRAFANA) and ports.grafana:
            grafana = await stack.enter_async_context(_grafana(pack, folder, prometheus, ports.grafana))
        yield Stack(prometheus, alertmanager, grafana)


def _found(names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


@contextlib.asynccontextmanager
async def _server(names: tuple[str, ...], port: int, options: list[str]) -> AsyncIterator[str]:
    """Run one of Prometheus' kind inside the block, which gets its address once it listens."""
    if not (program := _found(names)):
        raise StackError(names[0], f"it is not on PATH; Debian: sudo apt-get install {names[0]}")
    listen = f"--web.listen-address=127.0.0.1:{port}"
    async with _process(names[0], program, listen, *options) as process:
        seen: deque[bytes] = deque(maxlen=_LAST_LINES)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found = await _listening(process, seen)
        except TimeoutError:
            raise StackError(names[0], f"it does not listen after {_PATIENCE_S:g} seconds") from None
        if not found:
            said = b" ".join(seen).decode(errors="replace").strip()
            raise StackError(names[0], said or "it ended at once")
        draining = asyncio.create_task(_drain(process))  # a full pipe would stop it
        address = f"http://127.0.0.1:{found}"
        try:
            await _ready(names[0], address)
            yield address
        finally:
            draining.cancel()


async def _listening(process: asyncio.subprocess.Process, seen: deque[bytes]) -> int | None:
    """Return the port that the server's log names; none if it ends before."""
    assert process.stderr  # noqa: S101 - it was asked for
    async for line in process.stderr:
        seen.append(line.strip())
        if found := _LISTENS.search(line):
            return int(found[1])
    return None


async def _ready(name: str, address: str) -> None:
    """Return when a server that listens has read what it has on the disk."""
    try:
        async with asyncio.timeout(_PATIENCE_S), aiohttp.ClientSession(address) as session:
            while (await session.get("/-/ready")).status != HTTPStatus.OK:  # noqa: ASYNC110 - a socket's other side
                await asyncio.sleep(_POLL_S)
    except (TimeoutError, aiohttp.ClientError):
        raise StackError(name, f"it is not ready after {_PATIENCE_S:g} seconds") from None


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr  # noqa: S101 - it was asked for
    while await process.stderr.read(65_536):
        pass


@contextlib.asynccontextmanager
async def _process(name: str, program: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program inside the block, out of the reach of a Ctrl-C that is meant for us."""
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=1_048_576,
        )
    except OSError as problem:
        raise StackError(name, problem.strerror or str(problem)) from None
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def _grafana(pack: Pack, folder: Path, prometheus: str, port: int) -> AsyncIterator[str]:
    """Run Grafana inside the block, with the pack's dashboards and this Prometheus; it needs no password to look."""
    pack.write_grafana(folder / "provisioning", prometheus=prometheus)
    settings = {
        "paths.data": folder / "grafana",
        "paths.logs": folder / "grafana",
        "paths.provisioning": folder / "provisioning",
        "server.http_addr": "127.0.0.1",
        "server.http_port": port,
        "auth.anonymous.enabled": "true",
        "analytics.reporting_enabled": "false",
        "analytics.check_for_updates": "false",
    }
    program = _found(_GRAFANA)
    assert program  # noqa: S101 - its caller has looked
    options = [f"cfg:default.{name}={value}" for name, value in settings.items()]
    async with _process(_GRAFANA[0], program, "--homepath", str(_GRAFANA_HOME), *options) as process:
        draining = asyncio.create_task(_drain(process))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            draining.cancel()
