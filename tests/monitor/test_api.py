"""The HTTP interface, asked over real sockets: every answer to a POST, health, state and clock."""

import asyncio
import contextlib
import gzip
import json
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from monitor.config import Config

CloudEvent = Callable[..., dict[str, Any]]
SINGLE = {"Content-Type": "application/cloudevents+json"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}


@pytest.fixture
def issue(cloud_event: CloudEvent) -> CloudEvent:
    """Return a function that makes the issue of a ticket."""
    return lambda name, ticket="A1": cloud_event(name, "ticket.issued", ticket=ticket, queue="A")


async def n_issued(service: Any) -> float:
    """Return how many tickets the service has counted."""
    return (await service.samples()).get("centre_tickets_issued_total queue=A", 0)


async def test_events_are_stored_and_seen_at_once(service: Any, issue: CloudEvent) -> None:
    """A batch is acknowledged with how many were new, and the next scrape shows them."""
    assert await service.post(issue("1"), issue("2", "A2")) == (200, {"accepted": 2, "duplicate": 0})
    assert await n_issued(service) == 2


async def test_a_single_event_is_taken(service: Any, issue: CloudEvent) -> None:
    """The structured mode carries one event."""
    async with service.session.post("/api/v1/events", json=issue("1"), headers=SINGLE) as answer:
        assert (answer.status, await answer.json()) == (200, {"accepted": 1, "duplicate": 0})
    assert await n_issued(service) == 1


async def test_an_event_sent_again_counts_once(service: Any, issue: CloudEvent) -> None:
    """A sender that was not answered may send again: the event is called a duplicate and counted once."""
    await service.post(issue("1"))
    assert await service.post(issue("1"), issue("2", "A2")) == (200, {"accepted": 1, "duplicate": 1})
    samples = await service.samples()
    assert samples["centre_tickets_issued_total queue=A"] == 2
    assert samples["centre_events_duplicate_total"] == 1


async def test_another_body_under_the_same_id_is_a_conflict(service: Any, issue: CloudEvent) -> None:
    """409 names the event, and nothing of its batch is stored."""
    await service.post(issue("1"))
    status, answer = await service.post(issue("2", "A2"), issue("1", "A9"))
    assert status == 409
    assert (answer["index"], answer["id"], answer["source"]) == (1, "1", "/centre/kiosk-1")
    assert await n_issued(service) == 1
    assert (await service.samples())["centre_requests_refused_total reason=conflict"] == 1


async def test_a_wrong_event_stores_nothing_of_its_batch(service: Any, issue: CloudEvent) -> None:
    """400 names index, field, what was found and what was expected, as a problem document."""
    wrong = issue("2") | {"time": "2025-07-01 07:30"}
    async with service.session.post("/api/v1/events", json=[issue("1"), wrong], headers=BATCH) as answer:
        assert answer.status == 400
        assert answer.content_type == "application/problem+json"
        told = await answer.json(content_type=None)
    assert told["detail"].startswith("event 1: time: found '2025-07-01 07:30'; expected an RFC 3339 instant")
    assert (told["index"], told["field"], told["found"]) == (1, "time", "'2025-07-01 07:30'")
    assert await n_issued(service) == 0
    assert (await service.samples())["centre_requests_refused_total reason=invalid"] == 1


async def test_a_personal_number_appears_in_no_answer_and_no_log(
    service: Any, issue: CloudEvent, caplog: pytest.LogCaptureFixture
) -> None:
    """What is refused as personal is neither echoed nor logged, at any level."""
    with caplog.at_level(logging.DEBUG):
        status, answer = await service.post(issue("1", "034567890123"))
    assert status == 400
    assert "034567890123" not in json.dumps(answer) + caplog.text
    assert (await service.samples())["centre_requests_refused_total reason=personal"] == 1


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/cloudevents+json; charset=latin-1"]
)
async def test_another_media_type_is_refused(service: Any, issue: CloudEvent, content_type: str) -> None:
    """415 says which types are taken."""
    body = json.dumps(issue("1"))
    async with service.session.post("/api/v1/events", data=body, headers={"Content-Type": content_type}) as answer:
        assert answer.status == 415
        assert "application/cloudevents-batch+json" in (await answer.json(content_type=None))["detail"]
    assert await n_issued(service) == 0


async def test_a_long_body_is_refused(start: Any, config: Config, issue: CloudEvent) -> None:
    """413 says the limit, also when the body is short only as long as it is compressed."""
    small = config.model_copy(update={"limits": config.limits.model_copy(update={"body_bytes": 2000})})
    body = json.dumps([issue(str(number)) for number in range(100)]).encode()
    async with start(small) as service:
        await service.until_ready()
        status, answer = await service.post(*(issue(str(number)) for number in range(100)))
        assert (status, "2000 bytes" in answer["detail"]) == (413, True)
        packed = BATCH | {"Content-Encoding": "gzip"}
        async with service.session.post("/api/v1/events", data=gzip.compress(body), headers=packed) as refused:
            assert refused.status == 413
        assert await n_issued(service) == 0
        assert (await service.samples())["centre_requests_refused_total reason=too_large"] == 2


async def test_a_compressed_body_is_taken(service: Any, issue: CloudEvent) -> None:
    """A sender on a thin line may compress."""
    packed = BATCH | {"Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps([issue("1")]).encode())
    async with service.session.post("/api/v1/events", data=body, headers=packed) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"not packed", b"\x1f\x8b\x08\x00broken"])
async def test_a_broken_compressed_body_is_refused(service: Any, body: bytes) -> None:
    """What does not unpack is the sender's mistake, not the service's."""
    packed = BATCH | {"Content-Encoding": "gzip"}
    async with service.session.post("/api/v1/events", data=body, headers=packed) as answer:
        assert answer.status == 400


async def test_a_log_that_cannot_be_written_is_told_and_comes_back(
    service: Any, config: Config, issue: CloudEvent
) -> None:
    """503 says when to try again; the same request is accepted when the log is free, and counted once."""
    with contextlib.closing(sqlite3.connect(config.store, isolation_level=None)) as other:
        other.execute("begin immediate")
        async with service.session.post("/api/v1/events", json=[issue("1")], headers=BATCH) as answer:
            assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
            assert "nothing of the request was stored" in (await answer.json(content_type=None))["detail"]
        assert (await service.samples())["peakweek_monitor_store_up"] == 0
        other.execute("rollback")
    await service.until_up()
    assert await n_issued(service) == 0
    assert await service.post(issue("1")) == (200, {"accepted": 1, "duplicate": 0})
    samples = await service.samples()
    assert samples["centre_tickets_issued_total queue=A"] == 1
    assert samples["centre_requests_refused_total reason=unavailable"] == 1


async def test_the_service_is_ready_only_when_its_log_is_counted(start: Any, config: Config, issue: CloudEvent) -> None:
    """While the log cannot be read the service is healthy, not ready, and takes nothing; then it recovers."""
    async with start(config) as service:
        await service.until_ready()
        await service.post(issue("1"))
    with contextlib.closing(sqlite3.connect(config.store, isolation_level=None)) as other:
        other.execute("insert into event values (2, 'centre', '/x', 'x', 0, 'damaged')")
        async with start(config) as service:
            assert (await service.get("/-/healthy"))[0] == 200
            assert (await service.get("/-/ready"))[0] == 503
            assert (await service.post(issue("2", "A2")))[0] == 503
            samples = await service.samples()
            assert samples["centre_ready"] == 0
            assert [name for name in samples if name.startswith("centre_")] == ["centre_ready"]
            other.execute("delete from event where id = 'x'")
            await service.until_ready()
            assert await n_issued(service) == 1
            assert (await service.samples())["centre_ready"] == 1


async def test_a_restart_resets_no_counter(
    start: Any, config: Config, issue: CloudEvent, cloud_event: CloudEvent
) -> None:
    """Counters, histograms and the queue are the same after the service has been stopped and started."""

    async def centres_samples(service: Any) -> dict[str, float]:
        return {name: value for name, value in (await service.samples()).items() if name.startswith("centre_")}

    async with start(config) as service:
        await service.until_ready()
        await service.post(issue("1"), issue("2", "A2"), cloud_event("3", "ticket.called", 7, ticket="A1"))
        before = await centres_samples(service)
    async with start(config) as service:
        await service.until_ready()
        assert await centres_samples(service) == before
    assert before["centre_wait_seconds_sum queue=A"] == 420


async def test_many_senders_at_once_lose_nothing(service: Any, issue: CloudEvent) -> None:
    """Concurrent batches are all answered and all counted."""
    answers = await asyncio.gather(
        *(service.post(*(issue(f"{s}-{n}", f"T{s}-{n}") for n in range(5))) for s in range(40))
    )
    assert answers == [(200, {"accepted": 5, "duplicate": 0})] * 40
    assert await n_issued(service) == 200


async def test_the_state_is_json_of_the_figures(service: Any, issue: CloudEvent, noon: datetime) -> None:
    """The page's figures are those of the scrape, with the clock's instant."""
    await service.post(issue("1"))
    service.clock.advance(1260)
    status, text = await service.get("/api/v1/state")
    state = json.loads(text)
    assert (status, state["is_ready"], state["waiting_limit_s"]) == (200, True, 1200)
    assert (state["queues"]["A"]["longest_wait_s"], state["queues"]["A"]["n_over_limit"]) == (1260, 1)
    assert datetime.fromisoformat(state["now"]) == service.clock.now()
    assert state["n_servers_open"] is None
    assert datetime.fromisoformat(state["last_received"]) == noon


async def test_the_clock_can_be_asked(service: Any, noon: datetime) -> None:
    """A sender paces itself by the service's clock and its speed."""
    answer = json.loads((await service.get("/api/v1/clock"))[1])
    assert (datetime.fromisoformat(answer["now"]), answer["speed"]) == (noon, 0.0)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/none", 404), ("GET", "/api/v1/events", 405)])
async def test_what_is_not_there_is_a_problem_document(service: Any, method: str, path: str, status: int) -> None:
    """Unknown addresses and methods get the same form of answer as everything else."""
    async with service.session.request(method, path) as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")
        assert (await answer.json(content_type=None))["status"] == status
