"""Workers end when they are told to, whatever they are doing."""

import subprocess
import sys
import time

import pytest

from sim.workers import Workers

PATIENCE_S = 30
LARGE = 300_000_000  # bytes, so that telling them takes a while


def large() -> bytes:
    """Return what takes a while to tell."""
    return bytes(LARGE)


def end_in_the_middle(delay_s: float) -> None:
    """End a worker that long after it was asked for something large."""
    workers = Workers(1)
    workers.submit(time.sleep, 0).result()
    asked = workers.submit(large)
    time.sleep(delay_s)
    workers.end()
    assert asked.done()


@pytest.mark.parametrize("delay_s", [0.05, 0.2, 0.3, 0.4])
def test_an_end_in_the_middle_of_a_result_is_one(delay_s: float) -> None:
    """Workers that are ended while they work, or while they tell what came of it, are waited for in vain by nobody."""
    told = f"import tests.sim.test_workers as t; t.end_in_the_middle({delay_s})"
    process = [sys.executable, "-c", f"if __name__ == '__main__': {told}"]
    subprocess.run(process, check=True, timeout=PATIENCE_S)
