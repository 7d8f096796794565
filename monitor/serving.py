"""Runs the service until it is told to stop.

Place in the pipeline: under the commands. In: an application and an address. Invariant: a signal to stop ends the
service cleanly, requests that have begun are answered, and the log is closed; an address that is not to be had is told
before anything is opened or written.
"""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from aiohttp import web

from monitor.config import ListenConfig
from sim import PeakweekError

_SHUTDOWN_S = 5.0
_PORT_IS_WRONG = {errno.EADDRINUSE, errno.EACCES}  # taken, or kept for the system's own services


@dataclass(eq=False)
class ListenError(PeakweekError):
    """The service cannot listen where it should.

    Attributes:
        host: the host that was asked for.
        port: the port that was asked for.
        reason: what the system said.
        setting: which of the two to change, ``host`` or ``port``.
    """

    host: str
    port: int
    reason: str
    setting: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"cannot listen on {self.host}:{self.port}: {self.reason} (choose another --{self.setting})"


async def listening(listen: ListenConfig) -> list[socket.socket]:
    """Return sockets that listen on every address of the host; a connection waits there until it is served.

    Raises:
        ListenError: when one of the addresses cannot be listened on; none of the others is then.
    """
    sockets: list[socket.socket] = []
    try:
        found = await asyncio.get_running_loop().getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)
        for family, address in dict.fromkeys((family, address) for family, *_, address in found):
            sockets.append(socket.create_server(address[:2], family=family))
    except (OSError, UnicodeError) as problem:  # UnicodeError: what no name of a computer can be
        _close(sockets)
        setting = "port" if isinstance(problem, OSError) and problem.errno in _PORT_IS_WRONG else "host"
        raise ListenError(listen.host, listen.port, _reason(problem), setting) from None
    return sockets


@contextlib.asynccontextmanager
async def serving(app: web.Application, sockets: Sequence[socket.socket]) -> AsyncIterator[str]:
    """Serve the application inside the block, which gets the service's address such as ``http://127.0.0.1:8080``.

    Args:
        app: what is served.
        sockets: where, from `listening`; closed at the end.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    try:
        await runner.setup()
        for each in sockets:
            await web.SockSite(runner, each).start()
        host, port = runner.addresses[0][:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await runner.cleanup()
        _close(sockets)


def _reason(problem: OSError | UnicodeError) -> str:
    """Return what is wrong, in the system's words; of a name that is not known, in those of who looked it up."""
    if isinstance(problem, OSError) and not isinstance(problem, socket.gaierror) and problem.errno:
        return os.strerror(problem.errno)
    return getattr(problem, "strerror", None) or "no name of a computer"


def _close(sockets: Sequence[socket.socket]) -> None:
    for each in sockets:
        each.close()


@contextlib.contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """Give the block an event that is set when the process is asked to stop: by Ctrl-C, a closed terminal, the system.

    A closed terminal stops nothing that ``nohup`` has told to ignore it.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    asked_by = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        asked_by.append(signal.SIGHUP)
    # Windows' loop takes no handlers: there Ctrl-C arrives as a cancellation of the main task.
    with contextlib.suppress(NotImplementedError):
        for number in asked_by:
            loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in asked_by:
                loop.remove_signal_handler(number)
