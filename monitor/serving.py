"""Runs the service until it is told to stop.

Place in the pipeline: under the commands. In: an application and an address. Invariant: a signal to stop ends the
service cleanly, requests that have begun are answered, and the log is closed; an address that is not to be had is told
before anything is opened or written.
"""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from aiohttp import web

from monitor.config import ListenConfig
from monitor.door import DOOR
from monitor.webconfig import Web
from sim import ConfigError, PeakweekError

_SHUTDOWN_S = 5.0
_HANDSHAKE_S = 10.0
_LINGER_S = 1.0  # so long the rest of a refused body is still read, so that its sender reads the refusal
_FOLLOW_S = 1.0
_log = logging.getLogger(__name__)
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


class Front:
    """Where connections come in, encrypted or not; which of the two can change without a connection being refused.

    Args:
        server: what answers on a connection.
        sockets: where it listens, from `listening`; closed with the front.
        most: gives how many connections may be open at once.
    """

    def __init__(self, server: web.Server, sockets: Sequence[socket.socket], most: Callable[[], int]) -> None:
        self._server = server
        self._sockets = sockets
        self._most = most
        self._listeners: list[asyncio.Server] = []

    def n_connections(self) -> int:
        """Return how many connections are open."""
        return len(self._server.connections)

    async def open(self, context: ssl.SSLContext | None) -> None:
        """Take new connections in this way, and in no other; those that are open stay as they are."""
        loop, before = asyncio.get_running_loop(), self._listeners
        handshake_s = _HANDSHAKE_S if context else None
        # Each listener has its own socket on the system's queue, where connections wait until the next one is there.
        self._listeners = [
            await loop.create_server(self._answerer, sock=each.dup(), ssl=context, ssl_handshake_timeout=handshake_s)
            for each in self._sockets
        ]
        for listener in before:
            listener.close()

    def close(self) -> None:
        """Take no more connections."""
        for listener in self._listeners:
            listener.close()
        _close(self._sockets)

    def _answerer(self) -> asyncio.Protocol:
        return Full() if self.n_connections() >= self._most() else self._server()


class Full(asyncio.Protocol):
    """Tells a client, before it has said what it wants, that too many others are there."""

    _BODY = b'{"title":"Service Unavailable","status":503,"detail":"too many connections are open; try again"}'
    _HEAD = (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 2\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n"
    )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer and close."""
        out = cast("asyncio.WriteTransport", transport)
        out.write(self._HEAD % len(self._BODY) + self._BODY)
        out.close()


@contextlib.asynccontextmanager
async def serving(app: web.Application, sockets: Sequence[socket.socket]) -> AsyncIterator[str]:
    """Serve the application inside the block, which gets the service's address such as ``http://127.0.0.1:8080``.

    At the end no connection is taken any more, and requests that have begun are answered, also one whose body is still
    on its way.

    Args:
        app: what is served; its `DOOR` knows the limits and the certificate.
        sockets: where, from `listening`; closed at the end.
    """
    door = app[DOOR]
    idle_s = door.config().limits.idle_s
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=_SHUTDOWN_S, keepalive_timeout=idle_s, lingering_time=_LINGER_S
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(_close, sockets)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        front = Front(cast("web.Server", runner.server), sockets, lambda: door.config().limits.connections)
        stack.push_async_callback(door.emptied, _SHUTDOWN_S)
        stack.callback(front.close)
        await front.open(door.admission.web.context)
        door.n_connections = front.n_connections
        following = asyncio.create_task(_follow(door.admission.web, front))
        stack.callback(following.cancel)
        yield _address(sockets[0], is_encrypted=door.admission.web.context is not None)


async def _follow(web_files: Web, front: Front) -> None:
    """Listen as the web configuration says, whenever it or a certificate has changed."""
    shown = web_files.context
    while True:
        await asyncio.sleep(_FOLLOW_S)
        if web_files.has_changed():
            try:
                await asyncio.to_thread(web_files.reread)
                _log.info("the web configuration was read again")
            except ConfigError as problem:
                _log.error("the web configuration stays as it was: %s", problem)
        if web_files.context is not shown:
            shown = web_files.context
            await front.open(shown)


def _address(listening_on: socket.socket, *, is_encrypted: bool) -> str:
    host, port = listening_on.getsockname()[:2]
    return f"http{'s' if is_encrypted else ''}://{f'[{host}]' if ':' in host else host}:{port}"


def _reason(problem: OSError | UnicodeError) -> str:
    """Return what is wrong, in the system's words; of a name that is not known, in those of who looked it up."""
    if isinstance(problem, OSError) and not isinstance(problem, socket.gaierror) and problem.errno:
        return os.strerror(problem.errno)
    return getattr(problem, "strerror", None) or "no name of a computer"


def _close(sockets: Sequence[socket.socket]) -> None:
    for each in sockets:
        each.close()


@contextlib.contextmanager
def stop_signal(on_hangup: Callable[[], object] | None = None) -> Iterator[asyncio.Event]:
    """Give the block an event that is set when the process is asked to stop: by Ctrl-C, a closed terminal, the system.

    Args:
        on_hangup: what SIGHUP does instead, as it does for any service, unless the terminal was really closed. Without
            it, a closed terminal stops nothing that ``nohup`` has told to ignore it.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    asked_by: dict[signal.Signals, Callable[[], object]] = dict.fromkeys((signal.SIGINT, signal.SIGTERM), stopped.set)
    if sys.platform != "win32":
        began_on_terminal = _is_on_terminal()
        if on_hangup:
            asked_by[signal.SIGHUP] = lambda: (
                stopped.set() if began_on_terminal and not _is_on_terminal() else on_hangup()
            )
        elif signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
            asked_by[signal.SIGHUP] = stopped.set
    # Windows' loop takes no handlers: there Ctrl-C arrives as a cancellation of the main task.
    with contextlib.suppress(NotImplementedError):
        for number, asked in asked_by.items():
            loop.add_signal_handler(number, asked)
    try:
        yield stopped
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in asked_by:
                loop.remove_signal_handler(number)


def _is_on_terminal() -> bool:
    """Return whether whoever types at the standard input is still there."""
    return os.isatty(0)
