"""No person's name or number gets in by any field of any kind of event, and none is repeated or logged."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.events import VOCABULARY, EventError, parse_event
from monitor.events.schema import event_schema

CloudEvent = Callable[..., dict[str, Any]]
BATCH = "application/cloudevents-batch+json"
RIGHT: dict[str, Any] = {"due": "2025-07-04T10:00:00Z", "count": 2, "what": "line"}
FIELDS = [(type_, field) for type_, happening in VOCABULARY.items() for field in happening.__struct_fields__]
WIDE = "".join(chr(ord("０") + int(digit)) for digit in "0912345678")  # noqa: RUF001 - digits as East Asian input writes them
PERSONS = [
    *("0912345678", "0912 345 678", "0912.345.678", "+84912345678", "(+84) 912-345-678", "84-91-234-5678", WIDE),
    *("028-3822-1234", "038200012345", "038 200 012345", "038-200-012-345", "CCCD-038200012345", "CMND:171234567"),
    *("Nguyễn Văn An", "Trần Thị Hoa", "nguyen van an", "Nguyen-Van-An", "NguyenVanAn", "le.thi.hong", "TRAN_VAN_BA"),
    *("ông Hùng, 0912345678", "hoa@example.org", "12 Lê Lợi, Thọ Xuân", "٠٩١٢٣٤٥٦٧٨"),
]


def told(type_: str, field: str, value: object) -> dict[str, Any]:
    """Return an event whose one field has the value, and whose others are right."""
    fields = VOCABULARY[type_].__struct_fields__
    data = {name: RIGHT.get(name, "A1") for name in fields} | {field: value}
    envelope = {"specversion": "1.0", "id": "1", "source": "/kiosk", "type": type_, "time": "2025-07-01T05:00:00Z"}
    return envelope | {"data": data}


@pytest.mark.parametrize("person", PERSONS)
def test_no_field_of_any_event_takes_a_person(person: str) -> None:
    """Every field of every kind refuses it, and the error does not repeat it."""
    for type_, field in FIELDS:
        with pytest.raises(EventError) as caught:
            parse_event(json.dumps(told(type_, field, person)).encode())
        assert caught.value.field == f"data.{field}"
        assert person not in str(caught.value)


@given(st.sampled_from(FIELDS), st.text(min_size=1, max_size=80))
def test_what_is_refused_is_never_repeated(place: tuple[str, str], text: str) -> None:
    """Of whatever text with a space, which is no identifier, the error says no more than how long it is."""
    type_, field = place
    with pytest.raises(EventError) as caught:
        parse_event(json.dumps(told(type_, field, f"{text} {text}")).encode())
    assert caught.value.got == f"text of {2 * len(text) + 1} characters"


@pytest.mark.parametrize("person", PERSONS)
async def test_the_service_neither_answers_nor_logs_a_person(
    service: Any, person: str, caplog: pytest.LogCaptureFixture
) -> None:
    """At any level, in the structured, the batch and the binary mode, in a value, in a name, and in broken JSON."""
    event = told("org.peakweek.ticket.issued.v1", "ticket", person)
    named = event | {"data": {"ticket": "A1", "queue": "A", person: "x"}}
    headers = {"Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/kiosk"}
    headers |= {"ce-type": event["type"], "ce-time": event["time"]}
    requests: list[tuple[str, dict[str, str]]] = [
        (json.dumps([event], ensure_ascii=False), {"Content-Type": BATCH}),
        (json.dumps(named), {"Content-Type": "application/cloudevents+json"}),
        (json.dumps([named], ensure_ascii=False)[:-1], {"Content-Type": BATCH}),
        (json.dumps(event["data"]), headers),
    ]
    with caplog.at_level(logging.DEBUG):
        for body, its_headers in requests:
            async with service.session.post("/api/v1/events", data=body.encode(), headers=its_headers) as answer:
                assert answer.status == 400
                assert person not in await answer.text()
    assert person not in caplog.text
    assert (await service.samples())["centre_events_total kind=ticket.issued"] == 0


def test_no_field_is_free_text() -> None:
    """Each text of the vocabulary is an identifier, an instant, or one of a few words, also in times to come."""
    kinds = event_schema()["$defs"]
    for happening in VOCABULARY.values():
        for name, field in kinds[happening.__name__]["properties"].items():
            forms = [form for form in field.get("anyOf", [field]) if form.get("type") == "string"]
            assert all("pattern" in form or "enum" in form for form in forms), name
