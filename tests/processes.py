"""Watches the processes that a command has started, without asking for them again and again."""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

# Windows has neither; what sends them is skipped there.
HANGUP, KILL = (getattr(signal, name, signal.SIGTERM) for name in ("SIGHUP", "SIGKILL"))


def children(pid: int, *, running: bytes = b"") -> list[int]:
    """Return the processes that a process has started and that run now, with this in their command line."""
    if not hasattr(os, "pidfd_open"):
        pytest.skip("only Linux tells who started a process, and when it has ended")
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()[:2]
            command = (folder / "cmdline").read_bytes()
        except OSError:  # it has just ended
            continue
        if int(parent) == pid and state != "Z" and running in command:
            found.append(int(folder.name))
    return found


@contextmanager
def all_end(pids: list[int], within_s: float = 30) -> Iterator[None]:
    """Check that all these processes end in the block, or soon after it."""
    assert pids
    with ExitStack() as stack:
        running = set()
        for pid in pids:
            running.add(os.pidfd_open(pid))
            stack.callback(os.close, max(running))
        yield
        deadline = time.monotonic() + within_s
        while running:
            ended = select.select(list(running), [], [], max(0, deadline - time.monotonic()))[0]
            assert ended, f"{len(running)} of {len(pids)} processes still run after {within_s} seconds"
            running -= set(ended)
