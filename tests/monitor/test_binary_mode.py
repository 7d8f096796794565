"""CloudEvents' binary mode: the attributes in headers, the data in the body."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from monitor.events import EventError, parse_binary, parse_event

CloudEvent = Callable[..., dict[str, Any]]
Header = tuple[str, str]


@pytest.fixture
def content(cloud_event: CloudEvent) -> dict[str, Any]:
    """Return the issue of a ticket in the structured mode."""
    return cloud_event("1", "ticket.issued", ticket="A1", queue="A")


def parts(content: dict[str, Any]) -> tuple[list[Header], bytes]:
    """Return an event's headers and body in the binary mode."""
    headers = [(f"ce-{name}", value) for name, value in content.items() if name != "data"]
    return [("Host", "localhost"), *headers], json.dumps(content["data"]).encode()


async def test_an_event_in_headers_is_the_same_event(service: Any, content: dict[str, Any]) -> None:
    """What is told in the binary mode is a duplicate of what was told in the structured one."""
    assert (await service.post(content))[1] == {"accepted": 1, "duplicate": 0}
    headers, body = parts(content)
    told = dict(headers[1:]) | {"Content-Type": "application/json"}
    async with service.session.post("/api/v1/events", data=body, headers=told) as answer:
        assert (answer.status, await answer.json()) == (200, {"accepted": 0, "duplicate": 1})


def test_names_have_any_case_values_are_decoded_and_extensions_dropped(content: dict[str, Any]) -> None:
    """Headers are written as HTTP wants them."""
    headers, body = parts(content)
    spelt = [(name.title(), value.replace(":", "%3A")) for name, value in headers]
    assert parse_binary([*spelt, ("ce-traceparent", "00-1-2-01")], body) == parse_event(json.dumps(content).encode())


WRONG: dict[str, tuple[list[Header], str]] = {
    "twice": ([("CE-Id", "2")], "id"),
    "data in a header": ([("ce-data", "{}")], "ce-data"),
    "no extension": ([("ce-trace-parent", "x")], "trace-parent"),
    "not UTF-8": ([("ce-subject", "x"), ("ce-type", "\udcff")], "type"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_headers_are_told(content: dict[str, Any], case: str) -> None:
    """An attribute that comes twice, or is none, is the sender's mistake."""
    more, field = WRONG[case]
    headers, body = parts(content)
    kept = [header for header in headers if header[0] not in dict(more) or case == "twice"]
    with pytest.raises(EventError) as caught:
        parse_binary([*kept, *more], body)
    assert caught.value.field == field


def test_a_phone_number_in_a_header_is_refused_and_not_repeated(content: dict[str, Any]) -> None:
    """The headers are as much of a door as the body, also percent-encoded."""
    headers, body = parts(content | {"source": "/0912%33345678"})
    with pytest.raises(EventError) as caught:
        parse_binary(headers, body)
    assert caught.value.field == "source"
    assert "09123" not in str(caught.value)


async def test_json_without_the_headers_is_another_type(service: Any, content: dict[str, Any]) -> None:
    """Without ce- headers a body of JSON is no event."""
    async with service.session.post("/api/v1/events", json=content) as answer:
        assert (answer.status, answer.content_type) == (415, "application/problem+json")
        assert "ce- headers" in (await answer.json(content_type=None))["detail"]
