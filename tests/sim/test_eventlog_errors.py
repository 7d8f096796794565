"""What is wrong with a log is one message that says where."""

import gzip
from pathlib import Path

import pytest

from sim.errors import EventLogError
from sim.eventlog import read_event_log

SNAPSHOTS = (
    "ts,office,queue_id,queue_letter,queue_name,waiting,open_counters,current_ticket\n"
    "2020-03-01 08:00:00,East,1,A,Desk,0,2,\n"
    "2020-03-01 08:05:00,East,1,A,Desk,3,2,A002\n"
    "2020-03-02 08:00:00,West,1,A,Desk,0,2,\n"
)
CALLS = (
    "date,type,outcome,vru_entry,vru_exit,q_start,q_exit,ser_start,ser_exit\n"
    "1999-02-25,PS,AGENT,100,110,110,150,149,300\n"
)


def message(path: Path, *, day: str | None = None, part: str | None = None) -> str:
    """What reading the log complains of, after the file's name."""
    with pytest.raises(EventLogError) as caught:
        read_event_log(path, day=day, part=part)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    return text.removeprefix(str(path))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (",3,2,", ",three,2,", ":3: waiting: found 'three'; expected a whole number from 0 to 10000"),
        (",3,2,", ",-3,2,", ":3: waiting: found '-3'; expected a whole number from 0 to 10000"),
        (",3,2,", ",99999,2,", ":3: waiting: found '99999'; expected a whole number from 0 to 10000"),
        (",3,2,", ",3,2.0,", ":3: open_counters: found '2.0'; expected a whole number from 0 to 10000"),
        ("A002", "002", ":3: current_ticket: found '002'; expected a letter and a number such as B002, or nothing"),
        (
            "2020-03-01 08:05:00",
            "2020-03-01 8h05",
            ":3: ts: found '2020-03-01 8h05'; expected a local time since 1970 such as '2020-01-14 08:04:00'",
        ),
        (",3,2,", ",3,2,9,", ":3: found 9 cells; expected 8, as in the header"),
        (",current_ticket", ",ticket", ":1: current_ticket: found 0 columns of that name in the header; expected one"),
        (",3,2,", ',3,"2,', ":3: found broken CSV: unexpected end of data; expected CSV text"),
    ],
)
def test_broken_snapshots(tmp_path: Path, before: str, after: str, expected: str) -> None:
    """A wrong cell is named by its line and column, with what was found and what was expected."""
    path = tmp_path / "log.csv"
    path.write_text(SNAPSHOTS.replace(before, after), encoding="utf-8")
    assert message(path, day="2020-03-01", part="East") == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (",150,", ",1e2,", ":2: q_exit: found '1e2'; expected a whole number from 0 to 86400"),
        (",150,", ",86401,", ":2: q_exit: found '86401'; expected a whole number from 0 to 86400"),
        ("AGENT", "BUSY", ":2: outcome: found 'BUSY'; expected AGENT, HANG or PHANTOM"),
        (
            "1999-02-25",
            "25/02/1999",
            ":2: date: found '25/02/1999'; expected a local time since 1970 such as '2020-01-14 08:04:00'",
        ),
    ],
)
def test_broken_calls(tmp_path: Path, before: str, after: str, expected: str) -> None:
    """A wrong cell of a call is named in the same way."""
    path = tmp_path / "log.csv"
    path.write_text(CALLS.replace(before, after), encoding="utf-8")
    assert message(path) == expected


@pytest.mark.parametrize(("log", "day", "field"), [("SNAPSHOTS", "2020-03-01", "ts"), ("CALLS", "1999-02-25", "date")])
def test_a_damaged_day_is_told_also_where_another_is_chosen(tmp_path: Path, log: str, day: str, field: str) -> None:
    """A row whose day cannot be read might belong to the chosen one; it is not left out in silence."""
    path = tmp_path / "log.csv"
    whole = {"SNAPSHOTS": SNAPSHOTS, "CALLS": CALLS}[log]
    path.write_text(whole + whole.splitlines()[1].replace(day, "1999-02-0x") + "\n", encoding="utf-8")
    part = "East" if log == "SNAPSHOTS" else None
    line = len(whole.splitlines()) + 1
    assert message(path, day=day, part=part).startswith(f":{line}: {field}: found '1999-02-0x")


def test_wrong_choice(tmp_path: Path) -> None:
    """A day or part that the log does not have is answered with those that it has."""
    path = tmp_path / "log.csv"
    path.write_text(SNAPSHOTS, encoding="utf-8")
    assert message(path, day="1 March") == ": day: found '1 March'; expected one of 2020-03-01, 2020-03-02"
    assert message(path, part="North") == ": part: found 'North'; expected one of East, West"
    assert message(path) == ": part: found none chosen; expected one of East, West"
    expected = ": day: found no row of East on 2020-03-02; expected a day on which the office was open"
    assert message(path, day="2020-03-02", part="East") == expected


def test_calls_have_no_parts(tmp_path: Path) -> None:
    """A part of a log without parts is refused."""
    path = tmp_path / "log.csv"
    path.write_text(CALLS, encoding="utf-8")
    assert message(path, part="East") == ": part: found 'East'; expected no part: this log is of one call centre"


def test_unknown_header(tmp_path: Path) -> None:
    """A file of another format is told which formats are known."""
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n1,intake,08:00\n", encoding="utf-8")
    text = message(path)
    assert text.startswith(": found the header 'case,activity,time'; expected the columns of a known format: warsaw ")
    assert "or bank (calls of a call centre): date,type," in text


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("log.csv", b"", ": found an empty file; expected a header and rows"),
        ("log.csv", CALLS.splitlines()[0].encode(), ": found a header without rows; expected at least one row"),
        ("log.csv", b"\xff\xfe\x00", ": found bytes that are not UTF-8; expected CSV text"),
        ("log.txt", CALLS.encode(), ": found the name 'log.txt'; expected a name that ends in .csv or .csv.gz"),
        ("log.csv.gz", CALLS.encode(), ": found a broken gzip file: "),
        ("log.csv.gz", gzip.compress(CALLS.encode(), mtime=0)[:-12], ": found a broken gzip file: "),
    ],
)
def test_not_a_log(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    """A file that is no CSV text, or a damaged one, is one message."""
    path = tmp_path / name
    path.write_bytes(content)
    assert message(path).startswith(expected)


def test_no_file(tmp_path: Path) -> None:
    """A missing file and a folder are refused as such."""
    assert message(tmp_path / "none.csv") == ": found No such file or directory; expected a file that can be read"
    (tmp_path / "folder.csv").mkdir()
    assert message(tmp_path / "folder.csv").endswith("; expected a file that can be read")


def test_gzip_and_byte_order_mark(tmp_path: Path) -> None:
    """A gzipped file is read as well, also with a spreadsheet's byte-order mark and a blank line at the end."""
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(CALLS.encode("utf-8-sig") + b"\r\n"))
    assert read_event_log(packed).queues == ("PS",)
