"""When the log is locked, full or gone, a running service says so, keeps what it promised, and recovers by itself."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.config import Config
from tests.monitor_command import serving

CloudEvent = Callable[..., dict[str, Any]]
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
connection.execute("begin exclusive")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def issue(cloud_event: CloudEvent) -> CloudEvent:
    """Return a function that makes the issue of a ticket of its own."""
    return lambda name: cloud_event(name, "ticket.issued", ticket=f"T{name}", queue="A")


async def n_issued(service: Any) -> float:
    """Return how many tickets the service has counted."""
    samples = await service.samples()
    return float(samples.get("centre_tickets_issued_total queue=A", 0))


async def test_a_file_locked_by_another_process(service: Any, config: Config, issue: CloudEvent) -> None:
    """While another process holds the file alone, events are answered with 503 and readers are served."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLD, str(config.store)]
    holder = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert holder.stdout
    assert await holder.stdout.readline() == b"held\n"
    assert (await service.post(issue("1")))[0] == 503
    assert (await service.post(issue("2")))[0] == 503  # at once: nobody waits for what is known to fail
    samples = await service.samples()
    assert samples["peakweek_monitor_store_up"] == 0
    assert samples["peakweek_monitor_store_failures_total"] >= 1
    assert await service.get("/-/ready") == (503, "the log cannot be written\n")
    await holder.communicate(b"")
    await service.until_up()
    assert await service.get("/-/ready") == (200, "ready\n")
    assert await service.post(issue("1"), issue("2")) == (200, {"accepted": 2, "duplicate": 0})
    assert await n_issued(service) == 2


async def test_a_file_that_is_gone_takes_nothing_until_it_is_back(
    service: Any, config: Config, issue: CloudEvent, tmp_path: Path
) -> None:
    """A file that was moved away is not written to, though it is still open, and no new one is made in its place."""
    await service.post(issue("1"))
    files = [path for path in config.store.parent.glob("events.sqlite*") if path.is_file()]
    away = tmp_path / "away"
    away.mkdir()
    for path in files:
        path.rename(away / path.name)
    assert (await service.post(issue("2")))[0] == 503
    assert not config.store.exists()
    assert (await service.samples())["peakweek_monitor_store_up"] == 0
    for path in files:
        (away / path.name).rename(path)
    await service.until_up()
    assert await service.post(issue("2")) == (200, {"accepted": 1, "duplicate": 0})
    assert await n_issued(service) == 2


async def test_another_log_in_the_place_is_folded_anew(
    service: Any, config: Config, issue: CloudEvent, tmp_path: Path
) -> None:
    """When the file is replaced by another log, such as a backup, the figures are those of the log that is there."""
    await service.post(issue("1"), issue("2"), issue("3"))
    with (
        contextlib.closing(sqlite3.connect(config.store)) as log,
        contextlib.closing(sqlite3.connect(tmp_path / "backup.sqlite")) as backup,
    ):
        log.backup(backup)
        backup.execute("delete from event where id = '3'")
        backup.commit()
    for path in config.store.parent.glob("events.sqlite*"):
        path.unlink()
    (tmp_path / "backup.sqlite").rename(config.store)
    assert (await service.post(issue("4")))[0] == 503
    await service.until_up()
    assert await n_issued(service) == 2
    assert await service.post(issue("3"), issue("1")) == (200, {"accepted": 1, "duplicate": 1})
    assert await n_issued(service) == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a disk of one megabyte; without the right to mount one, a folder like any other."""
    folder = tmp_path / "disk"
    folder.mkdir()
    is_mounted = False
    if os.name == "posix" and os.geteuid() == 0:
        command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
        is_mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    yield folder
    if is_mounted:
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def full(folder: Path, process: asyncio.subprocess.Process) -> Iterator[None]:
    """Leave no room on the disk inside the block; where the disk is everybody's, let the process write no more."""
    if os.path.ismount(folder):
        ballast = folder / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield
        ballast.unlink()
    else:
        resource = pytest.importorskip("resource", reason="this system cannot limit the size of files")
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
        yield
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)


async def test_a_full_disk(small_disk: Path, issue: CloudEvent) -> None:
    """On a full disk events are answered with 503, and when there is room again they are taken, each once."""
    config_file = small_disk.parent / "monitor.yaml"
    config_file.write_text("listen: {port: 0}\nstore: disk/events.sqlite\n", encoding="utf-8")
    async with (
        serving("serve", "--config", str(config_file)) as (process, address),
        aiohttp.ClientSession(address) as session,
    ):

        async def post(*names: str) -> tuple[int, bool]:
            events = [issue(name) for name in names]
            async with session.post("/api/v1/events", json=events, headers=BATCH) as answer:
                return answer.status, int(answer.headers.get("Retry-After", "0")) > 0

        async def scraped() -> str:
            async with session.get("/metrics") as answer:
                return await answer.text()

        assert await post("1") == (200, False)
        with full(small_disk, process):
            many = [f"many-{number}" for number in range(1000)]
            assert await post(*many) == (503, True)
            assert "peakweek_monitor_store_up 0.0" in await scraped()
        async with asyncio.timeout(20):
            while "peakweek_monitor_store_up 1.0" not in await scraped():  # noqa: ASYNC110 - a socket's other side
                await asyncio.sleep(0.1)
        assert await post("1", "2") == (200, False)
        assert 'centre_tickets_issued_total{queue="A"} 2.0' in await scraped()
        process.terminate()
        await process.wait()
    with contextlib.closing(sqlite3.connect(small_disk / "events.sqlite")) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select id from event order by seq").fetchall() == [("1",), ("2",)]
