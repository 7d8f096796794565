"""What every request passes: its id, the limits on rate, body, connections and slowness, and the line in the log."""

import asyncio
import contextlib
import json
import logging
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from monitor.config import Config, LimitsConfig
from monitor.door import Buckets
from monitor.logs import REQUEST_ID, LineFormatter

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
CloudEvent = Callable[..., dict[str, Any]]


def limited(config: Config, **limits: float) -> Config:
    """Return a configuration with other limits."""
    return config.model_copy(update={"limits": config.limits.model_copy(update=limits)})


@contextlib.asynccontextmanager
async def connection(service: Any) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect by hand inside the block."""
    host, _, port = service.address.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def answer_of(reader: asyncio.StreamReader) -> str:
    """Return all that comes until the service closes the connection."""
    async with asyncio.timeout(20):
        return (await reader.read()).decode()


@pytest.mark.parametrize("told", ["abc-1", "trace.7_x", "a" * 64])
async def test_a_request_keeps_its_id(service: Any, told: str) -> None:
    """A sender that has given its request an id finds it on the answer, of whatever kind."""
    for path in ("/metrics", "/none"):
        async with service.session.get(path, headers={"X-Request-ID": told}) as answer:
            assert answer.headers["X-Request-ID"] == told


@pytest.mark.parametrize("told", ["", "a b", "a" * 65, "<x>", "0912345678", "Nguyễn"])
async def test_what_is_no_id_is_replaced(service: Any, told: str) -> None:
    """An id that is too long, of other signs or somebody's number is not taken; the answer has a new one."""
    async with service.session.get("/metrics", headers={"X-Request-ID": told}) as answer:
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


async def test_a_refusal_is_a_line_that_tells_nothing_of_the_sender(
    service: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """What became of a request is logged with its id; no text of the sender's is, wherever it was."""
    personal = "Nguyen-0912345678"
    with caplog.at_level(logging.INFO):
        headers = BATCH | {"X-Request-ID": "r-1", "Authorization": f"Bearer {personal}", "User-Agent": personal}
        address = f"/api/v1/events?name={personal}"
        async with service.session.post(address, data=f'[{{"{personal}": 1}}]', headers=headers) as answer:
            assert answer.status == 400
        async with service.session.get(f"/{personal}") as answer:
            assert answer.status == 404
    lines = [LineFormatter("logfmt").format(record) for record in caplog.records if record.name == "monitor.door"]
    assert "method=POST route=/api/v1/events status=400" in lines[0]
    assert "method=GET route=unknown status=404" in lines[1]
    assert personal not in "".join(lines) + caplog.text


@pytest.fixture
def record() -> Iterator[logging.LogRecord]:
    """Return a record that was made for a request, with what misleads a reader of lines."""
    mark = REQUEST_ID.set("r-1")
    made = logging.LogRecord("monitor.door", logging.WARNING, __file__, 1, "two\nlines of %s", ("text",), None)
    made.fields = {"status": 503, "path": "", "said": 'a "b" = c'}
    yield made
    REQUEST_ID.reset(mark)


def test_a_line_is_logfmt(record: logging.LogRecord) -> None:
    """Every field is name=value, in quotes where a blank or sign needs them; a record is one line."""
    line = LineFormatter("logfmt").format(record)
    assert line.partition(" ")[2] == (
        r'level=warning logger=monitor.door msg="two\nlines of text" request_id=r-1 status=503 path="" '
        r'said="a \"b\" = c"'
    )


def test_a_line_is_json(record: logging.LogRecord) -> None:
    """The same fields as one JSON object."""
    line = LineFormatter("json").format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["msg"], told["request_id"], told["status"]) == ("two\nlines of text", "r-1", 503)


def test_an_exception_stays_on_the_line() -> None:
    """Where a mistake of ours is logged, its traceback is a field."""
    try:
        int("wrong")
    except ValueError:
        made = logging.LogRecord("monitor", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = LineFormatter("logfmt").format(made)
    assert ("\n" in line, "ValueError: invalid literal" in line) == (False, True)


async def test_who_asks_too_often_is_told_when_to_come_back(start: Any, config: Config) -> None:
    """429 says when; health is always answered; after the while, so is the rest."""
    async with start(limited(config, requests_per_s=2, burst=3)) as service:
        assert [(await service.get("/api/v1/clock"))[0] for _ in range(3)] == [200, 200, 200]
        async with service.session.get("/api/v1/clock") as answer:
            assert (answer.status, answer.content_type) == (429, "application/problem+json")
            wait_s = int(answer.headers["Retry-After"])
            assert "expected at most 2 requests a second" in (await answer.json(content_type=None))["detail"]
        assert (await service.get("/-/healthy"))[0] == 200
        await asyncio.sleep(wait_s)
        assert (await service.get("/api/v1/clock"))[0] == 200


def test_a_bucket_lets_through_its_rate() -> None:
    """Over any time, a sender makes at most the burst and the rate; others are not slowed by it."""
    buckets, limits = Buckets(), LimitsConfig(requests_per_s=10, burst=5)
    passed = sum(buckets.take("a", step / 100, limits) == 0 for step in range(1001))
    assert 104 <= passed <= 105  # the last one is due at the last instant
    assert buckets.take("b", 10, limits) == 0
    assert 0 < buckets.take("a", 10, limits) <= 0.1


def test_buckets_do_not_grow_without_end() -> None:
    """However many senders come, only so many are remembered."""
    buckets, limits = Buckets(), LimitsConfig(requests_per_s=1, burst=1)
    for sender in range(20_000):
        buckets.take(str(sender), 0, limits)
    assert buckets.take("19999", 0, limits) > 0
    assert buckets.take("0", 0, limits) == 0


async def test_one_connection_too_many_is_told(start: Any, config: Config) -> None:
    """503 comes at once, says so, and those that are connected are served on."""
    async with start(limited(config, connections=2)) as service:
        assert (await service.get("/-/healthy"))[0] == 200
        async with connection(service), connection(service) as (reader, _):
            answer = await answer_of(reader)
            assert answer.startswith("HTTP/1.1 503 Service Unavailable\r\n")
            assert "\r\nRetry-After: 2\r\n" in answer
            assert json.loads(answer.partition("\r\n\r\n")[2])["status"] == 503
            assert (await service.get("/-/healthy"))[0] == 200


@pytest.mark.parametrize("sent", [b"", b"GET /metrics HT", b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: 1"])
async def test_who_never_ends_a_request_is_let_go(start: Any, config: Config, sent: bytes) -> None:
    """A connection on which no whole head arrives is closed, however it drips."""
    async with start(limited(config, idle_s=0.3)) as service, connection(service) as (reader, writer):
        writer.write(sent)
        assert await answer_of(reader) == ""


async def test_a_body_that_does_not_arrive_is_not_awaited(start: Any, config: Config, cloud_event: CloudEvent) -> None:
    """408 comes when the time is over, and nothing of the request is stored."""
    body = json.dumps([cloud_event("1", "ticket.issued", ticket="A1", queue="A")]).encode()
    async with start(limited(config, body_s=0.3)) as service:
        await service.until_ready()
        async with connection(service) as (reader, writer):
            head = f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: {BATCH['Content-Type']}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:-1])
            assert (await answer_of(reader)).startswith("HTTP/1.1 408 Request Timeout\r\n")
        assert "centre_tickets_issued_total queue=A" not in await service.samples()


async def test_the_requests_are_counted(service: Any) -> None:
    """The scrape shows how many were answered, by class."""
    for path in ("/-/healthy", "/none", "/none"):
        await service.get(path)
    samples = await service.samples()
    assert samples["peakweek_monitor_http_requests_total code=4xx"] == 2
    assert samples["peakweek_monitor_http_requests_total code=2xx"] >= 2
    assert samples["peakweek_monitor_http_connections"] == 1


async def test_a_request_that_cannot_be_read_is_not_repeated_in_the_log(
    service: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A sender's malformed bytes may be a citizen's: the log says that something came, and not what."""
    url = service.session._base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"GET / HTTP/1.1\r\nName Nguyen Van An 0912345678: y\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400") or (await reader.read())
    writer.close()
    lines = [LineFormatter("logfmt").format(record) for record in caplog.records if record.name == "aiohttp.server"]
    assert lines
    assert all('msg="a request could not be read" exception=' in line for line in lines)
    assert not [word for word in ("Nguyen", "0912345678", "127.0.0.1") if word in "".join(lines)]
