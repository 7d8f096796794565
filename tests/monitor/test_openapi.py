"""The interface's own description: complete, right, and held against a real service by a tool that looks for faults."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import settings

from monitor.events import VOCABULARY, EventError, parse_event
from monitor.events.schema import event_schema
from tests.monitor_command import serving

CloudEvent = Callable[..., dict[str, Any]]
ALL_EXAMPLES = 1_000


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """Return what judges events by the schema."""
    schema = event_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


async def test_every_route_is_described(service: Any) -> None:
    """Each route that a running service has is in its document, with a summary, and each failure is a problem."""
    document = json.loads((await service.get("/api/v1/openapi.json"))[1])
    for path, told in document["paths"].items():
        if path.startswith(("/api/", "/-/", "/metrics")):
            assert all(operation["summary"] for operation in told.values()), path
            assert all(operation["responses"]["200"]["content"].keys() != {"*/*"} for operation in told.values()), path
    failures = document["paths"]["/api/v1/events"]["post"]["responses"]
    assert {"400", "409", "413", "415", "503"} <= failures.keys()
    assert set(failures["400"]["content"]) == {"application/problem+json"}


async def test_the_state_is_as_described(service: Any, cloud_event: CloudEvent) -> None:
    """The answer of the state fits the schema that the document has of it, and no field is missing there."""
    document = json.loads((await service.get("/api/v1/openapi.json"))[1])
    await service.post(cloud_event("1", "ticket.issued", ticket="A1", queue="A"))
    state = json.loads((await service.get("/api/v1/state"))[1])
    schema = document["components"]["schemas"]["State"] | {"components": document["components"]}
    jsonschema.validate(state, schema | {"additionalProperties": False})


async def test_the_service_gives_the_schema(service: Any) -> None:
    """What a sender can fetch is the schema that the other tests judge by, with every kind of event."""
    schema = json.loads((await service.get("/api/v1/schema"))[1])
    assert schema == event_schema()
    assert set(schema["$defs"]["Event"]["discriminator"]["mapping"]) == set(VOCABULARY)


CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "extension": {"traceparent": "00-1-2-01"},
    "no offset": {"time": "2025-07-01T07:30:00"},
    "leap day": {"time": "2024-02-29T07:30:00.5+07:00"},
    "no leap day": {"time": "2025-02-29T07:30:00Z"},
    "last second": {"time": "2099-12-31T23:59:59-23:59"},
    "first second": {"time": "1990-01-01t00:00:00+23:59"},
    "an hour 24": {"time": "2025-07-01T24:00:00Z"},
    "source": {"source": "front desk"},
    "phone": {"source": "/0912345678"},
    "another type": {"type": "org.peakweek.record.settled.v1"},
    "unknown field": {"data": {"ticket": "A1", "queue": "A", "name": "x"}},
    "nobody": {"type": "org.peakweek.staff.signed_in.v1", "data": {"group": "guides", "count": 0}},
    "two and a half": {"type": "org.peakweek.staff.signed_in.v1", "data": {"group": "guides", "count": 2.5}},
    "two point zero": {"type": "org.peakweek.staff.signed_in.v1", "data": {"group": "guides", "count": 2.0}},
    "another outage": {"type": "org.peakweek.outage.started.v1", "data": {"what": "kettle"}},
    "no queue": {"data": {"ticket": "A1"}},
    "object as extension": {"trace": {}},
    "name with a dash": {"trace-parent": "x"},
}


@pytest.mark.parametrize("case", CHANGES)
def test_the_schema_judges_as_the_door(
    validator: jsonschema.Draft202012Validator, cloud_event: CloudEvent, case: str
) -> None:
    """What the schema allows is taken, and what it forbids is refused."""
    content = cloud_event("1", "ticket.issued", ticket="A1", queue="A") | CHANGES[case]
    try:
        parse_event(json.dumps(content).encode())
        is_taken = True
    except EventError:
        is_taken = False
    assert validator.is_valid(content) == is_taken


async def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """A tool that makes requests from the document, right and wrong ones, finds no answer that it does not allow."""
    is_all = settings.default.max_examples > ALL_EXAMPLES
    some = ("--phases=fuzzing", "--max-examples=10", "--seed=1")
    options = ("--phases=coverage,fuzzing", "--max-examples=500") if is_all else some
    config = tmp_path / "monitor.yaml"
    config.write_text("listen: {port: 0}\n", encoding="utf-8")
    async with serving("serve", "--config", str(config)) as (_, address):
        program = Path(sys.executable).parent / "schemathesis"
        endless = ("--exclude-path", "/api/v1/stream")
        command = (program, "run", f"{address}/api/v1/openapi.json", "--no-color", *endless, *options)
        judge = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE)
        found, _ = await judge.communicate()
    assert judge.returncode == 0, found.decode()
    assert b"No issues found" in found
