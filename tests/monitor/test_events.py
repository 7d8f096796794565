"""The vocabulary: what is an event, what is not, and what is never repeated of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.events import (
    VOCABULARY,
    Event,
    EventError,
    TicketAbandoned,
    fields_of,
    parse_batch,
    parse_event,
    read_written,
)
from monitor.events.batch import read_plain

CloudEvent = Callable[..., dict[str, Any]]
FIELDS: dict[str, dict[str, str | int]] = {
    "ticket.issued": {"ticket": "A001", "queue": "certification"},
    "ticket.called": {"ticket": "A001", "counter": "3"},
    "ticket.recalled": {"ticket": "A001", "counter": "3"},
    "ticket.transferred": {"ticket": "A001", "queue": "land"},
    "service.started": {"ticket": "A001"},
    "record.supplement_requested": {"record": "H56-0012"},
    "record.supplemented": {"record": "H56-0012"},
    "record.processed": {"record": "H56-0012"},
    "record.approved": {"record": "H56-0012"},
    "record.returned": {"record": "H56-0012"},
    "record.withdrawn": {"record": "H56-0012"},
    "staff.signed_in": {"group": "officers", "count": 4},
    "staff.signed_out": {"group": "officers", "count": 1},
    "outage.started": {"what": "portal"},
    "outage.ended": {"what": "portal"},
    "ticket.abandoned": {"ticket": "A001"},
    "service.finished": {"ticket": "A001"},
    "record.received": {"record": "H56-0012", "procedure": "land", "due": "2025-07-04T10:00:00Z", "field": "land"},
    "record.settled": {"record": "H56-0012"},
    "counter.opened": {"counter": "3", "queue": "certification"},
    "counter.closed": {"counter": "3"},
}


def test_the_vocabulary_is_complete() -> None:
    """Every kind that these tests know is in the vocabulary, and no other."""
    assert set(VOCABULARY) == {f"org.peakweek.{kind}.v1" for kind in FIELDS}


@pytest.mark.parametrize("kind", FIELDS)
def test_an_event_of_each_kind_is_taken_and_written_as_it_came(cloud_event: CloudEvent, kind: str) -> None:
    """What is read and written again is the same event."""
    content = cloud_event("1", kind, **FIELDS[kind])
    event = parse_event(json.dumps(content).encode())
    assert event.type == content["type"]
    assert event.happening.kind == kind
    again = json.loads(event.to_json())
    assert parse_event(json.dumps(again).encode()) == event
    assert again["data"] == FIELDS[kind]


def test_equal_events_are_written_alike(cloud_event: CloudEvent) -> None:
    """The order of the fields, the offset of the time and the optional media type make no difference."""
    content = cloud_event("1", "ticket.issued", ticket="A1", queue="A")
    other = dict(reversed(content.items())) | {"time": "2025-07-01T12:00:00.000+07:00"}
    other |= {"datacontenttype": "application/json"}
    assert parse_event(json.dumps(other).encode()).to_json() == parse_event(json.dumps(content).encode()).to_json()


def test_times_become_utc(event: Callable[..., Event], noon: datetime) -> None:
    """An event's time is in UTC, whatever the sender's offset was."""
    assert event("1", "ticket.abandoned", ticket="A1").time == noon
    assert event("1", "ticket.abandoned", ticket="A1").time.tzinfo is UTC


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no id": ({"id": None}, "id", "null"),
    "number as id": ({"id": 7}, "id", "a number"),
    "spec": ({"specversion": "0.3"}, "specversion", "text of 3 characters"),
    "no offset": ({"time": "2025-07-01T07:30:00"}, "time", "'2025-07-01T07:30:00'"),
    "day only": ({"time": "2025-07-01"}, "time", "'2025-07-01'"),
    "seconds": ({"time": 1751350000}, "time", "a number"),
    "no such day": ({"time": "2025-02-30T07:30:00Z"}, "time", "text of 20 characters"),
    "first year": ({"time": "0001-01-01T00:00:00+14:00"}, "time", "text of 25 characters"),
    "far future": ({"time": "2525-07-01T07:30:00Z"}, "time", "text of 20 characters"),
    "media type": ({"datacontenttype": "text/xml"}, "datacontenttype", "text of 8 characters"),
    "source": ({"source": "front desk"}, "source", "text of 10 characters"),
    "long source": ({"source": "/" + "x" * 200}, "source", "text of 201 characters"),
    "phone in source": ({"source": "/0912345678"}, "source", "text of 11 characters"),
    "type": ({"type": "org.peakweek.ticket.isued.v1"}, "type", "'org.peakweek.ticket.isued.v1'"),
    "foreign type": ({"type": "com.example.thing"}, "type", "text of 17 characters"),
    "no extension": ({"trace-parent": "x"}, "trace-parent", "an unknown field"),
    "object as extension": ({"trace": {}}, "trace", "an unknown field"),
    "no data": ({"data": None}, "data", "null"),
    "list as data": ({"data": []}, "data", "an array"),
    "no ticket": ({"data": {"queue": "A"}}, "data.ticket", "nothing"),
    "misspelt": ({"data": {"tiket": "A1", "queue": "A"}}, "data.tiket", "an unknown field"),
    "name": ({"data": {"ticket": "A1", "queue": "A", "name": "x"}}, "data.name", "an unknown field"),
    "object": ({"data": {"ticket": {"a": 1}, "queue": "A"}}, "data.ticket", "an object"),
    "boolean": ({"data": {"ticket": True, "queue": "A"}}, "data.ticket", "true or false"),
    "empty": ({"data": {"ticket": "", "queue": "A"}}, "data.ticket", "text of 0 characters"),
    "line break": ({"data": {"ticket": "A1\n", "queue": "A"}}, "data.ticket", "text of 3 characters"),
    "too long": ({"data": {"ticket": "A" * 65, "queue": "A"}}, "data.ticket", "text of 65 characters"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_event_names_index_field_and_what_was_found(cloud_event: CloudEvent, case: str) -> None:
    """The first wrong event of a batch is told, by its number, with its field."""
    change, field, found = WRONG[case]
    right = cloud_event("1", "ticket.issued", ticket="A1", queue="A")
    with pytest.raises(EventError) as caught:
        parse_batch(json.dumps([right, right | change]).encode())
    error = caught.value
    assert (error.index, error.field, error.got) == (1, field, found)
    assert error.expected
    assert str(error).startswith(f"event 1: {field}: found ")


def test_a_misspelt_field_gets_the_near_name(cloud_event: CloudEvent) -> None:
    """The unknown field is told before the one that it leaves missing, with a suggestion."""
    with pytest.raises(EventError, match=r"data\.tiket: .*did you mean ticket\?"):
        parse_event(json.dumps(cloud_event("1", "ticket.called", tiket="A1")).encode())


def test_a_misspelt_attribute_gets_the_near_name(cloud_event: CloudEvent) -> None:
    """What could be an extension may be meant for the attribute that is missing."""
    content = cloud_event("1", "ticket.called", ticket="A1")
    content["tiem"] = content.pop("time")
    with pytest.raises(EventError, match=r"time: found nothing.*is tiem meant to be time\?"):
        parse_event(json.dumps(content).encode())


def test_attributes_that_say_nothing_about_the_centre_are_dropped(cloud_event: CloudEvent) -> None:
    """Subject, schema and extensions are taken, as the specification wants it, and not kept, whatever they hold."""
    content = cloud_event("1", "ticket.issued", ticket="A1", queue="A")
    more = {
        "subject": "0912345678",
        "dataschema": "https://example.org/schema",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "sampledrate": 3,
        "isdemo": True,
    }
    assert parse_event(json.dumps(content | more).encode()) == parse_event(json.dumps(content).encode())


@pytest.mark.parametrize(
    ("twice", "told"),
    [('"id": "1", "id": "2"', "id: found two"), ('"data": {"ticket": "A1", "ticket": "A2"}', "ticket: found two")],
)
def test_two_fields_of_one_name_are_refused(cloud_event: CloudEvent, twice: str, told: str) -> None:
    """Nobody can know which of the two is meant."""
    content = json.dumps(cloud_event("1", "ticket.called", ticket="A1"))
    with pytest.raises(EventError, match=told):
        parse_event(content.replace("{", "{" + twice + ", ", 1).encode())


PERSONAL = [
    *("0912345678", "034567890123", "A-034567890123", "+84 912 345 678", "84-912-345-678", "0912-345-678"),
    *("0912.34.56.78", "038-200-012345", "Trần Thị Hoa", "hoa@example.org"),
]


@pytest.mark.parametrize("value", PERSONAL)
@pytest.mark.parametrize("field", ["id", "source", "time", "type", "ticket", "queue", "unknown name", "unknown value"])
def test_what_may_be_personal_is_refused_and_not_repeated(cloud_event: CloudEvent, field: str, value: str) -> None:
    """A name, an identity or a phone number is refused wherever it stands, and no message repeats it."""
    content = cloud_event("1", "ticket.issued", ticket="A1", queue="A")
    if field == "unknown name":
        content["data"] = {"ticket": "A1", "queue": "A", value: "x"}
    elif field == "unknown value":
        content["data"] = {"ticket": "A1", "queue": "A", "note": value}
    else:
        (content if field in content else content["data"])[field] = value
    with pytest.raises(EventError) as caught:
        parse_event(json.dumps(content).encode())
    assert value not in str(caught.value)
    assert value not in repr(caught.value.args)


def test_a_uuid_is_an_identifier_whatever_its_digits(cloud_event: CloudEvent) -> None:
    """A UUID may hold many digits in a row by chance and is taken all the same."""
    name = "12345678-1234-1234-1234-123456789012"
    assert parse_event(json.dumps(cloud_event(name, "ticket.abandoned", ticket=name)).encode()).id == name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[",
        b"\xff\xfe",
        b"[1]",
        b"{}",
        b"7",
        b"[[]]",
        b"NaN",
        b"null",
        b'"\\ud800"',
        b"[" * 100_000,
        b"9" * 5_000,
        "[]".encode("utf-16"),
    ],
)
def test_a_body_that_is_no_batch_is_refused(body: bytes) -> None:
    """Whatever bytes arrive, the answer is the ordinary error."""
    with pytest.raises(EventError):
        parse_batch(body)


def test_a_batch_is_read_as_its_events_are(cloud_event: CloudEvent) -> None:
    """Plain events are read in one go, and a batch with what we do not read event by event: to the same events."""
    plain = [cloud_event(str(number), kind, **fields) for number, (kind, fields) in enumerate(FIELDS.items())]
    counting = [each for each in plain if "staff" in each["type"]]
    few = [each for each in plain if each not in counting]
    few[1] |= {"datacontenttype": "application/json"}
    traced = [each | {"traceparent": "00-1"} for each in plain]
    events = [parse_batch(json.dumps([each]).encode())[0] for each in traced]
    assert parse_batch(json.dumps(plain).encode()) == parse_batch(json.dumps(traced).encode()) == events
    assert read_plain(json.dumps(few).encode()) == [each for each in events if "staff" not in each.type]
    for slow in (plain, traced, counting):
        assert read_plain(json.dumps(slow).encode()) is None


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_in_an_event_is_wrong_in_a_batch(cloud_event: CloudEvent, case: str) -> None:
    """The reading in one go takes nothing that the check of one event refuses."""
    right = cloud_event("1", "ticket.issued", ticket="A1", queue="A")
    assert read_plain(json.dumps([right, right | WRONG[case][0]]).encode()) is None


@pytest.mark.parametrize(
    ("spelt", "oddly"),
    [
        ('"id": "1"', '"id": "1", "id": "1"'),
        ('"counter": "3"', '"counter": "3", "counter": "3"'),
        ('"counter": "3"', '"counter" : "3","counter":null'),
        ('"data":', '"data": {"ticket": "A2"}, "data":'),
        ('"counter": "3"', '"counter": null'),
        ('"counter": "3"', '"counter": "\\u0033"'),
        ('"counter": "3"', '"counter": "0912345678"'),
        ("05:00:00+00:00", "05:00:00"),
        ("T05:00:00", " 05:00:00"),
        ("05:00:00+00:00", "05:00:60+00:00"),
        ("05:00:00+00:00", "25:00:00+00:00"),
    ],
)
def test_what_is_spelt_unusually_is_left_to_the_close_look(cloud_event: CloudEvent, spelt: str, oddly: str) -> None:
    """Fields of one name, escapes, nothing for a text, and instants that are none are not read in one go."""
    usual = json.dumps([cloud_event("1", "ticket.called", ticket="A1", counter="3")] * 2)
    assert read_plain(usual.encode())
    assert spelt in usual
    assert read_plain(usual.replace(spelt, oddly, 1).encode()) is None


def test_an_empty_batch_is_a_batch() -> None:
    """Nothing to tell is not a mistake."""
    assert parse_batch(b"[]") == []


def test_a_count_is_a_whole_number_of_people(cloud_event: CloudEvent) -> None:
    """One person where none is told, 3.0 is 3 as JSON Schema has it, and anything else is refused."""
    alike = [{"group": "guides"} | more for more in ({}, {"count": 1}, {"count": 1.0})]
    told = {parse_event(json.dumps(cloud_event("1", "staff.signed_in", **data)).encode()).to_json() for data in alike}
    assert len(told) == 1
    for wrong in (0, 1001, 1.5, "1", True, None):
        with pytest.raises(EventError, match=r"data\.count"):
            parse_event(json.dumps(cloud_event("1", "staff.signed_in", group="guides", count=wrong)).encode())


@pytest.mark.parametrize("kind", FIELDS)
def test_what_was_written_is_read_as_it_was(cloud_event: CloudEvent, kind: str) -> None:
    """An event that was stored is the same event when it is read again, with and without its optional fields."""
    required = {name for name, field in fields_of(VOCABULARY[f"org.peakweek.{kind}.v1"]).items() if field.is_required()}
    for data in (FIELDS[kind], {name: value for name, value in FIELDS[kind].items() if name in required}):
        event = parse_event(json.dumps(cloud_event("1", kind, **data)).encode())
        assert read_written(event.to_json()) == event
        assert read_written(event.to_json()).to_json() == event.to_json()


def test_a_stored_event_is_readable_although_the_rules_have_become_stricter(cloud_event: CloudEvent) -> None:
    """What was taken under the rules of its day stays in the log."""
    written = json.dumps(cloud_event("1", "ticket.abandoned", ticket="NguyenVanAn"))
    assert read_written(written).happening == TicketAbandoned("NguyenVanAn")


@pytest.mark.parametrize("body", ["", "damaged", "[]", "{}", '{"type": "org.peakweek.ticket.called.v1", "data": {}}'])
def test_a_damaged_log_is_told(body: str) -> None:
    """What is no event that was written is an error, not a wrong figure."""
    with pytest.raises(EventError, match="log"):
        read_written(body)


@pytest.mark.parametrize("inner", [b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 200_000 + b"1" + b"}" * 200_000])
def test_what_is_too_deep_is_refused_wherever_it_stands(inner: bytes) -> None:
    """Data that are nested too deep are refused as such, also before it is known what kind of event they are of."""
    body = b'{"data":' + inner + b',"type":"org.peakweek.ticket.issued.v1"}'
    with pytest.raises(EventError, match="too deep"):
        parse_event(body)
    with pytest.raises(EventError, match="too deep"):
        parse_batch(b"[" + body + b"]")
