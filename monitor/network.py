"""Network and queue together: outages that probes find become events, and what they cost is estimated.

Place in the pipeline: where the living centre and the schedule meet. In: events as they are folded, how targets stand.
Out: outage events, minutes on one axis of time, metrics of the impact. Invariant: only what was begun here is ended
here; what people tell of an outage stays theirs.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from msgspec import convert
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from monitor.events import Event, OutageEnded, OutageStarted, RecordReceived, Stored
from monitor.live import Live
from monitor.probes.exposition import families
from monitor.probes.families import IMPACT_FAMILIES
from monitor.probes.impact import Estimate, Impact, Minute, impact
from monitor.probes.outages import Finding, findings
from monitor.probes.result import Sample
from monitor.probes.schedule import Schedule, Standing, kept_going
from sim import PeakweekError

_SOURCE = "/probes"
_KEPT_MINUTES = 720
_MINUTE_S = 60
_CAUSE_OF_PART = {"line": "line", "province": "portal", "national": "portal"}
CAUSES = ("line", "portal")
"""What may cost the queue something."""
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Network:
    """The probed centre: its minutes, and the outages that were told of it.

    Attributes:
        live: the centres.
        schedule: how targets stand.
    """

    live: Live
    schedule: Schedule
    _minutes: deque[Minute] = field(default_factory=lambda: deque(maxlen=_KEPT_MINUTES))
    _n_done: Counter[int] = field(default_factory=Counter)
    _bad: set[str] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)
    _ours: dict[str, bool] = field(default_factory=dict)
    _is_changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.live.followers.append(self._hear)
        self.schedule.followers.append(self._see)

    @property
    def centre(self) -> str:
        """Return the id of the centre that is probed."""
        return self.live.config.probed_centre.id

    @property
    def minutes(self) -> list[Minute]:
        """Return the minutes of the last 12 hours, since the service started; the last is the latest that is over.

        What intake did counts in the minute in which it happened, also where it was told later.
        """
        return [replace(minute, n_done=self._n_done[_minute(minute.at_s)]) for minute in self._minutes]

    def is_out(self, what: str) -> bool | None:
        """Return whether probes have found a thing out of order; none where they cannot tell."""
        told = {each.damped.is_out for each in self.schedule.standings.values() if each.target.outage == what} - {None}
        return any(told) if told else None

    async def run(self) -> None:
        """Keep minutes and tell outages for as long as the service runs."""
        async with asyncio.TaskGroup() as group:
            group.create_task(kept_going("keeping minutes", self._keep_minutes))
            group.create_task(kept_going("telling outages", self._tell_outages))

    def impacts(self) -> dict[str, Impact]:
        """Return what each cause that is probed cost in the minutes that are kept."""
        minutes, parts = self.minutes, (each.target.part for each in self.schedule.standings.values())
        probed = {_CAUSE_OF_PART.get(part) for part in parts}
        return {what: impact(minutes, what) for what in CAUSES if what in probed}

    def _hear(self, folded: Sequence[Stored]) -> None:
        """Count what intake has done."""
        self._n_done.update(
            _minute(stored.event.time.timestamp())
            for stored in folded
            if isinstance(stored.event.happening, RecordReceived) and stored.centre == self.centre
        )

    def _see(self, standing: Standing) -> None:
        """Note what an attempt says of the present minute."""
        self._bad |= self._bad_now()
        self._is_changed.set()
        del standing

    def _bad_now(self) -> set[str]:
        """Return what the last attempts found out of order; over a line that is, nobody sees the portal."""
        bad = {
            _CAUSE_OF_PART[each.target.part]
            for each in self.schedule.standings.values()
            if each.damped.is_bad and each.target.part in _CAUSE_OF_PART
        }
        return {"line"} if "line" in bad else bad

    async def _keep_minutes(self) -> None:
        """Keep a minute when it is over."""
        clock = self.live.clock
        while True:
            began = clock.now()
            await clock.sleep_until(began + timedelta(minutes=1) - timedelta(seconds=began.timestamp() % _MINUTE_S))
            snapshot = self.live.read(self.centre).snapshot
            n_waiting = sum(queue.n_waiting for queue in snapshot.queues.values())
            bad = frozenset(self._bad | self._bad_now())
            at_s = began.timestamp() // _MINUTE_S * _MINUTE_S
            self._minutes.append(Minute(at_s, 0, n_waiting, snapshot.n_servers_open or 0, bad))
            self._bad = set()
            first = _minute(self._minutes[0].at_s)
            self._n_done = Counter({minute: n for minute, n in self._n_done.items() if minute >= first})

    async def _tell_outages(self) -> None:
        """Tell the log what begins and ends."""
        while True:
            await self._is_changed.wait()
            self._is_changed.clear()
            witnesses = (
                (each.target.outage, each.damped) for each in self.schedule.standings.values() if each.target.outage
            )
            for finding in findings(witnesses):
                try:
                    await self._tell(finding)
                except PeakweekError as problem:
                    _log.warning("the outage of the %s cannot be told: %s", finding.what, problem)

    async def _tell(self, finding: Finding) -> None:
        """Tell what was found, if the log does not know it and it is ours to tell."""
        name = f"{finding.what}-{'started' if finding.is_out else 'ended'}-{round(finding.since.timestamp() * 1000)}"
        is_known = self.live.read(self.centre).snapshot.outages[finding.what].is_out
        if not self.live.is_ready or bool(is_known) is finding.is_out or name in self._told:
            return
        if not finding.is_out and not await self._is_ours(finding.what):
            return
        happening = OutageStarted if finding.is_out else OutageEnded
        event = Event(name, _SOURCE, finding.since, convert({"what": finding.what}, happening))
        await self.live.append(self.centre, [event])
        self._told = {each for each in self._told if not each.startswith(finding.what)} | {name}
        self._ours[finding.what] = finding.is_out
        _log.info("told: %s", name)

    async def _is_ours(self, what: str) -> bool:
        """Return whether the outage that the log knows was told here, perhaps before the service started again."""
        if what not in self._ours:
            self._ours[what] = False
            async for stored in self.live.store.read(0):
                happening = stored.event.happening
                if isinstance(happening, OutageStarted) and happening.what == what and stored.centre == self.centre:
                    self._ours[what] = stored.event.source == _SOURCE
        return self._ours[what]


def _minute(at_s: float) -> int:
    """Return the number of the minute of an instant."""
    return int(at_s // _MINUTE_S)


class ImpactCollector(Collector):
    """The families of the impact.

    Args:
        network: knows it.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def describe(self) -> Iterator[Metric]:
        """Yield the families without samples."""
        return (Metric(family.name, family.help, family.kind) for family in IMPACT_FAMILIES)

    def collect(self) -> Iterator[Metric]:
        """Yield the families of what is known now."""
        return families(
            ((), sample) for what, found in self._network.impacts().items() for sample in _samples(what, found)
        )


def _samples(what: str, found: Impact) -> Iterator[Sample]:
    prefix, labels = "centre_network_impact_", (what,)
    yield Sample(f"{prefix}bad_seconds", labels, found.bad_s)
    yield Sample(f"{prefix}good_seconds", labels, found.good_s)
    estimates: dict[str, Estimate | None] = {"records_delayed": found.n_delayed, "staff_seconds": found.staff_s}
    for name, estimate in estimates.items():
        if estimate:
            yield Sample(f"{prefix}{name}", labels, estimate.value)
            yield Sample(f"{prefix}{name}_lower", labels, estimate.lower)
            yield Sample(f"{prefix}{name}_upper", labels, estimate.upper)
