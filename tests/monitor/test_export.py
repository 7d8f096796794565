"""The log as files: what they hold, judged by readers that are not ours; and what a command may be asked."""

import csv
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config import Config
from monitor.export import ExportError, Selection, chosen, export
from monitor.export.table import COLUMNS
from monitor.store import Place, place_of


@pytest.fixture
async def place(service: Any, cloud_event: Any, config: Config) -> Place:
    """Return a log with a ticket, the same number a day later, a record, and a counter; the service runs on."""
    day = 24 * 60
    events = [
        cloud_event("1", "counter.opened", 0, counter="c-1"),
        cloud_event("2", "ticket.issued", 1, ticket="A-1", queue="land"),
        cloud_event("4", "record.received", 6, record="r-1", procedure="deeds", due="2025-07-03T17:00:00+07:00"),
        cloud_event("3", "ticket.called", 5, ticket="A-1", counter="c-1"),
        cloud_event("5", "ticket.issued", 1 - day, ticket="A-1", queue="land"),
        cloud_event("6", "record.settled", 9, record="r-1"),
    ]
    assert (await service.post(*events))[0] == 200
    return place_of(config.store)


def test_csv_holds_every_event_and_field(place: Place, tmp_path: Path, noon: datetime) -> None:
    """One row for each event, in the order of the log."""
    file = tmp_path / "events.csv"
    assert export(chosen(place, Selection()), file, "csv") == 6
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert tuple(rows[0]) == COLUMNS
    assert [row["event"] for row in rows][:3] == ["counter.opened", "ticket.issued", "record.received"]
    assert rows[2]["due"] == "2025-07-03T10:00:00Z"
    assert datetime.fromisoformat(rows[1]["time"]) == noon + timedelta(minutes=1)
    assert rows[1]["record"] == ""


def test_parquet_has_the_same_rows_with_types(place: Place, tmp_path: Path) -> None:
    """What a notebook reads: instants are instants, nothing is null."""
    polars = pytest.importorskip("polars")
    export(chosen(place, Selection()), tmp_path / "events.parquet", "parquet")
    frame = polars.read_parquet(tmp_path / "events.parquet")
    assert tuple(frame.columns) == COLUMNS
    assert frame["due"].to_list()[2] == datetime(2025, 7, 3, 10, tzinfo=UTC)
    assert frame["ticket"].null_count() == 3


def test_xes_has_a_trace_for_each_visitor_and_record(place: Place, tmp_path: Path) -> None:
    """In the order of the times; a number that comes back the next day is another visitor's."""
    assert export(chosen(place, Selection()), tmp_path / "events.xes", "xes") == 5
    log = ET.parse(tmp_path / "events.xes").getroot()  # noqa: S314 - our own file
    traces = {
        trace.find("string[@key='concept:name']").get("value"): [  # type: ignore[union-attr]
            event.find("string[@key='concept:name']").get("value")  # type: ignore[union-attr]
            for event in trace.iter("event")
        ]
        for trace in log.iter("trace")
    }
    assert traces == {
        "ticket A-1 (1)": ["ticket.issued"],
        "ticket A-1 (2)": ["ticket.issued", "ticket.called"],
        "record r-1": ["record.received", "record.settled"],
    }
    times = [date.get("value") for date in log.iter("date") if date.get("key") == "time:timestamp"]
    assert all(datetime.fromisoformat(time) for time in times if time)


def test_ocel_joins_events_and_things(place: Place, tmp_path: Path) -> None:
    """Every thing that an event is about is among the objects, each once."""
    export(chosen(place, Selection()), tmp_path / "events.json", "ocel")
    content = json.loads((tmp_path / "events.json").read_text("utf-8"))
    objects = {each["id"]: each["type"] for each in content["objects"]}
    assert len(objects) == len(content["objects"])
    assert objects["centre/counter/c-1"] == "counter"
    about = [link["objectId"] for event in content["events"] for link in event["relationships"]]
    assert set(about) == set(objects)
    assert {each["type"] for each in content["events"]} == {each["name"] for each in content["eventTypes"]}


def test_events_are_chosen_by_time_and_centre(place: Place, noon: datetime) -> None:
    """From an instant on, up to an instant, of one centre."""
    selection = Selection(since=noon + timedelta(minutes=1), until=noon + timedelta(minutes=6))
    assert [stored.event.id for stored in chosen(place, selection)] == ["2", "3"]
    assert list(chosen(place, Selection(centre="another"))) == []


def test_a_file_that_is_there_is_not_touched(place: Place, tmp_path: Path) -> None:
    """Nor is half a file left behind."""
    file = tmp_path / "events.csv"
    file.write_text("precious", "utf-8")
    with pytest.raises(ExportError, match="is there already"):
        export(chosen(place, Selection()), file, "csv")
    with pytest.raises(ExportError, match="cannot be written"):
        export(chosen(place, Selection()), tmp_path / "nowhere" / "events.csv", "csv")
    assert file.read_text("utf-8") == "precious"
    assert not list(tmp_path.glob(".events*"))


def test_the_command_writes_while_the_service_runs(place: Place, tmp_path: Path, config: Config) -> None:
    """By the ending of the file's name; what it cannot do is one line."""
    del place
    settings = tmp_path / "monitor.yaml"
    settings.write_text(f"store: {config.store.name}\n", "utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "monitor", "events", "export", "--config", str(settings), *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path)

    finished = run("july.csv", "--since", "2025-07-01")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.startswith("july.csv: 5 events of ")
    for arguments, message in (
        (("july.xls",), "july.xls: say --format: its name ends like none of csv, parquet, xes, ocel"),
        (("a.csv", "--since", "July"), "found 'July'; expected a day such as 2025-07-01 or an instant"),
        (("a.csv", "--centre", "b"), "--centre: found b; expected one of centre"),
    ):
        finished = run(*arguments)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert message in finished.stderr
