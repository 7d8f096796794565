"""The schedule: every target on its own, again and again; and attempts that somebody asks for.

Place in the pipeline: around the attempts; the service runs it. In: the configuration. Out: how each target stands.
Invariant: nobody waits for an attempt but who asked for it: a target that hangs delays neither another target nor a
scrape, which reads what is known.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from hashlib import sha256

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from monitor.clock import Clock, monotonic_s
from monitor.config.probes import Module, ProbesConfig, TargetConfig
from monitor.probes.attempt import probe
from monitor.probes.exposition import families, samples_of
from monitor.probes.families import SCHEDULE_LABELS, SCHEDULED_FAMILIES
from monitor.probes.history import History, Kept
from monitor.probes.outages import Damped, is_bad
from monitor.probes.result import ProbeResult, Reason, Sample
from monitor.probes.traffic import rates

_MOST_SPREAD_S = 30.0
_SHORTEST_REST_S = 0.05
_THROUGHPUT_REST_S = 900.0
_REST_AFTER_MISTAKE_S = 10.0
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Standing:
    """How a target stands.

    Attributes:
        target: what is probed.
        result: what the last attempt told; none before the first.
        ended: when it ended.
        n_attempts: since the service started.
        n_failures: those of them that failed.
        failing_since: when the first failure ended since the last success, if there was one.
        damped: whether the target is out of order, once enough attempts say so.
    """

    target: TargetConfig
    result: ProbeResult | None = None
    ended: datetime | None = None
    n_attempts: int = 0
    n_failures: int = 0
    failing_since: datetime | None = None
    damped: Damped = field(default_factory=Damped)

    def note(self, result: ProbeResult, now: datetime) -> None:
        """Take what an attempt told."""
        self.failing_since = None if result.success else self.failing_since or now
        self.result, self.ended = result, now
        self.n_attempts += 1
        self.n_failures += not result.success

    def samples(self) -> Iterator[Sample]:
        """Yield all that is known of it."""
        yield Sample("peakweek_probe_attempts_total", (), self.n_attempts)
        yield Sample("peakweek_probe_failures_total", (), self.n_failures)
        if self.result and self.ended:
            yield Sample("peakweek_probe_last_attempt_timestamp_seconds", (), self.ended.timestamp())
            yield from samples_of(self.result)
        if self.failing_since:
            yield Sample("peakweek_probe_failing_since_timestamp_seconds", (), self.failing_since.timestamp())


async def kept_going(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do work that has no end, and begin it again after a mistake, which is told and takes nothing else along."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - an edge: a supervised task
            _log.exception("%s made a mistake and begins again", name)
            await asyncio.sleep(_REST_AFTER_MISTAKE_S)


class BusyError(Exception):
    """As many attempts are under way as may be."""


@dataclass(eq=False)
class Schedule:
    """All targets, how they stand, and what was probed lately.

    Attributes:
        config: what is probed.
        clock: what the time is.
        zone: where the centre's day is.
        standings: how each target stands, by name.
        history: what was probed lately.
        followers: told of each scheduled attempt.
    """

    config: ProbesConfig
    clock: Clock
    zone: tzinfo
    standings: dict[str, Standing] = field(default_factory=dict)
    history: History = field(default_factory=History)
    followers: list[Callable[[Standing], None]] = field(default_factory=list)
    _n_asked: int = 0
    _before: dict[tuple[str, str], tuple[float, ProbeResult]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.standings = {target.name: Standing(target) for target in self.config.targets}

    async def run(self) -> None:
        """Probe every target for as long as the service runs."""
        async with asyncio.TaskGroup() as group:
            for standing in self.standings.values():
                group.create_task(kept_going(f"probing {standing.target.name}", partial(self._repeat, standing)))

    async def ask(self, target: str, module_name: str, timeout_s: float) -> Kept:
        """Return what an attempt tells that somebody asked for.

        Raises:
            BusyError: as many are under way as may be.
        """
        if self._n_asked >= self.config.at_once:
            raise BusyError
        self._n_asked += 1
        try:
            return await self._attempt(target, module_name, timeout_s)
        finally:
            self._n_asked -= 1

    async def _repeat(self, standing: Standing) -> None:
        """Probe one target again and again; it begins at a moment of its own, so that not all begin at once."""
        target = standing.target
        timeout_s = self.config.module_by_name[target.module].timeout_s
        await asyncio.sleep(_share(target.name) * min(target.every_s, _MOST_SPREAD_S))
        while True:
            began_s = monotonic_s()
            if target.is_due_at(self.clock.now().astimezone(self.zone).time()):
                kept = await self._attempt(target.target, target.module, timeout_s)
                standing.note(kept.result, kept.ended)
                self._judge(standing, kept)
                for follower in self.followers:
                    follower(standing)
            await asyncio.sleep(max(_SHORTEST_REST_S, target.every_s - (monotonic_s() - began_s)))

    def _judge(self, standing: Standing, kept: Kept) -> None:
        """Take what an attempt says of whether its target is out of order."""
        config = self.config
        said = is_bad(config.module_by_name[kept.module].prober, kept.result)
        if said is not None:
            after, recovery = config.outage_after, config.recovery_after
            standing.damped.note(is_bad=said, now=kept.ended, outage_after=after, recovery_after=recovery)

    async def _attempt(self, target: str, module_name: str, timeout_s: float) -> Kept:
        """Make an attempt and keep what it told."""
        module = self.config.module_by_name[module_name]
        key = target, module_name
        if not self._may_load(target, module_name):
            told = "the line's throughput is measured at the target's hours only, and every 15 minutes at most"
            result = ProbeResult(success=False, duration_s=0.0, reason=Reason.NOT_NOW, log=(told,))
        else:
            result = await probe(target, module, deadline_s=monotonic_s() + timeout_s)
            result = self._with_rates(key, module, result)
        return self.history.keep(self.clock.now(), target, module_name, result)

    def _may_load(self, target: str, module_name: str) -> bool:
        """Return whether an attempt that fills the line may be made now; any other may."""
        if self.config.module_by_name[module_name].prober != "throughput":
            return True
        local, now_s = self.clock.now().astimezone(self.zone).time(), monotonic_s()
        hours = [each for each in self.config.targets if (each.target, each.module) == (target, module_name)]
        last_s, _ = self._before.get((target, module_name), (now_s - _THROUGHPUT_REST_S, None))
        if not any(each.is_due_at(local) for each in hours) or now_s - last_s < _THROUGHPUT_REST_S * 0.9:
            return False
        self._before[target, module_name] = now_s, ProbeResult(success=True, duration_s=0, reason=Reason.NONE)
        return True

    def _with_rates(self, key: tuple[str, str], module: Module, result: ProbeResult) -> ProbeResult:
        """Return the result with what can be said only beside the one before."""
        if module.prober != "snmp" or not result.success:  # type: ignore[attr-defined]  # every module has one
            return result
        now_s, before = monotonic_s(), self._before.get(key)
        self._before[key] = now_s, result
        if before is None:
            return result
        more = rates(before[1], result, now_s - before[0], module.contracted_bit_per_s)  # type: ignore[attr-defined]
        return replace(result, samples=(*result.samples, *more))


def _share(name: str) -> float:
    """Return the part of its interval that a target waits before it begins, which is always the same for a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big") / 2**32


class ScheduleCollector(Collector):
    """The families of all scheduled targets.

    Args:
        schedule: knows how they stand.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    def describe(self) -> Iterator[Metric]:
        """Yield the families without samples, so that a registry finds names that clash."""
        return (Metric(family.name.removesuffix("_total"), family.help, family.kind) for family in SCHEDULED_FAMILIES)

    def collect(self) -> Iterator[Metric]:
        """Yield the families of what is known now."""
        told = (
            ((standing.target.name, standing.target.part, standing.target.module), sample)
            for standing in self._schedule.standings.values()
            for sample in standing.samples()
        )
        return families(told, SCHEDULE_LABELS)
