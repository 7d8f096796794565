"""A look at another system proposes a mapping that works, names no person, and says what it could not find."""

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.adapters.follow import FollowConfig, read_follow_config
from monitor.adapters.guess import propose_display
from monitor.adapters.propose import Changes, NothingToProposeError, look_at, propose
from sim import ConfigError, parse_document

pytest.importorskip("sqlalchemy")
RECORDS = """Mã hồ sơ;Họ tên;Thủ tục;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý
202507010001;Somebody;Đất đai;01/07/2025 07:30;03/07/2025 17:00;02/07/2025 10:00
202507010002;Somebody else;Hộ tịch;01/07/2025 07:40;03/07/2025 17:00;
202507010003;A third;Hộ tịch;01/07/2025 07:45;03/07/2025 17:00;
"""


def monitor(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Return the finished command."""
    command = [sys.executable, "-m", "monitor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_table_becomes_a_file_that_can_be_followed(tmp_path: Path) -> None:
    """From a table to events in two commands; the columns with names are left out and said to be."""
    (tmp_path / "records.csv").write_text(RECORDS, "utf-8")
    mapping = tmp_path / "follow.yaml"
    proposed = monitor("propose", tmp_path / "records.csv", "--out", mapping)
    assert (proposed.returncode, proposed.stderr) == (0, "")
    assert proposed.stdout == f"Written to {mapping}. Read it, then try it: peakweek-monitor follow {mapping} --check\n"
    text = mapping.read_text("utf-8")
    assert "# left out, as they look personal: Họ tên\n" in text
    assert "# tried with 3 rows: 3 × record.received, 1 × record.settled\n" in text
    assert not any(value in text for value in ("Somebody", "2025070100", "Hộ tịch"))
    config = read_follow_config(mapping)
    assert config.columns == {"Mã hồ sơ", "Thủ tục", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"}
    assert config.time_format == "%d/%m/%Y %H:%M"


def test_a_database_becomes_a_file_that_can_be_followed(tmp_path: Path) -> None:
    """The query asks for the columns that are mapped and for no other."""
    file, mapping = tmp_path / "queue.sqlite", tmp_path / "follow.yaml"
    began = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")) - timedelta(hours=1)
    at = [f"{began + timedelta(minutes=minute):%Y-%m-%d %H:%M:%S}" for minute in range(4)]
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(
            "create table tickets (id integer primary key, issued text, called text, t_0 text, service text, "
            "citizen_name text)"
        )
        connection.executemany(
            "insert into tickets values (?, ?, ?, ?, 'Đất đai', 'somebody')",
            [(1, at[0], at[2], at[3]), (2, at[1], None, None)],
        )
    address = f"sqlite:///{file}"
    unnamed = monitor("propose", address)
    assert (unnamed.returncode, unnamed.stdout) == (2, "")
    assert unnamed.stderr == f"peakweek-monitor: {address}: choose a --table: tickets\n"
    assert monitor("propose", address, "--table", "tickets", "--out", mapping).returncode == 0
    comments, content = mapping.read_text("utf-8").split("source:")
    assert "# hold instants and are not used, as their names say nothing: t_0\n" in comments
    assert "citizen_name" not in content
    assert "WHERE tickets.issued >= :since OR tickets.called >= :since" in content
    shown = monitor("follow", mapping, "--check")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert [
        line.count(kind)
        for line, kind in zip(shown.stdout.splitlines(), ("issued:1", "issued:2", "called:1"), strict=True)
    ] == [1, 1, 1]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("2025-07-01 08:00:00", "2025-07-02 08:00:00"), Changes(["received", "settled"], "%Y-%m-%d %H:%M:%S", 2160)),
        (("2025-07-01T08:00", ""), Changes(["received"], "%Y-%m-%dT%H:%M", 2160)),
        ((datetime(2025, 7, 1, tzinfo=UTC), None), Changes(["received"], None, 2160)),
        (("01/07/2025 08:00", None), None),
        (("2025-07-01 08:00:00", "2025-07-01"), None),
    ],
    ids=["text", "with a T", "instants", "day first", "two forms"],
)
def test_changes_are_asked_for_where_instants_sort(row: tuple[object, object], expected: Changes | None) -> None:
    """What a database can compare is compared in the form that it has; what does not sort by time is read whole."""
    found = []

    def reading(_: Sequence[str], changes: Changes | None) -> str:
        found.append(changes)
        return "folder: {path: .}"

    propose([{"id": "r", "received": row[0], "settled": row[1], "kind": "x"}], "/a", reading, "UTC")
    assert found == [expected]


def test_a_display_becomes_a_file_that_can_be_followed() -> None:
    """The list of queues is found wherever it is, and its fields by their names."""
    queue = {"nazwaGrupy": "A", "liczbaKlwKolejce": "3", "liczbaCzynnychStan": "2", "aktualnyNumer": "A012"}
    text = propose_display({"result": {"date": "x", "grupy": [queue]}}, "http://127.0.0.1/", "/office", "Europe/Warsaw")
    config = parse_document(text, "proposal", FollowConfig, ConfigError)
    assert config.display is not None
    told = config.display.model_dump(include={"queues", "name", "waiting", "counters", "ticket"})
    assert told == {
        "queues": "result.grupy",
        "name": "nazwaGrupy",
        "waiting": "liczbaKlwKolejce",
        "counters": "liczbaCzynnychStan",
        "ticket": "aktualnyNumer",
    }
    with pytest.raises(NothingToProposeError):
        propose_display({"queues": [{"colour": "red"}]}, "http://127.0.0.1/", "/office", "Europe/Warsaw")


def test_a_long_number_is_no_instant() -> None:
    """A record's number may begin with its day; it is a number all the same, and one that becomes a code."""
    number, day, stamp = look_at([{"number": "202507010001", "day": "2025-07-01", "stamp": "20250701073000"}])
    assert (number.is_instant, number.is_long) == (False, True)
    assert (day.is_instant, day.time_format) == (True, None)
    assert stamp.time_format == "%Y%m%d%H%M%S"


@pytest.mark.parametrize("rows", [[], [{"a": 1, "b": "x"}], [{"full name": "x", "created": "2025-07-01"}]])
def test_where_nothing_can_be_told_nothing_is_proposed(rows: list[dict[str, object]]) -> None:
    """A row without an instant, or with nothing but a name to tell it from others, tells nothing."""
    with pytest.raises(NothingToProposeError):
        propose(rows, "/a", lambda *_: "folder: {path: .}", "UTC")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("propose", "nothing.csv"),
            "nothing.csv: found [Errno 2] No such file or directory: 'nothing.csv'; expected a table",
        ),
        (("follow", "nothing.yaml"), "nothing.yaml: found no such file; expected a YAML file"),
        (("follow", "fqm", "--once"), "http://127.0.0.1:1 does not take events: it is not ready"),
        (("follow", "bcgov-queue", "--check"), "the environment variable QUEUE_DATABASE"),
    ],
)
def test_what_a_user_can_do_wrong_is_one_line(arguments: tuple[str, ...], message: str) -> None:
    """Status 2, and a line that says what to do."""
    url = ("--url", "http://127.0.0.1:1") if arguments[0] == "follow" else ()
    finished = monitor(*arguments, *url)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr


def test_words_are_not_found_inside_others() -> None:
    """“Ngày tiếp nhận” is when a record was received, though “han” (a deadline) is in it; “Hạn trả” is the deadline."""
    row = {"Mã hồ sơ": "H-1", "Thủ tục": "Đất đai", "Ngày tiếp nhận": "2025-07-01", "Hạn trả": "2025-07-03"}
    text = propose([row], "/a", lambda *_: "folder: {path: .}", "UTC")
    assert 'at: "Ngày tiếp nhận", fields' in text
    assert 'due: "{Hạn trả}"' in text


def test_what_a_register_of_records_holds_is_found() -> None:
    """The field beside the procedure, and the day on which the result was handed out, which is not when it is due."""
    row = {"Số hồ sơ": "H-1", "Lĩnh vực": "Tư pháp", "Thủ tục": "Khai sinh", "Ngày nộp": "2025-07-01"}
    row |= {"Hẹn trả": "2025-07-03", "Ngày trả kết quả": "2025-07-02"}
    text = propose([row], "/a", lambda *_: "folder: {path: .}", "UTC")
    assert 'procedure: "{Thủ tục|name}", field: "{Lĩnh vực|name}", due: "{Hẹn trả}"' in text
    assert '{event: record.returned, id: "{Số hồ sơ}", at: "Ngày trả kết quả"' in text
    assert "record.settled" not in text


def test_a_ticket_of_the_next_day_is_another() -> None:
    """Numbers start again every morning: what makes an event's id is number and issue."""
    text = propose([{"ticket": "A1", "issued": "2025-07-01 08:00"}], "/a", lambda *_: "folder: {path: .}", "UTC")
    mapping = parse_document(text, "proposal", FollowConfig, ConfigError)
    rows = [{"ticket": "A1", "issued": f"2025-07-0{day} 08:00"} for day in (1, 2)]
    events = mapping.events(rows, Counter())
    assert len({event.id for event in events}) == len(events) == 2
    assert {event.happening.ticket for event in events} == {"t-A1"}  # type: ignore[attr-defined]
