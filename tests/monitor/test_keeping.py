"""A log is backed up and restored, to either kind of store, and old events give way to the figures they led to."""

import gzip
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from monitor.__main__ import main
from monitor.clock import ManualClock
from monitor.compaction import compact
from monitor.config import Config
from monitor.events import Event, Stored
from monitor.live import Live
from monitor.state import State
from monitor.store import ConflictError, Receipt, StoreError, open_store, place_of
from monitor.store.backup import back_up, restore

CENTRES = ("centre", "north")
Told = list[tuple[str, Event]]


@pytest.fixture
def storm(event: Callable[..., Event]) -> Told:
    """Return random events of two centres."""
    dice = random.Random(20250701)  # noqa: S311 - a storm, not a secret
    made = []
    for number in range(120):
        kind = dice.choice(["ticket.issued", "ticket.called", "service.finished", "ticket.abandoned"])
        told = {"ticket": f"T{dice.randrange(30)}"} | ({"queue": "A"} if kind == "ticket.issued" else {})
        made.append((dice.choice(CENTRES), event(str(number), kind, number, **told)))
    return made


async def folded(address: Path | str, noon: datetime) -> Live:
    """Return the centres of a log."""
    live = Live(Config(store=address), ManualClock(noon), open_store(address))
    await live.fold_log()
    return live


def states_of(live: Live) -> dict[str, State]:
    """Return the states of the centres that had events."""
    return {name: centre.state for name, centre in live.centres.items() if centre.state.seq}


async def fill(live: Live, events: Told, noon: datetime) -> None:
    """Append events, each received a minute after the one before."""
    for number, (centre, each) in enumerate(events):
        await live.store.append(centre, [each], noon + timedelta(minutes=number))


async def test_a_backup_makes_the_same_log_in_either_kind(
    address: Path | str, storm: Told, noon: datetime, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A backup, made while the service runs, gives the same events, numbers and states wherever it is restored."""
    live = await folded(address, noon)
    await fill(live, storm, noon)
    assert compact(place_of(address), noon + timedelta(minutes=30)) == 30
    backup = tmp_path / "backup.gz"
    assert back_up(place_of(address), backup) == 90
    log, expected = [stored async for stored in live.store.read()], states_of(live)
    await live.store.close()
    targets: list[Path | str] = [tmp_path / "restored.sqlite"]
    if isinstance(address, str):
        targets.append(request.getfixturevalue("postgres").database(f"restored{uuid4().hex}"))
    for target in targets:
        assert restore(place_of(target), backup) == 90
        again = await folded(target, noon)
        assert [stored async for stored in again.store.read()] == log
        assert states_of(again) == expected
        for centre, each in storm:
            assert await again.store.append(centre, [each], noon) == Receipt(0, 1)
        await again.store.close()
        with pytest.raises(StoreError, match="has events, and is not overwritten"):
            restore(place_of(target), backup)


async def test_nothing_is_overwritten_and_nothing_broken_is_used(
    address: Path | str, storm: Told, noon: datetime, tmp_path: Path
) -> None:
    """A file that is there stays; a backup that was cut or changed is refused before anything is made of it."""
    live = await folded(address, noon)
    await fill(live, storm, noon)
    await live.store.close()
    backup = tmp_path / "backup.gz"
    back_up(place_of(address), backup)
    whole = backup.read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        back_up(place_of(address), backup)
    assert backup.read_bytes() == whole
    lines = gzip.decompress(whole).splitlines(keepends=True)
    broken = {
        "cut": whole[: len(whole) // 2],
        "without end": gzip.compress(b"".join(lines[:-1])),
        "without an event": gzip.compress(b"".join(lines[:5] + lines[6:])),
        "changed": gzip.compress(b"".join(lines).replace(b"ticket.issued", b"ticket.called", 1)),
        "longer": gzip.compress(b"".join([*lines, lines[3]])),
        "another version": gzip.compress(b"".join(lines).replace(b'["peakweek log",2]', b'["peakweek log",9]')),
        "no backup": b"no backup",
        "empty": b"",
    }
    for number, content in enumerate(broken.values()):
        path, target = tmp_path / f"broken-{number}.gz", tmp_path / f"target-{number}.sqlite"
        path.write_bytes(content)
        with pytest.raises(StoreError, match=str(path)):
            restore(place_of(target), path)
        assert not target.exists()
    assert not backup.with_name("backup.gz.part").exists()


async def test_compaction_changes_no_figure(address: Path | str, storm: Told, noon: datetime) -> None:
    """However often old events are removed, before, while and after others come, the states are those of all events."""
    whole = {name: State() for name in CENTRES}
    for part in range(4):
        live = await folded(address, noon)
        for number in range(part * 30, part * 30 + 30):
            centre, each = storm[number]
            assert await live.store.append(centre, [each], noon + timedelta(minutes=number)) == Receipt(1, 0)
            if number % 7 == 3:
                compact(place_of(address), noon + timedelta(minutes=number - 5))
            if number % 11 == 5:
                await live.save()
        async for stored in live.store.read(max(state.seq for state in whole.values())):
            assert stored.seq > part * 30 - 10
        expected = states_of(live)
        await live.store.close()
        live = await folded(address, noon)
        assert states_of(live) == expected
        await live.store.close()
    for seq, (centre, each) in enumerate(storm, start=1):
        whole[centre].apply(Stored(seq, noon + timedelta(minutes=seq - 1), each, centre))
    assert expected == whole


async def test_a_removed_event_is_known_for_ever(
    address: Path | str, storm: Told, noon: datetime, event: Callable[..., Event]
) -> None:
    """When everything is removed, a repetition is a duplicate, another body a conflict, and numbers go on."""
    live = await folded(address, noon)
    await fill(live, storm, noon)
    await live.store.close()
    assert compact(place_of(address), noon + timedelta(days=1)) == len(storm)
    assert compact(place_of(address), noon + timedelta(days=1)) == 0
    live = await folded(address, noon)
    for centre, each in storm:
        assert await live.append(centre, [each]) == Receipt(0, 1)
    with pytest.raises(ConflictError):
        await live.append(storm[0][0], [event("0", "ticket.issued", 9, ticket="T99", queue="B")])
    assert await live.append("north", [event("new", "ticket.issued", 9, ticket="T99", queue="B")]) == Receipt(1, 0)
    assert [stored.seq async for stored in live.store.read()] == [len(storm) + 1]
    await live.store.close()


async def test_a_saved_state_that_is_older_than_what_was_removed_is_not_used(
    address: Path | str, storm: Told, noon: datetime
) -> None:
    """After a kill the latest saved state may be older than a compaction: then the start begins with the newer one."""
    live = await folded(address, noon)
    await fill(live, storm[:40], noon)
    await live.save()
    await fill(live, storm[40:], noon)
    expected = states_of(live)
    await live.store.close()
    compact(place_of(address), noon + timedelta(minutes=70))
    live = await folded(address, noon)
    assert states_of(live) == expected
    await live.store.close()


async def test_the_commands(tmp_path: Path, storm: Told, noon: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    """A user backs up, compacts and restores by name, and mistakes end in one line and status 2."""
    (tmp_path / "one.yaml").write_text("store: one.sqlite\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text("store: two.sqlite\n", encoding="utf-8")
    one, two, file = str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml"), str(tmp_path / "log.gz")

    def ended(*arguments: str) -> tuple[int, str, str]:
        """Run the command and return status, output and errors."""
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    live = await folded(tmp_path / "one.sqlite", noon)
    await fill(live, storm, noon)
    await live.store.close()
    status, told, _ = ended("compact", "--config", one, "--before", "2025-07-01")
    assert (status, told) == (0, f"{tmp_path / 'one.sqlite'}: 0 events received before 2025-07-01 are removed\n")
    status, told, _ = ended("compact", "--config", one, "--before", "2025-07-02")
    assert (status, told) == (0, f"{tmp_path / 'one.sqlite'}: 120 events received before 2025-07-02 are removed\n")
    status, told, _ = ended("backup", "--config", one, file)
    assert (status, told) == (0, f"{file}: 0 events of {tmp_path / 'one.sqlite'}\n")
    status, told, _ = ended("restore", "--config", two, file)
    assert (status, told) == (0, f"{tmp_path / 'two.sqlite'}: 0 events from {file}\n")
    for command in ("backup", one, file), ("restore", two, file), ("restore", two, str(tmp_path / "none.gz")):
        status, told, errors = ended(command[0], "--config", *command[1:])
        assert (status, told, errors.count("\n")) == (2, "", 1)
    with pytest.raises(SystemExit, match="2"):
        ended("compact", "--config", one, "--before", "yesterday")
    assert "expected a day such as 2025-07-01" in capsys.readouterr().err


async def test_a_service_removes_what_is_older_than_it_is_to_be_kept(config: Config, start: Any, storm: Told) -> None:
    """With `retention_days`, events go within the hour, and the figures stay."""
    config = config.model_copy(update={"retention_days": 30})
    async with start(config) as service:
        await service.until_ready()
        events = [each.to_json() for centre, each in storm if centre == "centre"]
        for each in events:
            headers = {"Content-Type": "application/cloudevents+json"}
            async with service.session.post("/api/v1/events", data=each, headers=headers) as answer:
                assert answer.status == 200
        before = await service.samples()
        service.clock.advance(31 * 24 * 3600)
        log = place_of(config.store).reader()
        while log.last_seq() == 0 or log.rows(0, 1):
            await service.until_ready()
        after = await service.samples()
        assert after["centre_events_total kind=ticket.issued"] == before["centre_events_total kind=ticket.issued"] > 0
        log.close()
    async with start(config) as service:
        await service.until_ready()
        again = await service.samples()
        assert again["centre_events_total kind=ticket.issued"] == before["centre_events_total kind=ticket.issued"]
