"""The real logs: what was derived from them has the queue lengths that they tell themselves."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from sim.eventlog import EventLog, Outcome, read_event_log

OFFICES = (
    "UD_Bemowo", "UD_Bialoleka", "UD_Bielany", "UD_Mokotow_1", "UD_Ochota", "UD_Praga_Polnoc", "UD_Rembertow",
    "UD_Targowek", "UD_Ursus", "USC_Andersa",
)  # fmt: skip


@pytest.fixture(scope="module")
def snapshots(logs_folder: Path) -> Path:
    """The log of the Warsaw offices."""
    return logs_folder / "warsaw_office_queues_2019-12-30_2020-01-14.csv.gz"


@pytest.fixture(scope="module")
def office_logs(snapshots: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rows of each office in a log of their own, so that the long one is gone through once."""
    folder = tmp_path_factory.mktemp("offices")
    with gzip.open(snapshots, "rt", encoding="utf-8") as file:
        head, *rows = file
    of_office: dict[str, list[str]] = {office: [head] for office in OFFICES}
    for row in rows:
        of_office[row.split(",", 2)[1]].append(row)
    for office, lines in of_office.items():
        (folder / f"{office}.csv").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def calls(logs_folder: Path) -> Path:
    """The log of the bank's call centre."""
    return logs_folder / "bank_callcentre_1999_02.csv.gz"


def mismatches(log: EventLog) -> int:
    """In how many samples the derived length of a queue is not the log's own."""
    count = 0
    for queue in range(len(log.queues)):
        own = log.sample_queue == queue
        count += int(np.sum(log.waiting_at(log.sample_s[own], queue) != log.sample_waiting[own]))
    return count


@pytest.mark.parametrize("office", OFFICES)
def test_every_snapshot_of_an_office(office_logs: Path, office: str) -> None:
    """All queues of all days have the length of every snapshot, without exception, and are never negative between."""
    log = read_event_log(office_logs / f"{office}.csv", part=office)
    assert len(log.sample_s) > 20_000
    assert mismatches(log) == 0
    gone_s = np.maximum(log.called_s, log.left_s)
    for queue in range(len(log.queues)):
        assert log.waiting_at(np.concatenate([log.issued_s, gone_s]), queue).min() >= 0


def test_snapshots_as_the_file_has_them(snapshots: Path) -> None:
    """An office's day has the whole office's `waiting` that a plain reading of the file adds up to."""
    waiting: dict[str, int] = {}
    with gzip.open(snapshots, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["office"] == "UD_Bielany" and row["ts"].startswith("2019-12-30"):
                waiting[row["ts"]] = waiting.get(row["ts"], 0) + int(row["waiting"])
    log = read_event_log(snapshots, day="2019-12-30", part="UD_Bielany")
    instants_s = (
        np.array(sorted(waiting), dtype="datetime64[s]").astype(np.int64) - 3600
    )  # winter: an hour ahead of UTC
    assert log.waiting_at(instants_s).tolist() == [waiting[ts] for ts in sorted(waiting)]
    assert max(waiting.values()) > 100


def test_visits_called_are_the_numbers_called(office_logs: Path) -> None:
    """On the peak Monday the longest queue has as many visits called as the highest number that its display showed."""
    office = office_logs / "UD_Mokotow_1.csv"
    with office.open(encoding="utf-8", newline="") as file:
        shown = [
            int(row["current_ticket"][1:])
            for row in csv.DictReader(file)
            if (row["ts"][:10], row["queue_letter"]) == ("2019-12-30", "X") and row["current_ticket"]
        ]
    log = read_event_log(office, day="2019-12-30", part="UD_Mokotow_1")
    longest = int(log.sample_queue[np.argmax(log.sample_waiting)])
    assert log.queues[longest].startswith("X: ")
    assert int(np.sum((log.queue == longest) & (log.outcome == Outcome.SERVED))) == max(shown) > 400


@pytest.mark.parametrize("day", ["1999-02-03", "1999-02-10", "1999-02-15"])
def test_queue_length_of_a_bank_day(calls: Path, day: str) -> None:
    """At 1,000 instants the derived length is the number of calls with q_start <= t < q_exit; two cross midnight."""
    with gzip.open(calls, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] == day and row["outcome"] != "PHANTOM"]
    queued = [
        (int(row["q_start"]), int(row["q_exit"])) for row in rows if row["q_start"] != "0" or row["q_exit"] != "0"
    ]
    late = [(start + 86_400 * (start < 40), end + 86_400 * (end < 40)) for start, end in queued]
    midnight_s = int(np.datetime64(day, "s").astype(np.int64)) - 2 * 3600  # winter: two hours ahead of UTC
    instants_s = np.concatenate([np.linspace(25_000, 86_350, 950).astype(np.int64), np.arange(86_380, 86_430)])
    own = [sum(start <= at < end for start, end in late) for at in instants_s]
    log = read_event_log(calls, day=day)
    assert log.waiting_at(instants_s + midnight_s).tolist() == own
    assert len(instants_s) == 1_000
    assert max(own) > 5


def test_bank_month(calls: Path) -> None:
    """The month has every answered call and every call that hung up in the queue, and its own lengths."""
    log = read_event_log(calls)
    assert np.bincount(log.outcome).tolist() == [0, 27_162, 3_963]
    assert mismatches(log) == 0
