"""What a row of another system tells, and what becomes of a mapping or a row that is wrong."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from monitor.adapters.follow import read_follow_config, shipped_mappings
from monitor.adapters.mapping import TableMapping, short_code, short_name
from sim import ConfigError

TICKETS = """
source: /kiosk
time_zone: Asia/Ho_Chi_Minh
folder: {path: .}
tells:
  - {event: ticket.issued, id: "{id}", at: issued, fields: {ticket: "t-{id}", queue: "{office|name}"}}
  - {event: ticket.called, id: "{id}", at: called, when: {state: [served, "2"]}, fields: {ticket: "t-{id}"}}
  - {event: record.received, id: "{id}", at: received,
     fields: {record: "{number|code}", procedure: land, due: "{due}"}}
"""
ROW = {"id": 7, "issued": "2025-07-01 07:30", "called": None, "state": "waiting", "office": "Đất đai"}
EMPTY = {"received": "", "number": "", "due": ""}


@pytest.fixture
def mapping(tmp_path: Path) -> TableMapping:
    """Return a mapping as it is read from a file."""
    (tmp_path / "kiosk.yaml").write_text(TICKETS, "utf-8")
    return read_follow_config(tmp_path / "kiosk.yaml")


def told(mapping: TableMapping, *rows: dict[str, Any]) -> tuple[list[tuple[str, str]], dict[str, int]]:
    """Return ids and times of what rows tell, and what was skipped."""
    skipped: Counter[str] = Counter()
    events = mapping.events([EMPTY | ROW | row for row in rows], skipped)
    return [(event.id, f"{event.time:%d %H:%M}") for event in events], dict(skipped)


def test_a_row_tells_what_has_happened_so_far(mapping: TableMapping) -> None:
    """An instant that is there and a state that fits make an event; instants are the zone's own."""
    issued, called = ("ticket.issued:7", "01 00:30"), ("ticket.called:7", "01 01:00")
    assert told(mapping, {}) == ([issued], {})
    assert told(mapping, {"called": "2025-07-01T08:00:00+07:00", "state": "served"}) == ([issued, called], {})
    assert told(mapping, {"called": datetime(2025, 7, 1, 1, tzinfo=UTC), "state": 2.0}) == ([issued, called], {})
    assert told(mapping, {"called": "2025-07-01T08:00", "state": "gone"}) == ([issued], {})


def test_what_is_told_is_in_the_order_of_time(mapping: TableMapping) -> None:
    """Rows may come in any order."""
    ids = [name for name, _ in told(mapping, {"id": 2, "issued": "2025-07-01 09:00"}, {"id": 1})[0]]
    assert ids == ["ticket.issued:1", "ticket.issued:2"]


@pytest.mark.parametrize(
    ("issued", "instant"),
    [
        ("2025/07/01 07:30", "01 00:30"),
        (date(2025, 7, 1), "30 17:00"),
        (1751329800, "01 00:30"),
        (1751329800.0, "01 00:30"),
    ],
)
def test_instants_are_read_as_systems_write_them(mapping: TableMapping, issued: object, instant: str) -> None:
    """Slashes, days, and seconds since 1970."""
    assert told(mapping, {"issued": issued}) == ([("ticket.issued:7", instant)], {})


def test_the_mapping_may_say_how_instants_are_written(mapping: TableMapping) -> None:
    """The one-stop exchange writes digits only."""
    exchange = mapping.model_copy(update={"time_format": "%Y%m%d%H%M%S"})
    assert told(exchange, {"issued": "20250701073000"}) == ([("ticket.issued:7", "01 00:30")], {})


def test_numbers_that_look_like_a_citizens_become_codes(mapping: TableMapping) -> None:
    """A long number is refused as it is, and taken as a code; the code is always the same."""
    row = {"received": "2025-07-01 08:00", "number": "202507010001", "due": "2025-07-03"}
    skipped: Counter[str] = Counter()
    event = mapping.events([EMPTY | ROW | row], skipped)[-1]
    assert not skipped
    told = asdict(event.happening)
    assert (told["record"], told["procedure"]) == (short_code("202507010001"), "land")
    assert event.to_json().count("2025-07-02T17:00:00Z") == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            {"issued": "yesterday"},
            "ticket.issued: column issued is no instant in ISO 8601, such as 2025-07-01 07:30:00",
        ),
        ({"issued": True}, "ticket.issued: column issued is no instant but bool"),
        ({"id": "Nguyen Van A"}, "ticket.issued: id was text of 26 characters; expected an identifier of at most 64"),
        (
            {"id": "012345678901"},
            "ticket.issued: id was text of 26 characters; expected an identifier without an identity",
        ),
        ({"office": None}, "ticket.issued: queue would be empty ({office|name})"),
    ],
)
def test_what_cannot_be_told_is_counted_without_its_value(
    mapping: TableMapping, row: dict[str, object], reason: str
) -> None:
    """A row that is wrong holds up no other, and its reason shows nothing of it."""
    events, skipped = told(mapping, row, {"id": 8})
    assert [name for name, _ in events] == ["ticket.issued:8"]
    ((found, n),) = skipped.items()
    assert (found.startswith(reason), n) == (True, 1), found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ticket.issued, id", "ticket.isued, id", "tells[0].event: found ticket.isued; expected a kind of event: "),
        ("queue: ", "que: ", "tells[0].fields.que: found que; expected a field of ticket.issued: ticket, queue"),
        (', queue: "{office|name}"', "", "tells[0].fields: found none of it; expected queue"),
        ("|name", "|nam", "expected name or code behind the |, not nam"),
        ("{id}", "{id", "expected text with columns in braces"),
        ('"{due}"', '"on {due}"', "tells[2].fields.due: found on {due}; expected one column in braces: an instant"),
        ("/kiosk", "Bà A", "source: found 'Bà A'; expected a source such as"),
        ("Ho_Chi_Minh", "Hanoi", "expected an IANA time zone"),
        (
            "folder: {path: .}",
            "folder: {path: .}\nsql: {address: a, query: q}",
            "expected one of sql, folder and display",
        ),
        ("tells:", "tell:", "did you mean tells?"),
    ],
)
def test_a_mapping_that_is_wrong_is_one_clear_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The file, the field, what was found, and what is expected."""
    file = tmp_path / "kiosk.yaml"
    file.write_text(TICKETS.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as problem:
        read_follow_config(file)
    assert message in str(problem.value)
    assert str(file) in str(problem.value)


def test_a_column_that_is_not_there_is_told_with_its_nearest(mapping: TableMapping) -> None:
    """A misspelt column is found before any row is read."""
    columns = ["id", "issued", "called", "state", "offices", "number", "received", "due"]
    assert mapping.unknown_columns(columns) == {"office": "offices"}


def test_names_and_codes_are_identifiers() -> None:
    """Whatever a name is written with, what is left of it can be sent."""
    assert short_name("Hộ tịch – Chứng thực (tầng 1)") == "Ho-tich-Chung-thuc-tang-1"
    assert short_name("…") == ""
    assert short_code("a") != short_code("b")


def test_shipped_mappings_can_be_read() -> None:
    """Each mapping that comes with the program is whole."""
    assert shipped_mappings() == ["bcgov-queue", "django-helpdesk", "fqm"]
    assert all(read_follow_config(name).tells for name in shipped_mappings())
