"""What the drill breaks, and what the stack shows: line, portal, platform, power, as real little servers on loopback.

Place in the pipeline: beside the service, whose probes ask them. Invariant: nothing here knows of the probes; they are
asked as anything else would be.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from monitor.clock import monotonic_s
from monitor.config.probes import (
    AnyModule,
    Certificates,
    DnsModule,
    HttpModule,
    MachineModule,
    ProbesConfig,
    TargetConfig,
    TcpModule,
    ThroughputModule,
)
from monitor.drill.servers import HOST, datagrams, encrypted, no_such_name, power_supply, time_of_day

UPS = "ups"
PORTAL_TIMEOUT_S = 5.0
_EVERY_S = 1.0
_LINE_TIMEOUT_S = 0.6
_BETWEEN_ATTEMPTS_S = 0.25  # longer than from one question of an attempt to the next, shorter than between two attempts
_SPEED_BYTES = 2_000_000
_SELDOM = {"every_s": 900, "hours": ("00:00-12:00", "12:00-00:00")}
_FULL, _NEARLY_EMPTY = 100, 20


@dataclass
class Targets:
    """The line, what is beyond it, and the power.

    Attributes:
        lost_ratio: the share of questions over the line that stay unanswered.
        portal_s: how long the portal takes for a page.
        is_portal_up: whether it has one.
        is_on_battery: whether the power is gone.
        is_battery_low: whether the battery is nearly empty.
    """

    lost_ratio: float = 0.0
    portal_s: float = 0.0
    is_portal_up: bool = True
    is_on_battery: bool = False
    is_battery_low: bool = False
    _line: asyncio.Server | None = None
    _ports: dict[str, int] = field(default_factory=dict)
    _losing_ratio: float = 0.0
    _owed: float = 0.0
    _asked_s: float = 0.0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer inside the block."""
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self.cut_line)
            self._ports["resolver"] = await stack.enter_async_context(datagrams(self._name))
            self._ports["time"] = await stack.enter_async_context(datagrams(time_of_day))
            self._ports["ups"] = await stack.enter_async_context(power_supply(UPS, self._power))
            app = web.Application()
            app.add_routes([web.get("/", self._page), web.get("/platform", _platform), web.get("/speed", _speed)])
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, HOST, 0).start()
            await web.TCPSite(runner, HOST, 0, ssl_context=encrypted()).start()
            self._ports |= {"portal": runner.addresses[0][1], "province": runner.addresses[1][1]}
            await self.mend_line()
            yield

    def probes(self, *, has_machine: bool = False) -> ProbesConfig:
        """Return how a service probes them.

        Args:
            has_machine: whether it looks at its own machine as well, and measures how fast the line is.
        """
        at = {name: f"{HOST}:{port}" for name, port in self._ports.items()}
        modules: dict[str, AnyModule] = {
            "line": TcpModule(prober="tcp", timeout_s=_LINE_TIMEOUT_S),
            "resolver": DnsModule(prober="dns", name="portal.example", count=5, gap_s=0.01, timeout_s=_LINE_TIMEOUT_S),
            "portal": HttpModule(prober="http", timeout_s=PORTAL_TIMEOUT_S),
            "platform": HttpModule(prober="http", tls=Certificates(verify=False)),
            "speed": ThroughputModule(prober="throughput", most_bytes=_SPEED_BYTES),
            "machine": MachineModule(prober="machine", time_server=at["time"], free_limit_ratio=0),
        }
        line = {"part": "line", "every_s": _EVERY_S, "outage": "line"}
        portal, platform = f"http://{at['portal']}/", f"https://{at['province']}/platform"
        wanted: list[dict[str, object]] = [
            {"name": "line", "target": at["line"], "module": "line", **line},
            {"name": "resolver", "target": at["resolver"], "module": "resolver", **line},
            {"name": "portal", "target": portal, "module": "portal", "part": "national", "outage": "portal"},
            {"name": "province", "target": platform, "module": "platform", "part": "province"},
            {"name": UPS, "target": f"{UPS}@{at['ups']}", "module": "ups", "part": "power", "outage": "power"},
        ]
        if has_machine:
            wanted += [
                {"name": "server", "target": "/", "module": "machine", "part": "centre"},
                {"name": "speed", "target": f"{portal}speed", "module": "speed", "part": "line", **_SELDOM},
            ]
        targets = tuple(TargetConfig.model_validate({"every_s": PORTAL_TIMEOUT_S, **each}) for each in wanted)
        used = {target.module for target in targets}
        # What breaks is broken for longer than an attempt, so that one is enough: a drill need not wait for three.
        return ProbesConfig(
            modules={name: module for name, module in modules.items() if name in used and name != UPS},
            targets=targets,
            outage_after=1,
            recovery_after=1,
        )

    def cut_line(self) -> None:
        """Let nobody through any more."""
        self.lost_ratio = 1.0
        if self._line:
            self._line.close()

    async def mend_line(self) -> None:
        """Let everybody through, at the same address as before."""
        self.lost_ratio = 0.0
        self._line = await asyncio.start_server(_hang_up, HOST, self._ports.get("line", 0))
        self._ports["line"] = self._line.sockets[0].getsockname()[1]

    def _name(self, question: bytes) -> bytes | None:
        """Answer as a name server over the line does; what it loses changes between two attempts, never within one."""
        now_s = monotonic_s()
        if now_s - self._asked_s > _BETWEEN_ATTEMPTS_S:
            self._losing_ratio, self._owed = self.lost_ratio, 0.0
        self._asked_s = now_s
        self._owed += self._losing_ratio
        if self._owed >= 1:
            self._owed -= 1
            return None
        return no_such_name(question)

    def _power(self) -> dict[str, object]:
        status = ("OB" if self.is_on_battery else "OL") + (" LB" if self.is_battery_low else "")
        charge = _NEARLY_EMPTY if self.is_battery_low else _FULL
        return {"ups.status": status, "battery.charge": charge, "battery.runtime": 30 * charge, "ups.load": 25}

    async def _page(self, _: web.Request) -> web.Response:
        await asyncio.sleep(self.portal_s)
        return web.Response(text="The portal.", status=200 if self.is_portal_up else 503)


async def _platform(_: web.Request) -> web.Response:
    return web.Response(text="The platform.")


async def _speed(_: web.Request) -> web.Response:
    return web.Response(body=bytes(_SPEED_BYTES))


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
