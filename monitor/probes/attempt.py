"""One attempt: within its deadline, whatever the other side does.

Place in the pipeline: around the probers. In: a target, a module and a deadline. Out: a `ProbeResult`. Invariant: an
attempt returns at its deadline even if its prober does not, and no exception leaves it.
"""

import asyncio
import contextlib
import errno
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any

from pydantic import SecretStr

from monitor.clock import monotonic_s
from monitor.config.probes import Module
from monitor.probes.aside import aside
from monitor.probes.result import ProbeResult, Reason, Sample

PROBERS = {
    "icmp": "monitor.probes.icmp",
    "tcp": "monitor.probes.tcp",
    "http": "monitor.probes.http",
    "dns": "monitor.probes.dns",
    "throughput": "monitor.probes.throughput",
    "snmp": "monitor.probes.snmp",
    "ups": "monitor.probes.ups",
    "machine": "monitor.probes.machine",
}
"""Where each kind of probe is."""
_MOST_SAMPLES = 4_000
_MOST_LINES = 200
_LONGEST_LINE = 300
_GRACE_S = 0.25  # so long a prober may tidy up after its deadline before it is left behind
_REFUSED = {errno.ECONNREFUSED}
_CLOSED = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}
_log = logging.getLogger(__name__)


class ProbeError(Exception):
    """An attempt has failed.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: Reason, told: str) -> None:
        super().__init__(told)
        self.reason = reason


@dataclass(eq=False)
class Attempt:
    """What a prober writes down while it works.

    Attributes:
        deadline_s: by the monotonic clock, when it ends at the latest.
        began_s: when it began.
        samples: what was measured so far, by name and labels; a later value takes the place of an earlier one.
        lines: what was done so far.
    """

    deadline_s: float
    began_s: float = field(default_factory=monotonic_s)
    samples: dict[tuple[str, tuple[str, ...]], float] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def left_s(self) -> float:
        """Return the seconds until the deadline; at least a thousandth."""
        return max(0.001, self.deadline_s - monotonic_s())

    def note(self, name: str, value: float, *labels: str) -> None:
        """Write a sample down; beyond 4,000 there are no more."""
        if len(self.samples) < _MOST_SAMPLES:
            self.samples[name, labels] = float(value)

    def add(self, name: str, value: float, *labels: str) -> None:
        """Add to a sample."""
        self.note(name, self.samples.get((name, labels), 0.0) + value, *labels)

    def tell(self, line: str) -> None:
        """Write down what was done; of more than 200 lines, the first are kept."""
        if len(self.lines) < _MOST_LINES:
            self.lines.append(f"{monotonic_s() - self.began_s:9.4f} {line[:_LONGEST_LINE]}")

    @contextlib.contextmanager
    def timed(self, name: str, *labels: str) -> Iterator[None]:
        """Add the time that the block takes to a sample, whatever its end."""
        began_s = monotonic_s()
        try:
            yield
        finally:
            self.add(name, monotonic_s() - began_s, *labels)


Prober = Callable[[str, Any, Attempt], Awaitable[None]]
"""Probes a target by a module and notes what it finds; raises `ProbeError`, `OSError` or `TimeoutError` on failure."""


_known: dict[str, Prober] = {}
_left_behind: dict[tuple[str, str], asyncio.Task[Reason]] = {}


async def probe(target: str, module: Module, *, deadline_s: float) -> ProbeResult:
    """Return what one attempt tells.

    Args:
        target: an address, as the module's prober wants it.
        module: how it is probed.
        deadline_s: by `monotonic_s`, when the attempt ends at the latest.
    """
    attempt = Attempt(deadline_s)
    kind: str = module.prober  # type: ignore[attr-defined]  # every module that can be configured has one
    before = _left_behind.get((target, kind))
    if before and not before.done():
        return ProbeResult(success=False, duration_s=0.0, reason=Reason.TIMEOUT, log=("the last one has not ended",))
    _left_behind.pop((target, kind), None)
    work = asyncio.create_task(_reason(target, kind, module, attempt))
    try:
        done, _ = await asyncio.wait({work}, timeout=attempt.left_s + _GRACE_S)
    finally:
        work.cancel()  # also when whoever asked has gone
    if not done:  # it holds on to something although it was told to end: nobody waits for it
        _left_behind[target, kind] = work
        attempt.tell("the attempt did not end and is left behind")
    reason = work.result() if done else Reason.TIMEOUT
    duration_s = monotonic_s() - attempt.began_s
    samples = tuple(Sample(name, labels, value) for (name, labels), value in attempt.samples.items())
    return ProbeResult(reason is Reason.NONE, duration_s, reason, samples, tuple(attempt.lines))


async def _reason(target: str, kind: str, module: Module, attempt: Attempt) -> Reason:
    """Return why the attempt failed, or that it did not."""
    try:
        prober = _known[kind] if kind in _known else await aside(f"import {kind}", partial(_imported, kind))
        async with asyncio.timeout(attempt.left_s):
            await prober(target, module, attempt)
    except ProbeError as problem:
        attempt.tell(f"failed: {problem}")
        return problem.reason
    except TimeoutError:
        attempt.tell("failed: no answer in time")
        return Reason.TIMEOUT
    except OSError as problem:
        attempt.tell(f"failed: {problem}")
        return reason_of(problem)
    except Exception:  # noqa: BLE001 - an edge: a mistake in one probe must not take the others along
        _log.exception("a %s probe made a mistake", kind)
        attempt.tell("failed: a mistake in the service; its log says more")
        return Reason.INTERNAL
    attempt.tell("succeeded")
    return Reason.NONE


def _imported(kind: str) -> Prober:
    """Return the prober of a kind, and what it needs, which some take a second to import."""
    found: Prober = import_module(PROBERS[kind]).probe
    _known[kind] = found
    return found


def reason_of(problem: OSError) -> Reason:
    """Return what the system's refusal means."""
    if isinstance(problem, TimeoutError) or problem.errno == errno.ETIMEDOUT:
        return Reason.TIMEOUT
    if problem.errno in _REFUSED:
        return Reason.REFUSED
    if problem.errno in _CLOSED:
        return Reason.CLOSED
    return Reason.FORBIDDEN if problem.errno in {errno.EACCES, errno.EPERM} else Reason.UNREACHABLE


def secret(value: SecretStr) -> str:
    """Return what a field of the configuration keeps from others: its text, or that of a variable of the environment.

    Raises:
        ProbeError: the variable is not set.
    """
    text = value.get_secret_value()
    if not text.startswith("env:"):
        return text
    found = os.environ.get(text.removeprefix("env:"))
    if found is None:
        raise ProbeError(Reason.AUTH, f"the variable {text.removeprefix('env:')} is not set")
    return found
