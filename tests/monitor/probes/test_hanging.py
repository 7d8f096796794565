"""What holds on to something is left behind, and does not multiply."""

import asyncio
import threading
import types
from typing import Any

import pytest

from monitor.clock import monotonic_s
from monitor.config.probes import Module
from monitor.probes.aside import aside
from monitor.probes.attempt import PROBERS, Attempt, probe
from monitor.probes.result import Reason


class StubbornModule(Module):
    """A further kind of probe, for these tests alone."""

    prober: str = "stubborn"


async def test_a_thread_that_hangs_is_one() -> None:
    """However often the same work is asked for while it hangs, one thread does it, and all get what it returns."""
    is_free, n_begun = threading.Event(), 0

    def hang() -> int:
        nonlocal n_begun
        n_begun += 1
        is_free.wait()
        return n_begun

    for _ in range(5):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await aside("hang", hang)
    waiting = asyncio.create_task(aside("hang", hang))
    await asyncio.sleep(0)
    assert await aside("another name", lambda: "at once") == "at once"
    is_free.set()
    assert (await waiting, n_begun) == (1, 1)
    assert await aside("hang", hang) == 2


async def test_what_work_aside_raises_is_raised() -> None:
    """Whoever waits for work gets what it raised."""

    def fail() -> None:
        raise FileNotFoundError("nothing there")

    with pytest.raises(FileNotFoundError, match="nothing there"):
        await aside("fail", fail)


async def test_a_prober_that_does_not_end_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prober that takes no notice of its end costs its deadline once, and is not begun again until it has ended."""
    is_free, begun = asyncio.Event(), []

    async def hold_on(target: str, module: Any, attempt: Attempt) -> None:
        del module
        begun.append(target)
        attempt.note("probe_ip_protocol", 4)
        while not is_free.is_set():
            try:
                await is_free.wait()
            except asyncio.CancelledError:
                continue

    stubborn = types.ModuleType("stubborn")
    stubborn.probe = hold_on  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "stubborn", stubborn)
    monkeypatch.setitem(PROBERS, "stubborn", "stubborn")
    module = StubbornModule()
    began_s = monotonic_s()
    results = [await probe("a", module, deadline_s=monotonic_s() + 0.1) for _ in range(3)]
    assert monotonic_s() - began_s < 5
    assert [result.reason for result in results] == [Reason.TIMEOUT] * 3
    assert results[0].value("probe_ip_protocol") == 4
    assert begun == ["a"]
    is_free.set()
    await asyncio.sleep(0.01)
    assert (await probe("a", module, deadline_s=monotonic_s() + 5)).success
    assert begun == ["a", "a"]
