"""What the drill breaks: a line, a portal and a UPS, as real little servers on loopback.

Place in the pipeline: beside the service, whose probes ask them. Invariant: nothing here knows of the probes; they are
asked as anything else would be.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from monitor.config.probes import HttpModule, ProbesConfig, TargetConfig, TcpModule

UPS = "ups"
PORTAL_TIMEOUT_S = 5.0
_HOST = "127.0.0.1"
_EVERY_S = 1.0
_LINE_TIMEOUT_S = 1.0
_FULL, _NEARLY_EMPTY = 100, 20


@dataclass
class Targets:
    """The line, the portal and the UPS.

    Attributes:
        portal_s: how long the portal takes for a page.
        is_portal_up: whether it has one.
        is_on_battery: whether the power is gone.
        is_battery_low: whether the battery is nearly empty.
    """

    portal_s: float = 0.0
    is_portal_up: bool = True
    is_on_battery: bool = False
    is_battery_low: bool = False
    _line: asyncio.Server | None = None
    _ports: dict[str, int] = field(default_factory=dict)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer inside the block."""
        app = web.Application()
        app.add_routes([web.get("/", self._page)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        ups = await asyncio.start_server(self._tell_ups, _HOST, 0)
        try:
            await web.TCPSite(runner, _HOST, 0).start()
            self._ports = {"portal": runner.addresses[0][1], "ups": ups.sockets[0].getsockname()[1]}
            await self.mend_line()
            yield
        finally:
            self.cut_line()
            ups.close()
            for writer in self._open:
                writer.close()
            await runner.cleanup()

    def probes(self) -> ProbesConfig:
        """Return how a service probes them."""
        line = TcpModule(prober="tcp", timeout_s=_LINE_TIMEOUT_S)
        portal = HttpModule(prober="http", timeout_s=PORTAL_TIMEOUT_S)
        at = {name: f"{_HOST}:{port}" for name, port in self._ports.items()}
        targets = (
            TargetConfig(name="line", target=at["line"], module="line", part="line", every_s=_EVERY_S),
            TargetConfig(
                name="portal",
                target=f"http://{at['portal']}/",
                module="portal",
                part="national",
                every_s=PORTAL_TIMEOUT_S,
            ),
            TargetConfig(name=UPS, target=f"{UPS}@{at['ups']}", module="ups", part="power", every_s=PORTAL_TIMEOUT_S),
        )
        return ProbesConfig(modules={"line": line, "portal": portal}, targets=targets)

    def cut_line(self) -> None:
        """Let nobody through any more."""
        if self._line:
            self._line.close()

    async def mend_line(self) -> None:
        """Let everybody through, at the same address as before."""
        self._line = await asyncio.start_server(_hang_up, _HOST, self._ports.get("line", 0))
        self._ports["line"] = self._line.sockets[0].getsockname()[1]

    async def _page(self, _: web.Request) -> web.Response:
        await asyncio.sleep(self.portal_s)
        return web.Response(text="The portal.", status=200 if self.is_portal_up else 503)

    async def _tell_ups(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer as the server of Network UPS Tools does.

        Source: RFC 9271, Uninterruptible Power Supply Management Protocol.
        """
        self._open.add(writer)
        try:
            while line := await reader.readline():
                writer.write(self._ups_answer(line.decode(errors="replace").strip()).encode())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def _ups_answer(self, asked: str) -> str:
        if asked != f"LIST VAR {UPS}":
            return "ERR UNKNOWN-COMMAND\n"
        status = ("OB" if self.is_on_battery else "OL") + (" LB" if self.is_battery_low else "")
        charge = _NEARLY_EMPTY if self.is_battery_low else _FULL
        values = {"ups.status": status, "battery.charge": charge, "battery.runtime": 30 * charge, "ups.load": 25}
        told = "".join(f'VAR {UPS} {name} "{value}"\n' for name, value in values.items())
        return f"BEGIN LIST VAR {UPS}\n{told}END LIST VAR {UPS}\n"


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
