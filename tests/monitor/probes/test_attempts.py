"""Attempts: what hangs, floods or fails is bounded, and told by a reason."""

import asyncio
import ssl
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import monotonic_s
from monitor.config.probes import BUILT_IN, Certificates, DnsModule, HttpModule, IcmpModule, Step, TcpModule
from monitor.drill.servers import datagrams, no_such_name
from monitor.probes.result import Reason

HTTP, TCP = BUILT_IN["http_2xx"], BUILT_IN["tcp_connect"]


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take everything and say nothing."""
    del writer
    while await reader.read(65_536):
        pass


async def flooding(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a page without an end."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a page so slowly that it never ends."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


def page(body: str, status: str = "200 OK", more: str = "") -> Any:
    """Return what answers every request with one page."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{more}\r\n{body}".encode()
        )
        await writer.drain()

    return answer


async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer in no protocol."""
    await reader.read(1)
    writer.write(b"what do you want?\r\n\r\n")
    await writer.drain()


async def leaving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End every connection at once."""
    await reader.read(1)
    writer.transport.abort()


@pytest.mark.parametrize("answer", [silent, dripping])
async def test_an_attempt_ends_at_its_deadline(attempt: Any, answering: Any, answer: Any) -> None:
    """Whoever says nothing, or too little for ever, costs no more than the deadline."""
    async with answering(answer) as port:
        began_s = monotonic_s()
        result = await attempt(f"http://127.0.0.1:{port}/", HTTP, 0.4)
    assert (result.success, result.reason) == (False, Reason.TIMEOUT)
    assert monotonic_s() - began_s < 5
    assert result.value("probe_ip_protocol") == 4


async def test_a_flood_is_not_read_to_its_end(attempt: Any, answering: Any) -> None:
    """A page that is longer than the module allows ends the attempt as soon as that is known."""
    async with answering(flooding) as port:
        result = await attempt(f"http://127.0.0.1:{port}/", HttpModule(prober="http", body_bytes=100_000))
    assert result.reason is Reason.TOO_LARGE
    assert result.value("probe_http_status_code") == 200


@pytest.mark.parametrize(
    ("answer", "module", "reason"),
    [
        (page("all is well"), HTTP, Reason.NONE),
        (page("all is well"), HttpModule(prober="http", expected_text="is well"), Reason.NONE),
        (page("all is well"), HttpModule(prober="http", expected_text="is bad"), Reason.TEXT),
        (page("under maintenance"), HttpModule(prober="http", unexpected_text="maintenance"), Reason.TEXT),
        (page("", "503 Service Unavailable"), HTTP, Reason.STATUS),
        (page("", "503 Service Unavailable"), HttpModule(prober="http", status=(503,)), Reason.NONE),
        (page("", "302 Found", "Location: /\r\n"), HTTP, Reason.LIMIT),
        (page("", "302 Found", "Location: /\r\n"), HttpModule(prober="http", follow_redirects=False), Reason.STATUS),
        (rude, HTTP, Reason.PROTOCOL),
        (leaving, HTTP, Reason.CLOSED),
    ],
)
async def test_pages_are_judged(attempt: Any, answering: Any, answer: Any, module: HttpModule, reason: Reason) -> None:
    """Each kind of answer has its reason, and only the right one succeeds."""
    async with answering(answer) as port:
        result = await attempt(f"http://127.0.0.1:{port}/", module)
    assert (result.reason, result.success) == (reason, reason is Reason.NONE)


@pytest.mark.parametrize(
    ("target", "module", "reason"),
    [
        ("http://no-such-host.invalid/", HTTP, Reason.RESOLVE),
        ("ftp://127.0.0.1/", HTTP, Reason.TARGET),
        ("http://somebody:secret@127.0.0.1/", HTTP, Reason.TARGET),
        ("127.0.0.1", TCP, Reason.TARGET),
        ("no-such-host.invalid:80", TCP, Reason.RESOLVE),
        ("127.0.0.1:80", TcpModule(prober="tcp", ip_protocol="ip6", ip_fallback=False), Reason.RESOLVE),
        ("no-such-host.invalid", IcmpModule(prober="icmp"), Reason.RESOLVE),
    ],
)
async def test_wrong_targets_fail(attempt: Any, target: str, module: Any, reason: Reason) -> None:
    """A target that cannot be looked up, or that is none, is a failure with its reason and no mistake."""
    assert (await attempt(target, module)).reason is reason


async def test_nobody_listens(attempt: Any, free_port: Any) -> None:
    """A port on which nobody listens refuses, over TCP as over HTTP."""
    port = free_port()
    assert (await attempt(f"127.0.0.1:{port}", TCP)).reason is Reason.REFUSED
    assert (await attempt(f"http://127.0.0.1:{port}/", HTTP)).reason is Reason.REFUSED


async def test_greetings_are_read(attempt: Any, answering: Any) -> None:
    """What is said first is answered, and the answer is looked at within its bound."""

    async def echoing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 " + await reader.read(100) + b" ready\r\n")
        await writer.drain()

    async with answering(echoing) as port:
        good = await attempt(f"127.0.0.1:{port}", TcpModule(prober="tcp", send="EHLO", expected_text="EHLO ready"))
        bad = await attempt(f"127.0.0.1:{port}", TcpModule(prober="tcp", send="EHLO", expected_text="HELO"))
    assert (good.reason, bad.reason) == (Reason.NONE, Reason.TEXT)
    assert bad.value("probe_failed_due_to_regex") == 1


async def test_certificates_are_checked_and_told(attempt: Any, answering: Any, certificate: tuple[Path, Path]) -> None:
    """A certificate that nobody vouches for is a failure; one that is believed, or not checked, is told."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    believed = Certificates(ca_file=str(certificate[0]))
    async with answering(page("hello"), ssl=context) as port:
        address, place = f"https://127.0.0.1:{port}/", f"localhost:{port}"
        stranger = await attempt(address, HTTP)
        results = [
            await attempt(address, HttpModule(prober="http", tls=believed)),
            await attempt(place, TcpModule(prober="tcp", tls=believed)),
            await attempt(address, HttpModule(prober="http", tls=Certificates(verify=False))),
        ]
        wrong_name = Certificates(ca_file=str(certificate[0]), server_name="other.example")
        misnamed = await attempt(place, TcpModule(prober="tcp", tls=wrong_name))
    assert (stranger.reason, misnamed.reason) == (Reason.TLS, Reason.TLS)
    for result in results:
        assert result.success
        assert result.value("probe_tls_version_info", "TLS 1.3") == 1
        assert result.value("probe_ssl_earliest_cert_expiry") == results[0].value("probe_ssl_earliest_cert_expiry")
    last = [result.value("probe_ssl_last_chain_expiry_timestamp_seconds") for result in results]
    assert last[0] == last[1] == results[0].value("probe_ssl_earliest_cert_expiry")
    assert last[2] < 0


async def test_a_sequence_keeps_its_cookies(attempt: Any, answering: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has logged in finds what they look up; a wrong password fails at that, and appears in no log."""

    async def portal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST /login"):
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            form = await reader.readexactly(length)
            cookie = "session=1" if b"password=correct" in form else "session=0"
            answer = f"HTTP/1.1 302 Found\r\nLocation: /home\r\nSet-Cookie: {cookie}\r\nContent-Length: 0\r\n"
            writer.write(f"{answer}Connection: close\r\n\r\n".encode())
        else:
            body = b"TEST-1: settled" if b"session=1" in head and b"/lookup" in head else b"please log in"
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    module = HttpModule.model_validate(
        {
            "prober": "http",
            "steps": (
                {"name": "log-in", "path": "/login", "form": {"password": "env:PROBE_PASSWORD"}},
                {"name": "lookup", "path": "/lookup?number=TEST-1", "expected_text": "settled"},
            ),
        }
    )
    async with answering(portal) as port:
        monkeypatch.setenv("PROBE_PASSWORD", "correct")
        good = await attempt(f"http://127.0.0.1:{port}/", module)
        monkeypatch.setenv("PROBE_PASSWORD", "wr0ng-secret")
        bad = await attempt(f"http://127.0.0.1:{port}/", module)
        monkeypatch.delenv("PROBE_PASSWORD")
        unset = await attempt(f"http://127.0.0.1:{port}/", module)
    assert (good.reason, bad.reason, unset.reason) == (Reason.NONE, Reason.TEXT, Reason.AUTH)
    assert good.value("probe_http_redirects") == 1
    assert all((good.value("peakweek_probe_step_duration_seconds", step) or 0) > 0 for step in ("log-in", "lookup"))
    assert "wr0ng-secret" not in str(bad) + str(module.model_dump(mode="json"))
    assert isinstance(module.steps[0], Step)


async def test_what_is_slow_is_told_by_phase(attempt: Any, answering: Any) -> None:
    """A server that thinks long and one that sends slowly are told apart."""

    async def slow(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, think_s: float, send_s: float
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(think_s)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx")
        await writer.drain()
        await asyncio.sleep(send_s)
        writer.write(b"x")
        await writer.drain()

    for slowest, times in (("processing", (0.3, 0.0)), ("transfer", (0.0, 0.3))):
        async with answering(partial(slow, think_s=times[0], send_s=times[1])) as port:
            result = await attempt(f"http://127.0.0.1:{port}/", HTTP)
        phases = ("resolve", "connect", "tls", "processing", "transfer")
        took_s = {phase: result.value("probe_http_duration_seconds", phase) for phase in phases}
        assert max(took_s, key=lambda phase: took_s[phase]) == slowest
        assert took_s[slowest] >= 0.29
        assert took_s["tls"] == 0


async def test_loopback_answers_echoes(attempt: Any) -> None:
    """Echo requests to loopback come back, none is lost, and jitter is the mean step between round trips."""
    result = await attempt("127.0.0.1", IcmpModule(prober="icmp", count=3, gap_s=0.05))
    if result.reason is Reason.FORBIDDEN:
        pytest.skip(result.log[-1])
    assert result.reason is Reason.NONE
    assert (result.value("peakweek_probe_echoes_sent"), result.value("peakweek_probe_loss_ratio")) == (3, 0)
    names = [f"peakweek_probe_round_trip_{each}_seconds" for each in ("min", "mean", "max")]
    shortest, mean, longest = (result.value(name) for name in names)
    assert 0 < shortest <= mean <= longest
    assert 0 <= result.value("peakweek_probe_jitter_seconds") <= longest - shortest
    assert result.value("probe_icmp_duration_seconds", "rtt") in {shortest, longest} or shortest < longest


async def test_a_server_that_does_not_speak_dns(attempt: Any, answering: Any) -> None:
    """What answers in no DNS is told apart from what does not answer."""
    module = DnsModule(prober="dns", name="example.org", transport="tcp")
    async with answering(rude) as port:
        assert (await attempt(f"127.0.0.1:{port}", module)).reason is Reason.PROTOCOL
    async with answering(silent) as port:
        assert (await attempt(f"127.0.0.1:{port}", module, 0.3)).reason is Reason.TIMEOUT


async def test_a_mistake_in_a_prober_is_data(attempt: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A target that no prober foresees becomes a reason, never an exception."""
    result = await attempt("\x00", IcmpModule(prober="icmp"), 1)
    assert not result.success
    assert result.reason in {Reason.RESOLVE, Reason.INTERNAL}
    assert "secret" not in caplog.text


async def test_loss_is_measured_by_questions(attempt: Any) -> None:
    """A name server that leaves one question in four unanswered tells loss, round trip and jitter; all lost: failed."""
    n_asked = 0

    def answer(question: bytes) -> bytes | None:
        nonlocal n_asked
        n_asked += 1
        return None if n_asked % 4 == 2 else no_such_name(question)

    module = DnsModule(prober="dns", name="example.org", count=4, gap_s=0.01, timeout_s=1)
    async with datagrams(answer) as port:
        result = await attempt(f"127.0.0.1:{port}", module)
        strict = await attempt(f"127.0.0.1:{port}", module.model_copy(update={"loss_limit_ratio": 0.1}))
    assert result.success
    assert result.value("peakweek_probe_echoes_sent") == 4
    assert result.value("peakweek_probe_loss_ratio") == 0.25
    assert 0 < (result.value("peakweek_probe_round_trip_mean_seconds") or 0) < 0.2
    assert (result.value("peakweek_probe_jitter_seconds") or -1) >= 0
    assert (strict.success, strict.reason) == (False, Reason.LOSS)
    async with datagrams(lambda _: None) as port:
        silent = await attempt(f"127.0.0.1:{port}", module.model_copy(update={"timeout_s": 0.4}))
    assert (silent.reason, silent.value("peakweek_probe_loss_ratio")) == (Reason.TIMEOUT, 1)
