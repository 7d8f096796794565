"""Clocks: the machine's, one that runs faster, and one that is moved by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import ManualClock, ScaledClock, WallClock


async def test_the_wall_clock_tells_utc_and_sleeps_until_an_instant() -> None:
    """The machine's clock is aware, and a sleeper wakes at the instant, not before."""
    clock = WallClock()
    instant = clock.now() + timedelta(milliseconds=30)
    await clock.sleep_until(instant)
    assert clock.now() >= instant
    assert clock.now().tzinfo is UTC


async def test_a_scaled_clock_starts_at_its_origin_and_runs_faster() -> None:
    """An hour passes in a few milliseconds, and the origin's offset is turned into UTC."""
    origin = datetime.fromisoformat("2025-07-01T07:30:00+07:00")
    clock = ScaledClock(origin, speed=1_000_000)
    await clock.sleep_until(origin + timedelta(hours=1))
    assert clock.now() - origin >= timedelta(hours=1)
    assert clock.now().tzinfo is UTC


def test_a_clock_does_not_stand_still_or_run_back() -> None:
    """A speed that is not above zero is refused."""
    with pytest.raises(ValueError, match="above 0"):
        ScaledClock(datetime(2025, 7, 1, tzinfo=UTC), speed=0)


async def test_a_manual_clock_wakes_whom_it_passes(noon: datetime) -> None:
    """Sleepers wake when the clock is moved to their instant, the later ones later, and past instants at once."""
    clock = ManualClock(noon)
    await clock.sleep_until(noon)
    early = asyncio.create_task(clock.sleep_until(noon + timedelta(seconds=10)))
    late = asyncio.create_task(clock.sleep_until(noon + timedelta(seconds=20)))
    await asyncio.sleep(0)
    clock.advance(10)
    await early
    assert not late.done()
    clock.move_to(noon + timedelta(seconds=30))
    await late
    assert clock.now() == noon + timedelta(seconds=30)
