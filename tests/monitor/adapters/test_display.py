"""The JSON interface of an office's display: a made one on loopback, and a day of a real office, look by look."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.adapters.display import DisplayReading, DisplaySource
from monitor.adapters.mapping import short_name
from monitor.adapters.source import SourceError

WARSAW = "warsaw_office_queues_2019-12-30_2020-01-14.csv.gz"
OFFICE = "UD_Bemowo"


class Display:
    """A display that says what it is told to say; a real server on loopback."""

    def __init__(self, server: TestServer, noon: datetime, folder: Path) -> None:
        self.answer: object = None
        self.now = noon
        self._server = server
        self._folder = folder

    def show(self, minute: float, *queues: tuple[str, int, int, str]) -> None:
        """Show queues (name, waiting, counters, ticket), so many minutes later."""
        names = ("nazwaGrupy", "liczbaKlwKolejce", "liczbaCzynnychStan", "aktualnyNumer")
        self.answer = {"result": {"grupy": [dict(zip(names, queue, strict=True)) for queue in queues]}}
        self.now += timedelta(minutes=minute)

    def source(self, time_zone: str = "Asia/Ho_Chi_Minh") -> DisplaySource:
        """Return a source that follows it."""
        reading = DisplayReading(
            url=str(self._server.make_url("/")),
            queues="result.grupy",
            name="nazwaGrupy",
            waiting="liczbaKlwKolejce",
            counters="liczbaCzynnychStan",
            ticket="aktualnyNumer",
            time_zone=time_zone,
            looks=self._folder / "looks.jsonl",
        )
        return DisplaySource("display", "/display", reading, now=lambda: self.now)


@pytest.fixture
async def display(noon: datetime, tmp_path: Path) -> AsyncIterator[Display]:
    """Return a display that listens."""

    async def show(_: web.Request) -> web.Response:
        content = found.answer
        return web.Response(text=content) if isinstance(content, str) else web.json_response(content)

    app = web.Application()
    app.router.add_get("/", show)
    async with TestServer(app) as server:
        found = Display(server, noon, tmp_path)
        yield found


def length(samples: dict[str, float], queue: str) -> float:
    """Return how many wait."""
    return samples.get(f"centre_queue_length queue={queue}", 0)


async def test_what_a_display_says_is_followed(display: Display, service: Any, following: Any) -> None:
    """After each look the queue is as long as it said; calls follow from the tickets, counters from the most open."""
    async with following(display.source()) as follower:
        for minute, waiting, ticket, called in ((0, 3, "A010", 0), (5, 4, "A012", 2), (5, 0, "A014", 4)):
            display.show(minute, ("Đất đai", waiting, 2, ticket), ("Hộ tịch", 1, 3, "B001"))
            await follower.look()
            service.clock.move_to(display.now)
            samples = await service.samples()
            assert length(samples, "Dat-dai") == waiting
            assert samples["centre_tickets_called_total queue=Dat-dai"] == called
            assert samples["centre_servers_open"] == 3
    assert samples["centre_tickets_abandoned_total queue=Dat-dai"] == 2  # it fell by four, of whom two were called


async def test_calls_that_are_seen_at_once_all_count(display: Display, service: Any, following: Any) -> None:
    """A display is looked at every few seconds; three counters that call within ten of them are three calls."""
    async with following(display.source()) as follower:
        for minute, waiting, ticket in ((0, 5, "A012"), (1 / 6, 5, "A015"), (1 / 6, 5, "A015")):
            display.show(minute, ("Đất đai", waiting, 3, ticket))
            await follower.look()
        service.clock.move_to(display.now)
        samples = await service.samples()
    assert samples["centre_tickets_called_total queue=Dat-dai"] == 3
    assert samples["centre_tickets_issued_total queue=Dat-dai"] == 8
    assert length(samples, "Dat-dai") == 5


async def test_a_follower_that_starts_again_goes_on(display: Display, service: Any, following: Any) -> None:
    """Its looks are kept, so that whoever waited is known and nobody is counted twice."""
    for minute, waiting in ((0, 3), (5, 5), (5, 4)):
        display.show(minute, ("Đất đai", waiting, 1, ""))
        async with following(display.source()) as follower:
            await follower.look()
        service.clock.move_to(display.now)
        samples = await service.samples()
        assert length(samples, "Dat-dai") == waiting
    assert samples["centre_tickets_issued_total queue=Dat-dai"] == 5
    assert samples["centre_requests_refused_total reason=conflict"] == 0


async def test_a_new_day_begins_anew(display: Display, service: Any, following: Any, tmp_path: Path) -> None:
    """Whoever waited in the evening has gone, numbers begin again, and the day before is forgotten."""
    async with following(display.source()) as follower:
        display.show(0, ("Đất đai", 3, 1, "A300"))
        await follower.look()
        display.show(20 * 60, ("Đất đai", 1, 1, "A001"))
        await follower.look()
    service.clock.move_to(display.now)
    samples = await service.samples()
    assert length(samples, "Dat-dai") == 1
    assert samples["centre_tickets_issued_total queue=Dat-dai"] == 4
    assert samples["centre_tickets_abandoned_total queue=Dat-dai"] == 3
    assert len((tmp_path / "looks.jsonl").read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<html>", "its answer is no JSON"),
        ({"result": "no such office"}, "its answer holds no list of queues at result.grupy"),
        ({"result": {"grupy": [{"nazwaGrupy": "A", "liczbaKlwKolejce": "-1"}, {}]}}, "holds no queue that can be read"),
    ],
)
async def test_an_answer_that_will_not_do_says_why(
    display: Display, following: Any, service: Any, answer: object, reason: str
) -> None:
    """It is an error of the look, and nothing is kept of it."""
    del service
    display.answer = answer
    async with following(display.source()) as follower:
        with pytest.raises(SourceError, match=reason):
            await follower.look()
        display.show(1, ("A", 1, 1, ""))
        assert await follower.look() > 0


def looks_of(path: Path, office: str, day: str) -> list[tuple[datetime, list[tuple[str, int, int, str]]]]:
    """Return what a real display said on one day, look by look."""
    looks: defaultdict[str, list[tuple[str, int, int, str]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["office"] == office and row["ts"].startswith(day):
                ticket = row["current_ticket"].replace("NaN", "")
                looks[row["ts"]].append((row["queue_id"], int(row["waiting"]), int(row["open_counters"]), ticket))
    zone = ZoneInfo("Europe/Warsaw")
    return [(datetime.fromisoformat(ts).replace(tzinfo=zone).astimezone(UTC), looks[ts]) for ts in sorted(looks)]


async def test_a_real_day_is_followed_look_by_look(
    display: Display, service: Any, following: Any, logs_folder: Path
) -> None:
    """A day of a Warsaw office, as its interface told it: every queue is as long as each look said."""
    looks = looks_of(logs_folder / WARSAW, OFFICE, "2019-12-30")
    assert len(looks) > 50
    async with following(display.source("Europe/Warsaw")) as follower:
        for at, queues in looks:
            display.now = at
            display.show(0, *queues)
            await follower.look()
            service.clock.move_to(at)
            shown = {short_name(name): waiting for name, waiting, _, _ in queues}
            state = json.loads((await service.get("/api/v1/state"))[1])["queues"]
            assert {name: state[name]["n_waiting"] if name in state else 0 for name in shown} == shown
    samples = await service.samples()
    assert samples["centre_requests_refused_total reason=conflict"] == 0
